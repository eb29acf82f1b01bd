/* Where pictures go, tried before anything is started.
 *
 * Problem: a directory that cannot be written to, or a disk that is full, costs a whole render
 * before anybody hears of it; so does a directory in a picture's place, and two names that lead to one
 * file leave one picture of two. And a file server's clock is not this machine's. Contract: one file
 * is written and removed; its time is that of the place. Threading: any; blocks.
 */
#include "dcc-render-place.h"

#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-frame-ledger.h"

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

static gboolean
refuse_name(GError **error, const char *name, const char *what)
{
    g_autofree char *shown = g_filename_display_name(name);

    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "%s %s", shown, what);
    return FALSE;
}

/* files: those that lie there, by what they are, and the name that led to them. What is not there yet is no
 * matter, and neither is a link that leads nowhere: it may be written through. */
static gboolean
check_file(const char *path, GHashTable *files, GError **error)
{
    g_autofree char *key = NULL, *what = NULL, *shown = NULL;
    const char *other;
    DccFileFacts facts;

    if (!dcc_file_facts_read_target(path, &facts))
        return TRUE;
    if (facts.kind != DCC_FILE_REGULAR)
        return refuse_name(error, path, "is to be a picture, and is something else; move it away");
    key = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, facts.device, facts.inode);
    other = g_hash_table_lookup(files, key);
    if (other == NULL) {
        g_hash_table_insert(files, g_steal_pointer(&key), g_strdup(path));
        return TRUE;
    }
    shown = g_filename_display_name(other);
    what = g_strdup_printf("is the same file as %s: two frames cannot share it", shown);
    return refuse_name(error, path, what);
}

/* The longest of them is that of the first frame or of the last. */
static gboolean
check_lengths(DccFrameLedger *ledger, GError **error)
{
    const guint ends[] = {0, dcc_frame_ledger_count(ledger) - 1};

    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = dcc_frame_ledger_get_file(ledger, ends[i]);

        if (dcc_file_name_is_too_long(path))
            return refuse_name(error, path, "is a name that is too long");
    }
    return TRUE;
}

/* What lies where the pictures are to be; read as a directory, for a render may have a million frames. */
static gboolean
check_names(DccFrames *frames, DccFramePath *path, GError **error)
{
    g_autoptr(DccRenderJob) job = dcc_render_job_new(frames, path, NULL, NULL);
    g_autoptr(DccFrameLedger) ledger = job != NULL ? dcc_frame_ledger_new(job) : NULL;
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *directory = dcc_frame_path_get_directory(path);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;

    if (ledger == NULL || !check_lengths(ledger, error))
        return ledger == NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(directory, name, NULL);
        guint i;

        if (dcc_frame_ledger_find_file(ledger, file, &i) && !check_file(file, files, error))
            return FALSE;
    }
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
    if (output != NULL && !check_names(dcc_render_job_get_frames(job), output, error))
        return FALSE;
    if (expect != NULL && expect != output &&
        !check_names(dcc_render_job_get_frames(job), expect, error))
        return FALSE;
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
