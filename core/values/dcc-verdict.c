/* What an end means, and whether starting again may help.
 *
 * Contract: immutable. Threading: any thread.
 */
#include "dcc-verdict.h"

struct _DccVerdict {
    GObject parent_instance;
    DccVerdictKind kind;
    char *reason;
};

/**
 * DccVerdict:
 *
 * What an end means, and whether starting again may help. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccVerdict, dcc_verdict, G_TYPE_OBJECT)

typedef enum {
    CLASS_CLEAN,
    CLASS_CRASH,
    CLASS_PERMANENT,
    CLASS_LATER, /* neither a crash nor for good: a licence may come free */
} VerdictClass;

static const VerdictClass classes[] = {
    [DCC_VERDICT_UNKNOWN] = CLASS_CRASH,
    [DCC_VERDICT_CLEAN] = CLASS_CLEAN,
    [DCC_VERDICT_CRASH] = CLASS_CRASH,
    [DCC_VERDICT_KILLED] = CLASS_CRASH,
    [DCC_VERDICT_OOM] = CLASS_CRASH,
    [DCC_VERDICT_LICENCE] = CLASS_LATER,
    [DCC_VERDICT_BAD_SCENE] = CLASS_PERMANENT,
    [DCC_VERDICT_SCRIPT_ERROR] = CLASS_PERMANENT,
    [DCC_VERDICT_BROKEN_INSTALL] = CLASS_PERMANENT,
    [DCC_VERDICT_NO_DISPLAY] = CLASS_PERMANENT,
    [DCC_VERDICT_CANCELLED] = CLASS_CLEAN,
    [DCC_VERDICT_SUSPICIOUS] = CLASS_CRASH,
    [DCC_VERDICT_FAILED] = CLASS_CRASH,
};

static void
dcc_verdict_finalize(GObject *object)
{
    g_free(DCC_VERDICT(object)->reason);
    G_OBJECT_CLASS(dcc_verdict_parent_class)->finalize(object);
}

static void
dcc_verdict_class_init(DccVerdictClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_verdict_finalize;
}

static void
dcc_verdict_init(DccVerdict *self)
{
}

/**
 * dcc_verdict_new:
 * @kind: the meaning
 * @reason: (nullable): one line for people, lower case, no full stop
 *
 * What an end means.
 *
 * Returns: (transfer full): a new #DccVerdict
 *
 * Since: 1.0
 */
DccVerdict *
dcc_verdict_new(DccVerdictKind kind, const char *reason)
{
    g_return_val_if_fail((guint)kind < G_N_ELEMENTS(classes), NULL);

    DccVerdict *self = g_object_new(DCC_TYPE_VERDICT, NULL);

    self->kind = kind;
    self->reason = g_strdup(reason);
    return self;
}

/**
 * dcc_verdict_get_kind:
 * @self: a #DccVerdict
 *
 * The meaning.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccVerdictKind
dcc_verdict_get_kind(DccVerdict *self)
{
    g_return_val_if_fail(DCC_IS_VERDICT(self), DCC_VERDICT_UNKNOWN);

    return self->kind;
}

/**
 * dcc_verdict_get_reason:
 * @self: a #DccVerdict
 *
 * Why, for people.
 *
 * Returns: (nullable): one line
 *
 * Since: 1.0
 */
const char *
dcc_verdict_get_reason(DccVerdict *self)
{
    g_return_val_if_fail(DCC_IS_VERDICT(self), NULL);

    return self->reason;
}

/**
 * dcc_verdict_is_clean:
 * @self: a #DccVerdict
 *
 * Whether nobody has to do anything: %DCC_VERDICT_CLEAN and %DCC_VERDICT_CANCELLED.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
dcc_verdict_is_clean(DccVerdict *self)
{
    g_return_val_if_fail(DCC_IS_VERDICT(self), FALSE);

    return classes[self->kind] == CLASS_CLEAN;
}

/**
 * dcc_verdict_is_crash:
 * @self: a #DccVerdict
 *
 * Whether starting again may help.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
dcc_verdict_is_crash(DccVerdict *self)
{
    g_return_val_if_fail(DCC_IS_VERDICT(self), FALSE);

    return classes[self->kind] == CLASS_CRASH;
}

/**
 * dcc_verdict_is_permanent:
 * @self: a #DccVerdict
 *
 * Whether starting again would end the same way.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
dcc_verdict_is_permanent(DccVerdict *self)
{
    g_return_val_if_fail(DCC_IS_VERDICT(self), FALSE);

    return classes[self->kind] == CLASS_PERMANENT;
}
