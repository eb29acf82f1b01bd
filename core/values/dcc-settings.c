/* Every number and choice a session goes by.
 *
 * One table says name, kind, default and range of each number; the four choices ("restart",
 * "on-hang", "recover", "backoff") have a reader and a writer each. Who has set a value is
 * remembered, so that an adapter's default does not overrule a user's wish.
 *
 * Contract: backoff-initial is never more than backoff-max: whichever is set last moves the other.
 * Threading: one thread at a time.
 */
#include "dcc-settings.h"

#include <string.h>

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-setting-number.h"

typedef struct {
    const char *name;
    DccNumberKind kind;
    gint64 fallback;
    gint64 min;
    gint64 max;
} SettingInfo;

#define SECONDS(n) (G_GINT64_CONSTANT(1000) * (n))
#define MINUTES(n) (60 * SECONDS(n))
#define A_YEAR     (365 * 24 * 60 * MINUTES(1))
#define KIB        G_GINT64_CONSTANT(1024)

static const SettingInfo infos[DCC_N_SETTINGS] = {
    [DCC_SETTING_START_TIMEOUT] = {"start-timeout", DCC_NUMBER_DURATION, SECONDS(300), 1, A_YEAR},
    [DCC_SETTING_SETTLE] = {"settle", DCC_NUMBER_DURATION, SECONDS(5), 0, A_YEAR},
    [DCC_SETTING_PROBE_PERIOD] = {"probe-period", DCC_NUMBER_DURATION, SECONDS(10), 0, A_YEAR},
    [DCC_SETTING_PROBE_TIMEOUT] = {"probe-timeout", DCC_NUMBER_DURATION, SECONDS(5), 1, A_YEAR},
    [DCC_SETTING_PROBE_FAILURES] = {"probe-failures", DCC_NUMBER_COUNT, 6, 1, 100000},
    [DCC_SETTING_PROGRESS_WINDOW] =
        {"progress-window", DCC_NUMBER_DURATION, MINUTES(10), 0, A_YEAR},
    [DCC_SETTING_HANG_TIMEOUT] = {"hang-timeout", DCC_NUMBER_DURATION, MINUTES(30), 0, A_YEAR},
    [DCC_SETTING_SAVE_TIMEOUT] = {"save-timeout", DCC_NUMBER_DURATION, SECONDS(60), 0, A_YEAR},
    [DCC_SETTING_TERM_TIMEOUT] = {"term-timeout", DCC_NUMBER_DURATION, SECONDS(10), 0, A_YEAR},
    [DCC_SETTING_TREE_TIMEOUT] = {"tree-timeout", DCC_NUMBER_DURATION, SECONDS(3), 0, A_YEAR},
    [DCC_SETTING_VERIFY_TIMEOUT] = {"verify-timeout", DCC_NUMBER_DURATION, SECONDS(10), 0, A_YEAR},
    [DCC_SETTING_CRASH_GRACE] = {"crash-grace", DCC_NUMBER_DURATION, SECONDS(60), 0, A_YEAR},
    [DCC_SETTING_RESET_AFTER] = {"reset-after", DCC_NUMBER_DURATION, SECONDS(300), 0, A_YEAR},
    [DCC_SETTING_BURST_WINDOW] = {"burst-window", DCC_NUMBER_DURATION, SECONDS(600), 1, A_YEAR},
    [DCC_SETTING_MAX_RESTARTS] = {"max-restarts", DCC_NUMBER_COUNT, 5, 0, 4096},
    [DCC_SETTING_INSTANT_CRASH] = {"instant-crash", DCC_NUMBER_DURATION, SECONDS(10), 0, A_YEAR},
    [DCC_SETTING_JITTER] = {"jitter", DCC_NUMBER_PERCENT, 20, 0, 100},
    [DCC_SETTING_LOG_SIZE] =
        {"log-size", DCC_NUMBER_BYTES, 16 * KIB *KIB, 4 * KIB, KIB *KIB *KIB *KIB},
    [DCC_SETTING_LOG_FILES] = {"log-files", DCC_NUMBER_COUNT, 4, 1, 1000},
    [DCC_SETTING_OOM_SCORE] = {"oom-score", DCC_NUMBER_COUNT, 200, 0, 1000},
    [DCC_SETTING_RESCUE_PERIOD] = {"rescue-period", DCC_NUMBER_DURATION, SECONDS(30), 0, A_YEAR},
    [DCC_SETTING_SCENE_CRASHES] = {"scene-crashes", DCC_NUMBER_COUNT, 3, 0, 4096},
    [DCC_SETTING_BUNDLES] = {"bundles", DCC_NUMBER_COUNT, 10, 1, 1000},
    [DCC_SETTING_BUNDLE_SIZE] =
        {"bundle-size", DCC_NUMBER_BYTES, 512 * KIB *KIB, KIB *KIB, KIB *KIB *KIB *KIB},
    [DCC_SETTING_BACKOFF_INITIAL] = {"backoff-initial", DCC_NUMBER_DURATION, SECONDS(1), 0, A_YEAR},
    [DCC_SETTING_BACKOFF_MAX] = {"backoff-max", DCC_NUMBER_DURATION, SECONDS(60), 0, A_YEAR},
    [DCC_SETTING_STOP_BUDGET] = {"stop-budget", DCC_NUMBER_DURATION, 0, 0, A_YEAR},
    [DCC_SETTING_TASK_TIMEOUT] = {"task-timeout", DCC_NUMBER_DURATION, 0, 0, A_YEAR},
    [DCC_SETTING_RENDER_TIMEOUT] = {"render-timeout", DCC_NUMBER_DURATION, 0, 0, A_YEAR},
    [DCC_SETTING_KEEP_STATE] = {"keep-state", DCC_NUMBER_DURATION, 0, 0, A_YEAR},
};

typedef enum {
    CHOICE_RESTART,
    CHOICE_ON_HANG,
    CHOICE_RECOVER,
    CHOICE_BACKOFF,
    N_CHOICES,
} Choice;

static const char *const choice_names[N_CHOICES] = {
    [CHOICE_RESTART] = "restart",
    [CHOICE_ON_HANG] = "on-hang",
    [CHOICE_RECOVER] = "recover",
    [CHOICE_BACKOFF] = "backoff",
};

struct _DccSettings {
    GObject parent_instance;
    gint64 values[DCC_N_SETTINGS];
    gboolean value_set[DCC_N_SETTINGS];
    DccRestartMode restart;
    DccHangMode on_hang;
    DccRecoverMode recover;
    DccBackoffKind backoff;
    gboolean choice_set[N_CHOICES];
};

/**
 * DccSettings:
 *
 * Every number and choice that a session goes by, each with a name, a default and a range.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccSettings, dcc_settings, G_TYPE_OBJECT)

static void
dcc_settings_class_init(DccSettingsClass *klass)
{
}

static void
dcc_settings_init(DccSettings *self)
{
    for (int i = 0; i < DCC_N_SETTINGS; i++)
        self->values[i] = infos[i].fallback;
    self->restart = DCC_RESTART_ON_CRASH;
    self->on_hang = DCC_HANG_REPORT;
    self->recover = DCC_RECOVER_ASK;
    self->backoff = DCC_BACKOFF_EXPONENTIAL;
}

/**
 * dcc_settings_new:
 *
 * The defaults.
 *
 * Returns: (transfer full): new #DccSettings
 *
 * Since: 1.0
 */
DccSettings *
dcc_settings_new(void)
{
    return g_object_new(DCC_TYPE_SETTINGS, NULL);
}

/**
 * dcc_settings_copy:
 * @self: the #DccSettings
 *
 * A copy, which remembers what has been set.
 *
 * Returns: (transfer full): new #DccSettings
 *
 * Since: 1.0
 */
DccSettings *
dcc_settings_copy(DccSettings *self)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), NULL);

    DccSettings *copy = dcc_settings_new();

    memcpy(copy->values, self->values, sizeof(self->values));
    memcpy(copy->value_set, self->value_set, sizeof(self->value_set));
    copy->restart = self->restart;
    copy->on_hang = self->on_hang;
    copy->recover = self->recover;
    copy->backoff = self->backoff;
    memcpy(copy->choice_set, self->choice_set, sizeof(self->choice_set));
    return copy;
}

/**
 * dcc_settings_get:
 * @self: the #DccSettings
 * @setting: which
 *
 * The value of a number.
 *
 * Returns: milliseconds for times, else the count, the per cent or the bytes
 *
 * Since: 1.0
 */
gint64
dcc_settings_get(DccSettings *self, DccSetting setting)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), 0);
    g_return_val_if_fail((guint)setting < DCC_N_SETTINGS, 0);

    return self->values[setting];
}

static void
store(DccSettings *self, DccSetting setting, gint64 value)
{
    gint64 *initial = &self->values[DCC_SETTING_BACKOFF_INITIAL];
    gint64 *max = &self->values[DCC_SETTING_BACKOFF_MAX];

    self->values[setting] = value;
    self->value_set[setting] = TRUE;
    if (setting == DCC_SETTING_BACKOFF_INITIAL)
        *max = MAX(*max, *initial);
    else if (setting == DCC_SETTING_BACKOFF_MAX)
        *initial = MIN(*initial, *max);
}

/**
 * dcc_settings_put:
 * @self: the #DccSettings
 * @setting: which
 * @value: milliseconds for times, else the count, the per cent or the bytes
 *
 * Sets a number. One out of range is the mistake of the program that calls, and not taken; for
 * what users write there is dcc_settings_parse().
 *
 * Since: 1.0
 */
void
dcc_settings_put(DccSettings *self, DccSetting setting, gint64 value)
{
    g_return_if_fail(DCC_IS_SETTINGS(self));
    g_return_if_fail((guint)setting < DCC_N_SETTINGS);
    g_return_if_fail(value >= infos[setting].min && value <= infos[setting].max);

    store(self, setting, value);
}

/**
 * dcc_settings_get_restart:
 * @self: the #DccSettings
 *
 * When another run is granted.
 *
 * Returns: a mode
 *
 * Since: 1.0
 */
DccRestartMode
dcc_settings_get_restart(DccSettings *self)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), DCC_RESTART_NEVER);

    return self->restart;
}

/**
 * dcc_settings_get_backoff:
 * @self: the #DccSettings
 *
 * How the delay before another run grows.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccBackoffKind
dcc_settings_get_backoff(DccSettings *self)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), DCC_BACKOFF_EXPONENTIAL);

    return self->backoff;
}

/**
 * dcc_settings_get_on_hang:
 * @self: the #DccSettings
 *
 * What is done about an application that is unresponsive for the hang-timeout.
 *
 * Returns: a mode
 *
 * Since: 1.0
 */
DccHangMode
dcc_settings_get_on_hang(DccSettings *self)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), DCC_HANG_REPORT);

    return self->on_hang;
}

/**
 * dcc_settings_get_recover:
 * @self: the #DccSettings
 *
 * What is done after a crash about the work that was not saved.
 *
 * Returns: a mode
 *
 * Since: 1.0
 */
DccRecoverMode
dcc_settings_get_recover(DccSettings *self)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), DCC_RECOVER_NEVER);

    return self->recover;
}

static int
find_setting(const char *name)
{
    for (int i = 0; i < DCC_N_SETTINGS; i++)
        if (g_strcmp0(infos[i].name, name) == 0)
            return i;
    return -1;
}

static int
find_choice(const char *name)
{
    for (int i = 0; i < N_CHOICES; i++)
        if (g_strcmp0(choice_names[i], name) == 0)
            return i;
    return -1;
}

static void
refuse(GError **error, const char *name, const char *text, const char *advice)
{
    g_autofree char *shown = g_utf8_make_valid(text, -1);

    g_set_error(
        error, DCC_ERROR, DCC_ERROR_INVALID, "%s cannot be \"%s\": %s", name, shown, advice);
}

static gboolean
parse_setting(DccSettings *self, DccSetting setting, const char *text, GError **error)
{
    const SettingInfo *info = &infos[setting];
    g_autofree char *example = dcc_number_format(info->kind, info->fallback);
    g_autofree char *advice = NULL;
    gint64 value = 0;

    if (!dcc_number_parse(info->kind, text, &value)) {
        static const char *const wants[] = {
            [DCC_NUMBER_DURATION] = "a span of time",
            [DCC_NUMBER_COUNT] = "a whole number",
            [DCC_NUMBER_PERCENT] = "a percentage",
            [DCC_NUMBER_BYTES] = "a number of bytes",
        };

        advice = g_strdup_printf("give %s, for example %s", wants[info->kind], example);
        refuse(error, info->name, text, advice);
        return FALSE;
    }
    if (value < info->min || value > info->max) {
        g_autofree char *min = dcc_number_format(info->kind, info->min);
        g_autofree char *max = dcc_number_format(info->kind, info->max);

        advice = g_strdup_printf("give %s to %s, for example %s", min, max, example);
        refuse(error, info->name, text, advice);
        return FALSE;
    }
    store(self, setting, value);
    return TRUE;
}

static gboolean
read_backoff(const char *text, DccBackoffKind *kind, gint64 *initial, gint64 *max)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    guint n = g_strv_length(parts);
    int value = 0;

    if (n < 2 || !dcc_enum_from_nick(DCC_TYPE_BACKOFF_KIND, parts[0], &value, NULL))
        return FALSE;
    *kind = (DccBackoffKind)value;
    if (n != (*kind == DCC_BACKOFF_FIXED ? 2 : 3))
        return FALSE;
    if (!dcc_duration_parse(parts[1], initial, NULL) ||
        !dcc_duration_parse(parts[n - 1], max, NULL))
        return FALSE;
    return *initial <= *max && *max <= infos[DCC_SETTING_BACKOFF_MAX].max;
}

static gboolean
parse_backoff(DccSettings *self, const char *text, GError **error)
{
    DccBackoffKind kind = DCC_BACKOFF_FIXED;
    gint64 initial = 0;
    gint64 max = 0;

    if (!read_backoff(text, &kind, &initial, &max)) {
        refuse(error,
               "backoff",
               text,
               "give fixed:DELAY or exponential:FIRST:LARGEST, for example fixed:2s or "
               "exponential:1s:30s");
        return FALSE;
    }
    self->backoff = kind;
    store(self, DCC_SETTING_BACKOFF_MAX, max);
    store(self, DCC_SETTING_BACKOFF_INITIAL, initial);
    return TRUE;
}

static gboolean
parse_word(GType type, const char *name, const char *text, int *value, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (dcc_enum_from_nick(type, text, value, &problem))
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "%s: %s", name, problem->message);
    return FALSE;
}

static gboolean
parse_choice(DccSettings *self, Choice choice, const char *text, GError **error)
{
    int value = 0;

    switch (choice) {
    case CHOICE_RESTART:
        if (!parse_word(DCC_TYPE_RESTART_MODE, choice_names[choice], text, &value, error))
            return FALSE;
        self->restart = (DccRestartMode)value;
        break;
    case CHOICE_ON_HANG:
        if (!parse_word(DCC_TYPE_HANG_MODE, choice_names[choice], text, &value, error))
            return FALSE;
        self->on_hang = (DccHangMode)value;
        break;
    case CHOICE_RECOVER:
        if (!parse_word(DCC_TYPE_RECOVER_MODE, choice_names[choice], text, &value, error))
            return FALSE;
        self->recover = (DccRecoverMode)value;
        break;
    case CHOICE_BACKOFF:
        if (!parse_backoff(self, text, error))
            return FALSE;
        break;
    case N_CHOICES:
        g_return_val_if_reached(FALSE);
    }
    self->choice_set[choice] = TRUE;
    return TRUE;
}

static void
refuse_name(GError **error, const char *name)
{
    g_autoptr(GPtrArray) names = dcc_settings_list_names();
    g_autofree char *shown = g_utf8_make_valid(name, -1);
    g_autofree char *known = NULL;

    g_ptr_array_add(names, NULL);
    known = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "there is no setting \"%s\": there are %s",
                shown,
                known);
}

/**
 * dcc_settings_parse:
 * @self: the #DccSettings
 * @name: a name: "probe-period", "restart"
 * @text: a value: "10s", "on-crash", "exponential:1s:30s"
 * @error: where to put an error, or %NULL
 *
 * Sets by name and text. The error, %DCC_ERROR_INVALID, names the setting, the text and an
 * example that would do; nothing is changed then.
 *
 * Returns: %TRUE if it was taken
 *
 * Since: 1.0
 */
gboolean
dcc_settings_parse(DccSettings *self, const char *name, const char *text, GError **error)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), FALSE);
    g_return_val_if_fail(name != NULL && text != NULL, FALSE);

    int setting = find_setting(name);
    int choice = find_choice(name);

    if (setting >= 0)
        return parse_setting(self, (DccSetting)setting, text, error);
    if (choice >= 0)
        return parse_choice(self, (Choice)choice, text, error);
    refuse_name(error, name);
    return FALSE;
}

/**
 * dcc_settings_is_set:
 * @self: the #DccSettings
 * @name: a name
 *
 * Whether it was set: an adapter's default must not overrule a user's wish.
 *
 * Returns: %TRUE if it was set
 *
 * Since: 1.0
 */
gboolean
dcc_settings_is_set(DccSettings *self, const char *name)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), FALSE);

    int setting = find_setting(name);
    int choice = find_choice(name);

    if (setting >= 0)
        return self->value_set[setting];
    if (choice == CHOICE_BACKOFF)
        return self->choice_set[choice] || self->value_set[DCC_SETTING_BACKOFF_INITIAL] ||
               self->value_set[DCC_SETTING_BACKOFF_MAX];
    return choice >= 0 && self->choice_set[choice];
}

static char *
format_backoff(DccSettings *self)
{
    g_autofree char *initial = dcc_duration_format(self->values[DCC_SETTING_BACKOFF_INITIAL]);
    g_autofree char *max = dcc_duration_format(self->values[DCC_SETTING_BACKOFF_MAX]);

    if (self->backoff == DCC_BACKOFF_FIXED)
        return g_strdup_printf("fixed:%s", initial);
    return g_strdup_printf("exponential:%s:%s", initial, max);
}

/**
 * dcc_settings_format:
 * @self: the #DccSettings
 * @name: a name
 *
 * The value as dcc_settings_parse() takes it.
 *
 * Returns: (nullable) (transfer full): the text, or %NULL for an unknown name
 *
 * Since: 1.0
 */
char *
dcc_settings_format(DccSettings *self, const char *name)
{
    g_return_val_if_fail(DCC_IS_SETTINGS(self), NULL);

    int setting = find_setting(name);

    if (setting >= 0)
        return dcc_number_format(infos[setting].kind, self->values[setting]);
    switch (find_choice(name)) {
    case CHOICE_RESTART:
        return g_strdup(dcc_enum_to_nick(DCC_TYPE_RESTART_MODE, (int)self->restart));
    case CHOICE_ON_HANG:
        return g_strdup(dcc_enum_to_nick(DCC_TYPE_HANG_MODE, (int)self->on_hang));
    case CHOICE_RECOVER:
        return g_strdup(dcc_enum_to_nick(DCC_TYPE_RECOVER_MODE, (int)self->recover));
    case CHOICE_BACKOFF:
        return format_backoff(self);
    default:
        return NULL;
    }
}

/**
 * dcc_settings_list_names:
 *
 * Every name there is, in the order of the documentation.
 *
 * Returns: (element-type utf8) (transfer container): names
 *
 * Since: 1.0
 */
GPtrArray *
dcc_settings_list_names(void)
{
    GPtrArray *names = g_ptr_array_new();

    for (int i = 0; i < N_CHOICES; i++)
        g_ptr_array_add(names, (gpointer)choice_names[i]);
    for (int i = 0; i < DCC_N_SETTINGS; i++)
        g_ptr_array_add(names, (gpointer)infos[i].name);
    return names;
}
