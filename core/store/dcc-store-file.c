/* Files that are replaced whole or grow by lines. */
#include "dcc-store-file.h"

#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-file-whole.h"
#include "dcc-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define JSON_MAX_BYTES (4 * 1024 * 1024)

static gboolean
fail(const char *what, const char *path, int code, GError **error)
{
    g_set_error(error,
                G_FILE_ERROR,
                g_file_error_from_errno(code),
                "cannot %s %s: %s",
                what,
                path,
                g_strerror(code));
    return FALSE;
}

/* 0, or the errno. */
static int
write_all(int fd, const char *text, gsize length)
{
    while (length > 0) {
        gssize n = write(fd, text, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        text += n;
        length -= (gsize)n;
    }
    return 0;
}

/* A file server may tell only at the sync or at the close that there was no room. */
static int
fill(int fd, const char *text, gsize length, DccStoreKind kind)
{
    int code = write_all(fd, text, length);

    if (code == 0 && kind == DCC_STORE_STATE && !dcc_fds_sync(fd))
        code = errno;
    if (close(fd) != 0 && code == 0)
        code = errno;
    return code;
}

gboolean
dcc_store_file_replace(
    const char *path, const char *text, gsize length, DccStoreKind kind, GError **error)
{
    g_autofree char *beside = g_strconcat(path, ".XXXXXX", NULL);
    int fd = dcc_file_open_unique(beside), code;

    if (fd < 0)
        return fail("write", path, errno, error);
    code = fill(fd, text, length, kind);
    if (code == 0 && !dcc_file_whole_move(beside, path))
        code = errno;
    if (code == 0)
        return TRUE;
    g_unlink(beside);
    return fail("write", path, code, error);
}

void
dcc_store_file_rotate(const char *path)
{
    g_autofree char *old = g_strconcat(path, ".1", NULL);

    dcc_file_whole_move(path, old);
}

/* A line that was torn must not take the next one with it. */
static gboolean
is_torn(int fd, gint64 size)
{
    char last = '\n';

    return size > 0 && dcc_fds_read_at(fd, size - 1, &last, 1) == 1 && last != '\n';
}

/* -1 with errno. *size: how long it is. */
static int
open_for_append(const char *path, gint64 *size)
{
    int fd = dcc_file_open_to_append(path);

    *size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    return fd;
}

gboolean
dcc_store_file_append(const char *path, const char *line, gint64 max_bytes, GError **error)
{
    g_autofree char *text = g_strconcat("\n", line, "\n", NULL);
    gint64 size;
    int fd = open_for_append(path, &size), code;

    if (fd >= 0 && max_bytes > 0 && size > max_bytes) {
        close(fd);
        dcc_store_file_rotate(path);
        fd = open_for_append(path, &size);
    }
    if (fd < 0)
        return fail("append to", path, errno, error);

    const char *from = is_torn(fd, size) ? text : text + 1;

    code = fill(fd, from, strlen(from), DCC_STORE_RUNTIME);
    return code == 0 || fail("append to", path, code, error);
}

static char *
read_all(int fd, gint64 size, gsize *length)
{
    char *text = g_try_malloc((gsize)size + 1);

    *length = 0;
    while (text != NULL && *length < (gsize)size) {
        gssize n = read(fd, text + *length, (gsize)size - *length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        *length += (gsize)n;
    }
    if (text != NULL)
        text[*length] = '\0';
    return text;
}

gboolean
dcc_store_file_read(const char *path, char **text, gsize *length)
{
    DccFileFacts facts;
    int fd = dcc_file_open_to_read(path);

    *text = NULL;
    if (fd < 0)
        return FALSE;
    if (dcc_file_facts_read_open(fd, &facts) && facts.kind == DCC_FILE_REGULAR)
        *text = read_all(fd, facts.size, length);
    close(fd);
    return *text != NULL;
}

gboolean
dcc_store_file_write_json(const char *path, JsonObject *object, DccStoreKind kind, GError **error)
{
    g_autofree char *line = dcc_json_to_line(object);
    g_autofree char *text = g_strconcat(line, "\n", NULL);

    return dcc_store_file_replace(path, text, strlen(text), kind, error);
}

JsonObject *
dcc_store_file_read_json(const char *path)
{
    g_autofree char *text = NULL;
    DccFileFacts facts;
    gsize length = 0;

    if (!dcc_file_facts_read(path, &facts) || facts.kind != DCC_FILE_REGULAR || !facts.is_ours ||
        facts.size > JSON_MAX_BYTES || !dcc_store_file_read(path, &text, &length))
        return NULL;
    return dcc_json_from_text(text, (gssize)length, NULL);
}
