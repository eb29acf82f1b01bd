/* The processes that may have come from one launch, without a look at every process there is.
 *
 * What a child has started is below it, or has lost its parent: then it is a child of one of this
 * process's own ancestors, or of the first process of all. Where the kernel lists a process's
 * children, the walk costs what these have, however many other children this process has. */
#pragma once

#include "dcc-proc.h"

#include <glib.h>

G_BEGIN_DECLS

/* TRUE: it belongs, and so does what is below it. Called for those that live, when their children
 * have been listed, so it may be killed. */
typedef gboolean (*DccDescentVisit)(const DccProc *proc, gboolean parent_belongs, gpointer data);

typedef struct {
    gint64 pid;          /* a child of this process */
    guint64 since_ticks; /* what is older than this does not belong */
    GHashTable *dead;    /* number -> start time of those that were dead in a walk before; NULL */
} DccDescent;

/* FALSE: the lists of children cannot be had here, or not all of them. *sure: nobody can have
 * slipped by; it is TRUE only for a walk in which nobody belonged. */
gboolean
dcc_descent_walk(DccDescent *self, DccDescentVisit visit, gpointer data, gboolean *sure);
void
dcc_descent_clear(DccDescent *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DccDescent, dcc_descent_clear)

G_END_DECLS
