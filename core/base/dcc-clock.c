/* The machine's clock, and the interface that the manual one shares with it.
 *
 * Problem: a session lives by deadlines, and a test cannot wait for them. So nobody asks the
 * machine for the time but this object. Instants are those of CLOCK_MONOTONIC, which stands still
 * while the machine sleeps. A timer never fires early; those that a late loop finds due together
 * fire in the order in which they were added.
 *
 * Threading: a clock belongs to the thread that made it. Its timers fire in the main context that
 * was the thread's default when they were added.
 */
#include "dcc-clock.h"

typedef struct {
    GHashTable *sources; /* id -> GSource, those that are still to fire */
    guint last_id;
} DccClockPrivate;

G_DEFINE_TYPE_WITH_PRIVATE(DccClock, dcc_clock, G_TYPE_OBJECT)

typedef struct {
    GSource source;
    DccClock *clock; /* not owned: the clock destroys its sources */
    guint id;
    gint64 delay_us;
    GSourceFunc func;
    gpointer data;
} Timer;

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

static gboolean
timer_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    Timer *timer = (Timer *)source;
    /* The function may drop the last reference to the clock. */
    g_autoptr(DccClock) clock = g_object_ref(timer->clock);

    if (timer->func(timer->data) == G_SOURCE_CONTINUE) {
        /* At least a millisecond: a repeated timer without delay must not eat the loop. */
        gint64 step = MAX(timer->delay_us, 1000);

        if (!g_source_is_destroyed(source))
            g_source_set_ready_time(source, saturating_add(g_get_monotonic_time(), step));
        return G_SOURCE_CONTINUE;
    }
    if (!g_source_is_destroyed(source))
        dcc_clock_remove(clock, timer->id);
    return G_SOURCE_REMOVE;
}

static GSourceFuncs timer_funcs = {.dispatch = timer_dispatch};

static void
destroy_source(gpointer source)
{
    g_source_destroy(source);
    g_source_unref(source);
}

static guint
next_id(DccClockPrivate *priv)
{
    do {
        priv->last_id++;
    } while (priv->last_id == 0 ||
             g_hash_table_contains(priv->sources, GUINT_TO_POINTER(priv->last_id)));
    return priv->last_id;
}

static gint64
dcc_clock_real_now(DccClock *self)
{
    return g_get_monotonic_time();
}

static guint
dcc_clock_real_add(DccClock *self, gint64 delay_ms, GSourceFunc func, gpointer data)
{
    DccClockPrivate *priv = dcc_clock_get_instance_private(self);
    g_autoptr(GMainContext) context = g_main_context_ref_thread_default();
    GSource *source = g_source_new(&timer_funcs, sizeof(Timer));
    Timer *timer = (Timer *)source;

    timer->clock = self;
    timer->id = next_id(priv);
    timer->delay_us = delay_to_us(delay_ms);
    timer->func = func;
    timer->data = data;
    g_source_set_name(source, "dcc-clock");
    g_source_set_ready_time(source, saturating_add(g_get_monotonic_time(), timer->delay_us));
    g_source_attach(source, context);
    g_hash_table_insert(priv->sources, GUINT_TO_POINTER(timer->id), source);
    return timer->id;
}

static void
dcc_clock_real_remove(DccClock *self, guint id)
{
    DccClockPrivate *priv = dcc_clock_get_instance_private(self);

    g_hash_table_remove(priv->sources, GUINT_TO_POINTER(id));
}

static void
dcc_clock_finalize(GObject *object)
{
    DccClockPrivate *priv = dcc_clock_get_instance_private(DCC_CLOCK(object));

    g_hash_table_unref(priv->sources);
    G_OBJECT_CLASS(dcc_clock_parent_class)->finalize(object);
}

static void
dcc_clock_class_init(DccClockClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_clock_finalize;
    klass->now = dcc_clock_real_now;
    klass->add = dcc_clock_real_add;
    klass->remove = dcc_clock_real_remove;
}

static void
dcc_clock_init(DccClock *self)
{
    DccClockPrivate *priv = dcc_clock_get_instance_private(self);

    priv->sources = g_hash_table_new_full(NULL, NULL, NULL, destroy_source);
}

DccClock *
dcc_clock_new(void)
{
    return g_object_new(DCC_TYPE_CLOCK, NULL);
}

gint64
dcc_clock_now(DccClock *self)
{
    g_return_val_if_fail(DCC_IS_CLOCK(self), 0);

    return DCC_CLOCK_GET_CLASS(self)->now(self);
}

/* The function may return G_SOURCE_CONTINUE to be called again after the same delay. A negative
 * delay is none. The id is never 0. */
guint
dcc_clock_add(DccClock *self, gint64 delay_ms, GSourceFunc func, gpointer data)
{
    g_return_val_if_fail(DCC_IS_CLOCK(self), 0);
    g_return_val_if_fail(func != NULL, 0);

    return DCC_CLOCK_GET_CLASS(self)->add(self, delay_ms, func, data);
}

/* Safe at any time, from a timer's own function too; an id that is spent is no error. */
void
dcc_clock_remove(DccClock *self, guint id)
{
    g_return_if_fail(DCC_IS_CLOCK(self));

    DCC_CLOCK_GET_CLASS(self)->remove(self, id);
}

void
dcc_clock_clear(DccClock *self, guint *id)
{
    g_return_if_fail(DCC_IS_CLOCK(self));
    g_return_if_fail(id != NULL);

    guint old = *id;

    *id = 0;
    if (old != 0)
        dcc_clock_remove(self, old);
}

gint64
dcc_clock_find_earliest(gint64 began_wall, gint64 now_wall, gint64 age_ms)
{
    return MIN(began_wall, now_wall - MAX(age_ms, 0) * 1000);
}
