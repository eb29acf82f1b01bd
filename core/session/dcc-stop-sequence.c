/* The way down.
 *
 * Each rung is a row of a table: how to begin it, and how long it may take. A rung ends by its
 * time, by an answer, by hurry, or because the process it speaks to is no more.
 */
#include "dcc-stop-sequence.h"

#include "dcc-error.h"
#include "dcc-json.h"

#define MAX_RESERVE_MS    3000
#define EMPTY_PATIENCE_MS 100 /* that nothing is left is told a moment after the end */

typedef enum {
    RUNG_NONE,
    RUNG_SAVE,
    RUNG_QUIT,
    RUNG_SIGNAL,
    RUNG_GRACE, /* main has ended by itself; its children are left alone for a while */
    RUNG_TREE,
    RUNG_KILL,
    RUNG_VERIFY, /* killed, and not gone in time: nothing more can be done but watch */
} Rung;

struct _DccLadder {
    DccStopSequenceTools tools;
    const DccStopSequenceHandler *handler;
    gpointer data;
    Rung rung;
    gint64 rung_began;
    guint timer;
    guint deadline;
    gint64 reserve_ms; /* of the deadline, for the signal */
    gboolean main_ended;
    guint call; /* number of the agent call whose answer is awaited */
    guint last_call;
    GList
        *pending; /* calls that have not been answered: they must not find a ladder that is gone */
};

typedef struct {
    DccStopSequence *stop_sequence;
    guint number;
} Pending;

static void
enter(DccStopSequence *self, Rung rung);

static const char *const rung_names[] = {
    [RUNG_SAVE] = "save",
    [RUNG_QUIT] = "quit",
    [RUNG_SIGNAL] = "signal",
    [RUNG_GRACE] = "grace",
    [RUNG_TREE] = "tree",
    [RUNG_KILL] = "kill",
    [RUNG_VERIFY] = "verify",
};

static void
leave(DccStopSequence *self, const char *outcome, const char *detail)
{
    Rung rung = self->rung;
    gint64 ms = (dcc_clock_now(self->tools.clock) - self->rung_began) / 1000;

    self->rung = RUNG_NONE;
    self->call = 0;
    dcc_clock_clear(self->tools.clock, &self->timer);
    if (rung != RUNG_NONE && rung != RUNG_GRACE)
        self->handler->step(rung_names[rung], outcome, ms, detail, self->data);
}

static Rung
next_rung(DccStopSequence *self, Rung rung)
{
    Rung next = rung + 1;

    if (rung == RUNG_SIGNAL || (self->main_ended && next < RUNG_TREE))
        next = RUNG_TREE;
    return MIN(next, RUNG_VERIFY);
}

static gboolean
on_rung_over(gpointer data)
{
    DccStopSequence *self = data;
    Rung rung = self->rung;

    self->timer = 0;
    leave(self, "timed-out", NULL);
    enter(self, next_rung(self, rung));
    return G_SOURCE_REMOVE;
}

static gboolean
on_deadline(gpointer data)
{
    DccStopSequence *self = data;

    self->deadline = 0;
    if (self->rung >= RUNG_KILL)
        return G_SOURCE_REMOVE;
    leave(self, "timed-out", "the time given for the whole stop is over");
    enter(self, RUNG_KILL);
    return G_SOURCE_REMOVE;
}

/* The last part of the time given is the signal's: who did not answer may still end by itself. */
static gboolean
on_time_to_signal(gpointer data)
{
    DccStopSequence *self = data;

    self->deadline = dcc_clock_add(self->tools.clock, self->reserve_ms, on_deadline, self);
    if (self->rung >= RUNG_SIGNAL)
        return G_SOURCE_REMOVE;
    leave(self, "timed-out", "the time given for the whole stop is nearly over");
    enter(self, RUNG_SIGNAL);
    return G_SOURCE_REMOVE;
}

static void
on_saved(DccStopSequence *self, JsonObject *result, const GError *error)
{
    if (error == NULL)
        leave(self, "saved", dcc_json_get_string(result, "path", NULL));
    else if (dcc_error_is_timeout(error))
        leave(self, "timed-out", error->message);
    else if (dcc_error_is_gone(error) || dcc_error_is_not_supported(error))
        leave(self, "not-supported", error->message);
    else
        leave(self, "refused", error->message);
    enter(self, next_rung(self, RUNG_SAVE));
}

/* It agreed: now it may take its time to end, which is what the rung's timer is for. */
static void
on_quitting(DccStopSequence *self, JsonObject *result, const GError *error)
{
    if (error == NULL)
        return;
    if (dcc_error_is_timeout(error))
        leave(self, "timed-out", error->message);
    else if (dcc_error_is_gone(error) || dcc_error_is_not_supported(error))
        leave(self, "not-supported", error->message);
    else
        leave(self, "refused", error->message);
    enter(self, next_rung(self, RUNG_QUIT));
}

static void
on_answer(JsonObject *result, const GError *error, gpointer data)
{
    g_autofree Pending *pending = data;
    DccStopSequence *self = pending->stop_sequence;

    if (self == NULL)
        return;
    self->pending = g_list_remove(self->pending, pending);
    if (pending->number != self->call)
        return;
    if (self->rung == RUNG_SAVE)
        on_saved(self, result, error);
    else if (self->rung == RUNG_QUIT)
        on_quitting(self, result, error);
}

static void
ask(DccStopSequence *self, const char *method, JsonObject *params, gint64 timeout_ms)
{
    Pending *pending = g_new0(Pending, 1);

    pending->stop_sequence = self;
    pending->number = self->call = ++self->last_call;
    self->pending = g_list_prepend(self->pending, pending);
    dcc_agent_link_call(self->tools.agent, method, params, timeout_ms, on_answer, pending);
}

static void
arm(DccStopSequence *self, gint64 ms)
{
    self->timer = dcc_clock_add(self->tools.clock, ms, on_rung_over, self);
}

/* The call's own timeout ends the rung, so no second timer is needed. */
static void
begin_save(DccStopSequence *self)
{
    const char *method = dcc_stop_plan_get_save_method(self->tools.plan);
    JsonObject *params;

    if (method == NULL || !dcc_agent_link_is_connected(self->tools.agent)) {
        leave(self,
              "not-supported",
              method == NULL ? "the application cannot be asked" : "no agent is connected");
        enter(self, RUNG_QUIT);
        return;
    }
    params = json_object_new();
    json_object_set_string_member(params, "directory", self->tools.rescue_dir);
    ask(self, method, params, dcc_settings_get(self->tools.settings, DCC_SETTING_SAVE_TIMEOUT));
}

static void
begin_quit(DccStopSequence *self)
{
    const char *method = dcc_stop_plan_get_quit_method(self->tools.plan);
    gint64 timeout = dcc_stop_plan_get_quit_timeout(self->tools.plan);

    if (method == NULL || !dcc_agent_link_is_connected(self->tools.agent)) {
        leave(self, "not-supported", NULL);
        enter(self, RUNG_SIGNAL);
        return;
    }
    ask(self, method, NULL, timeout);
    if (self->rung == RUNG_QUIT && self->call != 0)
        arm(self, timeout);
}

static void
begin_order(DccStopSequence *self, DccShimOrder order, DccSetting setting)
{
    arm(self, dcc_settings_get(self->tools.settings, setting));
    dcc_shim_link_order(self->tools.shim, order);
}

static void
enter(DccStopSequence *self, Rung rung)
{
    self->rung = rung;
    self->rung_began = dcc_clock_now(self->tools.clock);
    switch (rung) {
    case RUNG_SAVE:
        begin_save(self);
        break;
    case RUNG_QUIT:
        begin_quit(self);
        break;
    case RUNG_SIGNAL:
        begin_order(self, DCC_SHIM_TERM, DCC_SETTING_TERM_TIMEOUT);
        break;
    case RUNG_TREE:
        begin_order(self, DCC_SHIM_TERM_TREE, DCC_SETTING_TREE_TIMEOUT);
        break;
    case RUNG_KILL:
        begin_order(self, DCC_SHIM_KILL_TREE, DCC_SETTING_VERIFY_TIMEOUT);
        break;
    case RUNG_VERIFY:
        self->handler->incomplete(self->data);
        break;
    case RUNG_GRACE:
    case RUNG_NONE:
        break;
    }
}

DccStopSequence *
dcc_stop_sequence_new(const DccStopSequenceTools *tools,
                      const DccStopSequenceHandler *handler,
                      gpointer data)
{
    DccStopSequence *self = g_new0(DccStopSequence, 1);

    self->tools = *tools;
    self->handler = handler;
    self->data = data;
    return self;
}

static void
orphan(gpointer pending, gpointer data)
{
    ((Pending *)pending)->stop_sequence = NULL;
}

void
dcc_stop_sequence_free(DccStopSequence *self)
{
    if (self == NULL)
        return;
    dcc_clock_clear(self->tools.clock, &self->timer);
    dcc_clock_clear(self->tools.clock, &self->deadline);
    g_list_foreach(self->pending, orphan, NULL);
    g_list_free(self->pending);
    g_free(self);
}

void
dcc_stop_sequence_begin(DccStopSequence *self, gint64 deadline_ms)
{
    if (deadline_ms > 0) {
        self->reserve_ms = MIN(deadline_ms / 3, MAX_RESERVE_MS);
        self->deadline = dcc_clock_add(
            self->tools.clock, deadline_ms - self->reserve_ms, on_time_to_signal, self);
    }
    enter(self, self->main_ended ? RUNG_TREE : RUNG_SAVE);
}

void
dcc_stop_sequence_kill(DccStopSequence *self)
{
    if (self->rung >= RUNG_KILL)
        return;
    leave(self, "skipped", NULL);
    enter(self, RUNG_KILL);
}

void
dcc_stop_sequence_hurry(DccStopSequence *self)
{
    Rung rung = self->rung;

    if (rung == RUNG_NONE || rung >= RUNG_KILL)
        return;
    leave(self, "skipped", NULL);
    enter(self, next_rung(self, rung));
}

void
dcc_stop_sequence_main_ended(DccStopSequence *self, gint64 grace_ms)
{
    self->main_ended = TRUE;
    if (self->rung >= RUNG_TREE)
        return;
    leave(self, "done", NULL);
    self->rung = RUNG_GRACE;
    arm(self, MAX(grace_ms, EMPTY_PATIENCE_MS));
}

void
dcc_stop_sequence_tree_empty(DccStopSequence *self)
{
    leave(self, "done", NULL);
    dcc_clock_clear(self->tools.clock, &self->deadline);
}
