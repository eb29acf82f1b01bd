/* What the files of the Maya adapter share.
 *
 * Nothing here was run inside a real Maya. What is written down comes from Autodesk's documentation
 * and from public sources, which docs/maya.md names; "unverified" marks what nobody has confirmed.
 * The tables are the place to mend when a real Maya differs. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_TYPE_MAYA_ADAPTER (dcc_maya_adapter_get_type())
G_DECLARE_FINAL_TYPE(DccMayaAdapter, dcc_maya_adapter, DCC, MAYA_ADAPTER, DccAdapter)

typedef enum {
    DCC_MAYA_GUI,
    DCC_MAYA_BATCH,
    DCC_MAYA_PROMPT,
    DCC_MAYA_PYTHON,
    DCC_MAYA_RENDER,
} DccMayaProduct;

/* What the user's own arguments make of a launch. */
typedef struct {
    DccMayaProduct product;
    const char *const *rest; /* without the word that chose the product */
    gboolean script;         /* it has work of its own and ends by itself */
} DccMayaArgs;

void
dcc_maya_args_read_words(DccMayaArgs *self, const char *const *args, gboolean headless);
void
dcc_maya_args_read(DccMayaArgs *self, DccLaunchRequest *request);

typedef enum {
    DCC_MAYA_LINUX,
    DCC_MAYA_MACOS,
    DCC_MAYA_WINDOWS,
} DccMayaSystem;

/* The installations of one system's places; found grows. For tests: all systems are data. */
GListModel *
dcc_maya_find_on(DccMayaSystem system, DccSearch *search, GError **error);
GListModel *
dcc_maya_find_installations(DccAdapter *adapter, DccSearch *search, GError **error);
char *
dcc_maya_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output);

/* rescue: the file to go on from; NULL: none. */
DccLaunchPlan *
dcc_maya_make_plan(DccInstallation *installation,
                   DccLaunchRequest *request,
                   const DccMayaArgs *args,
                   const char *rescue,
                   GError **error);
DccLaunchPlan *
dcc_maya_plan_render(DccAdapter *adapter,
                     DccInstallation *installation,
                     DccLaunchRequest *request,
                     GError **error);
DccLaunchPlan *
dcc_maya_plan_launch(DccAdapter *adapter,
                     DccInstallation *installation,
                     DccLaunchRequest *request,
                     GError **error);
DccLaunchPlan *
dcc_maya_plan_recovery(DccAdapter *adapter,
                       DccInstallation *installation,
                       DccLaunchRequest *request,
                       DccRescueFile *file,
                       GError **error);

char *
dcc_maya_read_scene_version(DccAdapter *adapter, GBytes *head);

DccOutputEvent *
dcc_maya_read_line(DccAdapter *adapter, const char *line);
DccVerdict *
dcc_maya_judge_exit(DccAdapter *adapter, DccExitInfo *info);
GListModel *
dcc_maya_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error);

/* What the agent prints when the application ends in order: an exit code of 0 alone proves nothing.
 */
#define DCC_MAYA_GOODBYE "dcchost: Maya ends in order"
/* And when it was to open a scene and could not. */
#define DCC_MAYA_NO_SCENE "dcchost: the scene cannot be opened"

/* adapters/maya/agent, as they were when this was built. */
extern const char dcc_maya_agent[];
extern const gsize dcc_maya_agent_size;
extern const char dcc_maya_user_setup[];
extern const gsize dcc_maya_user_setup_size;

G_END_DECLS
