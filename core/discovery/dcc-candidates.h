/* The copies of an application on the way into the list of those that are installed: found, then asked for the versions
 * that only they themselves can tell.
 *
 * Threading: the thread that made it; dcc_candidates_ask() blocks. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

typedef struct _DccCandidates DccCandidates;
typedef void (*DccCandidatesFunc)(gpointer data);

/* Looks for them; nothing is started. search keeps the places looked at. */
DccCandidates *
dcc_candidates_new(DccAdapter *adapter, DccSearch *search, GError **error);
/* Whether a version is left to be asked for. */
gboolean
dcc_candidates_are_open(DccCandidates *self);
/* Takes the versions that are remembered and asks for the others, all at the same time. */
void
dcc_candidates_ask(DccCandidates *self);
/* The same from a main loop, in two steps. func is called once, when it is known what is remembered ... */
void
dcc_candidates_recall_async(DccCandidates *self, DccCandidatesFunc func, gpointer data);
/* ... which may be waited for, until this monotonic time at most ... */
void
dcc_candidates_wait(DccCandidates *self, gint64 end);
/* ... and when those that are open have answered or were cancelled. */
void
dcc_candidates_ask_async(DccCandidates *self, DccCandidatesFunc func, gpointer data);
/* Version commands run. */
gboolean
dcc_candidates_are_asked(DccCandidates *self);
/* Ends the commands that still run; func hears when they have ended, and of nothing else. */
void
dcc_candidates_cancel(DccCandidates *self);
/* (transfer full): of DccInstallation, newest first, those with a reservation last. A copy that did not tell its version
 * has none. */
GListModel *
dcc_candidates_list(DccCandidates *self);
/* Cancels; func is not called any more. */
void
dcc_candidates_free(DccCandidates *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccCandidates, dcc_candidates_free)

/* (transfer full): the variable by which a user chooses the copy to start. */
char *
dcc_candidates_make_variable(DccAdapter *adapter);
/* (transfer full): what tells two names of one copy from two copies. */
char *
dcc_candidates_resolve(DccSearch *search, DccInstallation *installation);

G_END_DECLS
