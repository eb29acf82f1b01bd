/* Asking an adapter where its copies are while a main loop goes on: the adapter is asked in the loop, what it wants to know of
 * the file system is looked at in a thread, and it is asked again, until it has had all that it wants to know.
 *
 * Threading: the thread-default main context at the time it is begun. */
#pragma once

#include "dcc-search.h"

G_BEGIN_DECLS

typedef struct _DccSearchErrand DccSearchErrand;

typedef struct {
    /* Asks, and keeps the answer in place of an earlier one, which was not all of the truth. */
    void (*ask)(gpointer data);
    /* Called once: the last answer is true. */
    void (*done)(gpointer data);
} DccSearchErrandHandler;

/* search: its looks are put off until it is done. Tells from within where nothing is to be looked at. */
void
dcc_search_errand_begin(DccSearchErrand *self);
DccSearchErrand *
dcc_search_errand_new(DccSearch *search, const DccSearchErrandHandler *handler, gpointer data);
/* Waits, until this monotonic time at most, for it to be done. */
void
dcc_search_errand_wait(DccSearchErrand *self, gint64 end);
/* Nothing is told any more. Waits for nothing; not from within the handler. */
void
dcc_search_errand_free(DccSearchErrand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccSearchErrand, dcc_search_errand_free)

G_END_DECLS
