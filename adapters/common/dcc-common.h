/* What the adapters share: answers that are the same whatever the application. Linked into each
 * module; not a part of the library. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/* What the application will see of this variable; NULL when it is not set or empty. */
const char *
dcc_common_find_env(DccLaunchRequest *request, const char *key);
gboolean
dcc_common_check_display(DccLaunchRequest *request, GError **error);
/* The launch's own directory as TMPDIR, TMP and TEMP. */
void
dcc_common_add_temp_dir(DccLaunchPlan *plan, DccLaunchRequest *request);
/* directory/name, an agent, and the part that all agents share beside it. Returns the path that the
 * first will have (transfer full). */
char *
dcc_common_add_agent(DccLaunchPlan *plan,
                     DccLaunchRequest *request,
                     const char *directory,
                     const char *name,
                     const char *content,
                     gsize size);

DccVerdict *
dcc_common_verdict(DccVerdictKind kind, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The last of the last lines that holds these words, or NULL. */
const char *
dcc_common_find_line(DccExitInfo *info, const char *words);
/* "SIGSEGV" for the signals by which programs break, else NULL. */
const char *
dcc_common_crash_signal(int number);
/* A signal that is no crash: ours, the kernel's, or somebody's. */
DccVerdict *
dcc_common_judge_outside_signal(DccExitInfo *info, const char *title);

/* What a file of this name is; FALSE: nothing of ours. */
typedef gboolean (*DccCommonKindOf)(const char *name, DccRescueKind *kind);
/* (transfer full): the files of the life's own temporary directory that have a kind, newest first.
 */
GListModel *
dcc_common_list_rescue_files(DccExitInfo *info, DccCommonKindOf kind_of);

/* adapters/agent/dcchost_agent.py, as it was when this was built. */
extern const char dcc_shared_agent[];
extern const gsize dcc_shared_agent_size;

G_END_DECLS
