/* What is installed: every adapter's installations, with their versions. Versions that only the
 * application itself can tell are asked once and remembered by path, size and time of change in
 * $XDG_CACHE_HOME/dcchost/versions.json. */
#pragma once

#include "dcc-adapter-registry.h"

G_BEGIN_DECLS

/* (transfer full): list of DccInstallation, newest first, those with a reservation last. search
 * keeps the places looked at. */
DCC_API GListModel *
dcc_catalogue_find(DccAdapter *adapter, DccSearch *search, GError **error);
/* (transfer full): the variable by which a user chooses the copy to start. */
DCC_API char *
dcc_catalogue_get_variable(DccAdapter *adapter);
/* (transfer full): the newest launchable one, or of the version asked for ("4", "4.2"). Error
 * NOT_INSTALLED lists the places looked at and the overriding variable, or the versions that are
 * there. */
DCC_API DccInstallation *
dcc_catalogue_choose(DccAdapter *adapter, DccSearch *search, const char *version, GError **error);
/* The same, and by the version that saved the scene. *explanation: a sentence for people. */
DCC_API DccInstallation *
dcc_catalogue_choose_for_scene(DccAdapter *adapter,
                               DccSearch *search,
                               const char *version,
                               const char *scene,
                               char **explanation,
                               GError **error);

G_END_DECLS
