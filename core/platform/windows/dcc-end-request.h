/* Asking a process to end, as a person at the machine would.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Closes its windows; one that has none, and leads a group of processes, is sent Ctrl-Break. FALSE: it could not be
 * asked. */
gboolean
dcc_end_request_send(gint64 pid);

G_END_DECLS
