/* Who we are, for what is to be trusted. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number that is this user's alone on this machine. */
guint
dcc_user_get_id(void);

G_END_DECLS
