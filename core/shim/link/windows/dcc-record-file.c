/* The exit record's file; see the header. Threading: any. */
#include "dcc-record-file.h"

#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-wide.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <io.h>
#include <share.h>

static char *
path_in(const char *dir)
{
    return g_build_filename(dir, DCC_SHIM_FILE_RECORD, NULL);
}

static gboolean
fill(const char *path, DccShimSlot *slot)
{
    int fd = dcc_file_open_new(path);
    gboolean ok =
        fd >= 0 && dcc_shim_record_reserve(fd) && dcc_shim_slot_write(fd, slot) && dcc_fds_sync(fd);
    int saved = errno;

    dcc_fds_close(&fd);
    errno = saved;
    return ok;
}

gboolean
dcc_record_file_make(const char *dir, DccShimSlot *slot, GError **error)
{
    g_autofree char *path = path_in(dir);
    g_autofree char *fresh = g_strconcat(path, ".new", NULL);

    g_unlink(fresh);
    if (fill(fresh, slot) && g_rename(fresh, path) == 0)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "cannot make the exit record in %s: %s",
                dir,
                g_strerror(errno));
    g_unlink(fresh);
    return FALSE;
}

static gboolean
is_ours(int fd)
{
    DccFileFacts facts;

    return dcc_file_facts_read_open(fd, &facts) && facts.kind == DCC_FILE_REGULAR &&
           (facts.is_ours || facts.is_roots);
}

gboolean
dcc_record_file_read(const char *dir, DccShimSlot *slot)
{
    g_autofree char *path = path_in(dir);
    int fd = dcc_file_open_to_read(path);
    gboolean ok = fd >= 0 && is_ours(fd) && dcc_shim_slot_read(fd, slot);

    dcc_fds_close(&fd);
    return ok;
}

gboolean
dcc_record_file_write(const char *dir, DccShimSlot *slot)
{
    g_autofree char *path = path_in(dir);
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    gboolean ok;
    int fd = -1;

    if (wide == NULL)
        return FALSE;
    errno =
        _wsopen_s(&fd, (const wchar_t *)wide, _O_RDWR | _O_BINARY | _O_NOINHERIT, _SH_DENYNO, 0);
    ok = fd >= 0 && is_ours(fd) && dcc_shim_slot_write(fd, slot);
    if (ok)
        dcc_shim_record_sync(fd);
    dcc_fds_close(&fd);
    return ok;
}

void
dcc_record_file_remove(const char *dir)
{
    g_autofree char *path = path_in(dir);

    g_unlink(path);
}
