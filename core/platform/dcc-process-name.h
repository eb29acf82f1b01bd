/* A process by name: "PID:START", START being what dcc_identity_read_start() says. What travels in
 * arguments and records, where a number alone would name nobody.
 *
 * Threading: any. */
#pragma once

#include "dcc-identity.h"

G_BEGIN_DECLS

/* Of this boot. FALSE: that names no process. */
gboolean
dcc_process_name_read(const char *name, DccIdentity *identity);
/* Whether that process is there still; one that has ended and was not reaped is not. */
gboolean
dcc_process_name_is_alive(const DccIdentity *identity);

G_END_DECLS
