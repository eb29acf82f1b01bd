/* The session's end of the agent inside the application.
 *
 * A connection is a stranger until it has said hello with this run's token. One agent at a time: a
 * process that the application starts inherits its environment, and must not stand in for its
 * parent. Strangers are few (MAX_STRANGERS) and have little time.
 *
 * A handler may free the link: each entry holds it until the end.
 */
#include "dcc-agent-link.h"

#include "dcc-agent-text.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-listener.h"
#include "dcc-socket.h"
#include "dcc-text.h"

#include <string.h>

#define MAX_STRANGERS    8
#define HELLO_TIMEOUT_MS 10000
#define PROTOCOL         1

struct _DccAgentLink {
    DccClock *clock;
    const DccAgentHandler *handler;
    gpointer data;
    DccListener *listener;
    char *name;
    char *token;
    DccPeer *agent;       /* it has said hello */
    GPtrArray *strangers; /* Stranger: they have not */
    char *version;
    char *python;
    char *busy;
    gint64 pid;
};

/* Each has a time of its own: the next one does not lengthen it. */
typedef struct {
    DccAgentLink *link;
    DccPeer *peer;
    guint timer;
} Stranger;

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data);
static void
on_closed(DccPeer *peer, const char *reason, gpointer data);

static const DccPeerHandler peer_handler = {.request = on_request, .closed = on_closed};

static void
ignore_connected(gboolean connected, gpointer data)
{
}

static void
ignore_scene(const char *scene, gboolean exists, gpointer data)
{
}

static void
ignore_frame(int frame, int first, int last, int step, gpointer data)
{
}

static void
ignore_bye(int code, int number, gpointer data)
{
}

static void
ignore_work(const DccAgentWork *work, gpointer data)
{
}

static void
ignore_protection(gboolean ok, const char *reason, const char *copy, gpointer data)
{
}

/* After the link was freed: what is still said concerns nobody. */
static const DccAgentHandler silent_handler = {
    .connected = ignore_connected,
    .ready = ignore_scene,
    .scene = ignore_scene,
    .frame = ignore_frame,
    .bye = ignore_bye,
    .work = ignore_work,
    .protection = ignore_protection,
};

static void
link_clear(gpointer data)
{
    DccAgentLink *self = data;

    g_object_unref(self->clock);
    g_free(self->name);
    g_free(self->token);
    g_free(self->version);
    g_free(self->python);
    g_free(self->busy);
}

static void
link_release(DccAgentLink *self)
{
    g_rc_box_release_full(self, link_clear);
}

typedef DccAgentLink HeldLink;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldLink, link_release)

static HeldLink *
hold(DccAgentLink *self)
{
    return g_rc_box_acquire(self);
}

static void
forget(DccAgentLink *self)
{
    g_clear_pointer(&self->busy, g_free);
    self->pid = 0;
    if (self->agent == NULL)
        return;
    dcc_peer_close(self->agent);
    g_clear_object(&self->agent);
    self->handler->connected(FALSE, self->data);
}

static void
stranger_free(gpointer data)
{
    Stranger *self = data;

    dcc_clock_clear(self->link->clock, &self->timer);
    if (self->peer != NULL)
        dcc_peer_close(self->peer);
    g_clear_object(&self->peer);
    g_free(self);
}

static gboolean
on_late(gpointer data)
{
    Stranger *stranger = data;

    stranger->timer = 0;
    g_ptr_array_remove_fast(stranger->link->strangers, stranger);
    return G_SOURCE_REMOVE;
}

static void
on_connection(DccSocket socket, gpointer data)
{
    DccAgentLink *self = data;
    Stranger *stranger;

    if (self->strangers->len >= MAX_STRANGERS) {
        dcc_socket_close(&socket);
        return;
    }
    stranger = g_new0(Stranger, 1);
    stranger->link = self;
    stranger->peer = dcc_peer_new(socket, self->clock, &peer_handler, self);
    stranger->timer = dcc_clock_add(self->clock, HELLO_TIMEOUT_MS, on_late, stranger);
    g_ptr_array_add(self->strangers, stranger);
}

static Stranger *
find_stranger(DccAgentLink *self, DccPeer *peer)
{
    for (guint i = 0; i < self->strangers->len; i++) {
        Stranger *stranger = g_ptr_array_index(self->strangers, i);

        if (stranger->peer == peer)
            return stranger;
    }
    return NULL;
}

/* Takes the value. */
static void
replace(char **member, char *value)
{
    g_free(*member);
    *member = value;
}

static gboolean
check_hello(DccAgentLink *self, JsonObject *params, GError **error)
{
    const char *token = dcc_json_get_string(params, "token", "");

    if (self->token == NULL || !g_str_equal(token, self->token)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_UNSAFE, "the token is not that of this run");
        return FALSE;
    }
    if (dcc_json_get_int(params, "protocol", 0) != PROTOCOL) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_PROTOCOL, "protocol %d is spoken here", PROTOCOL);
        return FALSE;
    }
    if (self->agent != NULL && self->pid != dcc_json_get_int(params, "pid", 0)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the agent of process %" G_GINT64_FORMAT " is connected",
                    self->pid);
        return FALSE;
    }
    return TRUE;
}

static void
tell_ready(DccAgentLink *self, JsonObject *params)
{
    g_autofree char *scene = dcc_agent_text_read_path(params, "scene", NULL);

    self->handler->ready(scene, dcc_json_get_boolean(params, "exists", TRUE), self->data);
}

static void
admit(DccAgentLink *self, Stranger *stranger)
{
    forget(self);
    if (self->listener == NULL)
        return; /* the handler has freed the link, strangers and all */
    self->agent = g_steal_pointer(&stranger->peer);
    g_ptr_array_remove_fast(self->strangers, stranger);
}

static void
answer_hello(DccAgentLink *self, DccPeer *peer, gint64 id)
{
    JsonObject *result = json_object_new();

    json_object_set_int_member(result, "protocol", PROTOCOL);
    json_object_set_string_member(result, "name", self->name);
    dcc_peer_reply(peer, id, result);
}

static void
take_hello(DccAgentLink *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    Stranger *stranger = find_stranger(self, peer); /* NULL: the agent, again */
    g_autoptr(GError) error = NULL;

    if (!check_hello(self, params, &error)) {
        dcc_peer_fail(peer, id, error);
        g_message("an agent was turned away: %s", error->message);
        return;
    }
    if (stranger != NULL)
        admit(self, stranger);
    self->pid = dcc_json_get_int(params, "pid", 0);
    replace(&self->version, dcc_agent_text_read(params, "version", NULL));
    replace(&self->python, dcc_agent_text_read(params, "python", NULL));
    answer_hello(self, peer, id);
    if (stranger != NULL)
        self->handler->connected(TRUE, self->data);
    if (dcc_json_get_boolean(params, "ready", FALSE))
        tell_ready(self, params);
}

static void
tell_scene(DccAgentLink *self, JsonObject *params)
{
    g_autofree char *scene = dcc_agent_text_read_path(params, "scene", "");

    self->handler->scene(scene, dcc_json_get_boolean(params, "exists", TRUE), self->data);
}

static void
tell_work(DccAgentLink *self, JsonObject *params)
{
    g_autofree char *scene = dcc_agent_text_read_path(params, "scene", "");
    g_autofree char *copy = dcc_agent_text_read_path(params, "copy", NULL);
    DccAgentWork work = {
        .dirty = dcc_json_get_boolean(params, "dirty", FALSE),
        .scene = scene,
        .scene_mtime_ns = dcc_json_get_int(params, "scene_mtime_ns", 0),
        .copy = copy,
    };

    self->handler->work(&work, self->data);
}

static void
tell_protection(DccAgentLink *self, JsonObject *params)
{
    g_autofree char *copy = dcc_agent_text_read_path(params, "path", NULL);
    g_autofree char *reason = dcc_agent_text_read(params, "reason", "no reason was given");

    self->handler->protection(dcc_json_get_boolean(params, "ok", TRUE), reason, copy, self->data);
}

static void
take_news(DccAgentLink *self, const char *method, JsonObject *params)
{
    if (g_str_equal(method, "ready"))
        tell_ready(self, params);
    else if (g_str_equal(method, "busy"))
        replace(&self->busy, dcc_agent_text_read(params, "reason", NULL));
    else if (g_str_equal(method, "scene"))
        tell_scene(self, params);
    else if (g_str_equal(method, "frame"))
        self->handler->frame((int)dcc_json_get_int(params, "frame", 0),
                             (int)dcc_json_get_int(params, "first", 0),
                             (int)dcc_json_get_int(params, "last", 0),
                             (int)dcc_json_get_int(params, "step", 0),
                             self->data);
    else if (g_str_equal(method, "bye"))
        self->handler->bye((int)dcc_json_get_int(params, "code", 0),
                           (int)dcc_json_get_int(params, "signal", 0),
                           self->data);
    else if (g_str_equal(method, "work"))
        tell_work(self, params);
    else if (g_str_equal(method, "protection"))
        tell_protection(self, params);
}

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data)
{
    DccAgentLink *self = data;
    g_autoptr(HeldLink) held = hold(self);

    if (g_str_equal(method, "hello"))
        take_hello(self, peer, id, params);
    else if (peer == self->agent && id == 0)
        take_news(self, method, params);
    else
        dcc_peer_fail_unknown_method(peer, id, method);
}

static void
on_closed(DccPeer *peer, const char *reason, gpointer data)
{
    DccAgentLink *self = data;
    g_autoptr(HeldLink) held = hold(self);

    if (peer == self->agent)
        forget(self);
    else
        g_ptr_array_remove_fast(self->strangers, find_stranger(self, peer));
}

DccAgentLink *
dcc_agent_link_new(DccInstanceDir *instance_dir,
                   DccClock *clock,
                   const DccAgentHandler *handler,
                   gpointer data,
                   GError **error)
{
    g_autoptr(DccAgentLink) self = g_rc_box_new0(DccAgentLink);

    self->clock = g_object_ref(clock);
    self->handler = handler;
    self->data = data;
    self->name = g_strdup(dcc_instance_dir_get_name(instance_dir));
    self->strangers = g_ptr_array_new_with_free_func(stranger_free);
    self->listener = dcc_listener_new(
        dcc_instance_dir_get_dir(instance_dir), DCC_INSTANCE_DIR_AGENT, on_connection, self, error);
    return self->listener != NULL ? g_steal_pointer(&self) : NULL;
}

void
dcc_agent_link_free(DccAgentLink *self)
{
    if (self == NULL)
        return;
    self->handler = &silent_handler;
    if (self->agent != NULL)
        dcc_peer_close(self->agent);
    g_clear_object(&self->agent);
    g_ptr_array_set_size(self->strangers, 0);
    g_clear_pointer(&self->strangers, g_ptr_array_unref);
    g_clear_pointer(&self->listener, dcc_listener_free);
    link_release(self);
}

gboolean
dcc_agent_link_reopen(DccAgentLink *self, DccInstanceDir *dir, GError **error)
{
    DccListener *listener = dcc_listener_new(
        dcc_instance_dir_get_dir(dir), DCC_INSTANCE_DIR_AGENT, on_connection, self, error);

    if (listener == NULL)
        return FALSE;
    dcc_listener_free(self->listener);
    self->listener = listener;
    return TRUE;
}

void
dcc_agent_link_expect(DccAgentLink *self, const char *token)
{
    forget(self);
    g_ptr_array_set_size(self->strangers, 0);
    replace(&self->token, g_strdup(token));
    replace(&self->version, NULL);
    replace(&self->python, NULL);
}

void
dcc_agent_link_drain(DccAgentLink *self)
{
    g_autoptr(HeldLink) held = hold(self);
    g_autoptr(GPtrArray) peers = g_ptr_array_new_with_free_func(g_object_unref);

    dcc_listener_drain(self->listener);
    for (guint i = 0; i < self->strangers->len; i++)
        g_ptr_array_add(peers,
                        g_object_ref(((Stranger *)g_ptr_array_index(self->strangers, i))->peer));
    if (self->agent != NULL)
        g_ptr_array_add(peers, g_object_ref(self->agent));
    for (guint i = 0; i < peers->len; i++)
        dcc_peer_drain(g_ptr_array_index(peers, i));
}

gboolean
dcc_agent_link_is_connected(DccAgentLink *self)
{
    return self->agent != NULL;
}

const char *
dcc_agent_link_get_version(DccAgentLink *self)
{
    return self->version;
}

const char *
dcc_agent_link_get_python(DccAgentLink *self)
{
    return self->python;
}

gint64
dcc_agent_link_get_pid(DccAgentLink *self)
{
    return self->pid;
}

const char *
dcc_agent_link_get_busy(DccAgentLink *self)
{
    return self->busy;
}

/* An answer that somebody waits for. */
typedef struct {
    DccReplyFunc func;
    gpointer data;
} Waiter;

/* Why it refused is told and kept, so it is no longer than other text of its. */
static void
on_reply(JsonObject *result, const GError *error, gpointer data)
{
    g_autofree Waiter *waiter = data;
    g_autoptr(GError) shorter = NULL;
    g_autofree char *text = NULL;

    if (error != NULL && strlen(error->message) > DCC_AGENT_TEXT_MAX) {
        text = dcc_text_cut(error->message, DCC_AGENT_TEXT_MAX);
        shorter = g_error_new_literal(error->domain, error->code, text);
    }
    waiter->func(result, shorter != NULL ? shorter : error, waiter->data);
}

void
dcc_agent_link_call(DccAgentLink *self,
                    const char *method,
                    JsonObject *params,
                    gint64 timeout_ms,
                    DccReplyFunc func,
                    gpointer data)
{
    g_autoptr(GError) error = NULL;
    Waiter *waiter;

    if (self->agent != NULL) {
        waiter = g_new(Waiter, 1);
        *waiter = (Waiter){func, data};
        dcc_peer_call(self->agent, method, params, timeout_ms, on_reply, waiter);
        return;
    }
    g_clear_pointer(&params, json_object_unref);
    error = g_error_new(DCC_ERROR, DCC_ERROR_GONE, "no agent is connected");
    func(NULL, error, data);
}
