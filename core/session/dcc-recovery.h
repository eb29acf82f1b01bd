/* Work that was not saved when the application broke: which file holds the newest of it, and
 * whether the next run goes on from it.
 *
 * The newest of autosave, recovery file and rescue copy counts, by their times of change, against
 * what the agent last said of the scene: whether anything in it was not saved, and how old its file
 * was when it was opened or saved. A file that somebody has merely touched is no newer work. What
 * is no plain file of this user, or is empty, is never chosen. What was kept can always be asked
 * for. */
#pragma once

#include "dcc-event-log.h"
#include "dcc-launch-request.h"
#include "dcc-next-run.h"
#include "dcc-rescue-file.h"
#include "dcc-run-end.h"
#include "dcc-settings.h"

G_BEGIN_DECLS

typedef struct _DccRecovery DccRecovery;

DccRecovery *
dcc_recovery_new(DccSettings *settings);
void
dcc_recovery_free(DccRecovery *self);
/* A file was brought to safety: is it the newest work there is? run: the number of the run that left
 * it; orderly: one that ends as it was asked to, whose work lies in a copy of its own. */
void
dcc_recovery_consider(
    DccRecovery *self, DccRescueKind kind, const char *path, const char *run, gboolean orderly);
/* What was open when a run ended. scene_mtime_ns 0: not known; dirty: there was unsaved work in it.
 */
void
dcc_recovery_note_scene(
    DccRecovery *self, const char *scene, const char *run, gint64 scene_mtime_ns, gboolean dirty);
/* (transfer none): what a run that begins so goes on from; NULL: nothing. */
DccRescueFile *
dcc_recovery_choose(DccRecovery *self, DccGoOn go_on);
/* (transfer none): the scene to open beneath that work; NULL: that of the request. */
const char *
dcc_recovery_get_scene(DccRecovery *self);
/* (transfer none): open when the last run ended, or NULL. */
const char *
dcc_recovery_get_last_scene(DccRecovery *self);
/* (transfer none): the name that a streak of crashes is counted by; NULL: no scene is known. */
const char *
dcc_recovery_get_streak_scene(DccRecovery *self, gboolean went_on);
/* After a bad end. TRUE: the setting says that the run which follows (restarts) goes on from it.
 * Else nobody is there to be asked, so it is told where the work lies and how to get it back. */
gboolean
dcc_recovery_offer(DccRecovery *self,
                   DccLaunchRequest *request,
                   gboolean restarts,
                   DccEventLog *log);
/* (transfer none): what is not saved, newer than the scene or not; NULL: nothing. */
DccRescueFile *
dcc_recovery_get_work(DccRecovery *self);
/* (transfer none): what somebody who asks for it gets, saved or not; NULL: nothing is kept. */
DccRescueFile *
dcc_recovery_get_kept(DccRecovery *self);
/* (transfer none): the one of these that lies there; NULL: none. */
DccRescueFile *
dcc_recovery_find(DccRecovery *self, const char *path);
/* What became of it is what the user left. What is kept stays so. */
void
dcc_recovery_forget_work(DccRecovery *self);
/* It cannot be read: the file stays where it is, and is not gone on from again. */
void
dcc_recovery_refuse(DccRecovery *self, const char *path);
/* From a record: believed where it is a plain file of ours. */
void
dcc_recovery_restore(DccRecovery *self, const char *kind, const char *path, const char *last_scene);
void
dcc_recovery_restore_kept(DccRecovery *self, const char *kind, const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRecovery, dcc_recovery_free)

G_END_DECLS
