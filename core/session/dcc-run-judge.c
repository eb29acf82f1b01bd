/* What an end means; see the header. */
#include "dcc-run-judge.h"

#include "dcc-clock.h"
#include "dcc-copy-place.h"
#include "dcc-exit-record.h"
#include "dcc-signals.h"
#include "dcc-system.h"
#include "dcc-text.h"

#define LAST_LINES     100
#define MAX_LAST_WORDS 200
/* What shells add to the signal that ended what they ran. */
#define WRAPPER_BASE 128
#define MIB          (G_GINT64_CONSTANT(1024) * 1024)

static char **
list_last_lines(const DccRunFacts *facts)
{
    return facts->output != NULL ? dcc_run_output_list_last(facts->output, LAST_LINES)
                                 : g_new0(char *, 1);
}

DccExitInfo *
dcc_run_make_exit_info(const DccRunFacts *facts)
{
    DccRunSetup *setup = facts->setup;
    DccExitInfo *info = dcc_exit_record_to_info(
        facts->record, "its end was seen by nobody who could tell how it ended");
    g_auto(GStrv) lines = list_last_lines(facts);
    GPtrArray *significant =
        facts->output != NULL ? dcc_run_output_get_significant(facts->output) : NULL;

    dcc_exit_info_set_pid(info, facts->pid);
    dcc_exit_info_set_headless(info, dcc_launch_request_is_headless(setup->request));
    dcc_exit_info_set_job(info, setup->is_job);
    dcc_exit_info_set_ready(info, facts->ready);
    dcc_exit_info_set_requested(info, facts->requested);
    dcc_exit_info_set_our_signal(info, facts->record->our_signal);
    dcc_exit_info_set_times(
        info,
        dcc_clock_find_earliest(facts->began_wall, facts->ended_wall, facts->uptime_ms),
        facts->ended_wall);
    dcc_exit_info_set_last_lines(info, (const char *const *)lines);
    dcc_exit_info_set_temp_dir(info, setup->temp_dir);
    dcc_exit_info_set_scene(info, facts->scene);
    dcc_exit_info_set_args(info, dcc_launch_request_get_args(setup->request));
    if (facts->output != NULL)
        dcc_exit_info_set_saved(info,
                                dcc_progress_get_saved(dcc_run_output_get_progress(facts->output)));
    for (guint i = 0; significant != NULL && i < significant->len; i++)
        dcc_exit_info_add_event(info, g_ptr_array_index(significant, i));
    return info;
}

/* The most memory it had, and who says so. */
typedef struct {
    gint64 bytes; /* -1 not known */
    const char *from;
    gint64 limit; /* of the group that ran out; -1 none */
} Peak;

/* The kernel counts each process exactly and alone, samples all of them and now and then; a group's
 * count is what matters where the group ran out. */
static Peak
find_peak(const DccRunFacts *facts)
{
    DccMemoryGroup group;
    gint64 counted = facts->record->peak_bytes;

    dcc_memory_group_read(&group);
    if (facts->group != NULL && facts->group->known && group.known &&
        group.kills > facts->group->kills && group.peak_bytes > 0)
        return (Peak){group.peak_bytes, "cgroup", group.limit_bytes};
    if (facts->sampled_peak > counted)
        return (Peak){facts->sampled_peak, "samples", -1};
    return (Peak){counted > 0 ? counted : -1, "kernel", -1};
}

static gboolean
has_run_out(const DccRunFacts *facts)
{
    DccMemoryGroup group;

    dcc_memory_group_read(&group);
    if (facts->group != NULL && facts->group->known && group.known &&
        group.kills > facts->group->kills)
        return TRUE;
    return dcc_system_count_memory_kills() > facts->oom_kills;
}

/* By the kernel or by a wrapper's word. */
static gboolean
was_killed(DccExitInfo *info)
{
    if (dcc_exit_info_is_our_signal(info))
        return FALSE;
    return dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED
               ? dcc_exit_info_get_signal(info) == DCC_SIGNAL_KILL
               : dcc_exit_info_get_code(info) == WRAPPER_BASE + DCC_SIGNAL_KILL;
}

static DccVerdict *
make_oom(const Peak *peak)
{
    GString *reason =
        g_string_new("likely killed by the kernel, which ran out of memory meanwhile");
    g_autofree char *text = NULL;

    if (peak->bytes > 0)
        g_string_append_printf(reason, "; it had %" G_GINT64_FORMAT " MiB", peak->bytes / MIB);
    if (peak->limit > 0)
        g_string_append_printf(
            reason, ", its group may have %" G_GINT64_FORMAT " MiB", peak->limit / MIB);
    text = g_string_free(reason, FALSE);
    return dcc_verdict_new(DCC_VERDICT_OOM, text);
}

/* (transfer full): what failed for a reason that its adapter does not know may have said it in words
 * that the studio knows. Takes the adapter's verdict. */
static DccVerdict *
judge_licence(const DccRunFacts *facts, DccVerdict *said)
{
    g_autoptr(DccVerdict) verdict = said;
    DccVerdictKind kind = dcc_verdict_get_kind(verdict);
    gboolean vague = kind == DCC_VERDICT_FAILED || kind == DCC_VERDICT_UNKNOWN ||
                     kind == DCC_VERDICT_SUSPICIOUS || facts->failure != NULL;
    const char *line =
        facts->output != NULL ? dcc_run_output_find_missing_licence(facts->output) : NULL;
    g_autofree char *reason = NULL;

    if (line == NULL || !vague || facts->requested)
        return g_steal_pointer(&verdict);
    reason = g_strdup_printf("no licence: %s", line);
    return dcc_verdict_new(DCC_VERDICT_LICENCE, reason);
}

/* The kernel does not say which process it ended. That it ended one meanwhile, and that this one
 * died by a SIGKILL that was not ours, makes it likely, and that is the word. */
static DccVerdict *
ask_adapter(const DccRunFacts *facts, DccExitInfo *info, const Peak *peak)
{
    if (facts->blind && dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(DCC_VERDICT_NO_DISPLAY,
                               "the display went away, and it slept on without it");
    if (was_killed(info) && has_run_out(facts))
        return make_oom(peak);
    return judge_licence(facts, dcc_adapter_judge_exit(facts->setup->adapter, info));
}

/* Ended in order before it ever was ready: that is no success, but for a job. */
static gboolean
is_early_exit(const DccRunFacts *facts, DccExitInfo *info, DccVerdict *verdict)
{
    return !facts->ready && !facts->ready_unknown && !facts->requested && !facts->setup->is_job &&
           dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0 &&
           dcc_verdict_is_clean(verdict);
}

/* Its own last words say best why. */
static DccResult *
make_early_exit(DccExitInfo *info)
{
    const char *const *lines = dcc_exit_info_get_last_lines(info);
    guint n = lines != NULL ? g_strv_length((char **)lines) : 0;
    g_autofree char *last = n > 0 ? dcc_text_cut(lines[n - 1], MAX_LAST_WORDS) : NULL;
    g_autofree char *reason = NULL;

    if (n == 0)
        reason = g_strdup("it ended with code 0 before it was ready, and said nothing");
    else
        reason =
            g_strdup_printf("it ended with code 0 before it was ready; its last words: %s", last);
    return dcc_result_new_start_failed("early-exit", 0, reason);
}

/* A window without a licence does not end: it waits with a dialog, and its output alone says why it
 * was not ready in time. */
static DccResult *
make_result(const DccRunFacts *facts, DccExitInfo *info, DccVerdict *verdict)
{
    if (facts->failure != NULL && dcc_verdict_get_kind(verdict) == DCC_VERDICT_LICENCE)
        return dcc_result_with_cause(facts->failure, verdict);
    if (facts->failure != NULL)
        return g_object_ref(facts->failure);
    if (is_early_exit(facts, info, verdict))
        return make_early_exit(info);
    return dcc_result_new_ended(info, verdict);
}

/* (transfer full): what ends in order is clean if that was wanted of dcchost, and cancelled if a signal or
 * the end of its caller brought it about. Takes result. */
static DccResult *
judge_outside(const DccRunFacts *facts, DccResult *result)
{
    g_autoptr(DccResult) said = result;
    DccResultKind kind = dcc_result_get_kind(said);
    g_autofree char *reason = NULL;

    if (dcc_result_get_verdict(said) != DCC_VERDICT_CLEAN)
        return g_steal_pointer(&said);
    if (facts->outside && kind == DCC_RESULT_STOPPED)
        return dcc_result_as_cancelled(said, NULL);
    if (facts->requested || facts->end_signal <= 0 || kind != DCC_RESULT_EXITED)
        return g_steal_pointer(&said);
    reason = g_strdup_printf("quit in order after signal %d (%s), which was not ours",
                             facts->end_signal,
                             dcc_signal_describe(facts->end_signal));
    return dcc_result_as_cancelled(said, reason);
}

static void
copy_facts(DccRunEnd *end, const DccRunFacts *facts)
{
    DccRunSetup *setup = facts->setup;
    GPtrArray *significant =
        facts->output != NULL ? dcc_run_output_get_significant(facts->output) : NULL;

    end->incarnation = g_strdup(setup->incarnation);
    end->pid = MAX(facts->pid, 0);
    end->began_wall = facts->began_wall;
    end->ended_wall = facts->ended_wall;
    end->uptime_ms = facts->uptime_ms;
    end->ready = facts->ready;
    end->hung = facts->hung;
    end->requested = facts->requested;
    end->our_signal = facts->record->our_signal;
    end->headless = dcc_launch_request_is_headless(setup->request);
    end->job = setup->is_job;
    end->safe = dcc_launch_request_is_safe(setup->request);
    end->scene = g_strdup(facts->scene);
    end->recovered = g_strdup(setup->recovered);
    end->last_lines = list_last_lines(facts);
    for (guint i = 0; significant != NULL && i < significant->len; i++)
        g_ptr_array_add(end->significant, g_object_ref(g_ptr_array_index(significant, i)));
}

DccRunEnd *
dcc_run_judge(const DccRunFacts *facts)
{
    g_autoptr(DccExitInfo) info = dcc_run_make_exit_info(facts);
    Peak peak = find_peak(facts);
    g_autoptr(DccVerdict) verdict = ask_adapter(facts, info, &peak);
    g_autoptr(DccResult) result = judge_outside(facts, make_result(facts, info, verdict));
    DccRunEnd *end = dcc_run_end_alloc();

    copy_facts(end, facts);
    end->result = dcc_result_with_peak_memory(result, peak.bytes, peak.from);
    end->verdict = dcc_verdict_get_kind(verdict);
    end->clean = dcc_verdict_is_clean(verdict);
    end->permanent = dcc_verdict_is_permanent(verdict);
    end->refused_work = end->recovered != NULL && !facts->ready && !facts->requested &&
                        facts->failure == NULL && end->permanent;
    return end;
}

/* (transfer full) */
static char *
explain_refusal(const DccRunFacts *facts)
{
    DccLaunchPlan *plan = facts->setup->plan;
    const char *cwd = dcc_launch_plan_get_cwd(plan);
    g_autofree char *why = dcc_system_explain(facts->record->errno_code);

    if (!g_str_equal(facts->record->stage, "chdir"))
        return g_strdup_printf("cannot execute %s: %s", dcc_launch_plan_get_argv(plan)[0], why);
    if (cwd == NULL)
        cwd = dcc_launch_request_get_cwd(facts->setup->request);
    return g_strdup_printf("cannot enter the working directory %s: %s; --cwd names another",
                           cwd != NULL ? cwd : "",
                           why);
}

DccRunEnd *
dcc_run_judge_refusal(const DccRunFacts *facts)
{
    const DccShimRecord *record = facts->record;
    DccRunEnd *end = dcc_run_end_alloc();
    g_autofree char *reason = explain_refusal(facts);

    copy_facts(end, facts);
    end->result = dcc_result_new_start_failed(record->stage, record->errno_code, reason);
    end->verdict = dcc_result_get_verdict(end->result);
    end->permanent = TRUE;
    return end;
}

/* Looked at here as well as when it was named: it may have changed, or come from a record. */
static void
add_copy(const DccRunFacts *facts, GListStore *files)
{
    g_autoptr(DccRescueFile) copy = NULL;
    g_autofree char *problem = NULL;

    if (facts->copy == NULL || facts->copy_saved)
        return;
    problem = dcc_copy_place_refuse(facts->copy, facts->setup->temp_dir, facts->setup->rescue_dir);
    if (problem != NULL)
        return;
    copy = dcc_rescue_file_new(DCC_RESCUE_COPY, facts->copy);
    g_list_store_append(files, copy);
}

GListModel *
dcc_run_list_files(const DccRunFacts *facts)
{
    g_autoptr(DccExitInfo) info = dcc_run_make_exit_info(facts);
    g_autoptr(GListModel) listed = NULL;
    GListStore *files = g_list_store_new(DCC_TYPE_RESCUE_FILE);

    if (facts->setup->temp_dir != NULL)
        listed = dcc_adapter_list_rescue_files(facts->setup->adapter, info, NULL);
    for (guint i = 0; listed != NULL && i < g_list_model_get_n_items(listed); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(listed, i);
        gboolean copy = dcc_rescue_file_get_kind(file) == DCC_RESCUE_COPY;

        if (!copy || !facts->copy_saved)
            g_list_store_append(files, file);
    }
    add_copy(facts, files);
    return G_LIST_MODEL(files);
}
