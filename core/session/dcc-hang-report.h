/* The report on a hang, written while the application still hangs: each thread's state as the
 * kernel sees it, and the Python stacks, or why there are none. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-store-writer.h"

G_BEGIN_DECLS

typedef struct {
    const char *name; /* of the instance */
    const char *incarnation;
    const char *temp_dir; /* of the run: where the agent may write */
    const char *rescue_dir;
    DccStoreWriter *writer;
    gint64 pid;
    gint64 timeout_ms; /* for the agent's answer */
} DccHangReportFacts;

/* path: of the report; NULL: it could not be written. */
typedef void (*DccHangReportFunc)(const char *path, gpointer data);

/* Asks the agent and then has it written. func is called once, from the main loop, unless the writer
 * is freed before; free_data always. */
void
dcc_hang_report_write(const DccHangReportFacts *facts,
                      DccAgentLink *agent,
                      DccHangReportFunc func,
                      gpointer data,
                      GDestroyNotify free_data);

G_END_DECLS
