/* The steps of a stop; see the header.
 *
 * A step ends by its time, by an answer, by hurry, or because the process it speaks to is no more.
 */
#include "dcc-stop-sequence.h"

#include "dcc-copy-place.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-rescue.h"

#define MAX_RESERVE_MS    3000
#define RESERVE_PARTS     5
#define EMPTY_PATIENCE_MS 100 /* that nothing is left is told a moment after the end */
#define GRACE_PERIOD_MS   250 /* between two looks at what is left after a crash */

typedef enum {
    STEP_NONE,
    STEP_SAVE,
    STEP_QUIT,
    STEP_SIGNAL,
    STEP_GRACE, /* main has ended by itself; its children are left alone for a while */
    STEP_TREE,
    STEP_KILL,
    STEP_VERIFY, /* killed, and not gone in time: nothing more can be done but watch */
} Step;

struct _DccStopSequence {
    DccStopSequenceTools tools;
    const DccStopSequenceHandler *handler;
    gpointer data;
    Step step;
    gint64 step_began;
    guint timer;
    guint deadline;
    gint64 kill_at;     /* the deadline of the whole; 0: none */
    gint64 reserve_ms;  /* of the deadline, for the signal */
    gint64 grace_until; /* what is left after a crash is left alone no longer than this */
    gboolean main_ended;
    guint call; /* number of the agent call whose answer is awaited */
    guint last_call;
    gboolean closed; /* freed, and held by an entry that has not returned */
    GList *
        pending; /* calls that have not been answered: they must not find a sequence that is gone */
};

typedef struct {
    DccStopSequence *stop_sequence;
    guint number;
} Pending;

static void
enter(DccStopSequence *self, Step step);

static void
sequence_release(DccStopSequence *self)
{
    g_rc_box_release(self);
}

/* A handler may free the sequence: each entry holds it until the end. */
typedef DccStopSequence HeldSequence;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldSequence, sequence_release)

static HeldSequence *
hold(DccStopSequence *self)
{
    return g_rc_box_acquire(self);
}

static const char *const step_names[] = {
    [STEP_SAVE] = "save",
    [STEP_QUIT] = "quit",
    [STEP_SIGNAL] = "signal",
    [STEP_GRACE] = "grace",
    [STEP_TREE] = "tree",
    [STEP_KILL] = "kill",
    [STEP_VERIFY] = "verify",
};

static void
leave(DccStopSequence *self, const char *outcome, const char *detail)
{
    Step step = self->step;
    gint64 ms = (dcc_clock_now(self->tools.clock) - self->step_began) / 1000;

    self->step = STEP_NONE;
    self->call = 0;
    dcc_clock_clear(self->tools.clock, &self->timer);
    if (step != STEP_NONE && step != STEP_GRACE && !self->closed)
        self->handler->step(step_names[step], outcome, ms, detail, self->data);
}

static Step
next_step(DccStopSequence *self, Step step)
{
    Step next = step + 1;

    if (step == STEP_SIGNAL || (self->main_ended && next < STEP_TREE))
        next = STEP_TREE;
    return MIN(next, STEP_VERIFY);
}

static gboolean
on_step_over(gpointer data)
{
    DccStopSequence *self = data;
    g_autoptr(HeldSequence) held = hold(self);
    Step step = self->step;

    self->timer = 0;
    leave(self, "timed-out", NULL);
    enter(self, next_step(self, step));
    return G_SOURCE_REMOVE;
}

static gboolean
on_deadline(gpointer data)
{
    DccStopSequence *self = data;
    g_autoptr(HeldSequence) held = hold(self);

    self->deadline = 0;
    if (self->step >= STEP_KILL)
        return G_SOURCE_REMOVE;
    leave(self, "timed-out", "the time given for the whole stop is over");
    enter(self, STEP_KILL);
    return G_SOURCE_REMOVE;
}

/* The last part of the time given is the signal's: what did not answer may still end by itself. */
static gboolean
on_time_to_signal(gpointer data)
{
    DccStopSequence *self = data;
    g_autoptr(HeldSequence) held = hold(self);

    self->deadline = dcc_clock_add(self->tools.clock, self->reserve_ms, on_deadline, self);
    if (self->step >= STEP_SIGNAL)
        return G_SOURCE_REMOVE;
    leave(self, "timed-out", "the time given for the whole stop is nearly over");
    enter(self, STEP_SIGNAL);
    return G_SOURCE_REMOVE;
}

/* Only a file that is there, where it was asked for, is work that is saved. */
static void
leave_saved(DccStopSequence *self, JsonObject *result)
{
    g_autofree char *path = dcc_json_get_bytes(result, "path");

    if (dcc_rescue_is_plain_file(path) && dcc_copy_place_is_in(path, self->tools.rescue_dir))
        leave(self, "saved", path);
    else
        leave(self,
              "refused",
              "the agent says that it saved, and names no file that is there in the directory it "
              "was given");
}

static void
on_saved(DccStopSequence *self, JsonObject *result, const GError *error)
{
    if (error == NULL)
        leave_saved(self, result);
    else if (dcc_error_is_timeout(error))
        leave(self, "timed-out", error->message);
    else if (dcc_error_is_gone(error) || dcc_error_is_not_supported(error))
        leave(self, "not-supported", error->message);
    else
        leave(self, "refused", error->message);
    enter(self, next_step(self, STEP_SAVE));
}

/* It agreed: now it may take its time to end, which is what the step's timer is for. */
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
    enter(self, next_step(self, STEP_QUIT));
}

static void
on_answer(JsonObject *result, const GError *error, gpointer data)
{
    g_autofree Pending *pending = data;
    DccStopSequence *self = pending->stop_sequence;
    g_autoptr(HeldSequence) held = self != NULL ? hold(self) : NULL;

    if (self == NULL)
        return;
    self->pending = g_list_remove(self->pending, pending);
    if (pending->number != self->call)
        return;
    if (self->step == STEP_SAVE)
        on_saved(self, result, error);
    else if (self->step == STEP_QUIT)
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
    self->timer = dcc_clock_add(self->tools.clock, ms, on_step_over, self);
}

/* The call's own timeout ends the step, so no second timer is needed. */
static void
begin_save(DccStopSequence *self)
{
    const char *method = dcc_stop_plan_get_save_method(self->tools.plan);
    JsonObject *params;

    if (method == NULL || !dcc_agent_link_is_connected(self->tools.agent)) {
        leave(self,
              "not-supported",
              method == NULL ? "the application cannot be asked" : "no agent is connected");
        enter(self, STEP_QUIT);
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
        enter(self, STEP_SIGNAL);
        return;
    }
    ask(self, method, NULL, timeout);
    if (self->step == STEP_QUIT && self->call != 0)
        arm(self, timeout);
}

static void
begin_order(DccStopSequence *self, DccShimOrder order, DccSetting setting)
{
    arm(self, dcc_settings_get(self->tools.settings, setting));
    dcc_shim_link_order(self->tools.shim, order);
}

static void
enter(DccStopSequence *self, Step step)
{
    if (self->closed)
        return;
    self->step = step;
    self->step_began = dcc_clock_now(self->tools.clock);
    switch (step) {
    case STEP_SAVE:
        begin_save(self);
        break;
    case STEP_QUIT:
        begin_quit(self);
        break;
    case STEP_SIGNAL:
        begin_order(self, DCC_SHIM_TERM, DCC_SETTING_TERM_TIMEOUT);
        break;
    case STEP_TREE:
        begin_order(self, DCC_SHIM_TERM_TREE, DCC_SETTING_TREE_TIMEOUT);
        break;
    case STEP_KILL:
        begin_order(self, DCC_SHIM_KILL_TREE, DCC_SETTING_VERIFY_TIMEOUT);
        break;
    case STEP_VERIFY:
        self->handler->incomplete(self->data);
        break;
    case STEP_GRACE:
    case STEP_NONE:
        break;
    }
}

DccStopSequence *
dcc_stop_sequence_new(const DccStopSequenceTools *tools,
                      const DccStopSequenceHandler *handler,
                      gpointer data)
{
    DccStopSequence *self = g_rc_box_new0(DccStopSequence);

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
    g_clear_pointer(&self->pending, g_list_free);
    self->closed = TRUE;
    sequence_release(self);
}

/* No client's number of milliseconds is too large: it waits for ever, as it asked. */
#define MAX_LIMIT_MS (G_MAXINT64 / 4000)

void
dcc_stop_sequence_limit(DccStopSequence *self, gint64 ms)
{
    gint64 kill_at;

    ms = MIN(ms, MAX_LIMIT_MS);
    kill_at = dcc_clock_now(self->tools.clock) + ms * 1000;
    if (self->kill_at != 0 && self->kill_at <= kill_at)
        return;
    self->kill_at = kill_at;
    self->reserve_ms = MIN(ms / RESERVE_PARTS, MAX_RESERVE_MS);
    dcc_clock_clear(self->tools.clock, &self->deadline);
    self->deadline =
        dcc_clock_add(self->tools.clock, ms - self->reserve_ms, on_time_to_signal, self);
}

void
dcc_stop_sequence_begin(DccStopSequence *self, gint64 deadline_ms)
{
    g_autoptr(HeldSequence) held = hold(self);

    if (deadline_ms > 0)
        dcc_stop_sequence_limit(self, deadline_ms);
    enter(self, self->main_ended ? STEP_TREE : STEP_SAVE);
}

/* Because somebody asks for it. Who asks again when nothing more could be done is owed an answer, too:
 * the kill is tried once more. */
static void
go_on(DccStopSequence *self, Step step)
{
    leave(self, self->step == STEP_VERIFY ? "timed-out" : "skipped", NULL);
    enter(self, step);
}

void
dcc_stop_sequence_kill(DccStopSequence *self)
{
    g_autoptr(HeldSequence) held = hold(self);

    if (self->step != STEP_KILL)
        go_on(self, STEP_KILL);
}

void
dcc_stop_sequence_hurry(DccStopSequence *self)
{
    g_autoptr(HeldSequence) held = hold(self);
    Step step = self->step;

    if (step == STEP_NONE || step == STEP_KILL)
        return;
    go_on(self, step == STEP_VERIFY ? STEP_KILL : next_step(self, step));
}

/* What is left after a crash may be its reporter: as long as it looks like one, or works, it is
 * left alone. */
static gboolean
on_grace(gpointer data)
{
    DccStopSequence *self = data;
    g_autoptr(HeldSequence) held = hold(self);

    self->timer = 0;
    if (dcc_clock_now(self->tools.clock) < self->grace_until &&
        self->handler->lingers(self->data)) {
        self->timer = dcc_clock_add(self->tools.clock, GRACE_PERIOD_MS, on_grace, self);
        return G_SOURCE_REMOVE;
    }
    leave(self, "timed-out", NULL);
    enter(self, STEP_TREE);
    return G_SOURCE_REMOVE;
}

void
dcc_stop_sequence_main_ended(DccStopSequence *self, gint64 grace_ms, gboolean any_left)
{
    g_autoptr(HeldSequence) held = hold(self);

    self->main_ended = TRUE;
    if (self->step >= STEP_TREE)
        return;
    leave(self, "done", NULL);
    if (self->closed)
        return;
    if (any_left && grace_ms == 0) {
        enter(self, STEP_TREE);
        return;
    }
    self->step = STEP_GRACE;
    self->grace_until = dcc_clock_now(self->tools.clock) + grace_ms * 1000;
    if (grace_ms == 0)
        arm(self, EMPTY_PATIENCE_MS);
    else
        self->timer =
            dcc_clock_add(self->tools.clock, MIN(grace_ms, GRACE_PERIOD_MS), on_grace, self);
}

void
dcc_stop_sequence_tree_empty(DccStopSequence *self)
{
    g_autoptr(HeldSequence) held = hold(self);

    dcc_clock_clear(self->tools.clock, &self->deadline);
    leave(self, "done", NULL);
}
