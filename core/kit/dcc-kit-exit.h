/* What ends have in common: signals, wrappers, memory, scenes that cannot be opened. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/**
 * DccKitJudge:
 * @info: how it ended
 *
 * One reason for which an end may be judged.
 *
 * Returns: (transfer full) (nullable): the verdict, %NULL when this reason does not apply
 *
 * Since: 1.1
 */
typedef DccVerdict *(*DccKitJudge)(DccExitInfo *info);

DCC_API DccVerdict *
dcc_kit_first_verdict(DccExitInfo *info, const DccKitJudge *judges, gsize n_judges);
DCC_API DccVerdict *
dcc_kit_verdict(DccVerdictKind kind, const char *format, ...) G_GNUC_PRINTF(2, 3);
DCC_API const char *
dcc_kit_find_line(DccExitInfo *info, const char *words);
DCC_API const char *
dcc_kit_crash_signal(int number);
DCC_API int
dcc_kit_find_signal(DccExitInfo *info);
DCC_API DccVerdict *
dcc_kit_judge_signal(DccExitInfo *info, const char *title);
DCC_API DccVerdict *
dcc_kit_judge_scene(DccExitInfo *info);
DCC_API DccVerdict *
dcc_kit_judge_lost(DccExitInfo *info);
DCC_API DccVerdict *
dcc_kit_judge_memory(DccExitInfo *info);
DCC_API gboolean
dcc_kit_is_zero(DccExitInfo *info);

G_END_DECLS
