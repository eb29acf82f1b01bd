/* Versions asked for in a thread; see the header.
 *
 * The commands are the errand's own copies: a thread that the kernel holds may outlive whoever began. */
#include "dcc-version-errand.h"

#include "dcc-quiet-thread.h"
#include "dcc-source.h"

struct _DccVersionErrand {
    DccVersionAsk *asks;
    guint n;
    gint64 timeout_ms;
    GCancellable *cancellable;
    GMainContext *context;
    DccVersionFunc func; /* NULL: called, or nobody wants to know */
    gpointer data;
};

static void
errand_clear(gpointer data)
{
    DccVersionErrand *self = data;

    for (guint i = 0; i < self->n; i++) {
        g_strfreev((char **)self->asks[i].argv);
        dcc_version_ask_clear(&self->asks[i]);
    }
    g_free(self->asks);
    g_object_unref(self->cancellable);
    g_main_context_unref(self->context);
}

static void
release(gpointer self)
{
    g_atomic_rc_box_release_full(self, errand_clear);
}

static gboolean
on_asked(gpointer data)
{
    DccVersionErrand *self = data;
    DccVersionFunc func = self->func;

    self->func = NULL;
    if (func != NULL)
        func(self->asks, self->data);
    return G_SOURCE_REMOVE;
}

/* Takes over self. */
static void
tell(DccVersionErrand *self)
{
    dcc_source_call(self->context, on_asked, self, release);
}

static gpointer
ask(gpointer data)
{
    DccVersionErrand *self = data;

    dcc_version_ask(self->asks, self->n, self->timeout_ms);
    tell(self);
    return NULL;
}

static void
ask_in_thread(DccVersionErrand *self)
{
    g_autoptr(GError) error = NULL;
    GThread *thread =
        dcc_quiet_thread_new("dcchost-versions", ask, g_atomic_rc_box_acquire(self), &error);

    if (thread != NULL) {
        g_thread_unref(thread);
        return;
    }
    for (guint i = 0; i < self->n; i++)
        self->asks[i].failure = g_strdup(error->message);
    tell(self); /* with the reference that was the thread's */
}

DccVersionErrand *
dcc_version_errand_begin(GPtrArray *commands, gint64 timeout_ms, DccVersionFunc func, gpointer data)
{
    DccVersionErrand *self = g_atomic_rc_box_new0(DccVersionErrand);

    self->n = commands->len;
    self->asks = g_new0(DccVersionAsk, self->n);
    self->timeout_ms = timeout_ms;
    self->cancellable = g_cancellable_new();
    self->context = g_main_context_ref_thread_default();
    self->func = func;
    self->data = data;
    for (guint i = 0; i < self->n; i++) {
        char **command = g_ptr_array_index(commands, i);

        self->asks[i].argv = (const char *const *)g_strdupv(command);
        self->asks[i].cancellable = self->cancellable;
    }
    ask_in_thread(self);
    return self;
}

void
dcc_version_errand_cancel(DccVersionErrand *self)
{
    g_cancellable_cancel(self->cancellable);
}

void
dcc_version_errand_free(DccVersionErrand *self)
{
    if (self == NULL)
        return;
    self->func = NULL;
    g_cancellable_cancel(self->cancellable);
    release(self);
}
