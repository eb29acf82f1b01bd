/* Versions asked for in a thread; see the header. The commands are the thread's own copies. */
#include "dcc-version-errand.h"

#include "dcc-errand.h"

/* The thread's; cancelled from any. */
typedef struct {
    DccVersionAsk *asks;
    guint n;
    gint64 timeout_ms;
    GCancellable *cancellable;
} Task;

struct _DccVersionErrand {
    DccErrand *errand;
    GCancellable *cancellable;
    DccVersionFunc func;
    gpointer data;
};

static void
task_free(gpointer data)
{
    Task *task = data;

    for (guint i = 0; i < task->n; i++) {
        g_strfreev((char **)task->asks[i].argv);
        dcc_version_ask_clear(&task->asks[i]);
    }
    g_free(task->asks);
    g_object_unref(task->cancellable);
    g_free(task);
}

static Task *
task_new(GPtrArray *commands, gint64 timeout_ms)
{
    Task *task = g_new0(Task, 1);

    task->n = commands->len;
    task->asks = g_new0(DccVersionAsk, task->n);
    task->timeout_ms = timeout_ms;
    task->cancellable = g_cancellable_new();
    for (guint i = 0; i < task->n; i++) {
        char **command = g_ptr_array_index(commands, i);

        task->asks[i].argv = (const char *const *)g_strdupv(command);
        task->asks[i].cancellable = task->cancellable;
    }
    return task;
}

static void
ask(gpointer data)
{
    Task *task = data;

    dcc_version_ask(task->asks, task->n, task->timeout_ms);
}

static void
on_asked(gpointer task, gpointer data)
{
    DccVersionErrand *self = data;

    self->func(((Task *)task)->asks, self->data);
}

static void
refuse(gpointer data, const char *why)
{
    Task *task = data;

    for (guint i = 0; i < task->n; i++)
        task->asks[i].failure = g_strdup(why);
}

static const DccErrandKind errand_kind = {"dcchost-versions", ask, on_asked, task_free, refuse};

DccVersionErrand *
dcc_version_errand_begin(GPtrArray *commands, gint64 timeout_ms, DccVersionFunc func, gpointer data)
{
    DccVersionErrand *self = g_new0(DccVersionErrand, 1);
    Task *task = task_new(commands, timeout_ms);

    self->func = func;
    self->data = data;
    self->cancellable = g_object_ref(task->cancellable);
    self->errand = dcc_errand_begin(&errand_kind, task, self);
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
    g_cancellable_cancel(self->cancellable);
    dcc_errand_free(self->errand);
    g_object_unref(self->cancellable);
    g_free(self);
}
