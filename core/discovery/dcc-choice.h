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
/* They may have to be asked for their versions first. */
DccCandidates *
dcc_choice_get_candidates(DccChoice *self);
/* (transfer none): made once, of what is known then. Error NOT_INSTALLED lists the places looked
 * at, or the versions that are there. */
DccInstallation *
dcc_choice_make(DccChoice *self, GError **error);
/* (nullable): a sentence for people that says why this one, once it is made. */
const char *
dcc_choice_get_explanation(DccChoice *self);
void
dcc_choice_free(DccChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccChoice, dcc_choice_free)

G_END_DECLS
