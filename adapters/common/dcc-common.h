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
/* DCC_ERROR_SCENE where it is no readable file that holds something. */
gboolean
dcc_common_check_scene(const char *path, GError **error);
/* (transfer full): another program of the same installation; DCC_ERROR_NOT_INSTALLED without it. */
char *
dcc_common_find_beside(const char *executable, const char *name, const char *title, GError **error);
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
/* The signal that ended it, from the kernel or from a wrapper's code of 128+n; 0: none. */
int
dcc_common_find_signal(DccExitInfo *info);
/* What the signal means that ended it, also where a wrapper's code alone tells it; NULL: none did.
 */
DccVerdict *
dcc_common_judge_signal(DccExitInfo *info, const char *title);
/* It never was ready, and said that its scene cannot be opened: so the scene is to blame, whatever
 * the code. NULL: it is not. */
DccVerdict *
dcc_common_judge_scene(DccExitInfo *info);
/* NULL: its end was seen; its output says nothing of memory. */
DccVerdict *
dcc_common_judge_lost(DccExitInfo *info);
DccVerdict *
dcc_common_judge_memory(DccExitInfo *info);
gboolean
dcc_common_is_zero(DccExitInfo *info);

/* What a file of this name is; FALSE: nothing of ours. */
typedef gboolean (*DccCommonKindOf)(const char *name, DccRescueKind *kind);
/* (transfer full): the files of the life's own temporary directory that have a kind, newest first.
 */
GListModel *
dcc_common_list_rescue_files(DccExitInfo *info, DccCommonKindOf kind_of);

/* (transfer full): the name for people of the first file of this kind, or NULL. */
char *
dcc_common_find_file(GListModel *files, DccRescueKind kind);

/* How copies of one application are told: what differs between the applications. */
typedef struct {
    const char *override; /* the user's variable that names the copy to start */
    /* (transfer full): the version that the path tells, or NULL. */
    char *(*read_folder)(const char *executable);
    const char *version_flag; /* what to ask where the path tells none; NULL: nothing */
} DccCommonApp;

/* Copies found so far: each once, under its real path. */
typedef struct {
    const DccCommonApp *app;
    DccSearch *search;
    GListStore *found;
    GHashTable *seen;
    gboolean overridden;
} DccCommonFinding;

/* Begins with the copy that the user's variable names; NULL with an error where it names none. */
DccCommonFinding *
dcc_common_finding_new(const DccCommonApp *app, DccSearch *search, GError **error);
void
dcc_common_finding_free(DccCommonFinding *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccCommonFinding, dcc_common_finding_free)
/* What is no executable file is passed over. */
void
dcc_common_found(DccCommonFinding *self, const char *path, const char *origin);
void
dcc_common_found_program(DccCommonFinding *self, const char *name);
void
dcc_common_found_places(DccCommonFinding *self, const char *pattern, const char *origin);
/* (transfer full): the list. */
GListModel *
dcc_common_finding_end(DccCommonFinding *self);

/* adapters/agent/dcchost_agent.py, as it was when this was built. */
extern const char dcc_shared_agent[];
extern const gsize dcc_shared_agent_size;

G_END_DECLS
