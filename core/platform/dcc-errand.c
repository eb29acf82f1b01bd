/* Work in a thread; see the header. */
#include "dcc-errand.h"

#include "dcc-quiet-thread.h"
#include "dcc-source.h"

struct _DccErrand {
    const DccErrandKind *kind;
    gpointer task;
    GMainContext *context;
    gboolean told; /* or nobody wants to know */
    gpointer data;

    GMutex lock; /* over what follows */
    GCond is_finished;
    gboolean finished;
};

static void
errand_clear(gpointer data)
{
    DccErrand *self = data;

    self->kind->free_task(self->task);
    g_main_context_unref(self->context);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->is_finished);
}

static void
release(gpointer self)
{
    g_atomic_rc_box_release_full(self, errand_clear);
}

static void
tell(DccErrand *self)
{
    gboolean told = self->told;

    self->told = TRUE;
    if (!told)
        self->kind->done(self->task, self->data);
}

static gboolean
on_finished(gpointer self)
{
    tell(self);
    return G_SOURCE_REMOVE;
}

/* Takes over the reference. */
static void
finish(DccErrand *self)
{
    g_mutex_lock(&self->lock);
    self->finished = TRUE;
    g_cond_signal(&self->is_finished);
    g_mutex_unlock(&self->lock);
    dcc_source_call(self->context, on_finished, self, release);
}

static gpointer
work(gpointer data)
{
    DccErrand *self = data;

    self->kind->work(self->task);
    finish(self);
    return NULL;
}

/* There is no thread. */
static void
do_without(DccErrand *self, const GError *error)
{
    if (self->kind->refuse != NULL)
        self->kind->refuse(self->task, error->message);
    else
        self->kind->work(self->task);
    finish(self);
}

DccErrand *
dcc_errand_begin(const DccErrandKind *kind, gpointer task, gpointer data)
{
    DccErrand *self = g_atomic_rc_box_new0(DccErrand);
    g_autoptr(GError) error = NULL;
    GThread *thread;

    self->kind = kind;
    self->task = task;
    self->data = data;
    self->context = g_main_context_ref_thread_default();
    g_mutex_init(&self->lock);
    g_cond_init(&self->is_finished);
    thread = dcc_quiet_thread_new(kind->name, work, g_atomic_rc_box_acquire(self), &error);
    if (thread != NULL)
        g_thread_unref(thread);
    else
        do_without(self, error); /* with the reference that was the thread's */
    return self;
}

static gboolean
wait_until_finished(DccErrand *self, gint64 ms)
{
    gint64 end = g_get_monotonic_time() + ms * 1000;
    gboolean finished;

    g_mutex_lock(&self->lock);
    while (!self->finished && g_cond_wait_until(&self->is_finished, &self->lock, end))
        ;
    finished = self->finished;
    g_mutex_unlock(&self->lock);
    return finished;
}

gboolean
dcc_errand_wait(DccErrand *self, gint64 ms)
{
    if (!wait_until_finished(self, ms))
        return FALSE;
    g_atomic_rc_box_acquire(self); /* it may be freed by whoever is told */
    tell(self);
    release(self);
    return TRUE;
}

void
dcc_errand_free(DccErrand *self)
{
    if (self == NULL)
        return;
    self->told = TRUE;
    release(self);
}
