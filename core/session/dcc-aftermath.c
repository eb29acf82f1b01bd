/* What follows a run; see the header. A stop that was asked for outranks the policy. */
#include "dcc-aftermath.h"

#include "dcc-cooldown.h"

G_GNUC_PRINTF(3, 4)
static DccAftermath
decide(DccAftermathKind kind, DccEvent event, const char *format, ...)
{
    DccAftermath aftermath = {.kind = kind, .event = event};
    g_autofree char *text = NULL, *valid = NULL;
    const char *end;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    valid = g_utf8_make_valid(text, -1);
    g_strlcpy(aftermath.reason, valid, sizeof aftermath.reason);
    if (!g_utf8_validate(aftermath.reason, -1, &end)) /* the cut may have split a character */
        aftermath.reason[end - aftermath.reason] = '\0';
    return aftermath;
}

static DccAftermath
ask_policy(DccRun *run, DccRestartPolicy *policy, DccRecovery *recovery, gint64 now)
{
    const DccRunEnd *end = dcc_run_get_end(run);
    g_autofree char *cause = dcc_run_end_name_cause(end);
    gboolean hung = dcc_run_get_stop(run) == DCC_RUN_STOP_HANG;
    DccRunOutcome outcome = {
        .verdict = end->refused_work ? DCC_VERDICT_FAILED : dcc_result_get_verdict(end->result),
        .cause = hung ? "it hung for too long" : cause,
        .scene = dcc_recovery_get_streak_scene(recovery, end->recovered != NULL),
        .job = end->job,
        .started = dcc_run_get_began(run),
        .hung = hung,
        .signaled = dcc_result_get_signal(end->result) != 0,
    };
    DccDecision decision = dcc_restart_policy_decide_end(policy, &outcome, now);
    DccAftermath aftermath;

    if (decision.kind == DCC_DECISION_RESTART)
        aftermath = decide(DCC_AFTERMATH_RESTART, DCC_EVENT_RESTART_GRANTED, "%s", decision.reason);
    else if (decision.kind == DCC_DECISION_GIVE_UP)
        aftermath = decide(DCC_AFTERMATH_GIVE_UP, DCC_EVENT_BUDGET_SPENT, "%s", decision.reason);
    else
        aftermath = decide(DCC_AFTERMATH_REST, DCC_EVENT_RESTART_REFUSED, "%s", decision.reason);
    aftermath.delay_ms = decision.delay_ms;
    aftermath.waits_for_licence = outcome.verdict == DCC_VERDICT_LICENCE && !hung;
    aftermath.safe = decision.safe;
    return aftermath;
}

DccAftermath
dcc_aftermath_decide(DccRun *run,
                     DccState state,
                     DccWish wish,
                     DccRestartPolicy *policy,
                     DccRecovery *recovery,
                     gint64 now)
{
    const char *reason = dcc_result_get_reason(dcc_run_get_end(run)->result);
    gboolean stopping = state == DCC_STATE_STOPPING;
    gboolean hung = dcc_run_get_stop(run) == DCC_RUN_STOP_HANG;
    DccAftermath aftermath;

    if (wish == DCC_WISH_DOWN)
        return decide(DCC_AFTERMATH_REST,
                      stopping ? DCC_EVENT_TREE_EMPTY : DCC_EVENT_RESTART_REFUSED,
                      "a stop was asked for");
    if (wish == DCC_WISH_DOWN_THEN_UP && !hung)
        return decide(DCC_AFTERMATH_RESTART, DCC_EVENT_RESTART_GRANTED, "restart was asked for");
    if (stopping && !hung) /* it was never ready */
        return decide(DCC_AFTERMATH_GIVE_UP, DCC_EVENT_BUDGET_SPENT, "%s", reason);
    if (state == DCC_STATE_FAILED) {
        aftermath = decide(DCC_AFTERMATH_GIVE_UP, DCC_EVENT_BUDGET_SPENT, "%s", reason);
        aftermath.offers_work = TRUE;
        return aftermath;
    }
    aftermath = ask_policy(run, policy, recovery, now);
    aftermath.offers_work = hung || state == DCC_STATE_CRASHED;
    return aftermath;
}

gint64
dcc_aftermath_wait(const DccAftermath *self, const char *dir, gint64 now)
{
    g_autofree char *shared = g_path_get_dirname(dir);

    if (!self->waits_for_licence)
        return self->delay_ms;
    return dcc_cooldown_join(shared, DCC_COOLDOWN_LICENCE, now, self->delay_ms);
}

void
dcc_aftermath_note(const DccAftermath *self,
                   DccGoOn go_on,
                   DccEvidence *evidence,
                   DccRecovery *recovery)
{
    static const char *const actions[] = {
        [DCC_AFTERMATH_RESTART] = "restart",
        [DCC_AFTERMATH_REST] = "rest",
        [DCC_AFTERMATH_GIVE_UP] = "gave-up",
    };
    DccEvidenceNext next = {
        .action = actions[self->kind],
        .reason = self->reason,
        .safe = self->safe,
        .recover = go_on != DCC_GO_ON_NOT,
        .work = dcc_recovery_choose(recovery, DCC_GO_ON_NEWEST),
    };

    dcc_evidence_note_next(evidence, &next);
}
