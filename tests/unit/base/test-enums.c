/* The words of the enumerations are what users type and programs read: a changed word is a break.
 */
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"

typedef struct {
    const char *name;
    GType (*get_type)(void);
    const char *words; /* in the order of the values, which count from 0 */
} EnumCase;

static const EnumCase cases[] = {
    {"state",
     dcc_state_get_type,
     "starting running unresponsive crashed stopped restarting stopping failed"},
    {"result", dcc_result_kind_get_type, "none exited signaled stopped oom start-failed lost"},
    {"verdict",
     dcc_verdict_kind_get_type,
     "unknown clean crash killed oom licence bad-scene script-error broken-install no-display "
     "cancelled suspicious failed"},
    {"restart", dcc_restart_mode_get_type, "never on-crash always"},
    {"backoff", dcc_backoff_kind_get_type, "fixed exponential"},
    {"hang", dcc_hang_mode_get_type, "report restart"},
    {"health", dcc_health_get_type, "unknown ok busy unresponsive paused"},
    {"readiness", dcc_readiness_get_type, "agent settle"},
    {"probe", dcc_probe_kind_get_type, "none agent"},
    {"output",
     dcc_output_kind_get_type,
     "progress saved crash oom licence fatal cancelled done bad-scene"},
    {"rescue", dcc_rescue_kind_get_type, "crash-report autosave recovery copy stacks"},
    {"error",
     dcc_error_get_type,
     "failed unknown-app not-installed not-found invalid busy licence timeout unsafe adapter start "
     "scene not-supported protocol gone"},
};

static void
test_words(gconstpointer data)
{
    const EnumCase *c = data;
    GType type = c->get_type();
    g_auto(GStrv) words = g_strsplit(c->words, " ", -1);
    g_autoptr(GEnumClass) klass = g_type_class_ref(type);

    g_assert_cmpuint(klass->n_values, ==, g_strv_length(words));
    for (int i = 0; words[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        int value = -1;

        g_assert_cmpstr(dcc_enum_to_nick(type, i), ==, words[i]);
        g_assert_true(dcc_enum_from_nick(type, words[i], &value, &error));
        g_assert_no_error(error);
        g_assert_cmpint(value, ==, i);
    }
}

static void
test_unknown_value(void)
{
    g_assert_null(dcc_enum_to_nick(DCC_TYPE_STATE, -1));
    g_assert_null(dcc_enum_to_nick(DCC_TYPE_STATE, DCC_N_STATES));
}

static void
test_unknown_word(void)
{
    static const char *const bad[] = {
        "", "sometimes", "NEVER", "never ", "on_crash", "\xff\xfe", NULL};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        int value = 7;

        g_assert_false(dcc_enum_from_nick(DCC_TYPE_RESTART_MODE, bad[i], &value, &error));
        g_assert_true(dcc_error_is_invalid(error));
        g_assert_nonnull(strstr(error->message, "never, on-crash, always"));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_cmpint(value, ==, 7);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/enums/words/%s", cases[i].name);

        g_test_add_data_func(path, &cases[i], test_words);
    }
    g_test_add_func("/enums/unknown-value", test_unknown_value);
    g_test_add_func("/enums/unknown-word", test_unknown_word);
    return g_test_run();
}
