/* Asking copies for their versions while a main loop goes on: dcc_version_ask() in a thread.
 *
 * Threading: the thread-default main context of whoever began. */
#pragma once

#include "dcc-version-ask.h"

G_BEGIN_DECLS

typedef struct _DccVersionErrand DccVersionErrand;
/* Called once, when all have ended or their time is up; also after a cancel, when they have been ended. It may free
 * the errand. asks: in the order of the commands. */
typedef void (*DccVersionFunc)(const DccVersionAsk *asks, gpointer data);

/* commands: copied. */
DccVersionErrand *
dcc_version_errand_begin(GPtrArray *commands,
                         gint64 timeout_ms,
                         DccVersionFunc func,
                         gpointer data);
/* Ends the commands that still run. */
void
dcc_version_errand_cancel(DccVersionErrand *self);
/* Cancels it; func is not called any more. Waits for nothing. */
void
dcc_version_errand_free(DccVersionErrand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccVersionErrand, dcc_version_errand_free)

G_END_DECLS
