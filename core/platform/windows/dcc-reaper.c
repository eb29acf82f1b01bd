/* Children of this process, and how they ended; see the header.
 *
 * Nothing has to be reaped here; but a number is somebody else's as soon as the last handle is closed, so how each
 * child ended is written down by one thread, for those who ask later by its number.
 *
 * Threading: any. */
#include "dcc-reaper.h"

#include "dcc-end-request.h"
#include "dcc-exit-set.h"
#include "dcc-handle.h"
#include "dcc-nt-status.h"
#include "dcc-quiet-thread.h"
#include "dcc-signals.h"

#include <errno.h>

#define ENDS_PER_TURN 64
#define MOST_MEMORIES 4096

typedef struct {
    GMutex lock;
    GCond changed;
    DccExitSet *ends;
    gboolean has_thread;
    guint last_number;
    GHashTable *living;   /* number -> DccReaped, with a reference */
    GQueue ended;         /* DccReaped, oldest first */
    GHashTable *memories; /* pid -> DccReaped of ended, the newest of that pid */
} Reaper;

struct _DccReaped {
    gatomicrefcount refs;
    guint number;
    gint64 pid;
    DccProcessRef process; /* NONE once it is gone */
    gint64 born;           /* monotonic; it had the pid from here... */
    gint64 gone;           /* ...to here; 0 while it lives */
    int wait_status;
};

static Reaper the_reaper = {.ended = G_QUEUE_INIT};

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
    dcc_process_ref_close(&self->process);
    g_free(self);
}

static void
forget_oldest(void)
{
    DccReaped *oldest = g_queue_pop_head(&the_reaper.ended);
    gpointer key = GINT_TO_POINTER((gint)oldest->pid);

    if (g_hash_table_lookup(the_reaper.memories, key) == oldest)
        g_hash_table_remove(the_reaper.memories, key);
    dcc_reaped_unref(oldest);
}

/* With the lock held, and the reference that the table of the living had. */
static void
take_end(DccReaped *child)
{
    if (child->process == DCC_PROCESS_REF_NONE)
        return;
    if (!dcc_process_ref_read_exit(child->process, &child->wait_status))
        child->wait_status = -1;
    child->gone = g_get_monotonic_time();
    dcc_exit_set_remove(the_reaper.ends, child->process);
    dcc_process_ref_close(&child->process);
    g_hash_table_remove(the_reaper.living, GUINT_TO_POINTER(child->number));
    g_queue_push_tail(&the_reaper.ended, child);
    g_hash_table_insert(the_reaper.memories, GINT_TO_POINTER((gint)child->pid), child);
    while (the_reaper.ended.length > MOST_MEMORIES)
        forget_oldest();
}

static gpointer
run(gpointer data)
{
    for (;;) {
        guint numbers[ENDS_PER_TURN];
        guint n = dcc_exit_set_wait(the_reaper.ends, numbers, ENDS_PER_TURN, -1);

        g_mutex_lock(&the_reaper.lock);
        for (guint i = 0; i < n; i++) {
            DccReaped *child = g_hash_table_lookup(the_reaper.living, GUINT_TO_POINTER(numbers[i]));

            if (child != NULL)
                take_end(child);
        }
        g_cond_broadcast(&the_reaper.changed);
        g_mutex_unlock(&the_reaper.lock);
    }
    return NULL;
}

/* With the lock held. */
static gboolean
ensure_thread(GError **error)
{
    GThread *thread;

    if (the_reaper.has_thread)
        return TRUE;
    if (the_reaper.ends == NULL) {
        the_reaper.living = g_hash_table_new(NULL, NULL);
        the_reaper.memories = g_hash_table_new(NULL, NULL);
        the_reaper.ends = dcc_exit_set_new(error);
    }
    thread = the_reaper.ends != NULL ? dcc_quiet_thread_new("dcc-reaper", run, NULL, error) : NULL;
    if (thread == NULL)
        return FALSE;
    g_thread_unref(thread);
    the_reaper.has_thread = TRUE;
    return TRUE;
}

/* With the lock held. */
static gboolean
watch(DccReaped *child, GError **error)
{
    if (!ensure_thread(error))
        return FALSE;
    do
        child->number = ++the_reaper.last_number;
    while (child->number == 0 ||
           g_hash_table_contains(the_reaper.living, GUINT_TO_POINTER(child->number)));
    if (dcc_exit_set_add(the_reaper.ends, child->process, child->number)) {
        g_hash_table_insert(
            the_reaper.living, GUINT_TO_POINTER(child->number), dcc_reaped_ref(child));
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
    g_autoptr(DccReaped) self = g_new0(DccReaped, 1);
    gboolean ok;

    g_atomic_ref_count_init(&self->refs);
    self->pid = child->pid;
    self->process = child->process;
    self->wait_status = -1;
    self->born = g_get_monotonic_time();
    g_mutex_lock(&the_reaper.lock);
    ok = watch(self, error);
    g_mutex_unlock(&the_reaper.lock);
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

    g_mutex_lock(&the_reaper.lock);
    /* The thread may be a moment late, and a caller that knows better must not be told otherwise. */
    if (self->process != DCC_PROCESS_REF_NONE && dcc_process_ref_has_ended(self->process)) {
        take_end(self);
        g_cond_broadcast(&the_reaper.changed);
    }
    gone = self->gone > 0;
    if (gone && wait_status != NULL)
        *wait_status = self->wait_status;
    g_mutex_unlock(&the_reaper.lock);
    return gone;
}

gboolean
dcc_reaped_wait(DccReaped *self, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    gboolean in_time = TRUE;

    g_mutex_lock(&the_reaper.lock);
    while (self->gone == 0 && in_time)
        in_time = g_cond_wait_until(&the_reaper.changed, &the_reaper.lock, end);
    in_time = self->gone > 0;
    g_mutex_unlock(&the_reaper.lock);
    return in_time;
}

/* Signals that Windows has something like. */
static gboolean
act(DccReaped *self, int sig)
{
    switch (sig) {
    case DCC_SIGNAL_KILL:
        return dcc_process_ref_kill(self->process);
    case DCC_SIGNAL_TERMINATE:
    case DCC_SIGNAL_INTERRUPT:
        return dcc_end_request_send(self->pid);
    default:
        /* A process is not stopped here, and so need not be told to go on. */
        return sig == DCC_SIGNAL_CONTINUE;
    }
}

int
dcc_reaped_signal(DccReaped *self, int sig)
{
    int error = ESRCH;

    g_mutex_lock(&the_reaper.lock);
    if (self->process != DCC_PROCESS_REF_NONE)
        error = act(self, sig) ? 0 : ENOTSUP;
    g_mutex_unlock(&the_reaper.lock);
    return error;
}

DccProcessRef
dcc_reaped_dup(DccReaped *self)
{
    gpointer copy = NULL;

    g_mutex_lock(&the_reaper.lock);
    if (self->process != DCC_PROCESS_REF_NONE)
        copy = dcc_handle_duplicate(dcc_handle_from_number(self->process), FALSE);
    g_mutex_unlock(&the_reaper.lock);
    return copy != NULL ? dcc_handle_to_number(copy) : DCC_PROCESS_REF_NONE;
}

static gboolean
is_living(gint64 pid)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, the_reaper.living);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((DccReaped *)value)->pid == pid)
            return TRUE;
    return FALSE;
}

guint
dcc_reaper_leave_out(gint64 *pids, guint n, gint64 but)
{
    guint kept = 0;

    g_mutex_lock(&the_reaper.lock);
    for (guint i = 0; i < n; i++)
        if (pids[i] == but || the_reaper.living == NULL || !is_living(pids[i]))
            pids[kept++] = pids[i];
    g_mutex_unlock(&the_reaper.lock);
    return kept;
}

gboolean
dcc_reaper_recall(gint64 pid, gint64 at, gboolean was_there, int *wait_status)
{
    DccReaped *memory = NULL;
    gboolean known;

    g_mutex_lock(&the_reaper.lock);
    if (the_reaper.memories != NULL)
        memory = g_hash_table_lookup(the_reaper.memories, GINT_TO_POINTER((gint)pid));
    known = memory != NULL && memory->wait_status != -1 && memory->born <= at &&
            (!was_there || at <= memory->gone);
    if (known)
        *wait_status = memory->wait_status;
    g_mutex_unlock(&the_reaper.lock);
    return known;
}
