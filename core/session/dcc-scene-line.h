/* Whether a line of the application's output tells of the scene that a run was started with.
 *
 * Problem: the words for a scene that cannot be opened are those for a library, a reference or a
 * cache that it names, and a scene without one of these is open all the same. Contract: what names
 * no file, or cannot be told from the scene, is the scene's. Reads the two files' facts, in a
 * thread that is waited for a moment, nothing else. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* a and b: absolute paths; neither has to be there. Where a file server does not say so in time, they are. */
gboolean
dcc_scene_is_same_file(const char *a, const char *b);
/* Whether the text names a file, by its whole path between quotes, that is none of these. scenes:
 * of n members; NULL where there is none. With no scene at all it may be any. */
gboolean
dcc_scene_line_names_another(const char *text, const char *const *scenes, guint n);

G_END_DECLS
