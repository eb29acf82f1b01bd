/* A time to wait that all instances of one user on this machine share: whoever fails first says until
 * when, and who fails meanwhile joins.
 *
 * It lies in the runtime directory, under a lock, which is waited for a tenth of a second at most: who
 * cannot have it waits alone. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_COOLDOWN_LICENCE ".licence"

/* now: monotonic, microseconds; delay_ms: what the caller would wait by itself. How long it is to wait:
 * that, or what is left of a wait that another has begun, and a little more, so that not all come back
 * at the same moment. */
gint64
dcc_cooldown_join(const char *runtime_path, const char *what, gint64 now, gint64 delay_ms);

G_END_DECLS
