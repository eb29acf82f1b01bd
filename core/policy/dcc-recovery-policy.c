/* The answer to "again, and when?" for a program that restarts its processes itself.
 *
 * The sums are dcc_backoff_delay()'s, which sessions use as well. Contract: whether the answer is
 * yes depends on the arguments and the settings alone; nothing is remembered between two questions.
 * Threading: one thread at a time. */
#include "dcc-recovery-policy.h"

#include "dcc-error.h"
#include "dcc-restart-policy.h"

#define DEFAULT_DELAY_MS 2000
#define DEFAULT_RESTARTS 3
/* What DccSettings takes: beyond it dcc_settings_put() refuses. */
#define MOST_RESTARTS 4096
#define MOST_MS       (G_GINT64_CONSTANT(365) * 24 * 60 * 60 * 1000)

struct _DccRecoveryPolicy {
    GObject parent_instance;
    guint max_restarts;
    DccBackoffKind backoff;
    gint64 initial_ms;
    gint64 max_ms;
};

/**
 * DccRecoveryPolicy:
 *
 * Whether and when to start again, for a program that restarts its processes itself. The answer
 * depends on the arguments and the settings alone.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccRecoveryPolicy, dcc_recovery_policy, G_TYPE_OBJECT)

enum { PROP_MAX_RESTARTS = 1 };

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    DccRecoveryPolicy *self = DCC_RECOVERY_POLICY(object);

    if (id == PROP_MAX_RESTARTS)
        self->max_restarts = g_value_get_uint(value);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    DccRecoveryPolicy *self = DCC_RECOVERY_POLICY(object);

    if (id == PROP_MAX_RESTARTS)
        g_value_set_uint(value, self->max_restarts);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
dcc_recovery_policy_class_init(DccRecoveryPolicyClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    /**
     * DccRecoveryPolicy:max-restarts:
     *
     * How many attempts are granted.
     *
     * Since: 1.0
     */
    g_object_class_install_property(
        object_class,
        PROP_MAX_RESTARTS,
        g_param_spec_uint("max-restarts",
                          NULL,
                          NULL,
                          0,
                          G_MAXUINT,
                          DEFAULT_RESTARTS,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

static void
dcc_recovery_policy_init(DccRecoveryPolicy *self)
{
    self->backoff = DCC_BACKOFF_FIXED;
    self->initial_ms = DEFAULT_DELAY_MS;
    self->max_ms = DEFAULT_DELAY_MS;
}

/**
 * dcc_recovery_policy_new:
 * @max_restarts: how many attempts are granted; 0: none
 *
 * Makes a policy whose delays are a fixed 2000 milliseconds.
 *
 * Returns: (transfer full): a new policy
 *
 * Since: 1.0
 */
DccRecoveryPolicy *
dcc_recovery_policy_new(guint max_restarts)
{
    return g_object_new(DCC_TYPE_RECOVERY_POLICY, "max-restarts", max_restarts, NULL);
}

/**
 * dcc_recovery_policy_get_max_restarts:
 * @self: the #DccRecoveryPolicy
 *
 * How many attempts are granted.
 *
 * Returns: a count
 *
 * Since: 1.0
 */
guint
dcc_recovery_policy_get_max_restarts(DccRecoveryPolicy *self)
{
    g_return_val_if_fail(DCC_IS_RECOVERY_POLICY(self), 0);

    return self->max_restarts;
}

/**
 * dcc_recovery_policy_use_exponential_backoff:
 * @self: the #DccRecoveryPolicy
 * @initial_ms: the delay of attempt 0, in milliseconds
 * @max_delay_ms: no delay is longer
 *
 * Doubles the delay with each attempt. Negative times are taken as 0.
 *
 * Since: 1.0
 */
void
dcc_recovery_policy_use_exponential_backoff(DccRecoveryPolicy *self,
                                            gint64 initial_ms,
                                            gint64 max_delay_ms)
{
    g_return_if_fail(DCC_IS_RECOVERY_POLICY(self));

    self->backoff = DCC_BACKOFF_EXPONENTIAL;
    self->initial_ms = MAX(initial_ms, 0);
    self->max_ms = MAX(max_delay_ms, 0);
}

/**
 * dcc_recovery_policy_use_fixed_backoff:
 * @self: the #DccRecoveryPolicy
 * @delay_ms: the delay of every attempt, in milliseconds
 *
 * Makes every delay the same. A negative time is taken as 0.
 *
 * Since: 1.0
 */
void
dcc_recovery_policy_use_fixed_backoff(DccRecoveryPolicy *self, gint64 delay_ms)
{
    g_return_if_fail(DCC_IS_RECOVERY_POLICY(self));

    self->backoff = DCC_BACKOFF_FIXED;
    self->initial_ms = MAX(delay_ms, 0);
    self->max_ms = self->initial_ms;
}

/**
 * dcc_recovery_policy_should_restart:
 * @self: the #DccRecoveryPolicy
 * @status: "running", "starting", "stopped", "crashed", "unresponsive" or "restarting"
 * @error: return location for an error
 *
 * Whether a process in this state is to be started again. With max-restarts 0 the answer is no
 * whatever @status is, and no error is set.
 *
 * Returns: %TRUE for "crashed" and "unresponsive"; %FALSE for the other four, and with
 *   %DCC_ERROR_INVALID for anything else
 *
 * Since: 1.0
 */
gboolean
dcc_recovery_policy_should_restart(DccRecoveryPolicy *self, const char *status, GError **error)
{
    static const char *const others[] = {"running", "starting", "stopped", "restarting", NULL};
    g_autofree char *shown = NULL;

    g_return_val_if_fail(DCC_IS_RECOVERY_POLICY(self), FALSE);
    g_return_val_if_fail(status != NULL, FALSE);

    if (self->max_restarts == 0)
        return FALSE;
    if (g_str_equal(status, "crashed") || g_str_equal(status, "unresponsive"))
        return TRUE;
    if (g_strv_contains(others, status))
        return FALSE;
    shown = g_utf8_make_valid(status, -1);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "there is no status '%s': give running, starting, stopped, crashed, unresponsive "
                "or restarting",
                shown);
    return FALSE;
}

/**
 * dcc_recovery_policy_next_delay:
 * @self: the #DccRecoveryPolicy
 * @name: whose; for the message
 * @attempt: which attempt this is; 0 is the first
 * @error: return location for an error
 *
 * How long to wait before an attempt.
 *
 * Returns: milliseconds; -1 with %DCC_ERROR_FAILED when @attempt is not granted
 *
 * Since: 1.0
 */
gint64
dcc_recovery_policy_next_delay(DccRecoveryPolicy *self,
                               const char *name,
                               guint64 attempt,
                               GError **error)
{
    g_autofree char *shown = NULL;

    g_return_val_if_fail(DCC_IS_RECOVERY_POLICY(self), -1);
    g_return_val_if_fail(name != NULL, -1);

    if (attempt < self->max_restarts)
        return dcc_backoff_delay(self->backoff, self->initial_ms, self->max_ms, attempt);
    shown = g_utf8_make_valid(name, -1);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "process '%s' exceeded max restarts (%u)",
                shown,
                self->max_restarts);
    return -1;
}

static void
put_backoff(DccRecoveryPolicy *self, DccSettings *settings)
{
    gint64 max = MIN(self->max_ms, MOST_MS);
    gint64 initial = MIN(self->initial_ms, max);
    g_autofree char *text = NULL;

    if (self->backoff == DCC_BACKOFF_FIXED)
        text = g_strdup_printf("fixed:%" G_GINT64_FORMAT "ms", initial);
    else
        text = g_strdup_printf(
            "exponential:%" G_GINT64_FORMAT "ms:%" G_GINT64_FORMAT "ms", initial, max);
    if (!dcc_settings_parse(settings, "backoff", text, NULL))
        g_return_if_reached();
}

/**
 * dcc_recovery_policy_apply:
 * @self: the #DccRecoveryPolicy
 * @settings: the settings of a session to be launched
 *
 * Makes a session go by this policy: max-restarts and backoff are taken over, without jitter, and
 * restart is "on-crash" unless somebody has set it. Numbers outside of what a setting may be become
 * the nearest that it may be. A session counts restarts within its burst-window, and gives up at
 * instant crashes; those settings stay as they are.
 *
 * Since: 1.0
 */
void
dcc_recovery_policy_apply(DccRecoveryPolicy *self, DccSettings *settings)
{
    g_return_if_fail(DCC_IS_RECOVERY_POLICY(self));
    g_return_if_fail(DCC_IS_SETTINGS(settings));

    dcc_settings_put(settings, DCC_SETTING_MAX_RESTARTS, MIN(self->max_restarts, MOST_RESTARTS));
    dcc_settings_put(settings, DCC_SETTING_JITTER, 0);
    put_backoff(self, settings);
    if (!dcc_settings_is_set(settings, "restart"))
        dcc_settings_parse(settings, "restart", "on-crash", NULL);
}
