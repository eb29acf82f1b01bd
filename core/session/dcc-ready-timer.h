/* Waits for a run to be ready: it must be within start-timeout, and where nothing inside it can say
 * so, it is when it has lived for the settle time. */
#pragma once

#include "dcc-clock.h"
#include "dcc-settings.h"

G_BEGIN_DECLS

typedef struct _DccReadyTimer DccReadyTimer;

typedef struct {
    void (*settled)(gpointer data);
    void (*late)(const char *reason, gpointer data);
} DccReadyTimerHandler;

DccReadyTimer *
dcc_ready_timer_new(DccClock *clock,
                    DccSettings *settings,
                    const DccReadyTimerHandler *handler,
                    gpointer data);
void
dcc_ready_timer_free(DccReadyTimer *self);
/* The start-timeout begins, anew where it has begun. */
void
dcc_ready_timer_await(DccReadyTimer *self);
/* The settle time begins. */
void
dcc_ready_timer_settle(DccReadyTimer *self);
/* It is ready, is being ended, or has ended. */
void
dcc_ready_timer_stop(DccReadyTimer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccReadyTimer, dcc_ready_timer_free)

G_END_DECLS
