/* What the bodies below posix/ ask their system about other processes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the environment it was started with has this setting ("NAME=value"). FALSE also where it may
 * not be read. */
gboolean
dcc_process_has_mark(gint64 pid, const char *mark);

G_END_DECLS
