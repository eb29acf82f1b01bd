/* The last words of a session: listeners have a second to take them in. */
#pragma once

#include "dcc-clock.h"

G_BEGIN_DECLS

typedef struct _DccFarewell DccFarewell;

/* func: called once, from the main loop, when everything has left or the second is over. */
DccFarewell *
dcc_farewell_new(DccClock *clock,
                 gboolean (*is_heard)(gpointer data),
                 gpointer heard_data,
                 GDestroyNotify func,
                 gpointer data);
void
dcc_farewell_free(DccFarewell *self);

G_END_DECLS
