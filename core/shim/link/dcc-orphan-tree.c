/* Finding a tree without its root's parent.
 *
 * A process belongs to the application when it is the main process, or descends from one that
 * belongs; or when it is of the session the main process made (that number is nobody else's while
 * one of them lives); or when it has our private output pipe for its stdout or stderr, which nobody
 * gets but by inheriting it. That finds double-forked daemons, too, and no stranger. */
#include "dcc-orphan-tree.h"
#include "dcc-process-scan.h"
#include "dcc-shim-files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "Nothing is left" is said only after a look in which nobody slipped away. */
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

/* Start times are as coarse as the clock's tick; where the kernel has a finer mark, that is asked,
 * too. */
static gboolean
is_main(const DccShimSlot *slot)
{
    DccIdentity identity;

    dcc_identity_from_slot(&identity, slot, &slot->main);
    return dcc_identity_is_alive(&identity);
}

static gboolean
is_proven(const Proof *proof, const DccProc *proc)
{
    const DccShimId *main = &proof->slot->main;

    if (proc->pid == getpid() || !dcc_process_scan_is_living(proc))
        return FALSE;
    if (proc->start_ticks < main->start_ticks)
        return FALSE;
    if (proc->pid == main->pid)
        return is_main(proof->slot);
    if (proof->watched && proc->sid == main->pid)
        return TRUE;
    return proof->has_pipe && (has_fd(proc, 1, &proof->pipe) || has_fd(proc, 2, &proof->pipe));
}

static gboolean
is_daemon(const DccShimSlot *slot, const DccProc *proc)
{
    for (guint i = 0; i < slot->n_daemons; i++)
        if (g_str_equal(proc->comm, slot->daemons[i]))
            return TRUE;
    return FALSE;
}

static gboolean
has_parent_in(GArray *members, const DccProc *proc)
{
    for (guint i = 0; i < members->len; i++)
        if (g_array_index(members, DccProc, i).pid == proc->ppid)
            return TRUE;
    return FALSE;
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
find_members(const Proof *proof, DccProcessScan *look, GArray *members)
{
    gboolean grown;

    dcc_process_scan_take(look, NULL, NULL);
    for (gsize i = 0; i < look->n; i++)
        if (is_proven(proof, &look->all[i]) && !is_daemon(proof->slot, &look->all[i]))
            g_array_append_val(members, look->all[i]);
    do {
        grown = FALSE;
        for (gsize i = 0; i < look->n; i++) {
            const DccProc *proc = &look->all[i];

            if (has_parent_in(members, proc) && !contains(members, proc->pid) &&
                dcc_process_scan_is_living(proc) && !is_daemon(proof->slot, proc)) {
                g_array_append_val(members, *proc);
                grown = TRUE;
            }
        }
    } while (grown);
    return members->len > 0 || dcc_process_scan_is_sure(look, proof->slot->main.start_ticks);
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
