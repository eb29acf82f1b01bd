/* One call of an instance's agent. The call blocks in a thread of its own; this one waits for that and
 * for signals. */
#include "cli-agent-call.h"

#include "cli-signals.h"
#include "dcc-fds.h"
#include "dcc-quiet-thread.h"

#define MARGIN_MS 5000 /* the session's own answer that the time is over comes first */

typedef struct {
    DccRuntime *runtime;
    const char *name;
    JsonObject *params;
    gint64 timeout_ms;
    JsonObject *answer;
    GError *error;
    int done_fd; /* closed when it is done */
} Call;

static gpointer
run(gpointer data)
{
    Call *self = data;
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, &self->error);

    if (client != NULL)
        self->answer = dcc_client_call(
            client, "agent", self->params, self->timeout_ms + MARGIN_MS, &self->error);
    else
        json_object_unref(self->params);
    dcc_fds_close(&self->done_fd);
    return NULL;
}

static void
await(int done_fd, CliSignalFunc func, gpointer data)
{
    GPollFD fds[] = {{.fd = dcc_fds_of_pipe(done_fd), .events = G_IO_IN},
                     {.fd = cli_signals_get_fd(), .events = G_IO_IN}};
    int number;

    while (fds[0].revents == 0) {
        dcc_fds_wait(fds, fds[1].fd >= 0 ? 2 : 1, -1);
        while ((number = cli_signals_take()) != 0)
            func(number, data);
    }
}

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
    Call self = {.runtime = runtime, .name = name, .timeout_ms = timeout_ms};
    GThread *thread;
    int fds[2];

    self.params = make_params(method, params, timeout_ms);
    if (!dcc_fds_open_pipe(fds, error)) {
        json_object_unref(self.params);
        return NULL;
    }
    self.done_fd = fds[1];
    thread = dcc_quiet_thread_new("agent-call", run, &self, NULL);
    if (thread == NULL)
        run(&self); /* then signals wait until it is done */
    await(fds[0], func, data);
    if (thread != NULL)
        g_thread_join(thread);
    dcc_fds_close(&fds[0]);
    if (self.answer == NULL)
        g_propagate_error(error, self.error);
    return self.answer;
}
