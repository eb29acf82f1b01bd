/* A synchronous client of one session's control socket.
 *
 * Threading: one thread at a time. Waits in g_poll(), never in the main loop.
 */
#include "dcc-client.h"

#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-peer.h"
#include "dcc-socket.h"

#include <errno.h>

#define READ_CHUNK      (64 * 1024)
#define MAX_REPLY_BYTES (16 * 1024 * 1024) /* a whole ring of events is one line */

struct _DccClient {
    GObject parent_instance;

    int fd;
    char *name;
    GByteArray *in;
    guint scanned; /* of in: no line end so far */
    GQueue *events;
    gint64 last_id;
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

    dcc_socket_close(&self->fd);
    g_free(self->name);
    g_byte_array_unref(self->in);
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
    self->fd = -1;
    self->in = g_byte_array_new();
    self->events = g_queue_new();
}

static int
explain_absence(DccInstanceDir *instance_dir, const char *name, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_RECORD);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_GONE,
                    "no session attends '%s'; 'dcchost adopt %s' takes it over",
                    name,
                    name);
    else
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "no instance called '%s' is running", name);
    return -1;
}

static int
connect_to(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, name, FALSE, error);
    int fd;

    if (instance_dir == NULL)
        return -1;
    fd = dcc_socket_connect(dcc_instance_dir_get_dir(instance_dir), DCC_INSTANCE_DIR_CONTROL);
    if (fd < 0)
        return explain_absence(instance_dir, name, error);
    if (!dcc_socket_peer_is_ours(fd)) {
        dcc_socket_close(&fd);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "the control socket of '%s' belongs to somebody else",
                    name);
        return -1;
    }
    return fd;
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
 * (there is one, but no session attends it), `UNSAFE`
 * Since: 1.0
 */
DccClient *
dcc_client_new(DccRuntime *runtime, const char *name, GError **error)
{
    DccClient *self;
    int fd;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    fd = connect_to(runtime, name, error);
    if (fd < 0)
        return NULL;
    self = g_object_new(DCC_TYPE_CLIENT, NULL);
    self->fd = fd;
    self->name = g_strdup(name);
    return self;
}

static gboolean
set_gone(DccClient *self, GError **error)
{
    g_set_error(
        error, DCC_ERROR, DCC_ERROR_GONE, "the session of '%s' closed the connection", self->name);
    return FALSE;
}

/* until: monotonic microseconds, -1 for ever. */
static gboolean
wait_readable(DccClient *self, gint64 until, GError **error)
{
    for (;;) {
        GPollFD poller = {.fd = self->fd, .events = G_IO_IN};
        gint64 left = until < 0 ? -1 : MAX(0, (until - g_get_monotonic_time() + 999) / 1000);
        int n = g_poll(&poller, 1, (int)MIN(left, G_MAXINT));

        if (n > 0)
            return TRUE;
        if (n < 0 && errno != EINTR)
            return set_gone(self, error);
        if (until >= 0 && g_get_monotonic_time() >= until)
            break;
    }
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_TIMEOUT,
                "the session of '%s' did not answer in time",
                self->name);
    return FALSE;
}

static gboolean
fill(DccClient *self, gint64 until, GError **error)
{
    guint before = self->in->len;
    gssize n;

    if (before > MAX_REPLY_BYTES)
        return set_gone(self, error);
    if (!wait_readable(self, until, error))
        return FALSE;
    g_byte_array_set_size(self->in, before + READ_CHUNK);
    n = dcc_socket_receive(self->fd, self->in->data + before, READ_CHUNK, TRUE);
    g_byte_array_set_size(self->in, before + (n > 0 ? (guint)n : 0));
    if (n > 0 || (n < 0 && errno == EINTR))
        return TRUE;
    return set_gone(self, error);
}

/* (transfer full): the next whole message, NULL without an error when none is there yet. */
static JsonObject *
take_message(DccClient *self, GError **error)
{
    const guint8 *from = self->in->data;
    const guint8 *stop;
    JsonObject *message;

    if (self->in->len == self->scanned)
        return NULL;
    stop = memchr(from + self->scanned, '\n', self->in->len - self->scanned);
    if (stop == NULL) {
        self->scanned = self->in->len;
        return NULL;
    }
    message = dcc_json_from_text((const char *)from, stop - from, error);
    g_byte_array_remove_range(self->in, 0, (guint)(stop - from) + 1);
    self->scanned = 0;
    return message;
}

static JsonObject *
next_message(DccClient *self, gint64 until, GError **error)
{
    for (;;) {
        GError *problem = NULL;
        JsonObject *message = take_message(self, &problem);

        if (message != NULL)
            return message;
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return NULL;
        }
        if (!fill(self, until, error))
            return NULL;
    }
}

static gboolean
send_all(DccClient *self, const char *line, GError **error)
{
    gsize length = strlen(line);

    while (length > 0) {
        gssize n = dcc_socket_send(self->fd, line, length, TRUE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return set_gone(self, error);
        line += n;
        length -= (gsize)n;
    }
    return TRUE;
}

static gboolean
send_request(DccClient *self, const char *method, JsonObject *params, GError **error)
{
    g_autoptr(JsonObject) message = json_object_new();
    g_autofree char *text = NULL;
    g_autofree char *line = NULL;

    json_object_set_string_member(message, "jsonrpc", "2.0");
    json_object_set_int_member(message, "id", ++self->last_id);
    json_object_set_string_member(message, "method", method);
    json_object_set_object_member(message, "params", params != NULL ? params : json_object_new());
    text = dcc_json_to_line(message);
    line = g_strconcat(text, "\n", NULL);
    return send_all(self, line, error);
}

static void
keep_event(DccClient *self, JsonObject *message)
{
    JsonObject *event = dcc_json_get_object(message, "params");

    if (event != NULL && g_str_equal(dcc_json_get_string(message, "method", ""), "event"))
        g_queue_push_tail(self->events, json_object_ref(event));
}

static void
set_remote_error(JsonObject *failure, GError **error)
{
    JsonObject *data = dcc_json_get_object(failure, "data");
    int code = DCC_ERROR_FAILED;

    if (data != NULL)
        dcc_enum_from_nick(
            DCC_TYPE_ERROR, dcc_json_get_string(data, "name", "failed"), &code, NULL);
    else if (dcc_json_get_int(failure, "code", 0) == -32601)
        code = DCC_ERROR_NOT_SUPPORTED;
    g_set_error_literal(
        error, DCC_ERROR, code, dcc_json_get_string(failure, "message", "no reason was given"));
}

/**
 * dcc_client_call:
 * @self: a client
 * @method: a method of docs/protocol.md
 * @params: (transfer full) (nullable): its parameters
 * @timeout_ms: how long to wait for the answer, -1 for ever
 * @error: return location for an error
 *
 * Events that arrive meanwhile are kept for dcc_client_next_event().
 *
 * Returns: (transfer full) (nullable): the result. Errors: `TIMEOUT`, `GONE`, or what the session
 * answered
 * Since: 1.0
 */
JsonObject *
dcc_client_call(
    DccClient *self, const char *method, JsonObject *params, gint64 timeout_ms, GError **error)
{
    gint64 until = timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000;

    g_return_val_if_fail(DCC_IS_CLIENT(self), NULL);
    g_return_val_if_fail(method != NULL, NULL);
    if (!send_request(self, method, params, error))
        return NULL;
    for (;;) {
        g_autoptr(JsonObject) message = next_message(self, until, error);
        JsonObject *result;

        if (message == NULL)
            return NULL;
        if (dcc_json_get_int(message, "id", 0) != self->last_id) {
            keep_event(self, message);
            continue;
        }
        result = dcc_json_get_object(message, "result");
        if (result != NULL)
            return json_object_ref(result);
        if (dcc_json_get_object(message, "error") != NULL)
            set_remote_error(dcc_json_get_object(message, "error"), error);
        else
            g_set_error(
                error, DCC_ERROR, DCC_ERROR_PROTOCOL, "the answer to '%s' holds no result", method);
        return NULL;
    }
}

/**
 * dcc_client_next_event:
 * @self: a client that follows events
 * @timeout_ms: how long to wait, -1 for ever, 0 for what is there
 * @error: return location for an error
 *
 * Waits for the next event of a followed stream.
 *
 * Returns: (transfer full) (nullable): the next event. Errors: `TIMEOUT` (none came in time),
 * `GONE` (the session closed)
 * Since: 1.0
 */
JsonObject *
dcc_client_next_event(DccClient *self, gint64 timeout_ms, GError **error)
{
    gint64 until = timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000;

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
 * Since: 1.0
 */
int
dcc_client_get_fd(DccClient *self)
{
    g_return_val_if_fail(DCC_IS_CLIENT(self), -1);
    return self->fd;
}
