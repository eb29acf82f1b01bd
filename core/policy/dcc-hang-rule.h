/* Hung is not busy (guarantee G26): unresponsive needs failed probes AND no progress. Pure.
 *
 * Feed it every probe's outcome and every reading of the application's traces; ask it what it
 * thinks. Any unclear reading counts as progress: it fails open. Instants are monotonic
 * microseconds. */
#pragma once

#include "dcc-settings.h"

G_BEGIN_DECLS

typedef struct {
    gboolean valid;      /* FALSE: could not be read, counts as progress */
    gint64 cpu_us;       /* CPU time of the whole tree so far */
    gint64 io_bytes;     /* read and written by the whole tree so far; -1 not known */
    gint64 log_bytes;    /* output so far */
    guint64 tree_digest; /* changes when the set of processes changes */
} DccTraces;

typedef struct _DccHangRule DccHangRule;

DccHangRule *
dcc_hang_rule_new(DccSettings *settings);
void
dcc_hang_rule_free(DccHangRule *self);
void
dcc_hang_rule_reset(DccHangRule *self, gint64 now);
/* ok: answered, with a main thread that turns. */
void
dcc_hang_rule_probe(DccHangRule *self, gboolean ok, gint64 now);
void
dcc_hang_rule_traces(DccHangRule *self, const DccTraces *traces, gint64 now);
/* The clock stood still for the application (SIGSTOP): its silence until now does not count. */
void
dcc_hang_rule_pause(DccHangRule *self, gint64 now);
/* OK: probes answer. BUSY: they fail, with progress in the window, or not often enough yet.
 * UNRESPONSIVE: probe-failures in a row failed and nothing moved for the progress window. UNKNOWN:
 * no probe yet. */
DccHealth
dcc_hang_rule_judge(DccHangRule *self, gint64 now);
/* How long it has been unresponsive, milliseconds; 0 when it is not. */
gint64
dcc_hang_rule_hung_for(DccHangRule *self, gint64 now);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccHangRule, dcc_hang_rule_free)

G_END_DECLS
