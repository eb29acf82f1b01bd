/* How a run ended, for users and programs: the raw end, what it means, and where it failed. */
#pragma once

#include "dcc-enums.h"
#include "dcc-exit-info.h"
#include "dcc-verdict.h"

G_BEGIN_DECLS

#define DCC_TYPE_RESULT (dcc_result_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccResult, dcc_result, DCC, RESULT, GObject)

/* stage: "chdir", "exec", "adapter", "ready", "early-exit", "spawn"; errno_code 0 when none is
 * meant. */
DCC_API DccResult *
dcc_result_new_start_failed(const char *stage, int errno_code, const char *reason);
/* kind becomes STOPPED when the stop was ours and the adapter calls the end clean, OOM by the
 * verdict. */
/* The same failed start, with its cause in the adapter's eyes. */
DCC_API DccResult *
dcc_result_with_cause(DccResult *self, DccVerdict *cause);
DCC_API DccResult *
dcc_result_new_ended(DccExitInfo *info, DccVerdict *verdict);

DCC_API DccResultKind
dcc_result_get_kind(DccResult *self);
DCC_API DccVerdictKind
dcc_result_get_verdict(DccResult *self);
/* The exit code, -1 when it did not exit. */
DCC_API int
dcc_result_get_code(DccResult *self);
/* The signal, 0 when none. */
DCC_API int
dcc_result_get_signal(DccResult *self);
/* The signal that a wrapper's code of 128+n speaks of, 0 when none (guarantee G4). */
DCC_API int
dcc_result_get_likely_signal(DccResult *self);
DCC_API gboolean
dcc_result_get_core_dumped(DccResult *self);
DCC_API const char *
dcc_result_get_stage(DccResult *self);
DCC_API int
dcc_result_get_errno(DccResult *self);
/* The most memory that it had, in bytes; -1: not known. *source: who says so; may be NULL. */
DCC_API gint64
dcc_result_get_peak_memory(DccResult *self, const char **source);
/* (transfer full): the same end, with the most memory that it had. */
DCC_API DccResult *
dcc_result_with_peak_memory(DccResult *self, gint64 bytes, const char *source);
/* (transfer full): the same end, told as one that nobody wanted of dcchost. */
DCC_API DccResult *
dcc_result_as_cancelled(DccResult *self, const char *reason);
DCC_API const char *
dcc_result_get_reason(DccResult *self);
/* What a shell shows: the code, 128+signal, or the dcchost status that fits the failure
 * (75 licence, 78 bad scene, 124 not ready in time, 126/127 exec, 125 lost). */
DCC_API int
dcc_result_to_exit_status(DccResult *self);
/* (transfer full): {"kind":..,"verdict":..,"code":..,"signal":..,"core_dumped":..,"reason":..,...}
 * as JSON text. */
DCC_API char *
dcc_result_to_json(DccResult *self);
DCC_API DccResult *
dcc_result_from_json(const char *text, GError **error);

G_END_DECLS
