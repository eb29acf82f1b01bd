/* Starting a program that waits for its go: what is known of it is put on record before its first instruction, so that
 * nobody has to guess what a starter that died meanwhile had begun.
 *
 * Threading: any. */
#pragma once

#include "dcc-spawn.h"

G_BEGIN_DECLS

typedef struct {
    DccChild child;
    gpointer thread; /* the system's handle of its first one; NULL once it runs */
} DccHeldChild;

/* As dcc_spawn(), which is this and a go. In a job of its own with new_session. *stage, of a failure: "chdir", "exec",
 * "spawn". */
gboolean
dcc_held_child_spawn(
    const DccSpawn *spawn, DccHeldChild *held, const char **stage, int *errno_code, GError **error);
/* FALSE with errno: it still waits. */
gboolean
dcc_held_child_let_run(DccHeldChild *self);
/* Ends one that has not begun, and closes its handles. */
void
dcc_held_child_undo(DccHeldChild *self);
/* The same go for one that somebody else has started, and may not have let run; it changes nothing for one that runs. */
void
dcc_held_child_let_run_by_number(gint64 pid);

G_END_DECLS
