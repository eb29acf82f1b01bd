/* How an application is asked to save and quit.
 *
 * Contract: filled in by an adapter, unchanged after. A new plan asks nothing and begins with
 * SIGTERM. Threading: one thread at a time while it is filled.
 */
#include "dcc-stop-plan.h"
#include "dcc-signals.h"

#include "dcc-strings.h"

#define DEFAULT_QUIT_TIMEOUT_MS 10000
#define LAST_SIGNAL             64

struct _DccStopPlan {
    GObject parent_instance;
    char *save_method;
    char *quit_method;
    gint64 quit_timeout_ms;
    int signal;
};

/**
 * DccStopPlan:
 *
 * How an application is asked to save and quit.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccStopPlan, dcc_stop_plan, G_TYPE_OBJECT)

static void
dcc_stop_plan_finalize(GObject *object)
{
    DccStopPlan *self = DCC_STOP_PLAN(object);

    g_free(self->save_method);
    g_free(self->quit_method);
    G_OBJECT_CLASS(dcc_stop_plan_parent_class)->finalize(object);
}

static void
dcc_stop_plan_class_init(DccStopPlanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_stop_plan_finalize;
}

static void
dcc_stop_plan_init(DccStopPlan *self)
{
    self->quit_timeout_ms = DEFAULT_QUIT_TIMEOUT_MS;
    self->signal = DCC_SIGNAL_TERMINATE;
}

/**
 * dcc_stop_plan_new:
 *
 * A plan that asks nothing and begins with SIGTERM.
 *
 * Returns: (transfer full): a new #DccStopPlan
 *
 * Since: 1.0
 */
DccStopPlan *
dcc_stop_plan_new(void)
{
    return g_object_new(DCC_TYPE_STOP_PLAN, NULL);
}

/**
 * dcc_stop_plan_set_save_method:
 * @self: a #DccStopPlan
 * @method: (nullable): the agent's method, or %NULL: nothing can be saved
 *
 * Says how a rescue copy is written. The core adds the parameter "directory"; the "path" of the
 * reply names what was written.
 *
 * Since: 1.0
 */
void
dcc_stop_plan_set_save_method(DccStopPlan *self, const char *method)
{
    g_return_if_fail(DCC_IS_STOP_PLAN(self));

    dcc_string_replace(&self->save_method, method);
}

/**
 * dcc_stop_plan_get_save_method:
 * @self: a #DccStopPlan
 *
 * How a rescue copy is written.
 *
 * Returns: (nullable): the agent's method
 *
 * Since: 1.0
 */
const char *
dcc_stop_plan_get_save_method(DccStopPlan *self)
{
    g_return_val_if_fail(DCC_IS_STOP_PLAN(self), NULL);

    return self->save_method;
}

/**
 * dcc_stop_plan_set_quit_method:
 * @self: a #DccStopPlan
 * @method: (nullable): the agent's method, or %NULL: go to the signals at once
 *
 * Says how the application is told to quit.
 *
 * Since: 1.0
 */
void
dcc_stop_plan_set_quit_method(DccStopPlan *self, const char *method)
{
    g_return_if_fail(DCC_IS_STOP_PLAN(self));

    dcc_string_replace(&self->quit_method, method);
}

/**
 * dcc_stop_plan_get_quit_method:
 * @self: a #DccStopPlan
 *
 * How the application is told to quit.
 *
 * Returns: (nullable): the agent's method
 *
 * Since: 1.0
 */
const char *
dcc_stop_plan_get_quit_method(DccStopPlan *self)
{
    g_return_val_if_fail(DCC_IS_STOP_PLAN(self), NULL);

    return self->quit_method;
}

/**
 * dcc_stop_plan_set_quit_timeout:
 * @self: a #DccStopPlan
 * @ms: milliseconds
 *
 * Says how long the application may take to end after it agreed to quit. The default is 10 s. A
 * plan with less than 0 or more than a day is refused by [method@DccHost.Adapter.plan_stop], by
 * name.
 *
 * Since: 1.0
 */
void
dcc_stop_plan_set_quit_timeout(DccStopPlan *self, gint64 ms)
{
    g_return_if_fail(DCC_IS_STOP_PLAN(self));

    self->quit_timeout_ms = ms;
}

/**
 * dcc_stop_plan_get_quit_timeout:
 * @self: a #DccStopPlan
 *
 * How long the application may take to end after it agreed to quit.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
gint64
dcc_stop_plan_get_quit_timeout(DccStopPlan *self)
{
    g_return_val_if_fail(DCC_IS_STOP_PLAN(self), DEFAULT_QUIT_TIMEOUT_MS);

    return self->quit_timeout_ms;
}

/**
 * dcc_stop_plan_set_signal:
 * @self: a #DccStopPlan
 * @signal: a signal; the default is SIGTERM
 *
 * Says which signal to begin with. SIGABRT, SIGQUIT and SIGKILL leave no chance to save and are
 * not taken.
 *
 * Since: 1.0
 */
void
dcc_stop_plan_set_signal(DccStopPlan *self, int signal)
{
    g_return_if_fail(DCC_IS_STOP_PLAN(self));
    g_return_if_fail(signal > 0 && signal <= LAST_SIGNAL);
    /* These end an application without a chance to save, and two of them leave a core behind. */
    g_return_if_fail(signal != DCC_SIGNAL_ABORT && signal != DCC_SIGNAL_QUIT &&
                     signal != DCC_SIGNAL_KILL);

    self->signal = signal;
}

/**
 * dcc_stop_plan_get_signal:
 * @self: a #DccStopPlan
 *
 * The signal to begin with.
 *
 * Returns: a signal
 *
 * Since: 1.0
 */
int
dcc_stop_plan_get_signal(DccStopPlan *self)
{
    g_return_val_if_fail(DCC_IS_STOP_PLAN(self), DCC_SIGNAL_TERMINATE);

    return self->signal;
}
