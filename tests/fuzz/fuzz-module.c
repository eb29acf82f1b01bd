/* A file that wants to be a module: whole, or refused with the file's name. Nothing of it is run.
 */
#include "dcc-module-file.h"
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

GBytes *
fuzz_make_seed(guint n)
{
    g_autoptr(GError) error = NULL;
    char *content = NULL;
    gsize size;

    if (n > 0)
        return NULL;
    g_file_get_contents(FIXTURE, &content, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(content, MIN(size, 24 * 1024));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("module", MFD_CLOEXEC);
    g_autoptr(GError) error = NULL;
    gboolean whole;

    g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
    whole = dcc_module_image_check(fd, (gint64)size, "/some/module.so", &error);
    g_assert_true(whole == (error == NULL));
    if (!whole)
        g_assert_nonnull(strstr(error->message, "/some/module.so"));
    close(fd);
    return 0;
}
