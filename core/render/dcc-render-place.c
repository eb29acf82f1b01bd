/* Where pictures go, tried before anything is started.
 *
 * Problem: a directory that cannot be written to, or a disk that is full, costs a whole render
 * before anybody hears of it; and a file server's clock is not this machine's. Contract: one file
 * is written and removed; its time is that of the place. Threading: any; blocks.
 */
#include "dcc-render-place.h"

#include "dcc-error.h"
#include "dcc-file-facts.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TRIAL_BYTES (64 * 1024)

static gboolean
refuse(GError **error, const char *dir, const char *what, int code)
{
    g_autofree char *shown = g_filename_display_name(dir);

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "the pictures' directory %s cannot be %s: %s",
                shown,
                what,
                g_strerror(code));
    return FALSE;
}

static gboolean
write_all(int fd)
{
    static const char nothing[4096];

    for (gsize written = 0; written < TRIAL_BYTES;) {
        gssize n = write(fd, nothing, sizeof nothing);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        written += (gsize)n;
    }
    return TRUE;
}

static gboolean
try_to_write(const char *dir, gint64 *now_ns, GError **error)
{
    g_autofree char *path = g_build_filename(dir, ".dcchost-XXXXXX", NULL);
    int fd = g_mkstemp(path);
    DccFileFacts facts;
    gboolean ok;
    int code;

    if (fd < 0)
        return refuse(error, dir, "written to", errno);
    ok = write_all(fd) && dcc_file_facts_read_open(fd, &facts);
    code = errno;
    if (close(fd) != 0 && ok) { /* a file server says only now that it is full */
        ok = FALSE;
        code = errno;
    }
    g_unlink(path);
    if (!ok)
        return refuse(error, dir, "written to", code);
    *now_ns = facts.mtime_ns;
    return TRUE;
}

gboolean
dcc_render_place_prepare(DccRenderJob *job, gint64 *now_ns, GError **error)
{
    DccFramePath *output = dcc_render_job_get_output(job);
    DccFramePath *expect = dcc_render_job_get_expect(job);
    g_autofree char *dir = expect != NULL ? dcc_frame_path_get_directory(expect) : NULL;
    g_autofree char *out = output != NULL ? dcc_frame_path_get_directory(output) : NULL;

    *now_ns = 0;
    if (out != NULL && g_mkdir_with_parents(out, 0777) != 0)
        return refuse(error, out, "made", errno);
    if (out != NULL && g_strcmp0(out, dir) != 0 && !try_to_write(out, now_ns, error))
        return FALSE;
    if (dir == NULL) {
        *now_ns = g_get_real_time() * 1000;
        return TRUE;
    }
    *now_ns = 0;
    return !g_file_test(dir, G_FILE_TEST_EXISTS) || try_to_write(dir, now_ns, error);
}
