/* Which copy a launch takes: the one that a variable or a version names, else one that fits the scene, else the newest.
 *
 * Threading: the thread that made it; dcc_choice_ask() blocks. */
#pragma once

#include "dcc-candidates.h"

G_BEGIN_DECLS

typedef struct _DccChoice DccChoice;

/* Error NOT_INSTALLED: the variable names what is no program; or the adapter's. version, scene: NULL for any. */
DccChoice *
dcc_choice_new(
    DccAdapter *adapter, DccSearch *search, const char *version, const char *scene, GError **error);
/* Where copies have to be asked for their versions first. */
DccCandidates *
dcc_choice_get_candidates(DccChoice *self);
/* (transfer full): of what is known by now. *explanation (transfer full) (nullable): a sentence for people. Error
 * NOT_INSTALLED lists the places looked at, or the versions that are there. */
DccInstallation *
dcc_choice_make(DccChoice *self, char **explanation, GError **error);
void
dcc_choice_free(DccChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccChoice, dcc_choice_free)

G_END_DECLS
