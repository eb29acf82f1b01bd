/* Finding a tree without its root's parent.
 *
 * A process belongs to the application when it is the main process, or descends from one that
 * belongs; or when it carries this run's number in its environment, or has our private output pipe
 * for its stdout or stderr, neither of which anything gets but by inheriting it; or when it is of
 * the session the main process made (that number is not given again while one of them is alive).
 * That finds double-forked daemons, too, and no stranger. What belongs to an instance that was
 * started from inside this one carries that one's number, and is none of ours. */
#include "dcc-orphan-tree.h"
#include "dcc-process-scan.h"
#include "dcc-shim-files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "Nothing is left" is said only after a look during which no process ended. */
#define MAX_ATTEMPTS 10

typedef struct {
    const DccShimSlot *slot;
    gboolean watched;
    gboolean has_pipe;
    struct stat pipe;
} Proof;

static gboolean
has_fd(const DccProc *proc, int fd, const struct stat *pipe)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof path, "/proc/%lld/fd/%d", (long long)proc->pid, fd);
    return stat(path, &st) == 0 && st.st_dev == pipe->st_dev && st.st_ino == pipe->st_ino;
}

/* What has the private pipe or this run's number got it by inheriting it. */
static gboolean
is_proven(const Proof *proof, const DccProc *proc)
{
    const DccShimSlot *slot = proof->slot;
    char run[DCC_RUN_NUMBER_LENGTH + 1];

    if (proc->pid == slot->main.pid)
        return TRUE; /* may_belong() */
    if (proof->has_pipe && (has_fd(proc, 1, &proof->pipe) || has_fd(proc, 2, &proof->pipe)))
        return TRUE;
    return slot->run[0] != 0 && dcc_proc_read_run(proc->pid, run) && g_str_equal(run, slot->run);
}

/* Start times are as coarse as the clock's tick; where the kernel has a finer mark of the main
 * process, that is asked, too. */
static gboolean
may_belong(const Proof *proof, const DccProc *proc)
{
    const DccShimSlot *slot = proof->slot;

    return proc->pid != getpid() && dcc_process_scan_is_living(proc) &&
           proc->start_ticks >= slot->main.start_ticks &&
           (proc->pid != slot->main.pid || dcc_shim_id_is_alive(slot, &slot->main));
}

static gboolean
contains(GArray *members, gint64 pid)
{
    for (guint i = 0; i < members->len; i++)
        if (g_array_index(members, DccProc, i).pid == pid)
            return TRUE;
    return FALSE;
}

static gboolean
is_session_ours(const Proof *proof, GArray *members)
{
    for (guint i = 0; i < members->len; i++)
        if (g_array_index(members, DccProc, i).sid == proof->slot->main.pid)
            return TRUE;
    return proof->watched;
}

static gboolean
find_members(const Proof *proof, DccProcessScan *look, GArray *members)
{
    const DccShimSlot *slot = proof->slot;
    gboolean has_session;
    gboolean grown;

    dcc_process_scan_take(look, NULL, NULL);
    for (gsize i = 0; i < look->n; i++)
        if (may_belong(proof, &look->all[i]) && is_proven(proof, &look->all[i]) &&
            !dcc_shim_slot_is_apart(slot, &look->all[i]))
            g_array_append_val(members, look->all[i]);
    has_session = is_session_ours(proof, members);
    do {
        grown = FALSE;
        for (gsize i = 0; i < look->n; i++) {
            const DccProc *proc = &look->all[i];

            if (((has_session && proc->sid == slot->main.pid) || contains(members, proc->ppid)) &&
                !contains(members, proc->pid) && may_belong(proof, proc) &&
                !dcc_shim_slot_is_apart(slot, proc)) {
                g_array_append_val(members, *proc);
                grown = TRUE;
            }
        }
    } while (grown);
    return members->len > 0 || dcc_process_scan_is_sure(look, slot->main.start_ticks);
}

GArray *
dcc_orphan_tree_list(const DccShimSlot *slot, const char *dir, gboolean watched)
{
    g_autofree char *path = g_build_filename(dir, DCC_SHIM_FILE_OUTPUT, NULL);
    GArray *members = g_array_new(FALSE, FALSE, sizeof(DccProc));
    g_auto(DccProcessScan) look = {0};
    Proof proof = {slot, watched, FALSE, {0}};

    if (slot->main.pid <= 0 || !g_str_equal(slot->boot_id, dcc_boot_id()))
        return members;
    proof.has_pipe = lstat(path, &proof.pipe) == 0 && S_ISFIFO(proof.pipe.st_mode);
    for (int attempt = 0; attempt < MAX_ATTEMPTS && !find_members(&proof, &look, members);
         attempt++) {
    }
    return members;
}
