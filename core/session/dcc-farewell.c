/* The last words of a session; see the header. */
#include "dcc-farewell.h"

#define PERIOD_MS 10

struct _DccFarewell {
    DccClock *clock;
    gboolean (*is_heard)(gpointer data);
    gpointer heard_data;
    GDestroyNotify func;
    gpointer data;
    gint64 until;
    guint timer;
};

static gboolean
on_time(gpointer data)
{
    DccFarewell *self = data;
    gboolean heard = self->is_heard(self->heard_data);

    self->timer = 0;
    if (heard || dcc_clock_now(self->clock) >= self->until)
        self->func(self->data);
    else
        self->timer = dcc_clock_add(self->clock, PERIOD_MS, on_time, self);
    return G_SOURCE_REMOVE;
}

DccFarewell *
dcc_farewell_new(DccClock *clock,
                 gboolean (*is_heard)(gpointer data),
                 gpointer heard_data,
                 GDestroyNotify func,
                 gpointer data)
{
    DccFarewell *self = g_new0(DccFarewell, 1);

    self->clock = g_object_ref(clock);
    self->is_heard = is_heard;
    self->heard_data = heard_data;
    self->func = func;
    self->data = data;
    self->until = dcc_clock_now(clock) + G_USEC_PER_SEC;
    self->timer = dcc_clock_add(clock, 0, on_time, self);
    return self;
}

void
dcc_farewell_free(DccFarewell *self)
{
    if (self == NULL)
        return;
    dcc_clock_clear(self->clock, &self->timer);
    g_object_unref(self->clock);
    g_free(self);
}
