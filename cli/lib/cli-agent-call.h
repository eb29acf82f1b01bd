/* One call of an instance's agent that may take hours, beside which signals are heard. */
#pragma once

#include "dcc-client.h"

/* Called on this thread for each signal that is held: DCC_SIGNAL_... FALSE: the answer is not waited for. */
typedef gboolean (*CliSignalFunc)(int number, gpointer data);

/* params: (transfer full). (transfer full): the agent's answer. Error GONE: there is no agent, no
 * application or no session any more; TIMEOUT; G_IO_ERROR_CANCELLED: func would not wait; else in the agent's
 * own words. */
JsonObject *
cli_agent_call(DccRuntime *runtime,
               const char *name,
               const char *method,
               JsonObject *params,
               gint64 timeout_ms,
               CliSignalFunc func,
               gpointer data,
               GError **error);
