/* Who we are, for what is to be trusted. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number that is this user's alone on this machine. */
guint
dcc_user_get_id(void);
/* (transfer full): where the system keeps it that this user's home is, whatever the environment says. */
char *
dcc_user_find_home(void);
/* (transfer full): where a program of this user's keeps what need not outlast a restart of the machine, and the
 * environment names no place for it. The path is short: sockets are bound below it. It is not made, but what it is in is
 * where that is not the system's. */
char *
dcc_user_make_runtime_path(const char *program);
/* (transfer full): the same of what lasts. */
char *
dcc_user_make_state_path(const char *program);
/* (transfer full): the same of what can be found out again. */
char *
dcc_user_make_cache_path(const char *program);
/* (transfer full): where programs of this user's put what is theirs for a while: what the environment names as it is now,
 * else the system's place. */
char *
dcc_user_find_temp_dir(void);

G_END_DECLS
