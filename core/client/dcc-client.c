/* A synchronous client of one session's control socket.
 *
 * Threading: one thread at a time. Waits by itself, never in the main loop.
 */
#include "dcc-client.h"

#include "dcc-client-wire.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-json.h"

/* A session that is stopped has a queue of 64 callers; then no further one can connect. */
#define DIAL_TIMEOUT_MS 5000
#define DIAL_PAUSE_US   2000

struct _DccClient {
    GObject parent_instance;

    DccClientWire wire;
    GQueue *events;
};

/**
 * DccClient:
 *
 * A client of one session's control socket. Its calls wait; use it from a thread that may.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccClient, dcc_client, G_TYPE_OBJECT)

static void
dcc_client_finalize(GObject *object)
{
    DccClient *self = DCC_CLIENT(object);

    dcc_client_wire_clear(&self->wire);
    g_queue_free_full(self->events, (GDestroyNotify)json_object_unref);
    G_OBJECT_CLASS(dcc_client_parent_class)->finalize(object);
}

static void
dcc_client_class_init(DccClientClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_client_finalize;
}

static void
dcc_client_init(DccClient *self)
{
    self->wire.fd = DCC_SOCKET_NONE;
    self->events = g_queue_new();
}

/* monotonic microseconds; -1 for ever. */
static gint64
deadline_in(gint64 timeout_ms)
{
    return timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000;
}

static gboolean
has_passed(gint64 until)
{
    return until >= 0 && g_get_monotonic_time() >= until;
}

static gboolean
dial(DccClient *self, DccRuntime *runtime, GError **error)
{
    gint64 until = deadline_in(DIAL_TIMEOUT_MS);
    GError *problem = NULL;

    while (!dcc_client_wire_dial(&self->wire, runtime, &problem)) {
        if (problem == NULL && has_passed(until))
            dcc_client_wire_set_timeout(&self->wire, &problem);
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return FALSE;
        }
        g_usleep(DIAL_PAUSE_US);
    }
    return TRUE;
}

/**
 * dcc_client_new:
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Connects to the session that attends the instance.
 *
 * Returns: (transfer full) (nullable): the client. Errors: `NOT_FOUND` (no such instance), `GONE`
 * (there is one, but no session attends it), `UNSAFE`, `TIMEOUT` (it takes no connection for 5 s)
 *
 * Since: 1.0
 */
DccClient *
dcc_client_new(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccClient) self = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    self = g_object_new(DCC_TYPE_CLIENT, NULL);
    dcc_client_wire_init(&self->wire, name);
    return dial(self, runtime, error) ? g_steal_pointer(&self) : NULL;
}

/* until: monotonic microseconds, -1 for ever. */
static gboolean
wait_for_wire(DccClient *self, gint64 until, GError **error)
{
    for (;;) {
        GPollFD poller = {.fd = self->wire.fd, .events = dcc_client_wire_wants(&self->wire)};
        gint64 left = until < 0 ? -1 : MAX(0, (until - g_get_monotonic_time() + 999) / 1000);

        if (dcc_fds_wait(&poller, 1, (int)MIN(left, G_MAXINT)) > 0)
            return TRUE;
        if (has_passed(until))
            break;
    }
    dcc_client_wire_set_timeout(&self->wire, error);
    return FALSE;
}

static JsonObject *
next_message(DccClient *self, gint64 until, GError **error)
{
    for (;;) {
        GError *problem = NULL;
        JsonObject *message = dcc_client_wire_take(&self->wire, &problem);

        if (message != NULL)
            return message;
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return NULL;
        }
        if (!wait_for_wire(self, until, error) || !dcc_client_wire_move(&self->wire, error))
            return NULL;
    }
}

static void
keep_event(DccClient *self, JsonObject *message)
{
    JsonObject *event = dcc_json_get_object(message, "params");

    if (event != NULL && g_str_equal(dcc_json_get_string(message, "method", ""), "event"))
        g_queue_push_tail(self->events, json_object_ref(event));
}

/**
 * dcc_client_call:
 * @self: a client
 * @method: a method of docs/protocol.md
 * @params: (transfer full) (nullable): its parameters
 * @timeout_ms: how long to wait for the request to be taken and answered, in milliseconds; -1 for
 *   ever
 * @error: return location for an error
 *
 * Events that arrive meanwhile are kept for dcc_client_next_event().
 *
 * Returns: (transfer full) (nullable): the result. Errors: `TIMEOUT`, `GONE`, `PROTOCOL` (an answer
 * that is too long or no answer), or what the session answered
 *
 * Since: 1.0
 */
JsonObject *
dcc_client_call(
    DccClient *self, const char *method, JsonObject *params, gint64 timeout_ms, GError **error)
{
    gint64 until = deadline_in(timeout_ms);

    g_return_val_if_fail(DCC_IS_CLIENT(self), NULL);
    g_return_val_if_fail(method != NULL, NULL);
    dcc_client_wire_ask(&self->wire, method, params);
    for (;;) {
        g_autoptr(JsonObject) message = next_message(self, until, error);

        if (message == NULL)
            return NULL;
        if (dcc_client_wire_is_answer(&self->wire, message))
            return dcc_client_wire_read_answer(message, error);
        keep_event(self, message);
    }
}

/**
 * dcc_client_next_event:
 * @self: a client that follows events
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever, 0 for what is there
 * @error: return location for an error
 *
 * Waits for the next event of a followed stream.
 *
 * Returns: (transfer full) (nullable): the next event. Errors: `TIMEOUT` (none came in time),
 * `GONE` (the session closed)
 *
 * Since: 1.0
 */
JsonObject *
dcc_client_next_event(DccClient *self, gint64 timeout_ms, GError **error)
{
    gint64 until = deadline_in(timeout_ms);

    g_return_val_if_fail(DCC_IS_CLIENT(self), NULL);
    while (g_queue_is_empty(self->events)) {
        g_autoptr(JsonObject) message = next_message(self, until, error);

        if (message == NULL)
            return NULL;
        keep_event(self, message);
    }
    return g_queue_pop_head(self->events);
}

/**
 * dcc_client_get_fd:
 * @self: a client
 *
 * The descriptor to wait on beside others.
 *
 * Returns: the socket, for poll(); it stays the client's
 *
 * Since: 1.0
 */
int
dcc_client_get_fd(DccClient *self)
{
    g_return_val_if_fail(DCC_IS_CLIENT(self), -1);
    return self->wire.fd;
}
