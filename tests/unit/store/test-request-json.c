/* A request that is stored and read again is the same, byte for byte. */
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-request-json.h"
#include "dcc-test.h"

#include <string.h>

static DccLaunchRequest *
pass(DccLaunchRequest *request)
{
    g_autoptr(JsonObject) object = dcc_request_to_json(request);
    g_autofree char *text = dcc_json_to_line(object);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) again = dcc_json_from_text(text, -1, &error);
    DccLaunchRequest *copy;

    g_assert_no_error(error);
    g_assert_null(strchr(text, '\n'));
    copy = dcc_request_from_json(again, &error);
    g_assert_no_error(error);
    return copy;
}

static const char *const strings[] = {
    "plain",
    "",
    "two words",
    "new\nline",
    "carriage\rreturn\ttab",
    "\xff\xfe\x01",
    "caf\xe9",
    "caf\xc3\xa9",
    "{\"base64\":\"eA==\"}",
    "\"quoted\" \\ back",
    "$HOME `x` ; rm",
    "\x7f\x1b[31m",
    "\xed\xa0\x80",
    "\xf0\x9f\x90\x9e",
    NULL,
};

static void
test_bytes(void)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("fake");
    g_autoptr(DccLaunchRequest) copy = NULL;
    g_autoptr(GError) error = NULL;

    dcc_launch_request_set_name(request, "some.name_1-x", &error);
    dcc_launch_request_set_version(request, "4.2");
    dcc_launch_request_set_headless(request, TRUE);
    dcc_launch_request_set_scene(request, "/caf\xe9/sc\nene");
    dcc_launch_request_set_cwd(request, "/w\xff");
    dcc_launch_request_set_args(request, strings);
    for (guint i = 0; strings[i] != NULL; i++) {
        g_autofree char *setting = g_strdup_printf("KEY%u=%s", i, strings[i]);

        g_assert_true(dcc_launch_request_add_env(request, setting, &error));
    }
    g_assert_no_error(error);
    copy = pass(request);
    g_assert_cmpstr(dcc_launch_request_get_app(copy), ==, "fake");
    g_assert_cmpstr(dcc_launch_request_get_name(copy), ==, "some.name_1-x");
    g_assert_cmpstr(dcc_launch_request_get_version(copy), ==, "4.2");
    g_assert_true(dcc_launch_request_is_headless(copy));
    g_assert_cmpstr(dcc_launch_request_get_scene(copy), ==, "/caf\xe9/sc\nene");
    g_assert_cmpstr(dcc_launch_request_get_cwd(copy), ==, "/w\xff");
    g_assert_cmpstrv(dcc_launch_request_get_args(copy), strings);
    g_assert_cmpstrv(dcc_launch_request_get_env(copy), dcc_launch_request_get_env(request));
}

static void
test_nothing_given(void)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("fake");
    g_autoptr(DccLaunchRequest) copy = pass(request);
    g_autoptr(GPtrArray) names = dcc_settings_list_names();

    g_assert_null(dcc_launch_request_get_version(copy));
    g_assert_null(dcc_launch_request_get_scene(copy));
    g_assert_null(dcc_launch_request_get_cwd(copy));
    g_assert_false(dcc_launch_request_is_headless(copy));
    g_assert_cmpstr(dcc_launch_request_get_name(copy), ==, "fake");
    g_assert_cmpstrv(dcc_launch_request_get_args(copy), dcc_launch_request_get_args(request));
    for (guint i = 0; i < names->len; i++)
        g_assert_false(dcc_settings_is_set(dcc_launch_request_get_settings(copy),
                                           g_ptr_array_index(names, i)));
}

/* Only what somebody set: a later version's better default is not overruled. */
static void
test_settings(void)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("fake");
    g_autoptr(DccLaunchRequest) copy = NULL;
    g_autoptr(GPtrArray) names = dcc_settings_list_names();
    DccSettings *settings = dcc_launch_request_get_settings(request);
    guint set = 0;

    for (guint i = 1; i < names->len; i += 2) {
        g_autofree char *text = dcc_settings_format(settings, g_ptr_array_index(names, i));

        g_assert_true(dcc_settings_parse(settings, g_ptr_array_index(names, i), text, NULL));
    }
    dcc_settings_parse(settings, "restart", "never", NULL);
    dcc_settings_parse(settings, "probe-period", "1234ms", NULL);
    copy = pass(request);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        DccSettings *ours = dcc_launch_request_get_settings(copy);
        g_autofree char *before = dcc_settings_format(settings, name);
        g_autofree char *after = dcc_settings_format(ours, name);

        g_assert_cmpstr(before, ==, after);
        g_assert_cmpint(dcc_settings_is_set(settings, name), ==, dcc_settings_is_set(ours, name));
        set += dcc_settings_is_set(ours, name);
    }
    g_assert_cmpuint(set, >, 2);
    g_assert_cmpuint(set, <, names->len);
}

/* What is damaged is an error or left out, and never half a request that was not asked for. */
static const struct {
    const char *name;
    const char *text;
    gboolean error;
} damaged[] = {
    {"empty", "{}", TRUE},
    {"app-null", "{\"app\":null}", TRUE},
    {"app-number", "{\"app\":5}", TRUE},
    {"app-list", "{\"app\":[\"fake\"]}", TRUE},
    {"app-empty", "{\"app\":\"\"}", TRUE},
    {"app-path", "{\"app\":\"../../evil\"}", TRUE},
    {"app-only", "{\"app\":\"fake\"}", FALSE},
    {"name-path", "{\"app\":\"fake\",\"name\":\"../x\"}", TRUE},
    {"name-empty", "{\"app\":\"fake\",\"name\":\"\"}", TRUE},
    {"env-no-equals", "{\"app\":\"fake\",\"env\":[\"KEY\"]}", TRUE},
    {"env-no-key", "{\"app\":\"fake\",\"env\":[\"=x\"]}", TRUE},
    {"env-numbers", "{\"app\":\"fake\",\"env\":[1,2]}", FALSE},
    {"args-mixed", "{\"app\":\"fake\",\"args\":[\"a\",2]}", FALSE},
    {"setting-unknown", "{\"app\":\"fake\",\"settings\":{\"shoe-size\":\"44\"}}", TRUE},
    {"setting-nonsense", "{\"app\":\"fake\",\"settings\":{\"restart\":\"maybe\"}}", TRUE},
    {"setting-number", "{\"app\":\"fake\",\"settings\":{\"probe-period\":5}}", TRUE},
    {"settings-list", "{\"app\":\"fake\",\"settings\":[]}", FALSE},
};

static void
test_damaged(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(JsonObject) object = dcc_json_from_text(damaged[i].text, -1, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccLaunchRequest) request = dcc_request_from_json(object, &error);

    g_assert_true((request == NULL) == (error != NULL));
    if (damaged[i].error)
        g_assert_nonnull(error);
    else
        g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/request-json/bytes", test_bytes);
    g_test_add_func("/request-json/nothing-given", test_nothing_given);
    g_test_add_func("/request-json/settings", test_settings);
    for (guint i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_autofree char *path = g_strconcat("/request-json/damaged/", damaged[i].name, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_damaged);
    }
    return g_test_run();
}
