/* The control socket of a session; see the header.
 *
 * Methods are a table. Answers that have to wait (the end of a stop, a probe) hold their peer, and
 * are forgotten when it goes.
 */
#include "dcc-control.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include "dcc-listener.h"
#include "dcc-socket.h"

#include <string.h>

#define MAX_CLIENTS           1200
#define AGENT_DEFAULT_TIMEOUT 30000
#define MAX_EVENTS_BYTES      (DCC_PEER_MAX_LINE - 64 * 1024) /* of one answer */

typedef enum {
    WAIT_END,
    WAIT_RUNNING,
} WaitKind;

typedef struct {
    DccPeer *peer;
    gint64 id;
    WaitKind kind;
} Waiter;

/* An answer that comes from the application, later. */
typedef struct {
    DccPeer *peer;
    gint64 id;
    char *report;      /* of a probe: the report on the hang that lasts, or NULL */
    char *task;        /* of a frame that is rendered for it, or NULL */
    GPtrArray *frames; /* the list that it is on then */
} Errand;

/* A restart that was asked for, while it is looked at what it would find. */
typedef struct {
    DccControl *control;
    DccPeer *peer;
    gint64 id;
    gboolean recover;
    gboolean waits; /* until it is ready */
    DccLookAhead *ahead;
} Restart;

struct _DccControl {
    DccClock *clock;
    const DccControlHandler *handler;
    gpointer data;
    DccListener *listener;
    GPtrArray *clients;    /* DccPeer */
    GHashTable *followers; /* set of DccPeer, not owned */
    GArray *waiters;
    GPtrArray *frames; /* Errand of each frame that is being rendered, not owned */
    GPtrArray *restarts;
};

typedef void (*MethodFunc)(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params);

static void
do_status(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    dcc_peer_reply(peer, id, self->handler->status(self->data));
}

static void
do_events(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    JsonObject *result = json_object_new();
    DccJournal *journal = self->handler->journal(self->data);
    gint64 gap = 0;
    gint64 since = dcc_json_get_int(params, "since", 0);

    json_object_set_array_member(
        result, "events", dcc_journal_list(journal, since, MAX_EVENTS_BYTES, &gap));
    json_object_set_int_member(result, "next", dcc_journal_get_last(journal) + 1);
    json_object_set_int_member(result, "gap", gap);
    if (dcc_json_get_boolean(params, "follow", FALSE))
        g_hash_table_add(self->followers, peer);
    dcc_peer_reply(peer, id, result);
}

static Errand *
errand_new(DccPeer *peer, gint64 id)
{
    Errand *errand = g_new0(Errand, 1);

    errand->peer = g_object_ref(peer);
    errand->id = id;
    return errand;
}

static void
errand_free(Errand *errand)
{
    g_free(errand->report);
    g_free(errand->task);
    g_clear_pointer(&errand->frames, g_ptr_array_unref);
    g_object_unref(errand->peer);
    g_free(errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Errand, errand_free)

static void
set_text_or_null(JsonObject *object, const char *member, const char *text)
{
    if (text != NULL)
        json_object_set_string_member(object, member, text);
    else
        json_object_set_null_member(object, member);
}

static JsonObject *
make_probe_result(DccHealth health, DccProbeReply *reply, gint64 round_trip_ms)
{
    JsonObject *result = json_object_new();

    json_object_set_string_member(result, "health", dcc_enum_to_nick(DCC_TYPE_HEALTH, health));
    json_object_set_int_member(result,
                               "main_thread_age_ms",
                               reply != NULL ? dcc_probe_reply_get_main_thread_age(reply) : -1);
    set_text_or_null(result, "busy", reply != NULL ? dcc_probe_reply_get_busy(reply) : NULL);
    set_text_or_null(result, "scene", reply != NULL ? dcc_probe_reply_get_scene(reply) : NULL);
    json_object_set_int_member(result, "round_trip_ms", round_trip_ms);
    return result;
}

/* No answer from the application is an answer about it: what is judged of it so far. */
static void
on_probed(DccProbeReply *reply,
          DccHealth judged,
          gint64 round_trip_ms,
          const GError *error,
          gpointer data)
{
    g_autoptr(Errand) errand = data;
    JsonObject *result;

    if (reply == NULL && dcc_error_is_not_supported(error)) {
        dcc_peer_fail(errand->peer, errand->id, error);
        return;
    }
    result = make_probe_result(judged, reply, reply != NULL ? round_trip_ms : -1);
    if (errand->report != NULL)
        dcc_json_set_bytes(result, "report", errand->report);
    else
        json_object_set_null_member(result, "report");
    if (error != NULL)
        json_object_set_string_member(result, "silence", error->message);
    dcc_peer_reply(errand->peer, errand->id, result);
}

static void
fail(DccPeer *peer, gint64 id, int code, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(DCC_ERROR, code, text);

    dcc_peer_fail(peer, id, error);
}

static void
do_probe(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    DccRun *run = self->handler->run(self->data);
    Errand *errand;

    if (run == NULL || !dcc_run_is_alive(run)) {
        fail(peer, id, DCC_ERROR_GONE, "the application does not run now");
        return;
    }
    errand = errand_new(peer, id);
    errand->report = g_strdup(dcc_run_get_hang_report(run));
    dcc_run_ask_health(run, on_probed, errand);
}

static void
clear_waiter(gpointer waiter)
{
    g_object_unref(((Waiter *)waiter)->peer);
}

static GArray *
waiters_new(void)
{
    GArray *waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));

    g_array_set_clear_func(waiters, clear_waiter);
    return waiters;
}

static void
remember(DccControl *self, DccPeer *peer, gint64 id, WaitKind kind)
{
    Waiter waiter = {g_object_ref(peer), id, kind};

    g_array_append_val(self->waiters, waiter);
}

/* Remembers what waits; what does not want to is answered now. */
static void
wait_or_reply(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params, WaitKind kind)
{
    if (dcc_json_get_boolean(params, "wait", TRUE))
        remember(self, peer, id, kind);
    else
        dcc_peer_reply(peer, id, self->handler->status(self->data));
}

static void
do_stop(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    wait_or_reply(self, peer, id, params, WAIT_END);
    self->handler->stop(dcc_json_get_int(params, "timeout_ms", 0),
                        dcc_json_get_boolean(params, "join", FALSE),
                        dcc_json_get_boolean(params, "outside", FALSE),
                        self->data);
}

static void
do_note(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    const char *client = dcc_json_get_string(params, "client", NULL);
    const char *what = dcc_json_get_string(params, "what", NULL);

    if (client == NULL || what == NULL) {
        fail(peer, id, DCC_ERROR_INVALID, "'note' needs a client and what it did");
        return;
    }
    self->handler->note(client, what, self->data);
    dcc_peer_reply(peer, id, json_object_new());
}

static void
reply_or_fail(DccPeer *peer, gint64 id, JsonObject *result, const GError *error)
{
    if (result != NULL)
        dcc_peer_reply(peer, id, result);
    else
        dcc_peer_fail(peer, id, error);
}

static void
do_frame(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    g_autoptr(GError) error = NULL;
    JsonObject *event = self->handler->frame(params, &error, self->data);

    reply_or_fail(peer, id, event, error);
}

static void
do_rendered(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    g_autoptr(GError) error = NULL;
    JsonObject *event = self->handler->rendered(params, &error, self->data);

    reply_or_fail(peer, id, event, error);
}

static void
do_kill(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    wait_or_reply(self, peer, id, params, WAIT_END);
    self->handler->kill(self->data);
}

static void
restart_free(gpointer data)
{
    Restart *restart = data;

    dcc_look_ahead_free(restart->ahead);
    g_object_unref(restart->peer);
    g_free(restart);
}

static void
on_looked_ahead(gpointer data)
{
    Restart *restart = data;
    DccControl *self = restart->control;
    gboolean recover = restart->recover;
    g_autoptr(GError) error = NULL;
    gboolean may = self->handler->may_restart(recover, restart->ahead, &error, self->data);

    if (!may)
        dcc_peer_fail(restart->peer, restart->id, error);
    else if (restart->waits)
        remember(self, restart->peer, restart->id, WAIT_RUNNING);
    else
        dcc_peer_reply(restart->peer, restart->id, self->handler->status(self->data));
    g_ptr_array_remove_fast(self->restarts, restart);
    if (may)
        self->handler->restart(recover, self->data);
}

/* What runs is not stopped before it is known that another run would find what it needs. */
static void
do_restart(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    gboolean recover = dcc_json_get_boolean(params, "recover", FALSE);
    g_autoptr(GError) error = NULL;
    Restart *restart;

    if (!self->handler->may_restart(recover, NULL, &error, self->data)) {
        dcc_peer_fail(peer, id, error);
        return;
    }
    restart = g_new0(Restart, 1);
    restart->control = self;
    restart->peer = g_object_ref(peer);
    restart->id = id;
    restart->recover = recover;
    restart->waits = dcc_json_get_boolean(params, "wait", TRUE);
    g_ptr_array_add(self->restarts, restart);
    restart->ahead = self->handler->look_ahead(on_looked_ahead, restart, self->data);
}

static void
on_agent_answer(JsonObject *result, const GError *error, gpointer data)
{
    g_autoptr(Errand) errand = data;

    if (errand->frames != NULL)
        g_ptr_array_remove_fast(errand->frames, errand);
    if (error != NULL)
        dcc_peer_fail(errand->peer, errand->id, error);
    else
        dcc_peer_reply(errand->peer, errand->id, json_object_ref(result));
}

static void
ignore_answer(JsonObject *result, const GError *error, gpointer data)
{
}

/* Who asked for these frames is gone: nobody waits for them, and the application is not to be busy with
 * them when the next one comes. */
static void
cancel_frames(DccControl *self, DccPeer *peer)
{
    DccRun *run = self->handler->run(self->data);

    for (guint i = 0; run != NULL && i < self->frames->len; i++) {
        Errand *errand = g_ptr_array_index(self->frames, i);
        JsonObject *params;

        if (errand->peer != peer)
            continue;
        params = json_object_new();
        json_object_set_string_member(params, "task", errand->task);
        dcc_run_call_agent(run, "cancel", params, AGENT_DEFAULT_TIMEOUT, ignore_answer, NULL);
    }
}

static Errand *
agent_errand_new(DccControl *self, DccPeer *peer, gint64 id, const char *method, JsonObject *params)
{
    Errand *errand = errand_new(peer, id);

    if (strcmp(method, "render") == 0 && params != NULL)
        errand->task = g_strdup(dcc_json_get_string(params, "task", NULL));
    if (errand->task != NULL) {
        errand->frames = g_ptr_array_ref(self->frames);
        g_ptr_array_add(self->frames, errand);
    }
    return errand;
}

static void
do_agent(DccControl *self, DccPeer *peer, gint64 id, JsonObject *params)
{
    const char *method = dcc_json_get_string(params, "method", NULL);
    JsonObject *inner = dcc_json_get_object(params, "params");
    DccRun *run = self->handler->run(self->data);

    if (method == NULL) {
        fail(peer, id, DCC_ERROR_INVALID, "'agent' needs a method");
        return;
    }
    if (run == NULL) {
        fail(peer, id, DCC_ERROR_GONE, "no agent is connected");
        return;
    }
    dcc_run_call_agent(run,
                       method,
                       inner != NULL ? json_object_ref(inner) : NULL,
                       dcc_json_get_int(params, "timeout_ms", AGENT_DEFAULT_TIMEOUT),
                       on_agent_answer,
                       agent_errand_new(self, peer, id, method, inner));
}

static const struct {
    const char *name;
    MethodFunc func;
} methods[] = {
    {"status", do_status},
    {"events", do_events},
    {"probe", do_probe},
    {"note", do_note},
    {"frame", do_frame},
    {"rendered", do_rendered},
    {"stop", do_stop},
    {"kill", do_kill},
    {"restart", do_restart},
    {"agent", do_agent},
};

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data)
{
    DccControl *self = data;

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (!g_str_equal(methods[i].name, method))
            continue;
        methods[i].func(self, peer, id, params);
        return;
    }
    dcc_peer_fail_unknown_method(peer, id, method);
}

/* Nobody hears whether it may be. */
static void
forget_restarts(DccControl *self, DccPeer *peer)
{
    for (guint i = self->restarts->len; i > 0; i--)
        if (((Restart *)g_ptr_array_index(self->restarts, i - 1))->peer == peer)
            g_ptr_array_remove_index_fast(self->restarts, i - 1);
}

static void
on_closed(DccPeer *peer, const char *reason, gpointer data)
{
    DccControl *self = data;

    cancel_frames(self, peer);
    forget_restarts(self, peer);
    g_hash_table_remove(self->followers, peer);
    for (guint i = self->waiters->len; i > 0; i--)
        if (g_array_index(self->waiters, Waiter, i - 1).peer == peer)
            g_array_remove_index(self->waiters, i - 1);
    g_ptr_array_remove_fast(self->clients, peer);
}

static const DccPeerHandler peer_handler = {.request = on_request, .closed = on_closed};

static void
on_connection(DccSocket socket, gpointer data)
{
    DccControl *self = data;

    if (self->clients->len >= MAX_CLIENTS)
        dcc_socket_close(&socket);
    else
        g_ptr_array_add(self->clients, dcc_peer_new(socket, self->clock, &peer_handler, self));
}

DccControl *
dcc_control_new(DccInstanceDir *dir,
                DccClock *clock,
                const DccControlHandler *handler,
                gpointer data,
                GError **error)
{
    DccControl *self = g_new0(DccControl, 1);

    self->clock = g_object_ref(clock);
    self->handler = handler;
    self->data = data;
    self->clients = g_ptr_array_new_with_free_func(g_object_unref);
    self->followers = g_hash_table_new(NULL, NULL);
    self->waiters = waiters_new();
    self->frames = g_ptr_array_new();
    self->restarts = g_ptr_array_new_with_free_func(restart_free);
    self->listener = dcc_listener_new(
        dcc_instance_dir_get_dir(dir), DCC_INSTANCE_DIR_CONTROL, on_connection, self, error);
    if (self->listener == NULL)
        g_clear_pointer(&self, dcc_control_free);
    return self;
}

void
dcc_control_free(DccControl *self)
{
    if (self == NULL)
        return;
    dcc_listener_free(self->listener);
    for (guint i = 0; i < self->clients->len; i++)
        dcc_peer_close(g_ptr_array_index(self->clients, i));
    g_hash_table_unref(self->followers);
    g_array_unref(self->waiters);
    g_ptr_array_unref(self->frames);
    g_ptr_array_unref(self->restarts);
    g_ptr_array_unref(self->clients);
    g_object_unref(self->clock);
    g_free(self);
}

/* Telling may close a peer that does not read, which changes the set: so the peers are held first.
 */
void
dcc_control_tell(DccControl *self, JsonObject *event)
{
    g_autoptr(GPtrArray) peers = g_ptr_array_new_with_free_func(g_object_unref);
    GHashTableIter iter;
    gpointer peer;

    g_hash_table_iter_init(&iter, self->followers);
    while (g_hash_table_iter_next(&iter, &peer, NULL))
        g_ptr_array_add(peers, g_object_ref(peer));
    for (guint i = 0; i < peers->len; i++)
        dcc_peer_notify(g_ptr_array_index(peers, i), "event", json_object_ref(event));
}

/* Waiters of the kind, or all; each is answered once. */
static void
answer_waiters(DccControl *self, gboolean running)
{
    g_autoptr(GArray) waiters = g_steal_pointer(&self->waiters);

    self->waiters = waiters_new();
    for (guint i = 0; i < waiters->len; i++) {
        Waiter *waiter = &g_array_index(waiters, Waiter, i);

        if (running && waiter->kind != WAIT_RUNNING)
            remember(self, waiter->peer, waiter->id, waiter->kind);
        else
            dcc_peer_reply(waiter->peer,
                           waiter->id,
                           running ? self->handler->status(self->data)
                                   : self->handler->end_report(self->data));
    }
}

void
dcc_control_conclude(DccControl *self)
{
    answer_waiters(self, FALSE);
}

void
dcc_control_tell_running(DccControl *self)
{
    answer_waiters(self, TRUE);
}

gboolean
dcc_control_is_flushed(DccControl *self)
{
    for (guint i = 0; i < self->clients->len; i++)
        if (!dcc_peer_is_flushed(g_ptr_array_index(self->clients, i)))
            return FALSE;
    return TRUE;
}
