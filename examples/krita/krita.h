/* What the files of this adapter share. Behaviour of Krita that is written down here was measured
 * on Krita 5.1.5, Debian 12, under Xvfb, unless a comment says otherwise. */
#pragma once

#include <dcc-kit.h>

G_BEGIN_DECLS

#define KRITA_TYPE_ADAPTER (krita_adapter_get_type())
G_DECLARE_FINAL_TYPE(KritaAdapter, krita_adapter, KRITA, ADAPTER, DccAdapter)

GListModel *
krita_find_installations(DccAdapter *adapter, DccSearch *search, GError **error);
char *
krita_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output);

DccLaunchPlan *
krita_plan_launch(DccAdapter *adapter,
                  DccInstallation *installation,
                  DccLaunchRequest *request,
                  GError **error);
DccLaunchPlan *
krita_plan_recovery(DccAdapter *adapter,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    DccRescueFile *file,
                    GError **error);

DccOutputEvent *
krita_read_line(DccAdapter *adapter, const char *line);
DccVerdict *
krita_judge_exit(DccAdapter *adapter, DccExitInfo *info);
GListModel *
krita_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error);

/* The files that the module carries, made by the build from agent/. */
extern const char krita_agent[], krita_desktop[], krita_rc[];
extern const gsize krita_agent_size, krita_desktop_size, krita_rc_size;

G_END_DECLS
