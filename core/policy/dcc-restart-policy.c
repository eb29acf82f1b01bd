/* Whether and when to start again.
 *
 * Problem: a crash deserves another run, a crash loop does not, and the two differ only in their
 * history. Contract: a decision depends on the settings, the seed and the calls made so far, on
 * nothing else.
 *
 * What is counted: every restart after a crash, and with restart=always every restart. max-restarts
 * of them are granted within burst-window; the next end gives up. Licence failures wait by the same
 * delays and are counted apart: a licence server that is down says nothing about the application,
 * and max-restarts of them in a row end it all the same. A hang that is followed by a restart is
 * charged like a crash. A signal from outside is the adapter's to judge: it calls SIGTERM, SIGHUP
 * and SIGINT CANCELLED where that is an orderly end; KILLED counts as a crash here.
 *
 * A job's own decision is handed on and never repeated: a job is started again only after a signal,
 * a crash or want of memory, or to wait for a licence.
 *
 * Three rules give up, each for its own reason. The budget holds always: what crashes too often is
 * not started again, whatever else is granted. Crashes in a row on one scene (dcc-crash-streak.h)
 * end before it, and the last run they grant is one in safe mode. Two instant crashes of one cause
 * give up at once, unless what follows is the run in safe mode: what breaks at the start is most
 * often what safe mode leaves out. A run that was well for reset-after ends every streak.
 *
 * Threading: one thread at a time.
 */
#include "dcc-restart-policy.h"

#include "dcc-crash-streak.h"
#include "dcc-enum-types.h"
#include "dcc-json.h"
#include <string.h>

#define SPAWN_FIRST_MS    5000
#define SPAWN_CAP_MS      60000
#define SPAWN_PATIENCE_MS (10 * 60 * G_GINT64_CONSTANT(1000))
#define SAVE_VERSION      1
/* A saved state is read from a file: whatever it claims, it costs little. */
#define RESTORE_LIMIT 4096

struct _DccRestartPolicy {
    GObject parent_instance;
    DccSettings *settings;
    guint64 random;
    guint64 attempt;      /* restarts granted since the delays last began */
    GArray *crashes;      /* (element-type gint64): instants, oldest first */
    gboolean was_instant; /* the last end was an instant crash, by the two below */
    DccVerdictKind last_verdict;
    char *last_cause;
    DccCrashStreak streak;
    guint licence_waits;   /* in a row */
    guint64 spawn_attempt; /* refused spawns in a row; 0: none */
    gint64 spawn_since;    /* instant of the first of them */
};

G_DEFINE_TYPE(DccRestartPolicy, dcc_restart_policy, G_TYPE_OBJECT)

static void
dcc_restart_policy_finalize(GObject *object)
{
    DccRestartPolicy *self = DCC_RESTART_POLICY(object);

    g_clear_object(&self->settings);
    g_clear_pointer(&self->crashes, g_array_unref);
    g_free(self->last_cause);
    dcc_crash_streak_clear(&self->streak);
    G_OBJECT_CLASS(dcc_restart_policy_parent_class)->finalize(object);
}

static void
dcc_restart_policy_class_init(DccRestartPolicyClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_restart_policy_finalize;
}

static void
dcc_restart_policy_init(DccRestartPolicy *self)
{
    self->crashes = g_array_new(FALSE, FALSE, sizeof(gint64));
}

/**
 * dcc_restart_policy_new:
 * @settings: what to go by; kept, and read at each decision
 * @seed: of the jitter; equal seeds give equal delays
 *
 * Returns: (transfer full): a policy without a history
 */
DccRestartPolicy *
dcc_restart_policy_new(DccSettings *settings, guint32 seed)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(settings), NULL);

    DccRestartPolicy *self = g_object_new(DCC_TYPE_RESTART_POLICY, NULL);
    self->settings = g_object_ref(settings);
    /* xorshift must not begin at 0; the odd multiplier spreads neighbouring seeds. */
    self->random = (seed + G_GUINT64_CONSTANT(1)) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    return self;
}

/* xorshift64: the same figures on every system and GLib, which GRand does not promise. */
static guint64
next_random(DccRestartPolicy *self)
{
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    return self->random;
}

gint64
dcc_backoff_delay(DccBackoffKind kind, gint64 first, gint64 cap, guint64 attempt)
{
    gint64 delay = MIN(first, cap);

    if (kind == DCC_BACKOFF_FIXED)
        return first;
    for (guint64 i = 0; i < attempt && delay > 0 && delay < cap; i++)
        delay = delay > cap / 2 ? cap : delay * 2;
    return delay;
}

static gint64
get_not_negative(DccRestartPolicy *self, DccSetting setting)
{
    return MAX(dcc_settings_get(self->settings, setting), 0);
}

static gint64
with_jitter(DccRestartPolicy *self, gint64 delay)
{
    gint64 jitter = MIN(get_not_negative(self, DCC_SETTING_JITTER), 100);
    gint64 span = delay / 100 * jitter + delay % 100 * jitter / 100;
    guint64 steps = (guint64)span * 2 + 1;
    gint64 offset = (gint64)(next_random(self) % steps) - span;
    gint64 jittered;

    return __builtin_add_overflow(delay, offset, &jittered) ? G_MAXINT64 : jittered;
}

/* now - then in milliseconds; 0 when then lies ahead, which a monotonic clock does not do. */
static gint64
age_ms(gint64 then, gint64 now)
{
    gint64 age;

    if (__builtin_sub_overflow(now, then, &age))
        return now > then ? G_MAXINT64 / 1000 : 0;
    return MAX(age, 0) / 1000;
}

static DccDecision
decide(DccDecisionKind kind, gint64 delay_ms, const char *text)
{
    DccDecision decision = {.kind = kind, .delay_ms = delay_ms};
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    const char *end;

    g_strdelimit(valid, "\n\r", ' ');
    g_strlcpy(decision.reason, valid, sizeof decision.reason);
    /* The cut may have split a character. */
    if (!g_utf8_validate(decision.reason, -1, &end))
        decision.reason[end - decision.reason] = '\0';
    return decision;
}

G_GNUC_PRINTF(3, 4)
static DccDecision
decide_printf(DccDecisionKind kind, gint64 delay_ms, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return decide(kind, delay_ms, text);
}

static void
drop_old_crashes(DccRestartPolicy *self, gint64 now)
{
    gint64 window = get_not_negative(self, DCC_SETTING_BURST_WINDOW);
    guint n = 0;

    while (n < self->crashes->len && age_ms(g_array_index(self->crashes, gint64, n), now) > window)
        n++;
    if (n > 0)
        g_array_remove_range(self->crashes, 0, n);
}

static void
forget_instant(DccRestartPolicy *self)
{
    self->was_instant = FALSE;
    g_clear_pointer(&self->last_cause, g_free);
}

/* TRUE when this is the second instant crash in a row, of one cause. */
static gboolean
note_instant(
    DccRestartPolicy *self, DccVerdictKind verdict, const char *cause, gint64 started, gint64 now)
{
    gboolean instant =
        age_ms(started, now) < dcc_settings_get(self->settings, DCC_SETTING_INSTANT_CRASH);
    gboolean again = instant && self->was_instant && self->last_verdict == verdict &&
                     g_strcmp0(self->last_cause, cause) == 0;

    forget_instant(self);
    self->was_instant = instant;
    self->last_verdict = verdict;
    self->last_cause = g_strdup(cause);
    return again;
}

static DccDecision
grant(DccRestartPolicy *self, const char *why)
{
    gint64 delay = with_jitter(self, dcc_restart_policy_delay(self, self->attempt));

    if (self->attempt < G_MAXUINT64)
        self->attempt++;
    return decide(DCC_DECISION_RESTART, delay, why);
}

static DccDecision
grant_from_budget(DccRestartPolicy *self, const char *why, gint64 now)
{
    gint64 budget = get_not_negative(self, DCC_SETTING_MAX_RESTARTS);

    drop_old_crashes(self, now);
    g_array_append_val(self->crashes, now);
    if (self->crashes->len <= budget)
        return grant(self, why);
    if (budget == 0)
        return decide_printf(DCC_DECISION_GIVE_UP, 0, "max-restarts is 0: %s", why);

    g_autofree char *window = dcc_duration_format(get_not_negative(self, DCC_SETTING_BURST_WINDOW));
    return decide_printf(DCC_DECISION_GIVE_UP,
                         0,
                         "%" G_GINT64_FORMAT " restarts within %s did not help: %s",
                         budget,
                         window,
                         why);
}

static DccDecision
stop_streak(DccRestartPolicy *self, gboolean job, const char *why)
{
    g_autofree char *scene = g_path_get_basename(self->streak.scene);
    gboolean tried = !job && self->streak.n > 1;

    return decide_printf(DCC_DECISION_GIVE_UP,
                         0,
                         "%u crashes in a row on %s%s: %s",
                         self->streak.n,
                         scene,
                         tried ? ", the last in safe mode" : "",
                         why);
}

gboolean
dcc_run_outcome_is_own_decision(const DccRunOutcome *end)
{
    return end->job && !end->signaled && end->verdict != DCC_VERDICT_CRASH &&
           end->verdict != DCC_VERDICT_KILLED && end->verdict != DCC_VERDICT_OOM &&
           end->verdict != DCC_VERDICT_LICENCE;
}

/* The setting on-hang asks for this restart, so restart=never does not forbid it. */
static DccDecision
decide_hang(DccRestartPolicy *self, const DccRunOutcome *end, gint64 now)
{
    forget_instant(self);
    return grant_from_budget(self, end->cause ? end->cause : "it hung", now);
}

static DccDecision
decide_crash(DccRestartPolicy *self, const DccRunOutcome *end, gint64 now)
{
    const char *why = end->cause ? end->cause : "it crashed";
    guint limit = (guint)get_not_negative(self, DCC_SETTING_SCENE_CRASHES);
    DccStreakAnswer answer;
    DccDecision decision;
    gboolean again, safe;

    if (dcc_settings_get_restart(self->settings) == DCC_RESTART_NEVER)
        return decide_printf(DCC_DECISION_REST, 0, "restart is never: %s", why);
    if (dcc_run_outcome_is_own_decision(end))
        return decide_printf(DCC_DECISION_GIVE_UP, 0, "a job's own end is handed on: %s", why);
    dcc_crash_streak_note(&self->streak, dcc_crash_streak_event(end->verdict), end->scene);
    answer = dcc_crash_streak_answer(self->streak.n, limit);
    again = note_instant(self, end->verdict, end->cause, end->started, now);
    if (answer == DCC_STREAK_STOP && dcc_crash_streak_event(end->verdict) == DCC_STREAK_CRASH)
        return stop_streak(self, end->job, why);
    safe = answer == DCC_STREAK_SAFE && !end->job;
    if (again && !safe)
        return decide_printf(DCC_DECISION_GIVE_UP, 0, "instant crash, twice in a row: %s", why);
    decision = grant_from_budget(self, why, now);
    decision.safe = safe && decision.kind == DCC_DECISION_RESTART;
    return decision;
}

static DccDecision
decide_clean(DccRestartPolicy *self, const char *cause, gint64 now)
{
    const char *why = cause ? cause : "it ended in order";

    forget_instant(self);
    dcc_crash_streak_clear(&self->streak);
    if (dcc_settings_get_restart(self->settings) != DCC_RESTART_ALWAYS)
        return decide(DCC_DECISION_REST, 0, why);
    return grant_from_budget(self, why, now);
}

/* It goes on as it was: also in safe mode, when it was to be that. */
static DccDecision
decide_licence(DccRestartPolicy *self, const DccRunOutcome *end)
{
    const char *why = end->cause ? end->cause : "no licence was to be had";
    guint limit = (guint)get_not_negative(self, DCC_SETTING_SCENE_CRASHES);
    DccDecision decision;

    forget_instant(self);
    if (dcc_settings_get_restart(self->settings) == DCC_RESTART_NEVER)
        return decide_printf(DCC_DECISION_REST, 0, "restart is never: %s", why);
    if (self->licence_waits >= get_not_negative(self, DCC_SETTING_MAX_RESTARTS))
        return decide_printf(DCC_DECISION_GIVE_UP,
                             0,
                             "%u starts in a row found no licence: %s",
                             self->licence_waits + 1,
                             why);
    self->licence_waits++;
    decision = grant(self, why);
    decision.safe = !end->job && dcc_crash_streak_answer(self->streak.n, limit) == DCC_STREAK_SAFE;
    return decision;
}

/**
 * dcc_restart_policy_decide_end:
 * @self: the policy
 * @end: how the run ended
 * @now: when it ended, by the same clock as its start
 *
 * Decides what follows, and remembers this end. To be asked once for each run.
 *
 * Returns: the decision; @reason always says why
 */
DccDecision
dcc_restart_policy_decide_end(DccRestartPolicy *self, const DccRunOutcome *end, gint64 now)
{
    g_return_val_if_fail(DCC_IS_RESTART_POLICY(self), (DccDecision){.kind = DCC_DECISION_GIVE_UP});

    /* It ran, so the machine did not refuse it. */
    self->spawn_attempt = 0;
    if (end->verdict != DCC_VERDICT_LICENCE)
        self->licence_waits = 0;
    if (end->hung)
        return decide_hang(self, end, now);
    switch (end->verdict) {
    case DCC_VERDICT_CLEAN:
    case DCC_VERDICT_CANCELLED:
        return decide_clean(self, end->cause, now);
    case DCC_VERDICT_LICENCE:
        return decide_licence(self, end);
    case DCC_VERDICT_BAD_SCENE:
    case DCC_VERDICT_SCRIPT_ERROR:
    case DCC_VERDICT_BROKEN_INSTALL:
    case DCC_VERDICT_NO_DISPLAY:
        return decide_printf(DCC_DECISION_GIVE_UP,
                             0,
                             "another start would end the same way: %s",
                             end->cause ? end->cause
                                        : dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, end->verdict));
    case DCC_VERDICT_UNKNOWN:
    case DCC_VERDICT_CRASH:
    case DCC_VERDICT_KILLED:
    case DCC_VERDICT_OOM:
    case DCC_VERDICT_SUSPICIOUS:
    case DCC_VERDICT_FAILED:
    default:
        return decide_crash(self, end, now);
    }
}

/**
 * dcc_restart_policy_decide:
 * @self: the policy
 * @verdict: what the end of this run means
 * @cause: (nullable): why it ended, in words that are equal for equal causes
 * @started: when this run began, monotonic microseconds
 * @now: when it ended, by the same clock
 *
 * The same where no scene is known.
 *
 * Returns: the decision; @reason always says why
 */
DccDecision
dcc_restart_policy_decide(
    DccRestartPolicy *self, DccVerdictKind verdict, const char *cause, gint64 started, gint64 now)
{
    DccRunOutcome end = {.verdict = verdict, .cause = cause, .started = started};

    return dcc_restart_policy_decide_end(self, &end, now);
}

gint64
dcc_restart_policy_delay(DccRestartPolicy *self, guint64 attempt)
{
    g_return_val_if_fail(DCC_IS_RESTART_POLICY(self), 0);

    return dcc_backoff_delay(dcc_settings_get_backoff(self->settings),
                             get_not_negative(self, DCC_SETTING_BACKOFF_INITIAL),
                             get_not_negative(self, DCC_SETTING_BACKOFF_MAX),
                             attempt);
}

/**
 * dcc_restart_policy_decide_spawn:
 * @self: the policy
 * @now: monotonic microseconds
 *
 * To be asked each time the machine refuses a spawn (no process, no descriptor, no memory). The
 * application is not to blame, so no crash is counted. The patience begins with the first refusal
 * and is renewed by any run in between.
 *
 * Returns: RESTART with a delay, or GIVE_UP
 */
DccDecision
dcc_restart_policy_decide_spawn(DccRestartPolicy *self, gint64 now)
{
    g_return_val_if_fail(DCC_IS_RESTART_POLICY(self), (DccDecision){.kind = DCC_DECISION_GIVE_UP});

    if (self->spawn_attempt == 0)
        self->spawn_since = now;
    if (age_ms(self->spawn_since, now) >= SPAWN_PATIENCE_MS)
        return decide(DCC_DECISION_GIVE_UP, 0, "the system has refused to start it for 10 minutes");

    gint64 delay = dcc_backoff_delay(
        DCC_BACKOFF_EXPONENTIAL, SPAWN_FIRST_MS, SPAWN_CAP_MS, self->spawn_attempt);
    self->spawn_attempt++;
    return decide(DCC_DECISION_RESTART,
                  with_jitter(self, delay),
                  "the system is out of processes, descriptors or memory");
}

void
dcc_restart_policy_reset(DccRestartPolicy *self)
{
    g_return_if_fail(DCC_IS_RESTART_POLICY(self));

    self->attempt = 0;
    self->spawn_attempt = 0;
    self->licence_waits = 0;
    g_array_set_size(self->crashes, 0);
    forget_instant(self);
    dcc_crash_streak_clear(&self->streak);
}

guint
dcc_restart_policy_get_crashes(DccRestartPolicy *self)
{
    g_return_val_if_fail(DCC_IS_RESTART_POLICY(self), 0);
    return self->crashes->len;
}

/**
 * dcc_restart_policy_save:
 * @self: the policy
 * @now: monotonic microseconds
 *
 * Returns: (transfer full): one line of JSON for dcc_restart_policy_restore(); a clock of another
 * process may have another zero, so instants are saved as ages
 */
char *
dcc_restart_policy_save(DccRestartPolicy *self, gint64 now)
{
    g_return_val_if_fail(DCC_IS_RESTART_POLICY(self), NULL);

    g_autoptr(JsonObject) object = json_object_new();
    JsonArray *ages = json_array_new();

    drop_old_crashes(self, now);
    for (guint i = 0; i < self->crashes->len; i++)
        json_array_add_int_element(ages, age_ms(g_array_index(self->crashes, gint64, i), now));
    json_object_set_int_member(object, "version", SAVE_VERSION);
    json_object_set_int_member(object, "attempt", (gint64)MIN(self->attempt, G_MAXINT64));
    json_object_set_array_member(object, "crash_ages_ms", ages);
    json_object_set_boolean_member(object, "instant", self->was_instant);
    json_object_set_int_member(object, "verdict", self->last_verdict);
    if (self->last_cause)
        dcc_json_set_bytes(object, "cause", self->last_cause);
    json_object_set_int_member(object, "licence_waits", self->licence_waits);
    json_object_set_int_member(object, "row", self->streak.n);
    if (self->streak.scene)
        dcc_json_set_bytes(object, "row_scene", self->streak.scene);
    json_object_set_int_member(
        object, "spawn_attempt", (gint64)MIN(self->spawn_attempt, G_MAXINT64));
    json_object_set_int_member(object, "spawn_age_ms", age_ms(self->spawn_since, now));
    return dcc_json_to_line(object);
}

static int
compare_instants(gconstpointer a, gconstpointer b)
{
    const gint64 *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static gint64
instant_of_age(gint64 age, gint64 now)
{
    gint64 us, instant;

    if (age < 0)
        return now;
    if (__builtin_mul_overflow(age, 1000, &us) || __builtin_sub_overflow(now, us, &instant))
        return G_MININT64;
    return instant;
}

static void
restore_crashes(DccRestartPolicy *self, JsonArray *ages, gint64 now)
{
    guint n = ages ? MIN(json_array_get_length(ages), RESTORE_LIMIT) : 0;

    for (guint i = 0; i < n; i++) {
        JsonNode *node = json_array_get_element(ages, i);

        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
            continue;
        gint64 instant = instant_of_age(json_node_get_int(node), now);
        g_array_append_val(self->crashes, instant);
    }
    g_array_sort(self->crashes, compare_instants);
    drop_old_crashes(self, now);
}

static void
restore_streak(DccRestartPolicy *self, JsonObject *object)
{
    g_autofree char *scene = dcc_json_get_bytes(object, "row_scene");
    gint64 n = CLAMP(dcc_json_get_int(object, "row", 0), 0, RESTORE_LIMIT);

    if (scene == NULL || n == 0)
        return;
    self->streak.n = (guint)n;
    self->streak.scene = g_steal_pointer(&scene);
}

/**
 * dcc_restart_policy_restore:
 * @self: a policy
 * @text: (nullable): what dcc_restart_policy_save() gave
 * @now: monotonic microseconds
 *
 * Takes over another session's history in place of its own. What cannot be understood is left out:
 * an empty history grants restarts, and that is the safe side.
 */
void
dcc_restart_policy_restore(DccRestartPolicy *self, const char *text, gint64 now)
{
    g_return_if_fail(DCC_IS_RESTART_POLICY(self));

    g_autoptr(JsonObject) object = text ? dcc_json_from_text(text, -1, NULL) : NULL;

    dcc_restart_policy_reset(self);
    if (!object || dcc_json_get_int(object, "version", 0) != SAVE_VERSION)
        return;
    self->attempt = (guint64)MAX(dcc_json_get_int(object, "attempt", 0), 0);
    restore_crashes(self, dcc_json_get_array(object, "crash_ages_ms"), now);
    self->was_instant = dcc_json_get_boolean(object, "instant", FALSE);
    self->last_verdict = (DccVerdictKind)dcc_json_get_int(object, "verdict", DCC_VERDICT_UNKNOWN);
    self->last_cause = dcc_json_get_bytes(object, "cause");
    restore_streak(self, object);
    self->licence_waits =
        (guint)CLAMP(dcc_json_get_int(object, "licence_waits", 0), 0, RESTORE_LIMIT);
    self->spawn_attempt = (guint64)MAX(dcc_json_get_int(object, "spawn_attempt", 0), 0);
    self->spawn_since = instant_of_age(dcc_json_get_int(object, "spawn_age_ms", 0), now);
}
