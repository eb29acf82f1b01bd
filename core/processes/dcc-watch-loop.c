/* One turn of a watcher's core after the other; see the header.
 *
 * Threading: whoever makes a loop stops it, or another thread after it. */
#include "dcc-watch-loop.h"

#include "dcc-quiet-thread.h"

struct _DccWatchLoop {
    DccWatchCore *core;
    GThread *thread; /* or */
    GSource *source;
};

typedef struct {
    GSource source;
    DccWatchCore *core;
    GWeakRef owner;
    DccWatchEmit emit;
} WatchSource;

static gpointer
run(gpointer data)
{
    gint64 due = 0;

    while (due != DCC_WATCH_OVER)
        due = dcc_watch_core_turn(data, due);
    return NULL;
}

DccWatchLoop *
dcc_watch_loop_new_in_thread(DccWatchCore *core, GError **error)
{
    g_autoptr(GError) problem = NULL;
    DccWatchLoop *self;
    GThread *thread;

    dcc_watch_core_begin(core);
    thread = dcc_quiet_thread_new("dcc-watcher", run, core, &problem);
    if (thread == NULL) {
        dcc_watch_core_end(core);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "cannot start a thread to watch processes: %s",
                    problem->message);
        return NULL;
    }
    self = g_new0(DccWatchLoop, 1);
    self->core = core;
    self->thread = thread;
    return self;
}

/* What is not emitted goes back to the queue: nothing is lost when a handler calls stop. */
static void
emit_all(WatchSource *self, GObject *owner, const DccWatchEvent *events, gsize n)
{
    gsize i;

    for (i = 0; i < n && !g_source_is_destroyed(&self->source); i++)
        self->emit(owner, &events[i]);
    dcc_watch_core_give_back(self->core, events + i, n - i);
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    WatchSource *self = (WatchSource *)source;
    g_autoptr(GObject) owner = g_weak_ref_get(&self->owner);
    g_autofree DccWatchEvent *events = NULL;
    gint64 due = DCC_WATCH_OVER;
    gsize n = 0;

    if (owner == NULL || dcc_watch_core_is_inert(self->core) || g_source_is_destroyed(source))
        return G_SOURCE_REMOVE;
    due = dcc_watch_core_turn(self->core, 0);
    if (due == DCC_WATCH_OVER)
        return G_SOURCE_REMOVE;
    events = dcc_watch_core_take(self->core, &n);
    g_source_set_ready_time(source, due == DCC_WATCH_NEVER ? -1 : due);
    emit_all(self, owner, events, n);
    return g_source_is_destroyed(source) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
finalize_source(GSource *source)
{
    g_weak_ref_clear(&((WatchSource *)source)->owner);
}

static GSourceFuncs source_funcs = {.dispatch = dispatch, .finalize = finalize_source};

DccWatchLoop *
dcc_watch_loop_new_in_context(DccWatchCore *core,
                              GObject *owner,
                              DccWatchEmit emit,
                              GMainContext *context)
{
    GSource *source = g_source_new(&source_funcs, sizeof(WatchSource));
    DccWatchLoop *self = g_new0(DccWatchLoop, 1);

    ((WatchSource *)source)->core = core;
    ((WatchSource *)source)->emit = emit;
    g_weak_ref_init(&((WatchSource *)source)->owner, owner);
    g_source_set_name(source, "dcc-watcher");
    dcc_watch_core_add_to_source(core, source);
    g_source_set_ready_time(source, 0);
    self->core = core;
    self->source = source;
    dcc_watch_core_begin(core);
    g_source_attach(source, context);
    return self;
}

void
dcc_watch_loop_stop(DccWatchLoop *self)
{
    dcc_watch_core_end(self->core);
    g_clear_pointer(&self->thread, g_thread_join);
    if (self->source != NULL) {
        g_source_destroy(self->source);
        g_source_unref(self->source);
    }
    g_free(self);
}
