/* Hung is not busy.
 *
 * Problem: a main thread that does not answer may be rendering, loading, or dead; only what it
 * leaves behind (CPU time, bytes, lines, processes) tells. A false alarm costs an artist's work, a
 * late one some minutes, so every doubt counts as progress. Contract: quiet is what two readings
 * have shown, never what was not looked at. If nobody feeds traces, nothing is ever called
 * unresponsive (but with a progress window of 0, which asks the probes alone). Threading: one
 * thread at a time.
 */
#include "dcc-hang-rule.h"

/* An idle application is never quite still: timers of its own, its window, our agent's thread and
 * its pings keep it at some 0.6 % of one core. Work is well above that: one busy thread is 100 %.
 */
#define PROGRESS_CPU_PER_MILLE 20
/* Idle loops read and write a few bytes at each turn (event descriptors, the window system's
 * socket): 60 turns a second of 32 bytes both ways are 4 KiB/s. Loading or writing a scene is far
 * above 8. */
#define PROGRESS_IO_PER_SECOND 8192
/* A rate over a shorter time than this is chance: one turn of a timer would look like work. */
#define RATE_SPAN_US G_USEC_PER_SEC

struct _DccHangRule {
    DccSettings *settings;
    gboolean probed;       /* there was a probe since the last reset or pause */
    guint failures;        /* in a row */
    gint64 failed_enough;  /* when they reached probe-failures */
    gint64 progress_at;    /* the last sign of life */
    gboolean has_baseline; /* the three below count */
    DccTraces baseline;
    gint64 baseline_at;
    gint64 seen_at; /* until when it is known whether it worked: a rate was taken then */
};

DccHangRule *
dcc_hang_rule_new(DccSettings *settings)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(settings), NULL);

    DccHangRule *self = g_new0(DccHangRule, 1);
    self->settings = g_object_ref(settings);
    return self;
}

void
dcc_hang_rule_free(DccHangRule *self)
{
    if (!self)
        return;
    g_object_unref(self->settings);
    g_free(self);
}

/* A sign of life, or a doubt: quiet begins anew. */
static void
note_progress(DccHangRule *self, gint64 now)
{
    self->progress_at = now;
}

void
dcc_hang_rule_reset(DccHangRule *self, gint64 now)
{
    g_return_if_fail(self != NULL);

    self->probed = FALSE;
    self->failures = 0;
    self->has_baseline = FALSE;
    self->seen_at = now;
    note_progress(self, now);
}

static guint
failures_needed(DccHangRule *self)
{
    return (guint)CLAMP(dcc_settings_get(self->settings, DCC_SETTING_PROBE_FAILURES), 1, G_MAXINT);
}

void
dcc_hang_rule_probe(DccHangRule *self, gboolean ok, gint64 now)
{
    g_return_if_fail(self != NULL);

    self->probed = TRUE;
    if (ok) {
        self->failures = 0;
        note_progress(self, now);
        return;
    }
    if (self->failures < G_MAXUINT)
        self->failures++;
    if (self->failures == failures_needed(self))
        self->failed_enough = now;
}

/* A counter that went backwards, or came or went, cannot be judged. */
static gboolean
is_unclear(const DccTraces *before, const DccTraces *after)
{
    return after->cpu_us < before->cpu_us || after->log_bytes < before->log_bytes ||
           (after->io_bytes < 0) != (before->io_bytes < 0) || after->io_bytes < before->io_bytes;
}

static gboolean
is_fast_enough(gint64 amount, gint64 elapsed_us, gint64 per_second)
{
    return (double)amount * G_USEC_PER_SEC >= (double)per_second * (double)elapsed_us;
}

static gboolean
has_worked(const DccTraces *before, const DccTraces *after, gint64 elapsed_us)
{
    gint64 cpu_per_second = PROGRESS_CPU_PER_MILLE * G_USEC_PER_SEC / 1000;

    if (is_fast_enough(after->cpu_us - before->cpu_us, elapsed_us, cpu_per_second))
        return TRUE;
    return after->io_bytes >= 0 &&
           is_fast_enough(after->io_bytes - before->io_bytes, elapsed_us, PROGRESS_IO_PER_SECOND);
}

static void
set_baseline(DccHangRule *self, const DccTraces *traces, gint64 now)
{
    self->has_baseline = TRUE;
    self->baseline = *traces;
    self->baseline_at = now;
    self->seen_at = now;
}

void
dcc_hang_rule_traces(DccHangRule *self, const DccTraces *traces, gint64 now)
{
    g_return_if_fail(self != NULL);
    g_return_if_fail(traces != NULL);

    if (!traces->valid) {
        self->has_baseline = FALSE;
        note_progress(self, now);
        return;
    }
    if (!self->has_baseline) {
        note_progress(self, now);
        set_baseline(self, traces, now);
        return;
    }

    const DccTraces *before = &self->baseline;
    gint64 elapsed = now - self->baseline_at;
    if (is_unclear(before, traces) || traces->log_bytes != before->log_bytes ||
        traces->tree_digest != before->tree_digest) {
        note_progress(self, now);
        set_baseline(self, traces, now);
    } else if (elapsed >= RATE_SPAN_US) {
        if (has_worked(before, traces, elapsed))
            note_progress(self, now);
        set_baseline(self, traces, now);
    }
}

void
dcc_hang_rule_pause(DccHangRule *self, gint64 now)
{
    /* What was known before the pause says nothing about after it: unknown until the next probe. */
    dcc_hang_rule_reset(self, now);
}

static gint64
window_us(DccHangRule *self)
{
    gint64 window = dcc_settings_get(self->settings, DCC_SETTING_PROGRESS_WINDOW);

    return CLAMP(window, 0, G_MAXINT64 / 1000) * 1000;
}

DccHealth
dcc_hang_rule_judge(DccHangRule *self, gint64 now)
{
    g_return_val_if_fail(self != NULL, DCC_HEALTH_UNKNOWN);

    gint64 window = window_us(self);

    if (!self->probed)
        return DCC_HEALTH_UNKNOWN;
    if (self->failures == 0)
        return DCC_HEALTH_OK;
    if (self->failures < failures_needed(self))
        return DCC_HEALTH_BUSY;
    if (window > 0 && self->seen_at - self->progress_at < window)
        return DCC_HEALTH_BUSY;
    return DCC_HEALTH_UNRESPONSIVE;
}

gint64
dcc_hang_rule_hung_for(DccHangRule *self, gint64 now)
{
    g_return_val_if_fail(self != NULL, 0);

    gint64 window = window_us(self);
    gint64 since = self->failed_enough;

    if (dcc_hang_rule_judge(self, now) != DCC_HEALTH_UNRESPONSIVE)
        return 0;
    if (window > 0)
        since = MAX(since, self->progress_at + window);
    return MAX(now - since, 0) / 1000;
}
