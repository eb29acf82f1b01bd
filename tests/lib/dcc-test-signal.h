/* What a test does to a process by its number, which is one that its subject has started.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As an access to memory that is not there ends it. */
void
dcc_test_crash(gint64 pid);
/* At once. */
void
dcc_test_kill(gint64 pid);
/* As somebody from outside asks it to end; where the system knows no such way, as dcc_test_kill(). */
void
dcc_test_terminate(gint64 pid);
/* Not even a zombie is left. */
gboolean
dcc_test_is_gone(gint64 pid);

G_END_DECLS
