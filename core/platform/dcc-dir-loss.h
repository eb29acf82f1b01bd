/* Hearing that something is removed from a directory, at no cost while nothing is.
 *
 * It needs none of the watches that are few (inotify instances: often 128 a user), but a
 * signal, which only the program may give away: one that calls dcc_dir_loss_claim() does.
 *
 * Threading: the thread-default main context at the time of the call. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

/* This program hears of losses: to be called before it makes threads. */
void
dcc_dir_loss_claim(void);
/* (transfer full): for dcc_source_attach(): dispatched when something was removed from the directory, or
 * from another one that is watched so. NULL: it cannot be heard of here. */
GSource *
dcc_dir_loss_source_new(const char *dir);

G_END_DECLS
