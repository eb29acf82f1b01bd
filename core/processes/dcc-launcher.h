/* Direct children of this process, by name.
 *
 * For a program that wants its applications to be its own children. They are not supervised, and
 * live on when this process ends; dcchost's sessions are for the rest. */
#pragma once

#include "dcc-error.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_LAUNCHER (dcc_launcher_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccLauncher, dcc_launcher, DCC, LAUNCHER, GObject)

DCC_API DccLauncher *
dcc_launcher_new(void);
/* The pid; 0 with the error set: BUSY while this name's process lives, START where it cannot be
 * started, INVALID for an empty name or argv. argv[0] without a slash is looked for in PATH.
 * argv and envp are (array zero-terminated=1) (element-type filename): any bytes; envp NULL: this
 * process's own; cwd (type filename) NULL: this process's own. stdin is /dev/null, stdout and
 * stderr are this process's own; the child leads a session of its own, and has
 * DCCHOST_LAUNCHER in its environment, by which what belongs to it is found again. */
DCC_API gint64
dcc_launcher_launch(DccLauncher *self,
                    const char *name,
                    const char *const *argv,
                    const char *const *envp,
                    const char *cwd,
                    GError **error);
/* SIGTERM to the process, and after timeout_ms SIGKILL to whatever is left of it and of all that it
 * started. TRUE: none of them lives. FALSE: NOT_FOUND ("process 'x' is not running"), or TIMEOUT
 * where one could not be killed. Blocks. */
DCC_API gboolean
dcc_launcher_terminate(DccLauncher *self, const char *name, gint64 timeout_ms, GError **error);
/* The same, without asking first. */
DCC_API gboolean
dcc_launcher_kill(DccLauncher *self, const char *name, GError **error);
/* The three steps of terminate, for a caller that wants to be interrupted in between. Asked, its name stays
 * taken until what is left of it was killed. */
DCC_API gboolean
dcc_launcher_ask_to_end(DccLauncher *self, const char *name, GError **error);
/* FALSE: it lives after this time. */
DCC_API gboolean
dcc_launcher_wait_for(DccLauncher *self, const char *name, gint64 timeout_ms);
DCC_API gboolean
dcc_launcher_kill_within(DccLauncher *self, const char *name, gint64 timeout_ms, GError **error);
/* 0 where it does not live. */
DCC_API gint64
dcc_launcher_pid_of(DccLauncher *self, const char *name);
/* Those that live. */
DCC_API guint
dcc_launcher_get_running_count(DccLauncher *self);
/* How often the name was launched again after its process had ended by a signal or a code other
 * than 0, unasked. 0 for an unknown name. */
DCC_API guint
dcc_launcher_get_restart_count(DccLauncher *self, const char *name);
/* (array zero-terminated=1) (transfer full): the names whose processes live, sorted. */
DCC_API char **
dcc_launcher_list_running(DccLauncher *self);

G_END_DECLS
