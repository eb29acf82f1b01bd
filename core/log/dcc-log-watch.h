/* Noticing that a log grows, for a reader that is not told. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

typedef struct _DccLogWatch DccLogWatch;

/* func: there may be something new. It may free the watch. Error NOT_FOUND: the log's directory is
 * missing. */
DccLogWatch *
dcc_log_watch_new(const char *path, void (*func)(gpointer data), gpointer data, GError **error);
void
dcc_log_watch_free(DccLogWatch *self);

G_END_DECLS
