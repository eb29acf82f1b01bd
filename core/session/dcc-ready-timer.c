/* Waits for a run to be ready; see the header. */
#include "dcc-ready-timer.h"

/* Later than any busy machine makes a timer. */
#define ASLEEP_MS 500

struct _DccReadyTimer {
    DccClock *clock;
    DccSettings *settings;
    const DccReadyTimerHandler *handler;
    gpointer data;
    guint start_timer;
    guint settle_timer;
    gint64 due; /* when start_timer is to fire */
};

DccReadyTimer *
dcc_ready_timer_new(DccClock *clock,
                    DccSettings *settings,
                    const DccReadyTimerHandler *handler,
                    gpointer data)
{
    DccReadyTimer *self = g_new0(DccReadyTimer, 1);

    self->clock = g_object_ref(clock);
    self->settings = g_object_ref(settings);
    self->handler = handler;
    self->data = data;
    return self;
}

void
dcc_ready_timer_free(DccReadyTimer *self)
{
    if (self == NULL)
        return;
    dcc_ready_timer_stop(self);
    g_object_unref(self->settings);
    g_object_unref(self->clock);
    g_free(self);
}

static gboolean
on_late(gpointer data);

static void
arm(DccReadyTimer *self, gint64 ms)
{
    self->due = dcc_clock_now(self->clock) + ms * 1000;
    self->start_timer = dcc_clock_add(self->clock, ms, on_late, self);
}

/* Time in which this process was stopped is no time in which it could have been told: as much is
 * given once more. */
static gboolean
give_back_sleep(DccReadyTimer *self)
{
    gint64 late_ms = (dcc_clock_now(self->clock) - self->due) / 1000;

    if (late_ms < ASLEEP_MS)
        return FALSE;
    arm(self, MIN(late_ms, dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT)));
    return TRUE;
}

static gboolean
on_late(gpointer data)
{
    DccReadyTimer *self = data;
    g_autofree char *limit =
        dcc_duration_format(dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT));
    g_autofree char *reason = g_strdup_printf("not ready within %s", limit);

    self->start_timer = 0;
    if (!give_back_sleep(self))
        self->handler->late(reason, self->data);
    return G_SOURCE_REMOVE;
}

static gboolean
on_settled(gpointer data)
{
    DccReadyTimer *self = data;

    self->settle_timer = 0;
    self->handler->settled(self->data);
    return G_SOURCE_REMOVE;
}

void
dcc_ready_timer_await(DccReadyTimer *self)
{
    dcc_clock_clear(self->clock, &self->start_timer);
    arm(self, dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT));
}

void
dcc_ready_timer_settle(DccReadyTimer *self)
{
    dcc_clock_clear(self->clock, &self->settle_timer);
    self->settle_timer = dcc_clock_add(
        self->clock, dcc_settings_get(self->settings, DCC_SETTING_SETTLE), on_settled, self);
}

void
dcc_ready_timer_stop(DccReadyTimer *self)
{
    dcc_clock_clear(self->clock, &self->start_timer);
    dcc_clock_clear(self->clock, &self->settle_timer);
}
