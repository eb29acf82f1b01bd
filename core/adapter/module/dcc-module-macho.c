/* Whether a file is a whole library for this Mac; see the header. Compiled and linked for macOS, never run. Threading:
 * any. */
#include "dcc-error.h"
#include "dcc-macho.h"
#include "dcc-module-file.h"

#include <unistd.h>

#define MAX_BYTES (256 * 1024 * 1024)

#if defined(__aarch64__)
#define NATIVE_MACHINE DCC_MACHO_ARM64
#else
#define NATIVE_MACHINE DCC_MACHO_X86_64
#endif

/* (transfer full) (nullable) */
static guint8 *
read_all(int fd, gint64 size)
{
    g_autofree guint8 *bytes = g_try_malloc((gsize)size + 1);
    gint64 done = 0;

    while (bytes != NULL && done < size) {
        gssize n = pread(fd, bytes + done, (gsize)(size - done), done);

        if (n <= 0)
            return NULL;
        done += n;
    }
    return g_steal_pointer(&bytes);
}

gboolean
dcc_module_image_check(int fd, gint64 size, const char *path, GError **error)
{
    g_autofree guint8 *bytes = size >= 0 && size <= MAX_BYTES ? read_all(fd, size) : NULL;
    const char *what = bytes != NULL ? dcc_macho_find_fault(bytes, (gsize)size, NATIVE_MACHINE)
                                     : "cannot be read, or is too large for an adapter";

    if (what == NULL)
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s %s", path, what);
    return FALSE;
}
