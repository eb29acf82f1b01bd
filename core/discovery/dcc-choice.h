/* Which copy a launch takes: the one that a variable or a version names, else one that fits the scene, else the newest.
 *
 * Threading: the thread that made it. */
#pragma once

#include "dcc-candidates.h"

G_BEGIN_DECLS

typedef struct _DccChoice DccChoice;

/* version, scene: NULL for any. */
DccChoice *
dcc_choice_new(DccAdapter *adapter, DccSearch *search, const char *version, const char *scene);
/* (transfer none): looks for the copies, and waits for that; they may have to be asked for their versions. Error
 * NOT_INSTALLED: the variable names what is no program; or the adapter's. */
DccCandidates *
dcc_choice_find(DccChoice *self, GError **error);
/* The same in a thread, which is waited for as long as that. FALSE: whatever scene and versions say, dcc_choice_make() would
 * fail with this error. */
gboolean
dcc_choice_begin(DccChoice *self, gint64 patience_ms, GError **error);
/* Copies are being looked for or are to be asked for their versions, or the scene has not been looked at. */
gboolean
dcc_choice_is_open(DccChoice *self);
/* Finds out, in threads. func is called once, from the main loop; never after dcc_choice_free(). */
typedef void (*DccChoiceFunc)(gpointer data);
void
dcc_choice_close_async(DccChoice *self, DccChoiceFunc func, gpointer data);
/* Nothing more is looked at, and the version commands that run are ended. */
void
dcc_choice_cancel(DccChoice *self);
gboolean
dcc_choice_runs_commands(DccChoice *self);
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
