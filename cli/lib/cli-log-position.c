/* Where the last lines of a file begin: read backwards, a block at a time. */
#include "cli-log-position.h"

#include "dcc-fds.h"
#include "dcc-file-open.h"
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

/* One block, backwards; TRUE when the nth line's beginning was found, at *position. */
static gboolean
scan(const char *block, gssize length, gint64 start, guint n, guint *found, gint64 *position)
{
    for (gssize i = length - 1; i >= 0; i--) {
        if (block[i] != '\n')
            continue;
        /* This line feed ends a line above the n wanted ones: they begin after it. */
        if (*found == n) {
            *position = start + i + 1;
            return TRUE;
        }
        (*found)++;
    }
    return FALSE;
}

gint64
cli_log_position(const char *path, guint n, guint *found)
{
    g_autofree char *block = g_malloc(BLOCK);
    int fd = dcc_file_open_to_read(path);
    struct stat st;
    gint64 position = 0;

    *found = 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        st.st_size = 0;
    for (gint64 end = st.st_size; end > 0;) {
        gint64 start = MAX(0, end - BLOCK);
        gssize length = dcc_fds_read_at(fd, start, block, (gsize)(end - start));

        if (length <= 0 || scan(block, length, start, n, found, &position))
            break;
        end = start;
    }
    if (fd >= 0)
        close(fd);
    return position;
}
