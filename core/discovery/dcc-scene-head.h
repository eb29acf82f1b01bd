/* The first bytes of a scene, read in a thread: it may lie on a file server that takes its time.
 *
 * Threading: the thread-default main context at the time of the call. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DccSceneHead DccSceneHead;

/* head: borrowed; NULL: it cannot be read, or is no regular file. */
typedef void (*DccSceneHeadFunc)(GBytes *head, gpointer data);

/* (transfer full): what is there now, at most DCC_ADAPTER_SCENE_HEAD bytes; NULL as above. Waits. */
GBytes *
dcc_scene_head_read(const char *path);
/* (transfer full): func is called once, from the main loop; never after dcc_scene_head_free(). */
DccSceneHead *
dcc_scene_head_begin(const char *path, DccSceneHeadFunc func, gpointer data);
void
dcc_scene_head_free(DccSceneHead *self);

G_END_DECLS
