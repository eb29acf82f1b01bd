/* Which version is to open a scene, by the version that saved it. Pure: a table tests it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    DCC_SCENE_FIT_UNKNOWN, /* one of the two versions is not known */
    DCC_SCENE_FIT_SAME,
    DCC_SCENE_FIT_NEWER,       /* of the same major */
    DCC_SCENE_FIT_OTHER_MAJOR, /* newer, of another one */
    DCC_SCENE_FIT_OLDER,       /* than the scene */
} DccSceneFit;

/* How version fits a scene that saved saved. Both may be NULL. */
DccSceneFit
dcc_scene_fit(const char *saved, const char *version);
/* The one to start, as an index of versions (in any order, NULL where it is not known): the newest
 * that is the same, else the nearest newer one of the same major, else the newest. -1: nothing can
 * be chosen. */
int
dcc_scene_fit_choose(const char *saved, const char *const *versions, guint n);
G_END_DECLS
