/* Where an agent may say that a copy of unsaved work lies.
 *
 * Problem: what it names is moved to safety at the end of a run, and gone on from. Whoever speaks for
 * the application could have any file of the user's moved. Contract: a copy is a plain file of this
 * user's, directly in a directory that the session gave to that run. Directories are compared by
 * what they are, so that another spelling is no other place, and a link is none. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether path lies directly in the directory dir. */
gboolean
dcc_copy_place_is_in(const char *path, const char *dir);
/* (transfer full): why path is not taken for a copy of unsaved work. NULL: it is, or there is no
 * such file in its place any more. Either directory may be NULL. */
char *
dcc_copy_place_refuse(const char *path, const char *temp_dir, const char *rescue_dir);

G_END_DECLS
