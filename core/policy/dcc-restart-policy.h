/* Whether and when to start again. Pure: no clock but the instants passed in, no I/O, a seeded
 * jitter.
 *
 * Instants are microseconds of one monotonic clock, delays are milliseconds. */
#pragma once

#include "dcc-settings.h"
#include "dcc-verdict.h"

G_BEGIN_DECLS

#define DCC_TYPE_RESTART_POLICY (dcc_restart_policy_get_type())
G_DECLARE_FINAL_TYPE(DccRestartPolicy, dcc_restart_policy, DCC, RESTART_POLICY, GObject)

typedef enum {
    DCC_DECISION_RESTART, /* after delay_ms */
    DCC_DECISION_REST,    /* no restart, and nothing is wrong with that */
    DCC_DECISION_GIVE_UP, /* no restart: budget spent, instant crashes, or a permanent cause */
} DccDecisionKind;

typedef struct {
    DccDecisionKind kind;
    gint64 delay_ms;
    gboolean safe;    /* the run that is granted is one in safe mode */
    char reason[160]; /* one line for people */
} DccDecision;

/* How a run ended, as far as it matters here. */
typedef struct {
    DccVerdictKind verdict;
    const char *cause; /* equal for equal causes; NULL: not known */
    const char *scene; /* that was open; NULL: none that has a name */
    gboolean job;      /* it did a job of its own, which safe mode would make another one */
    gint64 started;
    gboolean hung;     /* it was ended because it had hung for too long */
    gboolean signaled; /* a signal ended it, whatever else is said of it */
} DccRunOutcome;

/* An end that a job chose, by its code or by saying nothing of a crash: it is handed on, never
 * repeated. */
gboolean
dcc_run_outcome_is_own_decision(const DccRunOutcome *end);

/* The one place where delays are computed: that of the nth (0-based) attempt, saturating at cap. A
 * fixed delay is first, and cap is not looked at. Nothing negative. */
gint64
dcc_backoff_delay(DccBackoffKind kind, gint64 first, gint64 cap, guint64 attempt);

DccRestartPolicy *
dcc_restart_policy_new(DccSettings *settings, guint32 seed);
/* cause: two equal causes (within instant-crash of their starts) in a row give up. Licence verdicts
 * back off by the same delays and have a count of their own. */
DccDecision
dcc_restart_policy_decide(
    DccRestartPolicy *self, DccVerdictKind verdict, const char *cause, gint64 started, gint64 now);
/* The same, knowing the scene: crashes in a row on one scene lead to safe mode, then to the end. */
DccDecision
dcc_restart_policy_decide_end(DccRestartPolicy *self, const DccRunOutcome *end, gint64 now);
/* The delay of the nth (0-based) attempt, without jitter, saturating at the cap. */
gint64
dcc_restart_policy_delay(DccRestartPolicy *self, guint64 attempt);
/* A spawn that the machine refused: 5 s doubling to 60 s, DCC_DECISION_GIVE_UP after 10 minutes of
 * it. */
DccDecision
dcc_restart_policy_decide_spawn(DccRestartPolicy *self, gint64 now);
/* It has been well for reset-after: the delays begin again, the window is cleared. */
void
dcc_restart_policy_reset(DccRestartPolicy *self);
/* Crashes counted in the present window. */
guint
dcc_restart_policy_get_crashes(DccRestartPolicy *self);
/* What another session needs to go on: JSON text, instants as ages relative to now. */
char *
dcc_restart_policy_save(DccRestartPolicy *self, gint64 now);
void
dcc_restart_policy_restore(DccRestartPolicy *self, const char *text, gint64 now);

G_END_DECLS
