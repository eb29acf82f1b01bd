/* How a run ended, for users and programs.
 *
 * Problem: a raw exit status says little. "Exited with 1" may be a missing licence, "killed by 15"
 * the stop that was asked for. A result joins the kernel's fact with the adapter's verdict and
 * never hides the fact. LOST is never shown as success.
 *
 * Contract: immutable. Threading: any thread.
 */
#include "dcc-result.h"

#include <errno.h>

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-result-private.h"
#include "dcc-signals.h"

/**
 * DccResult:
 *
 * How a run ended: the kernel's fact joined with the adapter's verdict. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccResult, dcc_result, G_TYPE_OBJECT)

/* What sysexits.h and the shells have agreed on, and what timeout(1) made of 124 and 125. */
enum {
    STATUS_FAILED = 1,
    STATUS_TRY_AGAIN = 75,
    STATUS_BAD_CONFIGURATION = 78,
    STATUS_TIMEOUT = 124,
    STATUS_OURS = 125,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL_BASE = 128,
};

static void
dcc_result_finalize(GObject *object)
{
    DccResult *self = DCC_RESULT(object);

    g_free(self->stage);
    g_free(self->reason);
    g_free(self->peak_from);
    G_OBJECT_CLASS(dcc_result_parent_class)->finalize(object);
}

static void
dcc_result_class_init(DccResultClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_result_finalize;
}

static void
dcc_result_init(DccResult *self)
{
    self->kind = DCC_RESULT_LOST;
    self->code = -1;
    self->peak_bytes = -1;
}

/**
 * dcc_result_new_start_failed:
 * @stage: "chdir", "exec", "adapter", "ready", "early-exit", "spawn" or "stopped" (before anything ran)
 * @errno_code: the system's errno, 0 when none is meant
 * @reason: (nullable): one line for people
 *
 * A start that did not come to a ready application.
 *
 * Returns: (transfer full): a new #DccResult
 *
 * Since: 1.0
 */
DccResult *
dcc_result_new_start_failed(const char *stage, int errno_code, const char *reason)
{
    g_return_val_if_fail(stage != NULL, NULL);

    DccResult *self = g_object_new(DCC_TYPE_RESULT, NULL);

    self->kind = DCC_RESULT_START_FAILED;
    self->stage = g_strdup(stage);
    self->errno_code = errno_code;
    if (reason != NULL)
        self->reason = g_utf8_make_valid(reason, -1);
    else if (errno_code != 0)
        self->reason = g_strdup_printf("start failed at %s: %s", stage, g_strerror(errno_code));
    else
        self->reason = g_strdup_printf("start failed at %s", stage);
    return self;
}

/**
 * dcc_result_with_cause:
 * @self: a start that failed
 * @cause: what the adapter says of it
 *
 * The same failed start, with the cause that the adapter found in its output: not ready in time,
 * for want of a licence.
 *
 * Returns: (transfer full): a new #DccResult
 *
 * Since: 1.0
 */
DccResult *
dcc_result_with_cause(DccResult *self, DccVerdict *cause)
{
    g_return_val_if_fail(DCC_IS_RESULT(self) && self->kind == DCC_RESULT_START_FAILED, NULL);
    g_return_val_if_fail(DCC_IS_VERDICT(cause), NULL);

    const char *said = dcc_verdict_get_reason(cause);
    g_autofree char *reason = g_strdup_printf("%s; %s", self->reason, said != NULL ? said : "");
    DccResult *result = dcc_result_new_start_failed(self->stage, self->errno_code, reason);

    result->verdict = dcc_verdict_get_kind(cause);
    return result;
}

static gboolean
is_crash_signal(int signal)
{
    switch (signal) {
    case DCC_SIGNAL_SEGV:
    case DCC_SIGNAL_BUS:
    case DCC_SIGNAL_ILLEGAL:
    case DCC_SIGNAL_FLOAT:
    case DCC_SIGNAL_ABORT:
    case DCC_SIGNAL_TRAP:
    case DCC_SIGNAL_SYS:
        return TRUE;
    default:
        return FALSE;
    }
}

/* A signal that is not ours and speaks of a fault is a crash, even while we stop. */
static gboolean
crashed_while_stopping(DccExitInfo *info)
{
    return dcc_exit_info_was_requested(info) && !dcc_exit_info_is_our_signal(info) &&
           dcc_exit_info_get_kind(info) == DCC_RESULT_SIGNALED &&
           is_crash_signal(dcc_exit_info_get_signal(info));
}

static gboolean
is_stop(DccExitInfo *info, DccVerdict *verdict)
{
    DccResultKind kind = dcc_exit_info_get_kind(info);

    if (!dcc_exit_info_was_requested(info) || crashed_while_stopping(info))
        return FALSE;
    if (verdict != NULL && dcc_verdict_is_clean(verdict))
        return TRUE;
    return kind == DCC_RESULT_SIGNALED ? dcc_exit_info_is_our_signal(info)
                                       : dcc_exit_info_get_code(info) == 0;
}

static DccResultKind
judge_kind(DccExitInfo *info, DccVerdict *verdict)
{
    DccResultKind kind = dcc_exit_info_get_kind(info);

    if (kind == DCC_RESULT_LOST)
        return DCC_RESULT_LOST;
    if (verdict != NULL && dcc_verdict_get_kind(verdict) == DCC_VERDICT_OOM)
        return DCC_RESULT_OOM;
    return is_stop(info, verdict) ? DCC_RESULT_STOPPED : kind;
}

/* KILLED means somebody else's signal: an end by ours is the stop that was asked for. A job that was
 * stopped has not done its work, however orderly it ended. */
static DccVerdictKind
judge_verdict(DccResultKind kind, gboolean job, DccVerdict *verdict)
{
    DccVerdictKind said = verdict != NULL ? dcc_verdict_get_kind(verdict) : DCC_VERDICT_UNKNOWN;

    if (kind == DCC_RESULT_STOPPED && job)
        return DCC_VERDICT_CANCELLED;
    if (kind == DCC_RESULT_STOPPED && (said == DCC_VERDICT_KILLED || said == DCC_VERDICT_UNKNOWN))
        return DCC_VERDICT_CLEAN;
    return said;
}

static char *
describe(DccResult *self, DccExitInfo *info, DccVerdict *verdict)
{
    const char *said = verdict != NULL ? dcc_verdict_get_reason(verdict) : NULL;
    const char *lost = dcc_exit_info_get_reason(info);

    if (self->kind == DCC_RESULT_SIGNALED && crashed_while_stopping(info))
        return g_strdup("crashed while stopping");
    if (said != NULL && *said != '\0')
        return g_utf8_make_valid(said, -1);
    if (self->kind == DCC_RESULT_LOST)
        return lost != NULL ? g_utf8_make_valid(lost, -1) : g_strdup("nobody saw how it ended");
    if (self->kind == DCC_RESULT_STOPPED)
        return g_strdup("stopped as asked");
    if (self->signal != 0)
        return g_strdup_printf(
            "ended by signal %d%s", self->signal, self->core_dumped ? ", core dumped" : "");
    return g_strdup_printf("exited with code %d", self->code);
}

/**
 * dcc_result_new_ended:
 * @info: the facts
 * @verdict: (nullable): what the adapter says
 *
 * Joins the raw end with what the adapter makes of it. The kind becomes %DCC_RESULT_STOPPED
 * when we had asked for the stop and the end was clean, by our signal or with code 0, and
 * %DCC_RESULT_OOM by the verdict. A crash while stopping stays a crash, a lost end stays lost.
 *
 * Returns: (transfer full): a new #DccResult
 *
 * Since: 1.0
 */
DccResult *
dcc_result_new_ended(DccExitInfo *info, DccVerdict *verdict)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);
    g_return_val_if_fail(verdict == NULL || DCC_IS_VERDICT(verdict), NULL);

    DccResult *self = g_object_new(DCC_TYPE_RESULT, NULL);

    self->kind = judge_kind(info, verdict);
    self->job = dcc_exit_info_is_job(info);
    self->verdict = judge_verdict(self->kind, self->job, verdict);
    self->code = dcc_exit_info_get_code(info);
    self->signal = dcc_exit_info_get_signal(info);
    self->core_dumped = dcc_exit_info_get_core_dumped(info);
    self->reason = describe(self, info, verdict);
    return self;
}

/**
 * dcc_result_get_kind:
 * @self: a #DccResult
 *
 * How the run ended.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccResultKind
dcc_result_get_kind(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), DCC_RESULT_NONE);

    return self->kind;
}

/**
 * dcc_result_get_verdict:
 * @self: a #DccResult
 *
 * What the end means.
 *
 * Returns: a verdict
 *
 * Since: 1.0
 */
DccVerdictKind
dcc_result_get_verdict(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), DCC_VERDICT_UNKNOWN);

    return self->verdict;
}

/**
 * dcc_result_get_code:
 * @self: a #DccResult
 *
 * The exit code.
 *
 * Returns: 0 to 255, -1 when it did not exit by itself
 *
 * Since: 1.0
 */
int
dcc_result_get_code(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), -1);

    return self->code;
}

/**
 * dcc_result_get_signal:
 * @self: a #DccResult
 *
 * The signal that ended it.
 *
 * Returns: 1 to 64, 0 when none did
 *
 * Since: 1.0
 */
int
dcc_result_get_signal(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), 0);

    return self->signal;
}

/**
 * dcc_result_get_likely_signal:
 * @self: a #DccResult
 *
 * The signal that a code of 128+n speaks of: wrapper scripts report the death of the program
 * they started so. The code itself is not changed.
 *
 * Returns: 1 to 64, 0 when the code speaks of none
 *
 * Since: 1.0
 */
int
dcc_result_get_likely_signal(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), 0);

    int signal = self->code - STATUS_SIGNAL_BASE;

    return signal >= 1 && signal <= DCC_LAST_SIGNAL ? signal : 0;
}

/**
 * dcc_result_get_core_dumped:
 * @self: a #DccResult
 *
 * Whether the kernel wrote a core.
 *
 * Returns: %TRUE if it did
 *
 * Since: 1.0
 */
gboolean
dcc_result_get_core_dumped(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), FALSE);

    return self->core_dumped;
}

/**
 * dcc_result_get_stage:
 * @self: a #DccResult
 *
 * Where a start failed.
 *
 * Returns: (nullable): a stage, %NULL when the start did not fail
 *
 * Since: 1.0
 */
const char *
dcc_result_get_stage(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), NULL);

    return self->stage;
}

/**
 * dcc_result_get_errno:
 * @self: a #DccResult
 *
 * The system's errno of a failed start.
 *
 * Returns: an errno, 0 when none is meant
 *
 * Since: 1.0
 */
int
dcc_result_get_errno(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), 0);

    return self->errno_code;
}

/**
 * dcc_result_get_peak_memory:
 * @self: a #DccResult
 * @source: (out) (optional) (transfer none) (nullable): who says so: "kernel" (its count for the
 * largest process, at the end), "samples" (the sum of all processes, looked at now and then),
 * "cgroup" (the group's own count, where that is what ran out)
 *
 * How much memory it had at most.
 *
 * Returns: bytes; -1 where it is not known
 *
 * Since: 1.1
 */
gint64
dcc_result_get_peak_memory(DccResult *self, const char **source)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), -1);

    if (source != NULL)
        *source = self->peak_from;
    return self->peak_bytes;
}

static DccResult *
copy(DccResult *self)
{
    DccResult *result = g_object_new(DCC_TYPE_RESULT, NULL);

    result->kind = self->kind;
    result->verdict = self->verdict;
    result->code = self->code;
    result->signal = self->signal;
    result->core_dumped = self->core_dumped;
    result->stage = g_strdup(self->stage);
    result->errno_code = self->errno_code;
    result->reason = g_strdup(self->reason);
    result->job = self->job;
    result->peak_bytes = self->peak_bytes;
    result->peak_from = g_strdup(self->peak_from);
    return result;
}

DccResult *
dcc_result_with_reason(DccResult *self, const char *reason)
{
    DccResult *result = copy(self);

    g_free(result->reason);
    result->reason = g_strdup(reason);
    return result;
}

/**
 * dcc_result_with_peak_memory:
 * @self: a #DccResult
 * @bytes: the most memory that it had; -1 where it is not known
 * @source: (nullable): who says so, as of dcc_result_get_peak_memory()
 *
 * The same end, with that figure.
 *
 * Returns: (transfer full): a new #DccResult
 *
 * Since: 1.1
 */
DccResult *
dcc_result_with_peak_memory(DccResult *self, gint64 bytes, const char *source)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), NULL);

    DccResult *result = copy(self);

    g_free(result->peak_from);
    result->peak_bytes = bytes > 0 ? bytes : -1;
    result->peak_from = bytes > 0 ? g_strdup(source) : NULL;
    return result;
}

/**
 * dcc_result_as_cancelled:
 * @self: a #DccResult
 * @reason: (nullable): why it ended; %NULL leaves the reason that it has
 *
 * The same end with the verdict %DCC_VERDICT_CANCELLED: it was in order, and brought about by a
 * signal, a shutdown or the end of its caller, not by whoever uses dcchost.
 *
 * Returns: (transfer full): a new #DccResult
 *
 * Since: 1.1
 */
DccResult *
dcc_result_as_cancelled(DccResult *self, const char *reason)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), NULL);

    DccResult *result = copy(self);

    result->verdict = DCC_VERDICT_CANCELLED;
    if (reason != NULL) {
        g_free(result->reason);
        result->reason = g_utf8_make_valid(reason, -1);
    }
    return result;
}

/**
 * dcc_result_get_reason:
 * @self: a #DccResult
 *
 * Why it ended, for people.
 *
 * Returns: one line, lower case, no full stop
 *
 * Since: 1.0
 */
const char *
dcc_result_get_reason(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), NULL);

    return self->reason;
}

static int
start_failure_status(DccResult *self)
{
    if (g_strcmp0(self->stage, "ready") == 0)
        return STATUS_TIMEOUT;
    /* It is no failure of ours: the application was started and chose to end. */
    if (g_strcmp0(self->stage, "early-exit") == 0)
        return STATUS_FAILED;
    if (g_strcmp0(self->stage, "chdir") == 0 || g_strcmp0(self->stage, "scene") == 0)
        return STATUS_BAD_CONFIGURATION;
    if (g_strcmp0(self->stage, "exec") == 0)
        return self->errno_code == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
    return STATUS_OURS;
}

/* An application that says 0 without the proof of it, or after a crash, is not shown as success. */
static gboolean
is_false_success(DccResult *self)
{
    return self->code == 0 && self->verdict != DCC_VERDICT_UNKNOWN &&
           self->verdict != DCC_VERDICT_CLEAN && self->verdict != DCC_VERDICT_CANCELLED;
}

/* In order, but not done: its own code would say that it is. */
static gboolean
is_cut_short(DccResult *self)
{
    gboolean cancelled = self->verdict == DCC_VERDICT_CANCELLED;

    return self->kind == DCC_RESULT_STOPPED
               ? cancelled || self->job
               : cancelled && self->kind == DCC_RESULT_EXITED && self->code == 0;
}

/**
 * dcc_result_to_exit_status:
 * @self: a #DccResult
 *
 * What a shell is shown: the code (1 where the application said 0 and its verdict is none of
 * success), 128+n for signal n, 0 for a stop that was asked for, 143 where a stop or a signal
 * cancelled what was not done, however orderly, or what fits the failure: 75 no licence, 78 bad scene or directory, 124 not ready in time, 1 ended in order before it was ready,
 * 126 and 127 as a shell has them, 125 lost.
 *
 * Returns: 0 to 255
 *
 * Since: 1.0
 */
int
dcc_result_to_exit_status(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), STATUS_OURS);

    if (self->kind == DCC_RESULT_NONE || self->kind == DCC_RESULT_LOST)
        return STATUS_OURS;
    if (self->verdict == DCC_VERDICT_LICENCE)
        return STATUS_TRY_AGAIN;
    if (self->verdict == DCC_VERDICT_BAD_SCENE)
        return STATUS_BAD_CONFIGURATION;
    if (is_cut_short(self))
        return STATUS_SIGNAL_BASE + DCC_SIGNAL_TERMINATE;

    switch (self->kind) {
    case DCC_RESULT_EXITED:
        return is_false_success(self) ? STATUS_FAILED : self->code;
    case DCC_RESULT_SIGNALED:
        return STATUS_SIGNAL_BASE + self->signal;
    case DCC_RESULT_STOPPED:
        return self->code >= 0 ? self->code : 0;
    case DCC_RESULT_OOM:
        return STATUS_SIGNAL_BASE + DCC_SIGNAL_KILL;
    case DCC_RESULT_START_FAILED:
        return start_failure_status(self);
    default:
        return STATUS_OURS;
    }
}
