/* Whether, and after how long, a process is started again: for a program that asks the question
 * itself.
 *
 * The delays are those of the policy that sessions run on, computed in the same place; and a
 * session can be made to go by one of these: dcc_recovery_policy_apply(). */
#pragma once

#include "dcc-settings.h"

G_BEGIN_DECLS

#define DCC_TYPE_RECOVERY_POLICY (dcc_recovery_policy_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccRecoveryPolicy, dcc_recovery_policy, DCC, RECOVERY_POLICY, GObject)

/* Delays are a fixed 2000 ms, until one of the two is called. */
DCC_API DccRecoveryPolicy *
dcc_recovery_policy_new(guint max_restarts);
/* Property max-restarts (uint, construct-only). */
DCC_API guint
dcc_recovery_policy_get_max_restarts(DccRecoveryPolicy *self);
/* initial_ms, doubled with each attempt, max_delay_ms at most. Negative: 0. */
DCC_API void
dcc_recovery_policy_use_exponential_backoff(DccRecoveryPolicy *self,
                                            gint64 initial_ms,
                                            gint64 max_delay_ms);
DCC_API void
dcc_recovery_policy_use_fixed_backoff(DccRecoveryPolicy *self, gint64 delay_ms);
/* TRUE for "crashed" and "unresponsive"; FALSE for "running", "starting", "stopped", "restarting";
 * FALSE with the error INVALID, which names the six, for anything else. With max-restarts 0 always
 * FALSE, and status is not looked at. */
DCC_API gboolean
dcc_recovery_policy_should_restart(DccRecoveryPolicy *self, const char *status, GError **error);
/* Milliseconds before attempt (0 is the first); -1 with the error FAILED, "process 'x' exceeded max
 * restarts (n)", for an attempt that is not granted. */
DCC_API gint64
dcc_recovery_policy_next_delay(DccRecoveryPolicy *self,
                               const char *name,
                               guint64 attempt,
                               GError **error);
/* Makes a session that is launched with these settings go by this policy: max-restarts, backoff, no
 * jitter; restart is on-crash, unless the settings say otherwise. Numbers outside of what a setting
 * may be become the nearest that it may be. */
DCC_API void
dcc_recovery_policy_apply(DccRecoveryPolicy *self, DccSettings *settings);

G_END_DECLS
