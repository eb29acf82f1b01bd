/* What a run needs to know of the file system before it begins, looked at in a thread: scene, directory and program may lie on a
 * file server that does not answer, and so may a studio's list of licence patterns.
 *
 * An adapter that is asked for a plan looks at the scene once more, in the main loop: it finds what was there a moment ago.
 *
 * Threading: the thread-default main context at the time it is begun. */
#pragma once

#include "dcc-licence-lines.h"

G_BEGIN_DECLS

typedef struct _DccLookAhead DccLookAhead;
/* Called once, from the main loop or from dcc_look_ahead_wait(). It may free the object. */
typedef void (*DccLookAheadFunc)(gpointer data);

/* Copied; each may be NULL. */
typedef struct {
    const char *scene;
    const char *cwd;
    const char *work;    /* that the run goes on from */
    const char *program; /* that is started */
} DccLookAheadPlaces;

/* func: NULL: nobody is told. */
DccLookAhead *
dcc_look_ahead_begin(const DccLookAheadPlaces *places, DccLookAheadFunc func, gpointer data);
/* From now on func is told, where it is not done yet. */
void
dcc_look_ahead_tell(DccLookAhead *self, DccLookAheadFunc func, gpointer data);
/* Waits for so long at most. TRUE: it is done. */
gboolean
dcc_look_ahead_wait(DccLookAhead *self, gint64 ms);
gboolean
dcc_look_ahead_is_done(DccLookAhead *self);
/* Once it is done: the scene is a file, the directory one; TRUE where none was named. */
gboolean
dcc_look_ahead_has_scene(DccLookAhead *self);
gboolean
dcc_look_ahead_has_cwd(DccLookAhead *self);
/* (transfer none): NULL before it is done. */
DccLicenceLines *
dcc_look_ahead_get_licence_lines(DccLookAhead *self);
/* func is not called any more. Waits for nothing. */
void
dcc_look_ahead_free(DccLookAhead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccLookAhead, dcc_look_ahead_free)

G_END_DECLS
