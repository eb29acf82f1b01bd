/* One end of a JSON-RPC conversation.
 *
 * Contract: bounded in both directions (a line, what is unread), at most a chunk a turn of the main
 * loop so that a chatterbox starves nobody. A request whose id is no number is given one of ours,
 * below zero, until it is answered.
 * Threading: the main context it was made in.
 */
#include "dcc-peer.h"

#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-socket.h"
#include "dcc-source.h"

#include <errno.h>

#define READ_CHUNK      (64 * 1024)
#define MAX_CALLS       256
#define RPC_UNKNOWN     -32601
#define RPC_APPLICATION -32000

typedef struct {
    gint64 id;
    guint timer;
    DccPeer *peer; /* not owned: it owns us */
    char *method;
    DccReplyFunc func;
    gpointer data;
} Call;

struct _DccPeer {
    GObject parent_instance;

    int fd;
    DccClock *clock;
    const DccPeerHandler *handler;
    gpointer data;
    GSource *reader;
    GSource *writer;
    GByteArray *in;
    guint taken; /* of in: lines that are done with */
    GByteArray *out;
    gboolean mute;           /* nobody reads what we say */
    GHashTable *calls;       /* id -> Call */
    GHashTable *foreign_ids; /* ours, below zero -> JsonNode */
    gint64 last_foreign_id;
    gint64 last_id;
};

G_DEFINE_TYPE(DccPeer, dcc_peer, G_TYPE_OBJECT)

static void
call_free(Call *call)
{
    dcc_clock_clear(call->peer->clock, &call->timer);
    g_free(call->method);
    g_free(call);
}

static void
shut(DccPeer *self)
{
    dcc_source_clear(&self->reader);
    dcc_source_clear(&self->writer);
    dcc_socket_close(&self->fd);
}

static void
end_calls(DccPeer *self, const char *reason)
{
    g_autoptr(GError) error =
        g_error_new(DCC_ERROR, DCC_ERROR_GONE, "the other side went away: %s", reason);

    while (g_hash_table_size(self->calls) > 0) {
        GHashTableIter iter;
        gpointer value;
        Call *call;

        g_hash_table_iter_init(&iter, self->calls);
        g_hash_table_iter_next(&iter, NULL, &value);
        call = value;
        g_hash_table_iter_steal(&iter);
        call->func(NULL, error, call->data);
        call_free(call);
    }
}

/* The other side is gone, or no longer to be listened to. */
static void
end(DccPeer *self, const char *reason)
{
    if (self->fd < 0)
        return;
    g_object_ref(self);
    shut(self);
    end_calls(self, reason);
    if (self->handler != NULL)
        self->handler->closed(self, reason, self->data);
    g_object_unref(self);
}

void
dcc_peer_close(DccPeer *self)
{
    if (self->fd < 0)
        return;
    g_object_ref(self);
    self->handler = NULL;
    shut(self);
    end_calls(self, "closed");
    g_object_unref(self);
}

static void
dcc_peer_dispose(GObject *object)
{
    dcc_peer_close(DCC_PEER(object));
    G_OBJECT_CLASS(dcc_peer_parent_class)->dispose(object);
}

static void
dcc_peer_finalize(GObject *object)
{
    DccPeer *self = DCC_PEER(object);

    g_hash_table_unref(self->calls);
    g_hash_table_unref(self->foreign_ids);
    g_byte_array_unref(self->in);
    g_byte_array_unref(self->out);
    g_object_unref(self->clock);
    G_OBJECT_CLASS(dcc_peer_parent_class)->finalize(object);
}

static void
dcc_peer_class_init(DccPeerClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dcc_peer_dispose;
    G_OBJECT_CLASS(klass)->finalize = dcc_peer_finalize;
}

static void
dcc_peer_init(DccPeer *self)
{
    self->fd = -1;
    self->in = g_byte_array_new();
    self->out = g_byte_array_new();
    self->foreign_ids =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)json_node_unref);
    self->calls =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)call_free);
}

/* FALSE when there is nothing left to write, or nobody left to write to. In that case what it said
 * before it went is still to be heard: it is the reader that finds the end. */
static gboolean
write_some(DccPeer *self)
{
    while (self->out->len > 0) {
        gssize n = dcc_socket_send(self->fd, self->out->data, self->out->len, FALSE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return TRUE;
        self->mute = n < 0;
        g_byte_array_remove_range(self->out, 0, n < 0 ? self->out->len : (guint)n);
    }
    return FALSE;
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccPeer) self = g_object_ref(data);

    if (write_some(self))
        return G_SOURCE_CONTINUE;
    dcc_source_clear(&self->writer);
    return G_SOURCE_REMOVE;
}

/* A handler that is told that the conversation is over may let go of the peer: so it is held.
 * object: (transfer full) */
static void
say(DccPeer *self, JsonObject *object)
{
    g_autoptr(DccPeer) held = g_object_ref(self);
    g_autofree char *line = NULL;

    if (self->fd >= 0 && !self->mute) {
        line = dcc_json_to_line(object);
        g_byte_array_append(self->out, (const guint8 *)line, (guint)strlen(line));
        g_byte_array_append(self->out, (const guint8 *)"\n", 1);
    }
    json_object_unref(object);
    if (self->fd >= 0 && self->writer == NULL && write_some(self))
        self->writer = dcc_socket_watch(self->fd, G_IO_OUT, G_SOURCE_FUNC(on_writable), self);
    if (self->fd >= 0 && self->out->len > DCC_PEER_MAX_PENDING)
        end(self, "it does not read what it is sent");
}

static JsonObject *
message_new(void)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "jsonrpc", "2.0");
    return object;
}

static void
set_params(JsonObject *message, const char *member, JsonObject *params)
{
    json_object_set_object_member(message, member, params != NULL ? params : json_object_new());
}

static gboolean
on_timeout(gpointer data)
{
    Call *call = data;
    DccPeer *self = call->peer;
    g_autoptr(GError) error =
        g_error_new(DCC_ERROR, DCC_ERROR_TIMEOUT, "no answer to '%s' in time", call->method);

    call->timer = 0;
    g_object_ref(self);
    g_hash_table_steal(self->calls, &call->id);
    call->func(NULL, error, call->data);
    call_free(call);
    g_object_unref(self);
    return G_SOURCE_REMOVE;
}

static void
fail_call(JsonObject *params, DccReplyFunc func, gpointer data, int code, const char *why)
{
    g_autoptr(GError) error = g_error_new_literal(DCC_ERROR, code, why);

    g_clear_pointer(&params, json_object_unref);
    func(NULL, error, data);
}

void
dcc_peer_call(DccPeer *self,
              const char *method,
              JsonObject *params,
              gint64 timeout_ms,
              DccReplyFunc func,
              gpointer data)
{
    JsonObject *message;
    Call *call;

    if (self->fd < 0) {
        fail_call(params, func, data, DCC_ERROR_GONE, "the other side went away");
        return;
    }
    if (g_hash_table_size(self->calls) >= MAX_CALLS) {
        fail_call(params, func, data, DCC_ERROR_BUSY, "too many calls wait for an answer");
        return;
    }
    call = g_new0(Call, 1);
    call->id = ++self->last_id;
    call->peer = self;
    call->method = g_strdup(method);
    call->func = func;
    call->data = data;
    if (timeout_ms >= 0)
        call->timer = dcc_clock_add(self->clock, timeout_ms, on_timeout, call);
    g_hash_table_insert(self->calls, &call->id, call);
    message = message_new();
    json_object_set_int_member(message, "id", call->id);
    json_object_set_string_member(message, "method", method);
    set_params(message, "params", params);
    say(self, message);
}

void
dcc_peer_notify(DccPeer *self, const char *method, JsonObject *params)
{
    JsonObject *message = message_new();

    json_object_set_string_member(message, "method", method);
    set_params(message, "params", params);
    say(self, message);
}

static void
set_id(DccPeer *self, JsonObject *message, gint64 id)
{
    JsonNode *foreign = g_hash_table_lookup(self->foreign_ids, &id);

    if (foreign == NULL) {
        json_object_set_int_member(message, "id", id);
        return;
    }
    json_object_set_member(message, "id", json_node_copy(foreign));
    g_hash_table_remove(self->foreign_ids, &id);
}

/* 0: a notification. */
static gint64
take_id(DccPeer *self, JsonObject *message)
{
    JsonNode *node = json_object_get_member(message, "id");
    gint64 id;

    if (node == NULL || JSON_NODE_HOLDS_NULL(node))
        return 0;
    id = dcc_json_get_int(message, "id", 0);
    if (id > 0)
        return id;
    if (g_hash_table_size(self->foreign_ids) >= MAX_CALLS)
        return 0;
    id = --self->last_foreign_id;
    g_hash_table_insert(self->foreign_ids, g_memdup2(&id, sizeof id), json_node_copy(node));
    return id;
}

void
dcc_peer_reply(DccPeer *self, gint64 id, JsonObject *result)
{
    JsonObject *message;

    if (id == 0) {
        g_clear_pointer(&result, json_object_unref);
        return;
    }
    message = message_new();
    set_id(self, message, id);
    set_params(message, "result", result);
    say(self, message);
}

static void
fail_with(DccPeer *self, gint64 id, int code, const char *text, const char *name)
{
    JsonObject *message, *error;

    if (id == 0)
        return;
    message = message_new();
    error = json_object_new();
    json_object_set_int_member(error, "code", code);
    json_object_set_string_member(error, "message", text);
    if (name != NULL) {
        JsonObject *data = json_object_new();

        json_object_set_string_member(data, "name", name);
        json_object_set_object_member(error, "data", data);
    }
    set_id(self, message, id);
    json_object_set_object_member(message, "error", error);
    say(self, message);
}

void
dcc_peer_fail(DccPeer *self, gint64 id, const GError *error)
{
    int code = error->domain == DCC_ERROR ? error->code : DCC_ERROR_FAILED;

    fail_with(
        self, id, RPC_APPLICATION - code, error->message, dcc_enum_to_nick(DCC_TYPE_ERROR, code));
}

void
dcc_peer_fail_unknown_method(DccPeer *self, gint64 id, const char *method)
{
    g_autofree char *text = g_strdup_printf("there is no method '%s'", method);

    fail_with(self, id, RPC_UNKNOWN, text, NULL);
}

static GError *
read_error(JsonObject *error)
{
    gint64 said = dcc_json_get_int(error, "code", RPC_APPLICATION);
    const char *text = dcc_json_get_string(error, "message", "the other side gave no reason");
    int code = DCC_ERROR_FAILED;

    if (said == RPC_UNKNOWN)
        code = DCC_ERROR_NOT_SUPPORTED;
    else if (said <= RPC_APPLICATION && said >= RPC_APPLICATION - DCC_ERROR_GONE)
        code = (int)(RPC_APPLICATION - said);
    return g_error_new_literal(DCC_ERROR, code, text);
}

static void
take_reply(DccPeer *self, JsonObject *message)
{
    gint64 id = dcc_json_get_int(message, "id", 0);
    Call *call = g_hash_table_lookup(self->calls, &id);
    JsonObject *result = dcc_json_get_object(message, "result");
    JsonObject *failure = dcc_json_get_object(message, "error");
    g_autoptr(GError) error = NULL;

    if (call == NULL) /* it came too late: its caller has been told so */
        return;
    g_hash_table_steal(self->calls, &id);
    if (failure != NULL)
        error = read_error(failure);
    else if (result == NULL)
        error = g_error_new(DCC_ERROR,
                            DCC_ERROR_PROTOCOL,
                            "the answer to '%s' holds no result object",
                            call->method);
    call->func(error == NULL ? result : NULL, error, call->data);
    call_free(call);
}

static void
take_request(DccPeer *self, JsonObject *message, const char *method)
{
    g_autoptr(JsonObject) none = json_object_new();
    JsonObject *params = dcc_json_get_object(message, "params");
    gint64 id = take_id(self, message);

    if (self->handler != NULL)
        self->handler->request(self, id, method, params != NULL ? params : none, self->data);
}

static void
take_line(DccPeer *self, const char *line, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) message = NULL;
    const char *method;

    if (length == 0)
        return;
    message = dcc_json_from_text(line, (gssize)length, &error);
    if (message == NULL) {
        end(self, "what it sent is no JSON object");
        return;
    }
    method = dcc_json_get_string(message, "method", NULL);
    if (method != NULL)
        take_request(self, message, method);
    else
        take_reply(self, message);
}

/* What handles a line may have more taken in: what is done with is marked before, and each line is
 * looked for anew. */
static void
take_lines(DccPeer *self)
{
    while (self->fd >= 0 && self->taken < self->in->len) {
        const guint8 *from = self->in->data + self->taken;
        const guint8 *stop = memchr(from, '\n', self->in->len - self->taken);
        g_autofree char *line = NULL;

        if (stop == NULL)
            break;
        line = g_memdup2(from, (gsize)(stop - from) + 1);
        self->taken += (guint)(stop - from) + 1;
        take_line(self, line, (gsize)(stop - from));
    }
    g_byte_array_remove_range(self->in, 0, self->taken);
    self->taken = 0;
    if (self->in->len > DCC_PEER_MAX_LINE)
        end(self, "what it sent has no end of line");
}

/* FALSE when nothing more is there. */
static gboolean
read_some(DccPeer *self)
{
    guint before = self->in->len;
    gssize n;

    g_byte_array_set_size(self->in, before + READ_CHUNK);
    n = dcc_socket_receive(self->fd, self->in->data + before, READ_CHUNK, FALSE);
    g_byte_array_set_size(self->in, before + (n > 0 ? (guint)n : 0));
    if (n > 0)
        take_lines(self);
    else if (n == 0)
        end(self, "it closed the connection");
    else if (errno != EAGAIN && errno != EINTR)
        end(self, g_strerror(errno));
    return n > 0 && self->fd >= 0;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer data)
{
    g_autoptr(DccPeer) self = g_object_ref(data);

    read_some(self);
    return self->reader != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

#define MAX_DRAIN 64 /* chunks: a peer that writes faster than it is read is not waited for */

void
dcc_peer_drain(DccPeer *self)
{
    g_autoptr(DccPeer) held = g_object_ref(self);

    for (guint i = 0; i < MAX_DRAIN && self->fd >= 0 && read_some(self); i++) {
    }
}

DccPeer *
dcc_peer_new(int fd, DccClock *clock, const DccPeerHandler *handler, gpointer data)
{
    DccPeer *self = g_object_new(DCC_TYPE_PEER, NULL);

    self->fd = fd;
    self->clock = g_object_ref(clock);
    self->handler = handler;
    self->data = data;
    self->reader =
        dcc_socket_watch(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, G_SOURCE_FUNC(on_readable), self);
    return self;
}

gboolean
dcc_peer_is_open(DccPeer *self)
{
    return self->fd >= 0;
}

gboolean
dcc_peer_is_flushed(DccPeer *self)
{
    return self->fd < 0 || self->out->len == 0;
}
