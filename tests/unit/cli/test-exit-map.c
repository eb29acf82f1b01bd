/* --exit-map: what it takes, and what it makes of an end. */
#include "cli-exit-map.h"
#include "dcc-test.h"

typedef struct {
    const char *map;
    const char *kind;
    int code;
    const char *verdict;
    int status; /* without the map */
    int wanted;
} Case;

static const Case cases[] = {
    {NULL, "exited", 5, "failed", 5, 5},
    {"75=1", "exited", 75, "failed", 75, 1},
    /* dcchost's own 75 is no code of the application's, whatever that ended with */
    {"75=1", "exited", 3, "licence", 75, 75},
    {"3=9", "exited", 3, "licence", 75, 75},
    {"licence=99", "exited", 3, "licence", 75, 99},
    {"75=1", "exited", 75, "licence", 75, 1},
    {"oom=33", "oom", -1, "oom", 137, 33},
    {"139=1", "signaled", -1, "crash", 139, 139},
    {"crash=1", "signaled", -1, "crash", 139, 1},
    {"139=1", "exited", 139, "crash", 139, 1},
    {"1=2,1=3,failed=4", "exited", 1, "failed", 1, 2},
    {"failed=4,1=2", "exited", 1, "failed", 1, 4},
    {"0=0,255=254", "exited", 255, "failed", 255, 254},
    /* 0 without the proof of success is not the application's 0 */
    {"0=7", "exited", 0, "suspicious", 1, 1},
};

static const char *const wrong[] = {
    "",
    "75",
    "=1",
    "75=",
    "75=256",
    "256=1",
    "-1=1",
    "+75=1",
    "75=1,",
    ",75=1",
    "75=1;2=3",
    "75 =1",
    "Licence=75",
    "75=1=2",
    "x=1",
    "75==1",
};

static void
test_case(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CliExitMap) map = cli_exit_map_new(row->map, &error);
    g_autoptr(JsonObject) result = json_object_new();

    g_assert_no_error(error);
    json_object_set_string_member(result, "kind", row->kind);
    json_object_set_string_member(result, "verdict", row->verdict);
    json_object_set_int_member(result, "code", row->code);
    g_assert_cmpint(cli_exit_map_apply(map, result, row->status), ==, row->wanted);
}

static void
test_nothing_known(void)
{
    g_autoptr(CliExitMap) map = cli_exit_map_new("125=1,unknown=2", NULL);

    g_assert_cmpint(cli_exit_map_apply(map, NULL, 125), ==, 125);
}

static void
test_wrong(gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cli_exit_map_new(data, &error));
    g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    g_assert_true(g_str_has_prefix(error->message, "--exit-map: '"));
    g_assert_nonnull(strstr(error->message, "licence"));
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/exit-map/case/%u", i);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *path = g_strdup_printf("/exit-map/wrong/%u", i);

        g_test_add_data_func(path, wrong[i], test_wrong);
    }
    g_test_add_func("/exit-map/nothing-known", test_nothing_known);
    return g_test_run();
}
