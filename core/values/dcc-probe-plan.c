/* How the core is to ask whether an application is well.
 *
 * Contract: immutable. Threading: any thread.
 */
#include "dcc-probe-plan.h"

struct _DccProbePlan {
    GObject parent_instance;
    DccProbeKind kind;
    char *method;
    char *params;
};

/**
 * DccProbePlan:
 *
 * How the core is to ask whether an application is well. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccProbePlan, dcc_probe_plan, G_TYPE_OBJECT)

static void
dcc_probe_plan_finalize(GObject *object)
{
    DccProbePlan *self = DCC_PROBE_PLAN(object);

    g_free(self->method);
    g_free(self->params);
    G_OBJECT_CLASS(dcc_probe_plan_parent_class)->finalize(object);
}

static void
dcc_probe_plan_class_init(DccProbePlanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_probe_plan_finalize;
}

static void
dcc_probe_plan_init(DccProbePlan *self)
{
    self->kind = DCC_PROBE_NONE;
}

/**
 * dcc_probe_plan_new_none:
 *
 * For an application that cannot be asked: its health stays unknown.
 *
 * Returns: (transfer full): a new #DccProbePlan
 *
 * Since: 1.0
 */
DccProbePlan *
dcc_probe_plan_new_none(void)
{
    return g_object_new(DCC_TYPE_PROBE_PLAN, NULL);
}

/**
 * dcc_probe_plan_new_agent:
 * @method: the name of the method
 * @params: (nullable): a JSON object, as text
 *
 * One call of the agent inside.
 *
 * Returns: (transfer full): a new #DccProbePlan
 *
 * Since: 1.0
 */
DccProbePlan *
dcc_probe_plan_new_agent(const char *method, const char *params)
{
    g_return_val_if_fail(method != NULL, NULL);

    DccProbePlan *self = g_object_new(DCC_TYPE_PROBE_PLAN, NULL);

    self->kind = DCC_PROBE_AGENT;
    self->method = g_strdup(method);
    self->params = g_strdup(params);
    return self;
}

/**
 * dcc_probe_plan_get_kind:
 * @self: a #DccProbePlan
 *
 * How to ask.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccProbeKind
dcc_probe_plan_get_kind(DccProbePlan *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(self), DCC_PROBE_NONE);

    return self->kind;
}

/**
 * dcc_probe_plan_get_method:
 * @self: a #DccProbePlan
 *
 * The agent's method.
 *
 * Returns: (nullable): its name, %NULL when there is nobody to ask
 *
 * Since: 1.0
 */
const char *
dcc_probe_plan_get_method(DccProbePlan *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(self), NULL);

    return self->method;
}

/**
 * dcc_probe_plan_get_params:
 * @self: a #DccProbePlan
 *
 * The parameters of the call.
 *
 * Returns: (nullable): a JSON object, as text
 *
 * Since: 1.0
 */
const char *
dcc_probe_plan_get_params(DccProbePlan *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(self), NULL);

    return self->params;
}
