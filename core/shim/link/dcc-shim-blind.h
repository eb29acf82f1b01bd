/* Ends an application whose record is gone, by the word of its shim alone.
 *
 * Problem: without a sound `exit` nobody knows which processes there are, and their shim does.
 * Threading: any; waits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Orders the shim that listens in dir to end all its processes. TRUE: it has said that nothing is
 * left, or has ended. FALSE: there is none, or it took longer than ms. */
gboolean
dcc_shim_blind_kill(const char *dir, gint64 ms);

G_END_DECLS
