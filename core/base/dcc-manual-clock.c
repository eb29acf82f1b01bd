/* A clock for tests: time passes when the test says so, and not otherwise.
 *
 * Timers fire in the order in which they fall due (those of one instant in the order in which they
 * were armed), and the clock shows the due time while one fires: what a timer arms is fired by the
 * same advance if it falls due in it.
 *
 * Threading: one thread.
 */
#include "dcc-manual-clock.h"

struct _DccManualClock {
    DccClock parent_instance;
    gint64 now;
    GHashTable *timers; /* id -> Timer */
    guint last_id;
    guint64 last_turn;
};

G_DEFINE_TYPE(DccManualClock, dcc_manual_clock, DCC_TYPE_CLOCK)

typedef struct {
    guint id;
    gint64 due;
    guint64 turn; /* decides between timers of one instant */
    gint64 delay_us;
    gboolean firing;
    GSourceFunc func;
    gpointer data;
} Timer;

/* No instant of a real clock is 0 either: code that takes 0 for "never" is right with both. */
#define FIRST_INSTANT (G_GINT64_CONSTANT(1000) * G_USEC_PER_SEC)

static gint64
saturating_add(gint64 a, gint64 b)
{
    return a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
}

static gint64
delay_to_us(gint64 delay_ms)
{
    return CLAMP(delay_ms, 0, G_MAXINT64 / 1000) * 1000;
}

static gint64
dcc_manual_clock_now(DccClock *clock)
{
    return DCC_MANUAL_CLOCK(clock)->now;
}

static guint
dcc_manual_clock_add(DccClock *clock, gint64 delay_ms, GSourceFunc func, gpointer data)
{
    DccManualClock *self = DCC_MANUAL_CLOCK(clock);
    Timer *timer = g_new0(Timer, 1);

    timer->id = ++self->last_id;
    timer->turn = ++self->last_turn;
    timer->delay_us = delay_to_us(delay_ms);
    timer->due = saturating_add(self->now, timer->delay_us);
    timer->func = func;
    timer->data = data;
    g_hash_table_insert(self->timers, GUINT_TO_POINTER(timer->id), timer);
    return timer->id;
}

static void
dcc_manual_clock_remove(DccClock *clock, guint id)
{
    g_hash_table_remove(DCC_MANUAL_CLOCK(clock)->timers, GUINT_TO_POINTER(id));
}

static void
dcc_manual_clock_finalize(GObject *object)
{
    g_hash_table_unref(DCC_MANUAL_CLOCK(object)->timers);
    G_OBJECT_CLASS(dcc_manual_clock_parent_class)->finalize(object);
}

static void
dcc_manual_clock_class_init(DccManualClockClass *klass)
{
    DccClockClass *clock_class = DCC_CLOCK_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = dcc_manual_clock_finalize;
    clock_class->now = dcc_manual_clock_now;
    clock_class->add = dcc_manual_clock_add;
    clock_class->remove = dcc_manual_clock_remove;
}

static void
dcc_manual_clock_init(DccManualClock *self)
{
    self->now = FIRST_INSTANT;
    self->timers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

DccManualClock *
dcc_manual_clock_new(void)
{
    return g_object_new(DCC_TYPE_MANUAL_CLOCK, NULL);
}

static Timer *
find_next(DccManualClock *self, gint64 until)
{
    Timer *next = NULL;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->timers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Timer *timer = value;

        if (timer->firing || timer->due > until)
            continue;
        if (next == NULL || timer->due < next->due ||
            (timer->due == next->due && timer->turn < next->turn))
            next = timer;
    }
    return next;
}

static void
fire(DccManualClock *self, Timer *timer)
{
    guint id = timer->id;

    self->now = MAX(self->now, timer->due);
    timer->firing = TRUE; /* its function may move the hands itself */
    gboolean again = timer->func(timer->data) == G_SOURCE_CONTINUE;

    /* The function may have removed its own timer: ask anew. */
    timer = g_hash_table_lookup(self->timers, GUINT_TO_POINTER(id));
    if (timer == NULL)
        return;
    if (!again) {
        g_hash_table_remove(self->timers, GUINT_TO_POINTER(id));
        return;
    }
    timer->firing = FALSE;
    timer->turn = ++self->last_turn;
    timer->due = saturating_add(timer->due, MAX(timer->delay_us, 1000));
}

void
dcc_manual_clock_advance(DccManualClock *self, gint64 delay_ms)
{
    g_return_if_fail(DCC_IS_MANUAL_CLOCK(self));

    g_autoptr(DccManualClock) kept = g_object_ref(self);
    gint64 until = saturating_add(self->now, delay_to_us(delay_ms));

    for (Timer *next = find_next(kept, until); next != NULL; next = find_next(kept, until))
        fire(kept, next);
    kept->now = MAX(kept->now, until);
}

guint
dcc_manual_clock_pending(DccManualClock *self)
{
    g_return_val_if_fail(DCC_IS_MANUAL_CLOCK(self), 0);

    return g_hash_table_size(self->timers);
}
