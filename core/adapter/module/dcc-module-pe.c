/* Whether a file is a whole DLL for this machine; see the header. Threading: any. */
#include "dcc-error.h"
#include "dcc-module-file.h"
#include "dcc-pe.h"

#include <errno.h>
#include <io.h>
#include <stdio.h>

#define MAX_BYTES (256 * 1024 * 1024)

#if defined(__x86_64__)
#define NATIVE_MACHINE DCC_PE_AMD64
#elif defined(__aarch64__)
#define NATIVE_MACHINE DCC_PE_ARM64
#else
#define NATIVE_MACHINE DCC_PE_I386
#endif

/* (transfer full) (nullable) */
static guint8 *
read_all(int fd, gint64 size)
{
    g_autofree guint8 *bytes = g_try_malloc((gsize)size + 1);
    gint64 done = 0;

    if (!bytes || _lseeki64(fd, 0, SEEK_SET) != 0)
        return NULL;
    while (done < size) {
        int n = _read(fd, bytes + done, (unsigned)MIN(size - done, G_MAXINT));

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
    const char *what = bytes ? dcc_pe_find_fault(bytes, (gsize)size, NATIVE_MACHINE)
                             : "cannot be read, or is too large for an adapter";

    if (what == NULL)
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s %s", path, what);
    return FALSE;
}
