/* The window system that an environment names. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* Whether nobody listens any more where this environment (NAME=value, NULL-terminated) has its
 * windows. FALSE where one that it names is there, where it names none, and where it cannot be
 * known: a display of another machine, or through ssh. Never waits. */
gboolean
dcc_display_is_gone(const char *const *environment);

/* Whether windows are opened without an environment that names a place for them. */
gboolean
dcc_display_needs_no_name(void);

G_END_DECLS
