/* Which copy a launch takes: the one that a variable or a version names, else one that fits the scene, else the newest.
 *
 * Threading: the thread that made it. */
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
/* Versions are to be asked for, or the scene has not been looked at. */
gboolean
dcc_choice_is_open(DccChoice *self);
/* Finds out, in threads. func is called once, from the main loop; never after dcc_choice_free(). */
typedef void (*DccChoiceFunc)(gpointer data);
void
dcc_choice_close_async(DccChoice *self, DccChoiceFunc func, gpointer data);
/* FALSE: whatever the scene says, dcc_choice_make() will fail with this error. */
gboolean
dcc_choice_check(DccChoice *self, GError **error);
/* (transfer none): made once, of what is known then; looks at the scene where it is open still. Error NOT_INSTALLED lists the places looked
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
