/* A thread inside somebody else's program: no signal handler of that program ever runs in it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As g_thread_try_new(). */
GThread *
dcc_quiet_thread_new(const char *name, GThreadFunc func, gpointer data, GError **error);

G_END_DECLS
