/* What all bodies of this folder need: the system's strings, which are UTF-16, and its errors, which
 * are no errno.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): NULL where it is no UTF-8; errno is EILSEQ then. */
gunichar2 *
dcc_wide(const char *text);
/* (transfer full): of a path: absolute, and with the prefix that lifts the limit of 260 where it is
 * long. NULL with errno. */
gunichar2 *
dcc_wide_path(const char *path);
/* (transfer full): what is half a pair is shown as U+FFFD. Never NULL. */
char *
dcc_narrow(const gunichar2 *text);
/* (transfer full): of a path that the system gave: without the prefix of long ones, with '/'. */
char *
dcc_narrow_path(const gunichar2 *path);
/* errno for what GetLastError() says. */
int
dcc_errno_of(guint32 code);
/* (transfer full): what the system says of a code of its own, and the code. */
char *
dcc_explain(guint32 code);

G_END_DECLS
