/* Waiting for something to become of an instance.
 *
 * Problem: an agent that polls either misses things or costs turns, and one that waits for what
 * cannot come any more waits for ever. So waiting ends as soon as it is of no use: at an end (also
 * where another run follows it), a hang, or a licence that is not to be had; and it always says what to do next. What is judged is the
 * status, asked anew whenever an event says that something has changed.
 */
#include "mcp-wait.h"

#include "cli-follow.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-json.h"
#include <string.h>

#define DEFAULT_S 30
/* Where no event comes the status is asked all the same. */
#define LOOK_MS  1000
#define PROBE_MS 5000
/* What says that it has no licence may end for it, and then why tells more; or show a dialog. */
#define LICENCE_MS 5000

typedef struct {
    McpCall *call;
    CliInstance *instance;
    const char *until;
    gint64 frame;       /* -1: any further one */
    gint64 first_frame; /* where it stood when we began; -2: not known yet */
    gint64 restarts;    /* how often it had been started again when we began; -1: not known yet */
    gint64 began;
    CliFollow *follow;
    gint64 wants_licence; /* when it was heard that the present run has none; 0: not */
} Wait;

static const char *
get_verdict(JsonObject *status)
{
    return dcc_json_get_string(dcc_json_get_object(status, "result"), "verdict", "");
}

static gboolean
has_frame(Wait *self, JsonObject *status)
{
    gint64 now = dcc_json_get_int(dcc_json_get_object(status, "progress"), "frame", -1);

    if (self->first_frame == -2)
        self->first_frame = now;
    return self->frame >= 0 ? now >= self->frame : now >= 0 && now != self->first_frame;
}

/* What status says of it was heard some seconds ago; whether it is idle is asked now. */
static gboolean
says_it_is_idle(Wait *self)
{
    g_autoptr(DccClient) session =
        dcc_client_new(self->instance->runtime, self->instance->name, NULL);
    g_autoptr(JsonObject) reply = NULL;

    if (session != NULL)
        reply = dcc_client_call(
            session, "probe", NULL, MIN(PROBE_MS, mcp_call_get_left_ms(self->call)), NULL);
    return dcc_json_get_int(reply, "round_trip_ms", -1) >= 0 &&
           strcmp(dcc_json_get_string(reply, "health", ""), "ok") == 0 &&
           dcc_json_get_string(reply, "busy", NULL) == NULL;
}

static gboolean
is_reached(Wait *self, JsonObject *status, gboolean over)
{
    JsonObject *health = dcc_json_get_object(status, "health");
    /* While it is being stopped, too, it has been ready. */
    gboolean ready = dcc_json_get_boolean(status, "ready", FALSE) &&
                     strcmp(dcc_json_get_string(status, "state", ""), "running") == 0;

    if (strcmp(self->until, "ended") == 0)
        return over;
    if (strcmp(self->until, "ready") == 0)
        return ready;
    if (strcmp(self->until, "frame") == 0)
        return has_frame(self, status);
    return ready && strcmp(dcc_json_get_string(health, "state", ""), "ok") == 0 &&
           dcc_json_get_string(health, "busy", NULL) == NULL && says_it_is_idle(self);
}

static gboolean
waits_for_licence(Wait *self, JsonObject *status)
{
    const char *state = dcc_json_get_string(status, "state", "");

    if (dcc_json_get_boolean(status, "ready", FALSE))
        return FALSE;
    if (strcmp(state, "starting") == 0)
        return self->wants_licence != 0 &&
               g_get_monotonic_time() > self->wants_licence + LICENCE_MS * 1000;
    return (strcmp(state, "restarting") == 0 || strcmp(state, "crashed") == 0) &&
           strcmp(get_verdict(status), "licence") == 0;
}

/* What was waited for was of a run that is no more; where it is only to be ready, any run will do. */
static gboolean
was_started_again(Wait *self, JsonObject *status)
{
    gint64 restarts = dcc_json_get_int(status, "restart_count", 0);
    const char *state = dcc_json_get_string(status, "state", "");
    gboolean between = strcmp(state, "restarting") == 0 || strcmp(state, "crashed") == 0;

    if (self->restarts < 0)
        self->restarts = restarts;
    return (between || restarts > self->restarts) && strcmp(self->until, "ready") != 0;
}

/* "not-yet": waiting on is of use. */
static const char *
judge(Wait *self, JsonObject *status)
{
    gboolean over = cli_status_is_over(status);

    if (was_started_again(self, status) && !over)
        return "restarted";
    if (is_reached(self, status, over))
        return "reached";
    if (over)
        return "ended";
    if (strcmp(dcc_json_get_string(status, "state", ""), "unresponsive") == 0)
        return "unresponsive";
    return waits_for_licence(self, status) ? "waiting-for-licence" : "not-yet";
}

static char *
say_next(Wait *self, const char *outcome, JsonObject *status)
{
    static const struct {
        const char *outcome, *until, *words; /* until NULL: whatever was waited for */
    } table[] = {
        {"reached", "ready", "it can be used"},
        {"reached", "idle", "it has nothing to do and can be used"},
        {"reached", "frame", "wait for a further frame, or until ended"},
        {"not-yet", NULL, "nothing is wrong so far: wait again; cancelling a wait ends nothing"},
        {"restarted",
         NULL,
         "it ended and is started again: call why, which says what happened, then wait until "
         "ready"},
        {"unresponsive", NULL, "it hangs: call why, which says what to do"},
        {"waiting-for-licence",
         NULL,
         "no licence is to be had: it tries again by itself; call why, free a licence, then wait "
         "again, or stop it"},
    };
    const char *verdict = get_verdict(status);

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].outcome, outcome) == 0 &&
            (table[i].until == NULL || strcmp(table[i].until, self->until) == 0))
            return g_strdup(table[i].words);
    if (strcmp(verdict, "clean") == 0 ||
        strcmp(dcc_json_get_string(dcc_json_get_object(status, "result"), "kind", ""), "stopped") ==
            0)
        return g_strdup("it ended in order; launch starts it again");
    return g_strdup("it ended badly: call why, which says what happened and what to do");
}

static JsonObject *
conclude(Wait *self, const char *outcome, JsonObject *status)
{
    JsonObject *object = json_object_new();
    g_autofree char *next = say_next(self, outcome, status);

    json_object_set_string_member(object, "outcome", outcome);
    json_object_set_string_member(object, "next", next);
    json_object_set_object_member(object, "status", json_object_ref(status));
    return object;
}

static void
tell_progress(Wait *self, JsonObject *status)
{
    JsonObject *progress = dcc_json_get_object(status, "progress");
    double waited = (double)(g_get_monotonic_time() - self->began) / G_USEC_PER_SEC;
    double total = (double)(self->call->deadline - self->began) / G_USEC_PER_SEC;
    double percent = dcc_json_get_double(progress, "percent", -1);
    gint64 frame = dcc_json_get_int(progress, "frame", -1);
    GString *words = g_string_new(dcc_json_get_string(status, "state", "unknown"));

    if (frame >= 0)
        g_string_append_printf(words, ", frame %" G_GINT64_FORMAT, frame);
    if (percent >= 0)
        g_string_append_printf(words, ", %.0f %%", percent);
    self->call->progress(waited, total, words->str, self->call->progress_data);
    g_string_free(words, TRUE);
}

/* What status does not say. */
static void
hear(Wait *self, JsonObject *event)
{
    const char *type = dcc_json_get_string(event, "type", "");

    if (strcmp(type, "started") == 0)
        self->wants_licence = 0;
    else if (strcmp(type, "output") == 0 &&
             strcmp(dcc_json_get_string(event, "kind", ""), "licence") == 0)
        self->wants_licence = g_get_monotonic_time();
}

/* All that is there. FALSE: the session is gone. */
static void
hear_all(Wait *self)
{
    g_autoptr(GError) error = NULL;

    while (self->follow != NULL && error == NULL) {
        g_autoptr(JsonObject) event = cli_follow_next(self->follow, 0, &error);

        if (event != NULL)
            hear(self, event);
    }
    if (error != NULL && !dcc_error_is_timeout(error))
        g_clear_pointer(&self->follow, cli_follow_free);
}

static void
follow(Wait *self)
{
    if (self->follow == NULL)
        self->follow = cli_follow_new(self->instance->runtime, self->instance->name, 0, NULL);
    hear_all(self);
}

/* Until something happens, or nobody waits any more, or for a while. */
static void
pause_for_news(Wait *self)
{
    GPollFD fds[2] = {{.fd = -1, .events = G_IO_IN}, {.fd = -1, .events = G_IO_IN}};
    McpCallEar ear = mcp_call_listen(self->call, &fds[1]);
    gint64 left = MIN(LOOK_MS, mcp_call_get_left_ms(self->call));

    if (self->follow != NULL)
        fds[0].fd = cli_follow_get_fd(self->follow);
    dcc_fds_wait(fds, G_N_ELEMENTS(fds), (int)left);
    mcp_call_stop_listening(self->call, &ear);
}

static JsonObject *
wait_on(Wait *self, GError **error)
{
    for (;;) {
        g_autoptr(JsonObject) status = NULL;
        const char *outcome;

        follow(self);
        status = cli_instance_get_status(self->instance, error);
        if (status == NULL)
            return NULL;
        outcome = judge(self, status);
        if (strcmp(outcome, "not-yet") != 0 || mcp_call_get_left_ms(self->call) == 0 ||
            g_cancellable_is_cancelled(self->call->cancel))
            return conclude(self, outcome, status);
        tell_progress(self, status);
        pause_for_news(self);
    }
}

JsonObject *
mcp_wait_for(McpCall *call, CliInstance *instance, const char *until, gint64 frame, GError **error)
{
    Wait self = {.call = call,
                 .instance = instance,
                 .until = until,
                 .frame = frame,
                 .first_frame = -2,
                 .restarts = -1,
                 .began = g_get_monotonic_time()};
    JsonObject *object = wait_on(&self, error);

    g_clear_pointer(&self.follow, cli_follow_free);
    return object;
}

JsonObject *
mcp_wait_run(McpCall *call, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    JsonObject *object;

    mcp_call_limit(call, mcp_call_get_int(call, "timeout_s", DEFAULT_S));
    if (!mcp_call_open(call, &instance, error))
        return NULL;
    object = mcp_wait_for(call,
                          &instance,
                          mcp_call_get_text(call, "until"),
                          mcp_call_get_int(call, "frame", -1),
                          error);
    if (object != NULL)
        json_object_set_string_member(object, "name", instance.name);
    return object;
}
