/* What the user's login knows and a program that was started elsewhere does not: where sockets go,
 * which display windows open on, where licences come from.
 *
 * Threading: any that may wait: the login's manager is asked. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the system keeps a directory for each user that is logged in. */
#define DCC_LOGIN_RUNTIME_DIRS "/run/user"

/* (transfer full) (nullable): this user's directory below dirs, if it is there, this user's, and
 * nobody else may write to it. */
char *
dcc_login_find_runtime_dir(const char *dirs);
/* (transfer full): environment (transfer full) with what it lacks of the login's. *from (transfer
 * full): how the display was found, in words; or that none was. */
char **
dcc_login_complete_environment(char **environment, char **from);

G_END_DECLS
