/* Watching a directory; see the header.
 *
 * The system tells of a file that grows once its data is written back or it is closed, which may be minutes later. Who
 * wants to know now has to look. Threading: any. */
#include "dcc-dir-watch.h"

GSource *
dcc_dir_watch_source_new(const char *dir, GError **error)
{
    if (g_file_test(dir, G_FILE_TEST_IS_DIR))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "cannot watch %s: Windows tells late of a file that grows",
                    dir);
    else
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "cannot watch %s: it is no directory", dir);
    return NULL;
}
