/* Files that are to be looked at, one after another in a thread, so that nobody waits for a file
 * server or a decoder.
 *
 * Threading: the thread-default main context at the time it is made; findings arrive there. */
#pragma once

#include "dcc-picture.h"

G_BEGIN_DECLS

typedef struct _DccPictureQueue DccPictureQueue;

/* tag: what the file was pushed with. The finding is borrowed. */
typedef void (*DccPictureFunc)(guint tag,
                               const char *path,
                               const DccPictureFinding *finding,
                               gpointer data);

DccPictureQueue *
dcc_picture_queue_new(const char *program, DccPictureFunc func, gpointer data);
/* As of dcc_picture_look(); any, unless set. Before the first file is pushed. */
void
dcc_picture_queue_set_newer_than(DccPictureQueue *self, gint64 newer_than);
/* No finding arrives any more; what is being looked at is left to itself. */
void
dcc_picture_queue_free(DccPictureQueue *self);
void
dcc_picture_queue_push(DccPictureQueue *self, guint tag, const char *path);
/* How many findings are still to come. */
guint
dcc_picture_queue_count(DccPictureQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccPictureQueue, dcc_picture_queue_free)

G_END_DECLS
