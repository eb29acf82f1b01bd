/* One call of an instance's agent. The call blocks in a thread of its own; this one waits for that and
 * for signals. A call that is not waited for goes on until its answer comes or this process ends. */
#include "cli-agent-call.h"

#include "cli-signals.h"
#include "dcc-fds.h"
#include "dcc-quiet-thread.h"
#include <gio/gio.h>

#define MARGIN_MS 5000 /* the session's own answer that the time is over comes first */

typedef struct {
    DccRuntime *runtime;
    char *name;
    JsonObject *params;
    gint64 timeout_ms;
    JsonObject *answer;
    GError *error;
    int done_fd; /* closed when it is done */
} Call;

static void
call_clear(gpointer data)
{
    Call *self = data;

    g_object_unref(self->runtime);
    g_free(self->name);
    g_clear_pointer(&self->params, json_object_unref);
    g_clear_pointer(&self->answer, json_object_unref);
    g_clear_error(&self->error);
    dcc_fds_close(&self->done_fd);
}

static void
call_release(Call *self)
{
    g_atomic_rc_box_release_full(self, call_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_release)

/* Takes params. */
static JsonObject *
make_params(const char *method, JsonObject *params, gint64 timeout_ms)
{
    JsonObject *outer = json_object_new();

    json_object_set_string_member(outer, "method", method);
    json_object_set_int_member(outer, "timeout_ms", timeout_ms);
    json_object_set_object_member(outer, "params", params);
    return outer;
}

static gpointer
run(gpointer data)
{
    g_autoptr(Call) self = data;
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, &self->error);

    if (client != NULL)
        self->answer = dcc_client_call(client,
                                       "agent",
                                       g_steal_pointer(&self->params),
                                       self->timeout_ms + MARGIN_MS,
                                       &self->error);
    dcc_fds_close(&self->done_fd);
    return NULL;
}

/* FALSE: func would not wait. */
static gboolean
await(int done_fd, CliSignalFunc func, gpointer data)
{
    GPollFD fds[] = {{.fd = dcc_fds_of_pipe(done_fd), .events = G_IO_IN},
                     {.fd = cli_signals_get_fd(), .events = G_IO_IN}};
    int number;

    while (fds[0].revents == 0) {
        dcc_fds_wait(fds, fds[1].fd >= 0 ? 2 : 1, -1);
        while (fds[0].revents == 0 && (number = cli_signals_take()) != 0) {
            if (!func(number, data))
                return FALSE;
        }
    }
    return TRUE;
}

/* Without a thread signals wait until it is done. */
static gboolean
perform(Call *self, int done_fd, CliSignalFunc func, gpointer data)
{
    GThread *thread = dcc_quiet_thread_new("agent-call", run, g_atomic_rc_box_acquire(self), NULL);
    gboolean done;

    if (thread == NULL)
        run(self);
    done = await(done_fd, func, data);
    if (thread != NULL && done)
        g_thread_join(thread);
    else if (thread != NULL)
        g_thread_unref(thread);
    return done;
}

JsonObject *
cli_agent_call(DccRuntime *runtime,
               const char *name,
               const char *method,
               JsonObject *params,
               gint64 timeout_ms,
               CliSignalFunc func,
               gpointer data,
               GError **error)
{
    g_autoptr(Call) self = g_atomic_rc_box_new0(Call);
    gboolean done;
    int fds[2];

    self->runtime = g_object_ref(runtime);
    self->name = g_strdup(name);
    self->params = make_params(method, params, timeout_ms);
    self->timeout_ms = timeout_ms;
    self->done_fd = -1;
    if (!dcc_fds_open_pipe(fds, error))
        return NULL;
    self->done_fd = fds[1];
    done = perform(self, fds[0], func, data);
    dcc_fds_close(&fds[0]);
    if (!done)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the answer was not waited for");
    else if (self->answer == NULL)
        g_propagate_error(error, g_steal_pointer(&self->error));
    return done ? g_steal_pointer(&self->answer) : NULL;
}
