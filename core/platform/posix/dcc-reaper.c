/* The thread that reaps; see the header.
 *
 * How a child ended is read without reaping, and written down, before it is reaped: so there is no
 * moment at which nobody could say it.
 *
 * Threading: any. After a fork the child's copy of the reaper is dead, for its thread is not there:
 * it is left as it is, locks and all, and the next adoption makes a new one. */
#include "dcc-reaper.h"
#include "dcc-exit-set.h"
#include "dcc-pidfd.h"
#include "dcc-quiet-thread.h"

#include <errno.h>
#include <unistd.h>

#define EVENTS_PER_TURN 64
#define MOST_MEMORIES   4096

typedef struct {
    pid_t owner;
    GMutex lock;
    GCond changed;
    DccExitSet *set; /* NULL: no descriptors were to be had */
    gboolean has_thread;
    GHashTable *living;   /* pid -> DccReaped of those that have not been reaped */
    GQueue ended;         /* DccReaped, oldest first */
    GHashTable *memories; /* pid -> DccReaped of ended, the newest of that pid */
} Reaper;

struct _DccReaped {
    gatomicrefcount refs;
    Reaper *reaper;
    gint64 pid;
    int pidfd;   /* -1 once it is gone */
    gint64 born; /* monotonic; it had the pid from here... */
    gint64 gone; /* ...to here; 0 while it has not been reaped */
    int wait_status;
};

static Reaper *the_reaper;

static Reaper *
make_reaper(void)
{
    Reaper *reaper = g_new0(Reaper, 1);

    reaper->owner = getpid();
    g_mutex_init(&reaper->lock);
    g_cond_init(&reaper->changed);
    g_queue_init(&reaper->ended);
    reaper->living = g_hash_table_new(NULL, NULL);
    reaper->memories = g_hash_table_new(NULL, NULL);
    reaper->set = dcc_exit_set_new(NULL);
    return reaper;
}

/* This process's own; NULL: there is none yet. */
static Reaper *
peek_reaper(void)
{
    Reaper *reaper = g_atomic_pointer_get(&the_reaper);

    return reaper != NULL && reaper->owner == getpid() ? reaper : NULL;
}

static Reaper *
get_reaper(void)
{
    static GMutex lock;
    Reaper *reaper = peek_reaper();

    if (reaper != NULL)
        return reaper;
    g_mutex_lock(&lock);
    reaper = peek_reaper();
    if (reaper == NULL) {
        reaper = make_reaper();
        g_atomic_pointer_set(&the_reaper, reaper);
    }
    g_mutex_unlock(&lock);
    return reaper;
}

DccReaped *
dcc_reaped_ref(DccReaped *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

void
dcc_reaped_unref(DccReaped *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    if (self->pidfd >= 0)
        close(self->pidfd);
    g_free(self);
}

static void
forget_oldest(Reaper *reaper)
{
    DccReaped *oldest = g_queue_pop_head(&reaper->ended);
    gpointer key = GINT_TO_POINTER((gint)oldest->pid);

    if (g_hash_table_lookup(reaper->memories, key) == oldest)
        g_hash_table_remove(reaper->memories, key);
    dcc_reaped_unref(oldest);
}

/* With the lock held, and the reference that the living had. */
static void
take_end(Reaper *reaper, DccReaped *child)
{
    if (!dcc_pidfd_read_exit(child->pidfd, &child->wait_status))
        child->wait_status = -1;
    child->gone = g_get_monotonic_time();
    g_queue_push_tail(&reaper->ended, child);
    g_hash_table_insert(reaper->memories, GINT_TO_POINTER((gint)child->pid), child);
    dcc_pidfd_reap(child->pidfd, NULL);
    g_hash_table_remove(reaper->living, GINT_TO_POINTER((gint)child->pid));
    dcc_exit_set_remove(reaper->set, child->pidfd);
    close(child->pidfd);
    child->pidfd = -1;
    while (reaper->ended.length > MOST_MEMORIES)
        forget_oldest(reaper);
}

/* Somebody who asked may have been faster, and the number may be another child's since. */
static void
take_end_of(Reaper *reaper, guint pid)
{
    DccReaped *child = g_hash_table_lookup(reaper->living, GINT_TO_POINTER((gint)pid));

    if (child != NULL && dcc_pidfd_has_ended(child->pidfd))
        take_end(reaper, child);
}

static gpointer
run(gpointer data)
{
    Reaper *reaper = data;

    for (;;) {
        guint pids[EVENTS_PER_TURN];
        guint n = dcc_exit_set_wait(reaper->set, pids, EVENTS_PER_TURN, -1);

        g_mutex_lock(&reaper->lock);
        for (guint i = 0; i < n; i++)
            take_end_of(reaper, pids[i]);
        g_cond_broadcast(&reaper->changed);
        g_mutex_unlock(&reaper->lock);
    }
    return NULL;
}

static gboolean
ensure_thread(Reaper *reaper)
{
    GThread *thread;

    if (reaper->has_thread)
        return TRUE;
    thread = dcc_quiet_thread_new("dcc-reaper", run, reaper, NULL);
    if (thread == NULL)
        return FALSE;
    g_thread_unref(thread);
    reaper->has_thread = TRUE;
    return TRUE;
}

static gboolean
watch(Reaper *reaper, DccReaped *child, GError **error)
{
    if (child->pidfd >= 0 && reaper->set != NULL && ensure_thread(reaper) &&
        dcc_exit_set_add(reaper->set, child->pidfd, (guint)child->pid)) {
        g_hash_table_insert(
            reaper->living, GINT_TO_POINTER((gint)child->pid), dcc_reaped_ref(child));
        return TRUE;
    }
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "cannot watch process %" G_GINT64_FORMAT ": %s",
                child->pid,
                g_strerror(errno));
    return FALSE;
}

DccReaped *
dcc_reaper_adopt(const DccChild *child, GError **error)
{
    Reaper *reaper = get_reaper();
    g_autoptr(DccReaped) self = g_new0(DccReaped, 1);
    gboolean ok;

    g_atomic_ref_count_init(&self->refs);
    self->reaper = reaper;
    self->pid = child->pid;
    self->pidfd = child->process;
    self->wait_status = -1;
    self->born = g_get_monotonic_time();
    g_mutex_lock(&reaper->lock);
    ok = watch(reaper, self, error);
    g_mutex_unlock(&reaper->lock);
    return ok ? g_steal_pointer(&self) : NULL;
}

gint64
dcc_reaped_get_pid(DccReaped *self)
{
    return self->pid;
}

gboolean
dcc_reaped_is_gone(DccReaped *self, int *wait_status)
{
    gboolean gone;

    g_mutex_lock(&self->reaper->lock);
    /* The thread may be a moment late, and a caller that knows better must not be told otherwise.
     */
    if (self->pidfd >= 0 && dcc_pidfd_has_ended(self->pidfd)) {
        take_end(self->reaper, self);
        g_cond_broadcast(&self->reaper->changed);
    }
    gone = self->gone > 0;
    if (gone && wait_status != NULL)
        *wait_status = self->wait_status;
    g_mutex_unlock(&self->reaper->lock);
    return gone;
}

gboolean
dcc_reaped_wait(DccReaped *self, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    gboolean in_time = TRUE;

    g_mutex_lock(&self->reaper->lock);
    while (self->gone == 0 && in_time)
        in_time = g_cond_wait_until(&self->reaper->changed, &self->reaper->lock, end);
    in_time = self->gone > 0;
    g_mutex_unlock(&self->reaper->lock);
    return in_time;
}

int
dcc_reaped_signal(DccReaped *self, int sig)
{
    int error = ESRCH;

    g_mutex_lock(&self->reaper->lock);
    if (self->pidfd >= 0)
        error = dcc_pidfd_signal(self->pidfd, dcc_proc_signal_number(sig)) == 0 ? 0 : errno;
    g_mutex_unlock(&self->reaper->lock);
    return error;
}

DccProcessRef
dcc_reaped_dup(DccReaped *self)
{
    int fd = -1;

    g_mutex_lock(&self->reaper->lock);
    if (self->pidfd >= 0)
        fd = dcc_pidfd_dup(self->pidfd);
    g_mutex_unlock(&self->reaper->lock);
    return fd;
}

guint
dcc_reaper_leave_out(gint64 *pids, guint n, gint64 but)
{
    Reaper *reaper = peek_reaper();
    guint kept = 0;

    if (reaper == NULL)
        return n;
    g_mutex_lock(&reaper->lock);
    for (guint i = 0; i < n; i++)
        if (pids[i] == but ||
            !g_hash_table_contains(reaper->living, GINT_TO_POINTER((gint)pids[i])))
            pids[kept++] = pids[i];
    g_mutex_unlock(&reaper->lock);
    return kept;
}

gboolean
dcc_reaper_recall(gint64 pid, gint64 at, gboolean was_there, int *wait_status)
{
    Reaper *reaper = peek_reaper();
    DccReaped *memory;
    gboolean known;

    if (reaper == NULL)
        return FALSE;
    g_mutex_lock(&reaper->lock);
    memory = g_hash_table_lookup(reaper->memories, GINT_TO_POINTER((gint)pid));
    known = memory != NULL && memory->wait_status >= 0 && memory->born <= at &&
            (!was_there || at <= memory->gone);
    if (known)
        *wait_status = memory->wait_status;
    g_mutex_unlock(&reaper->lock);
    return known;
}
