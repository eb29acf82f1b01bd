/* The files of a runtime directory; see the header. Nothing read from them is trusted: owner, kind,
 * checksum and range are checked, and a pid counts only with its start time.
 *
 * Threading: any. */
#include "dcc-shim-files.h"

#include "dcc-pidfd.h"
#include "dcc-process-scan.h"
#include "dcc-shim-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_RECORD DCC_SHIM_FILE_RECORD ".new"

static int
open_dir(const char *dir)
{
    return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static gboolean
make_record(int dir_fd)
{
    DccShimSlot slot;
    gboolean ok;
    int fd;

    unlinkat(dir_fd, NEW_RECORD, 0);
    fd = openat(dir_fd, NEW_RECORD, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return FALSE;
    dcc_shim_slot_prepare(&slot, dcc_boot_id());
    ok = dcc_shim_record_reserve(fd) && dcc_shim_slot_write(fd, &slot) &&
         renameat(dir_fd, NEW_RECORD, dir_fd, DCC_SHIM_FILE_RECORD) == 0;
    if (!ok) {
        int saved = errno;

        unlinkat(dir_fd, NEW_RECORD, 0);
        errno = saved;
    }
    close(fd);
    return ok;
}

static gboolean
make_output(int dir_fd)
{
    unlinkat(dir_fd, DCC_SHIM_FILE_OUTPUT, 0);
    return mkfifoat(dir_fd, DCC_SHIM_FILE_OUTPUT, 0600) == 0;
}

gboolean
dcc_shim_files_prepare(const char *dir, GError **error)
{
    int dir_fd = open_dir(dir);

    if (dir_fd >= 0 && make_output(dir_fd) && make_record(dir_fd)) {
        close(dir_fd);
        return TRUE;
    }
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "cannot make the exit record and the output pipe in %s: %s",
                dir,
                g_strerror(errno));
    if (dir_fd >= 0)
        close(dir_fd);
    return FALSE;
}

static int
open_ours(const char *dir, const char *name, int flags, mode_t kind)
{
    struct stat st;
    int dir_fd = open_dir(dir);
    int fd;

    if (dir_fd < 0)
        return -1;
    fd = openat(dir_fd, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    close(dir_fd);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == kind && st.st_uid == geteuid())
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

int
dcc_shim_files_open_record(const char *dir, int flags)
{
    return open_ours(dir, DCC_SHIM_FILE_RECORD, flags, S_IFREG);
}

int
dcc_shim_files_open_output(const char *dir)
{
    return open_ours(dir, DCC_SHIM_FILE_OUTPUT, O_RDONLY, S_IFIFO);
}

int
dcc_shim_files_connect(const char *dir)
{
    int dir_fd = open_dir(dir);
    int fd;

    if (dir_fd < 0)
        return -1;
    fd = dcc_shim_socket_connect(dir_fd);
    close(dir_fd);
    return fd;
}

gboolean
dcc_shim_files_read(const char *dir, DccShimSlot *slot)
{
    int fd = dcc_shim_files_open_record(dir, O_RDONLY);
    gboolean ok;

    if (fd < 0)
        return FALSE;
    ok = dcc_shim_slot_read(fd, slot);
    close(fd);
    return ok;
}

gboolean
dcc_shim_has_pidfds(void)
{
    int pidfd = dcc_pidfd_open(getpid());

    if (pidfd < 0)
        return errno != ENOSYS && errno != EPERM && errno != EACCES;
    close(pidfd);
    return TRUE;
}

gboolean
dcc_shim_id_is_alive(const DccShimSlot *slot, const DccShimId *id)
{
    DccIdentity identity;
    DccProc proc;

    dcc_identity_from_slot(&identity, slot, id);
    return dcc_identity_is_alive(&identity) ||
           (!dcc_shim_has_pidfds() && dcc_shim_id_read(slot, id, &proc));
}

gboolean
dcc_shim_id_read(const DccShimSlot *slot, const DccShimId *id, DccProc *proc)
{
    return id->pid > 0 && id->start_ticks != 0 && g_str_equal(slot->boot_id, dcc_boot_id()) &&
           dcc_proc_read(id->pid, proc) && proc->start_ticks == id->start_ticks &&
           dcc_process_scan_is_living(proc);
}

gboolean
dcc_shim_record_read(const char *dir, DccShimRecord *record)
{
    DccShimSlot slot;

    memset(record, 0, sizeof *record);
    if (!dcc_shim_files_read(dir, &slot))
        return FALSE;
    dcc_shim_record_from_slot(record, &slot);
    return TRUE;
}

GArray *
dcc_shim_record_list_ended(const char *dir, guint *total)
{
    DccShimSlot slot = {0};

    dcc_shim_files_read(dir, &slot);
    return dcc_shim_facts_list_ended(&slot, total);
}

void
dcc_shim_record_remove(const char *dir)
{
    int dir_fd = open_dir(dir);

    if (dir_fd < 0)
        return;
    unlinkat(dir_fd, DCC_SHIM_FILE_RECORD, 0);
    close(dir_fd);
}
