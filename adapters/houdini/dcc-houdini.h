/* What the files of the Houdini adapter share.
 *
 * Nothing here was run inside a real Houdini. What is written down comes from SideFX's
 * documentation and headers and from public sources, which docs/houdini.md names; "unverified"
 * marks what nobody has confirmed. The tables are the place to mend when a real Houdini differs. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_TYPE_HOUDINI_ADAPTER (dcc_houdini_adapter_get_type())
G_DECLARE_FINAL_TYPE(DccHoudiniAdapter, dcc_houdini_adapter, DCC, HOUDINI_ADAPTER, DccAdapter)

typedef enum {
    DCC_HOUDINI_GUI,
    DCC_HOUDINI_PYTHON,
    DCC_HOUDINI_BATCH,
} DccHoudiniKind;

/* What the user's own arguments make of a launch. */
typedef struct {
    DccHoudiniKind kind;
    const char *program;     /* the name that was asked for; NULL: the installation's own */
    const char *const *rest; /* without the word that chose the program */
    gboolean script;         /* it has work of its own and ends by itself */
} DccHoudiniArgs;

void
dcc_houdini_args_read(DccHoudiniArgs *self, DccLaunchRequest *request);
/* TRUE and the kind, where this is the name of one of Houdini's programs. */
gboolean
dcc_houdini_find_program(const char *name, DccHoudiniKind *kind);

typedef enum {
    DCC_HOUDINI_LINUX,
    DCC_HOUDINI_MACOS,
    DCC_HOUDINI_WINDOWS,
} DccHoudiniSystem;

/* The installations of one system's places. For tests: all systems are data. */
GListModel *
dcc_houdini_find_on(DccHoudiniSystem system, DccSearch *search, GError **error);
GListModel *
dcc_houdini_find_installations(DccAdapter *adapter, DccSearch *search, GError **error);

/* rescue: the file to go on from; NULL: none. */
DccLaunchPlan *
dcc_houdini_make_plan(DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccHoudiniArgs *args,
                      const char *rescue,
                      GError **error);
DccLaunchPlan *
dcc_houdini_plan_render(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);
/* What our render script prints. */
#define DCC_HOUDINI_FRAME "dcchost: frame "
#define DCC_HOUDINI_SAVED "dcchost: saved "
DccLaunchPlan *
dcc_houdini_plan_launch(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error);
DccLaunchPlan *
dcc_houdini_plan_recovery(DccAdapter *adapter,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error);
/* The variables of a launch, and the daemons it lets go. */
void
dcc_houdini_add_environment(DccLaunchPlan *plan,
                            DccLaunchRequest *request,
                            const DccHoudiniArgs *args);
/* Puts the agent in; returns where it will be (transfer full), NULL where it cannot come in. */
char *
dcc_houdini_add_agent(DccLaunchPlan *plan,
                      DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccHoudiniArgs *args);

char *
dcc_houdini_read_scene_version(DccAdapter *adapter, GBytes *head);

DccOutputEvent *
dcc_houdini_read_line(DccAdapter *adapter, const char *line);
/* Whether a telling crash line is of this process: a child prints into the same log. */
gboolean
dcc_houdini_is_line_of(const char *line, gint64 pid);
DccVerdict *
dcc_houdini_judge_exit(DccAdapter *adapter, DccExitInfo *info);
GListModel *
dcc_houdini_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error);
/* (transfer full): the crash file of this run's own process, scene or log, or NULL. */
char *
dcc_houdini_find_crash_file(DccExitInfo *info, gboolean scene);
gboolean
dcc_houdini_is_scene(const char *name);

/* What the agent prints when a script ends in order, and when a scene could not be opened. */
#define DCC_HOUDINI_GOODBYE  "dcchost: Houdini ends in order"
#define DCC_HOUDINI_NO_SCENE "dcchost: the scene cannot be opened"
#define DCC_HOUDINI_NO_NODE  "dcchost: the scene has no node "
/* Lies in the temporary directory of a hython that has not ended in order: its 0 proves nothing. */
#define DCC_HOUDINI_UNPROVED "dcchost-hython"
/* What the agent is busy with, where the process has crashed, has written its log, and goes on
 * answering; before that it is "crash": it saves. */
#define DCC_HOUDINI_CRASHED "crashed"

/* adapters/houdini/agent, as they were when this was built. */
extern const char dcc_houdini_agent[];
extern const gsize dcc_houdini_agent_size;
extern const char dcc_houdini_uiready[];
extern const gsize dcc_houdini_uiready_size;

G_END_DECLS
