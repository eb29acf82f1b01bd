/* Keeps an instance's runtime directory: where a cleaner or a logout takes it away, it is made anew, so
 * that the instance can be reached and its name stays taken. */
#pragma once

#include "dcc-clock.h"
#include "dcc-instance-dir.h"

G_BEGIN_DECLS

typedef struct _DccDirKeeper DccDirKeeper;

/* error NULL: it was made anew, and is empty; else it could not be. */
typedef void (*DccDirKeeperFunc)(const GError *error, gpointer data);

/* func: from the main loop, or during dcc_dir_keeper_check(). */
DccDirKeeper *
dcc_dir_keeper_new(DccInstanceDir *dir, DccClock *clock, DccDirKeeperFunc func, gpointer data);
void
dcc_dir_keeper_free(DccDirKeeper *self);
/* Looks now: where losses are not heard of, each change of state does. */
void
dcc_dir_keeper_check(DccDirKeeper *self);

G_END_DECLS
