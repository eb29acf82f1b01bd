/* What an end means: an adapter's answer. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_VERDICT (dcc_verdict_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccVerdict, dcc_verdict, DCC, VERDICT, GObject)

/* reason: one line for people, lower case, no full stop. */
DCC_API DccVerdict *
dcc_verdict_new(DccVerdictKind kind, const char *reason);
DCC_API DccVerdictKind
dcc_verdict_get_kind(DccVerdict *self);
DCC_API const char *
dcc_verdict_get_reason(DccVerdict *self);
/* CLEAN and CANCELLED: nobody has to do anything. */
DCC_API gboolean
dcc_verdict_is_clean(DccVerdict *self);
/* CRASH, KILLED, OOM, FAILED, SUSPICIOUS, UNKNOWN: starting again may help. */
DCC_API gboolean
dcc_verdict_is_crash(DccVerdict *self);
/* BAD_SCENE, SCRIPT_ERROR, BROKEN_INSTALL, NO_DISPLAY: starting again will end the same way. */
DCC_API gboolean
dcc_verdict_is_permanent(DccVerdict *self);

G_END_DECLS
