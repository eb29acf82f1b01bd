/* Tells of a run what needs no decision. */
#pragma once

#include "dcc-event-log.h"
#include "dcc-run.h"

G_BEGIN_DECLS

/* Once a run, whatever session tells it. */
void
dcc_run_teller_started(DccEventLog *log, DccRun *run);
void
dcc_run_teller_agent(DccEventLog *log, DccRun *run, gboolean connected);
void
dcc_run_teller_health(DccEventLog *log, DccRun *run, DccHealth health);
/* Of a run that nobody attended to its end, and whose session had no time to tell it. executable and
 * version may be NULL. */
void
dcc_run_teller_stale_start(DccEventLog *log,
                           const DccRunEnd *end,
                           gint64 shim_pid,
                           const char *executable,
                           const char *version);
/* Once a run; the tally of ends is written with it. With an end that was no clean one, the last
 * lines of its output too. bundle: its evidence, or NULL. */
void
dcc_run_teller_exit(DccEventLog *log, const DccRunEnd *end, const char *bundle);

G_END_DECLS
