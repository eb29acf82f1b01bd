/* An application without a shim; see the header.
 *
 * How it ended can be told when this process is its parent and reaps it, when the kernel tells
 * strangers (Linux 6.15), or while its zombie can be read. Else it is lost, and said to be lost:
 * never 0. */
#include "dcc-orphan.h"
#include "dcc-exit-watch.h"
#include "dcc-orphan-tree.h"
#include "dcc-pidfd.h"
#include "dcc-ring.h"
#include "dcc-shim-files.h"
#include "dcc-source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define KILL_PERIOD_MS 20
#define KILL_PASSES    250
#define END_PASSES     50 /* of dcc_orphan_end(), without the main loop */
/* How often a process is looked at that cannot be watched, as where pidfd_open() is refused. */
#define LOOK_MS 500
/* For its parent to reap it: other processes are told only after that. The first process of some
 * containers polls. */
#define REAP_PATIENCE_MS 5000
#define MAX_WATCHED      256

struct _DccOrphan {
    char *dir;
    DccOrphanFunc func;
    gpointer data;
    DccShimSlot slot;
    DccRing ring;
    DccExitWatch *watch;
    int record_fd;
    int output_fd;
    int main_fd;
    gboolean watched; /* see dcc_orphan_tree_list() */
    gboolean degraded;
    gboolean empty;
    guint main_id;
    GArray *member_ids; /* of exit watches: what is left after the main process */
    GSource *output;
    GSource *reaped; /* waits for the zombie to go */
    GSource *patience;
    GSource *killing;
    GSource *recheck;
    GSource *looking; /* at the main process, where there are no pidfds */
    guint kill_passes;
    gboolean closed;
};

static void
check_tree(DccOrphan *self);

static void
clear(gpointer data)
{
    DccOrphan *self = data;

    g_array_unref(self->member_ids);
    g_free(self->dir);
}

static void
release(DccOrphan *self)
{
    g_rc_box_release_full(self, clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccOrphan, release)

/* The handler may free the object: a caller holds a reference and looks at `closed` afterwards. */
static void
tell(DccOrphan *self, DccShimNews news)
{
    if (!self->closed)
        self->func(news, self->data);
}

static void
write_record(DccOrphan *self)
{
    dcc_shim_slot_note_dropped(&self->slot, self->ring.dropped);
    if (self->record_fd >= 0 && dcc_shim_slot_write(self->record_fd, &self->slot))
        dcc_shim_record_sync(self->record_fd);
}

static void
drain(DccOrphan *self)
{
    gint64 moved;

    if (self->output_fd < 0)
        return;
    moved = dcc_ring_drain(&self->ring, self->output_fd, dcc_ring_pipe_size(self->output_fd), true);
    if (moved < 0) {
        dcc_source_clear(&self->output);
        close(self->output_fd);
        self->output_fd = -1;
    }
    if (moved > 0)
        tell(self, DCC_SHIM_OUTPUT);
    if (self->ring.error != 0 && !self->degraded) {
        self->degraded = TRUE;
        tell(self, DCC_SHIM_DEGRADED);
    }
}

static gboolean
on_output(gint fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    drain(self);
    return G_SOURCE_CONTINUE;
}

static void
conclude(DccOrphan *self, gboolean known, int wait_status)
{
    dcc_source_clear(&self->reaped);
    dcc_source_clear(&self->patience);
    dcc_source_clear(&self->looking);
    drain(self);
    if (self->closed)
        return;
    /* Its shim may have died before it let it go: then that code is not the application's. */
    if (self->slot.phase == DCC_PHASE_SPAWNED && wait_status == DCC_SHIM_NOT_BEGUN << 8)
        known = FALSE;
    dcc_shim_slot_note_exit(&self->slot, known, wait_status, g_get_real_time());
    write_record(self);
    check_tree(self);
    tell(self, DCC_SHIM_EXITED);
}

static gboolean
on_reaped(gint fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);
    int wait_status = 0;
    gboolean known = dcc_pidfd_read_exit(self->main_fd, &wait_status);

    conclude(self, known, wait_status);
    return G_SOURCE_REMOVE;
}

static gboolean
on_patience_over(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    conclude(self, FALSE, 0);
    return G_SOURCE_REMOVE;
}

static void
on_main_ended(int pidfd, gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);
    int wait_status = 0;

    self->main_id = 0;
    /* Ours when this session is a subreaper. */
    if (dcc_pidfd_reap(pidfd, &wait_status) || dcc_pidfd_read_exit(pidfd, &wait_status)) {
        conclude(self, TRUE, wait_status);
    } else if (!dcc_pidfd_can_read_exit()) {
        conclude(self, FALSE, 0);
    } else if (dcc_pidfd_is_reaped(pidfd)) { /* perhaps between the two questions */
        gboolean known = dcc_pidfd_read_exit(pidfd, &wait_status);

        conclude(self, known, wait_status);
    } else {
        self->reaped = dcc_source_attach(
            g_unix_fd_source_new(self->main_fd, G_IO_HUP), G_SOURCE_FUNC(on_reaped), self);
        self->patience =
            dcc_source_attach(g_timeout_source_new(REAP_PATIENCE_MS), on_patience_over, self);
    }
}

static void
forget_members(DccOrphan *self)
{
    for (guint i = 0; i < self->member_ids->len; i++)
        dcc_exit_watch_remove(self->watch, g_array_index(self->member_ids, guint, i));
    g_array_set_size(self->member_ids, 0);
}

static gboolean
on_recheck(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    dcc_source_clear(&self->recheck);
    check_tree(self);
    return G_SOURCE_REMOVE;
}

static void
on_member_ended(int pidfd, gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    /* Ours to reap when this session is a subreaper. */
    dcc_pidfd_reap(pidfd, NULL);
    if (self->recheck == NULL)
        self->recheck = dcc_source_attach(g_idle_source_new(), on_recheck, self);
}

static gboolean
on_empty(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    dcc_source_clear(&self->recheck);
    tell(self, DCC_SHIM_EMPTY);
    return G_SOURCE_REMOVE;
}

static void
watch_members(DccOrphan *self, GArray *members)
{
    for (guint i = 0; i < MIN(members->len, MAX_WATCHED); i++) {
        int pidfd = dcc_pidfd_open(g_array_index(members, DccProc, i).pid);
        guint id = 0;

        if (pidfd < 0)
            continue;
        id = dcc_exit_watch_add(self->watch, pidfd, on_member_ended, self, NULL);
        close(pidfd);
        if (id != 0)
            g_array_append_val(self->member_ids, id);
    }
}

/* After the main process: is anything left? Whatever is, its end makes us look again. */
static void
check_tree(DccOrphan *self)
{
    g_autoptr(GArray) members = NULL;

    if (self->empty || self->slot.phase != DCC_PHASE_ENDED)
        return;
    forget_members(self);
    members = dcc_orphan_tree_list(&self->slot, self->dir, self->watched);
    if (members->len > 0) {
        watch_members(self, members);
        /* One that could not be watched is looked at. */
        if (self->member_ids->len < MIN(members->len, MAX_WATCHED) && self->recheck == NULL)
            self->recheck = dcc_source_attach(g_timeout_source_new(LOOK_MS), on_recheck, self);
        return;
    }
    self->empty = TRUE;
    dcc_source_clear(&self->killing);
    dcc_shim_slot_note_empty(&self->slot);
    write_record(self);
    dcc_source_clear(&self->recheck);
    self->recheck = dcc_source_attach(g_idle_source_new(), on_empty, self);
}

static gboolean
on_nothing_to_watch(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    dcc_source_clear(&self->patience);
    if (self->slot.phase == DCC_PHASE_ENDED)
        check_tree(self);
    else
        conclude(self, FALSE, 0);
    return G_SOURCE_REMOVE;
}

static gboolean
on_look(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);
    DccProc proc;

    if (dcc_shim_id_read(&self->slot, &self->slot.main, &proc))
        return G_SOURCE_CONTINUE;
    conclude(self, FALSE, 0);
    return G_SOURCE_REMOVE;
}

/* TRUE: it is there, but nothing tells when it ends. */
static gboolean
watch_by_looking(DccOrphan *self)
{
    DccProc proc;

    if (dcc_shim_has_pidfds() || self->slot.phase == DCC_PHASE_ENDED ||
        !dcc_shim_id_read(&self->slot, &self->slot.main, &proc))
        return FALSE;
    self->looking = dcc_source_attach(g_timeout_source_new(LOOK_MS), on_look, self);
    return TRUE;
}

static void
watch_main(DccOrphan *self)
{
    DccIdentity identity;
    gboolean alive, heard;

    dcc_identity_from_slot(&identity, &self->slot, &self->slot.main);
    if (self->slot.phase != DCC_PHASE_ENDED && self->main_fd < 0)
        self->main_fd = dcc_identity_open(&identity);
    alive = self->main_fd >= 0 && !dcc_pidfd_has_ended(self->main_fd);
    if (self->slot.phase != DCC_PHASE_ENDED && self->main_fd >= 0)
        self->main_id = dcc_exit_watch_add(self->watch, self->main_fd, on_main_ended, self, NULL);
    heard = self->main_id != 0 || watch_by_looking(self);
    self->watched = heard && (alive || self->looking != NULL);
    if (!heard)
        self->patience = dcc_source_attach(g_idle_source_new(), on_nothing_to_watch, self);
}

DccOrphan *
dcc_orphan_new(
    const char *dir, const char *log_path, int main_fd, DccOrphanFunc func, gpointer data)
{
    DccOrphan *self = g_rc_box_new0(DccOrphan);

    self->dir = g_strdup(dir);
    self->func = func;
    self->data = data;
    self->main_fd = main_fd;
    self->member_ids = g_array_new(FALSE, FALSE, sizeof(guint));
    self->watch = dcc_exit_watch_ref_default();
    self->record_fd = dcc_shim_files_open_record(dir, O_RDWR);
    if (self->record_fd < 0 || !dcc_shim_slot_read(self->record_fd, &self->slot))
        memset(&self->slot, 0, sizeof self->slot);
    dcc_ring_init(&self->ring, log_path, self->slot.log_size, self->slot.log_files);
    self->ring.dropped = self->slot.log_dropped;
    self->output_fd = dcc_shim_files_open_output(dir);
    if (self->output_fd >= 0)
        self->output = dcc_source_attach(
            g_unix_fd_source_new(self->output_fd, G_IO_IN), G_SOURCE_FUNC(on_output), self);
    watch_main(self);
    return self;
}

static void
clear_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
dcc_orphan_free(DccOrphan *self)
{
    GSource **sources[] = {&self->output,
                           &self->reaped,
                           &self->patience,
                           &self->killing,
                           &self->recheck,
                           &self->looking};

    self->closed = TRUE;
    forget_members(self);
    if (self->main_id != 0)
        dcc_exit_watch_remove(self->watch, self->main_id);
    self->main_id = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        dcc_source_clear(sources[i]);
    dcc_ring_close(&self->ring);
    clear_fd(&self->record_fd);
    clear_fd(&self->output_fd);
    clear_fd(&self->main_fd);
    g_clear_pointer(&self->watch, dcc_exit_watch_unref);
    release(self);
}

static void
remember_signal(DccOrphan *self, int sig)
{
    if (dcc_shim_slot_note_signal(&self->slot, sig))
        write_record(self);
}

static gboolean
is_main_watched(const DccOrphan *self)
{
    return self->main_id != 0 || self->looking != NULL;
}

static void
send_to_main(DccOrphan *self, int sig)
{
    DccProc proc;

    if (self->main_fd >= 0)
        dcc_pidfd_signal(self->main_fd, sig);
    else if (dcc_shim_id_read(&self->slot, &self->slot.main, &proc))
        dcc_proc_signal(&proc, sig);
}

static void
signal_main(DccOrphan *self, int sig)
{
    if (!is_main_watched(self))
        return;
    remember_signal(self, sig);
    send_to_main(self, dcc_proc_signal_number(sig));
    send_to_main(self, SIGCONT);
}

/* FALSE: there was nothing to send it to. */
static gboolean
signal_tree(DccOrphan *self, int sig)
{
    g_autoptr(GArray) members = dcc_orphan_tree_list(&self->slot, self->dir, self->watched);
    bool changed = false;

    for (guint i = 0; i < members->len; i++) {
        const DccProc *proc = &g_array_index(members, DccProc, i);

        if (proc->pid == self->slot.main.pid)
            remember_signal(self, sig);
        dcc_shim_slot_signal(&self->slot, proc, sig, &changed);
        if (sig != SIGKILL)
            dcc_proc_signal(proc, SIGCONT);
    }
    if (changed)
        write_record(self);
    return members->len > 0;
}

void
dcc_orphan_end(DccOrphan *self)
{
    for (guint pass = 0; pass < END_PASSES && signal_tree(self, SIGKILL); pass++)
        g_usleep(1000);
}

static gboolean
on_kill(gpointer data)
{
    g_autoptr(DccOrphan) self = g_rc_box_acquire(data);

    if (signal_tree(self, SIGKILL) && ++self->kill_passes < KILL_PASSES)
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->killing);
    check_tree(self);
    return G_SOURCE_REMOVE;
}

void
dcc_orphan_order(DccOrphan *self, DccShimOrder order)
{
    switch (order) {
    case DCC_SHIM_TERM:
        signal_main(self, self->slot.first_signal > 0 ? self->slot.first_signal : SIGTERM);
        break;
    case DCC_SHIM_TERM_TREE:
        signal_tree(self, SIGTERM);
        break;
    case DCC_SHIM_KILL_TREE:
        dcc_source_clear(&self->killing);
        self->kill_passes = 0;
        signal_tree(self, SIGKILL);
        self->killing = dcc_source_attach(g_timeout_source_new(KILL_PERIOD_MS), on_kill, self);
        break;
    case DCC_SHIM_CONT:
        if (is_main_watched(self))
            send_to_main(self, SIGCONT);
        break;
    case DCC_SHIM_LEAVE:
    default:
        break;
    }
}

GArray *
dcc_orphan_list_tree(DccOrphan *self)
{
    return dcc_orphan_tree_list(&self->slot, self->dir, self->watched);
}
