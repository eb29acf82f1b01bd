/* Houdini's answers, as tables: where it is, how it is started. From documentation and public
 * sources (docs/houdini.md), never from a real Houdini. Starts nothing. */
#include "adapter-fixture.h"
#include "dcc-error.h"
#include "dcc-houdini.h"
#include <string.h>

static DccAdapter *
make_houdini(void)
{
    return g_object_new(DCC_TYPE_HOUDINI_ADAPTER, NULL);
}

#define MAC "/Frameworks/Houdini.framework/Versions/Current/Resources/bin/houdini"

static void
test_find(void)
{
    static const struct {
        DccHoudiniSystem system;
        const char *program;
        int mode;
        const char *hfs;     /* $HFS */
        const char *version; /* NULL: not known; "-": not found */
    } cases[] = {
        {DCC_HOUDINI_LINUX, "/opt/hfs20.5.332/bin/houdini", 0755, NULL, "20.5.332"},
        {DCC_HOUDINI_LINUX, "/opt/hfs22.0/bin/houdini", 0755, NULL, "22.0"},
        {DCC_HOUDINI_LINUX, "/opt/hfs20.5.332/bin/houdini", 0644, NULL, "-"}, /* half installed */
        {DCC_HOUDINI_LINUX, "/opt/hfs20.5.332/bin/hython", 0755, NULL, "-"},
        {DCC_HOUDINI_LINUX, "/opt/hfsnightly/bin/houdini", 0755, NULL, NULL},
        {DCC_HOUDINI_LINUX, "/usr/bin/houdini", 0755, NULL, NULL},
        {DCC_HOUDINI_LINUX,
         "/s/houdini/21.0.631-thm.1/bin/houdini",
         0755,
         "/s/houdini/21.0.631-thm.1",
         "21.0.631"},
        {DCC_HOUDINI_LINUX, "/s/hfs19.5.1/bin/houdini", 0755, "/s/hfs19.5.1", "19.5.1"},
        {DCC_HOUDINI_LINUX, "/s/hfs19.5.1/bin/houdini", 0755, "s/hfs19.5.1", "-"},
        {DCC_HOUDINI_MACOS, "/Applications/Houdini/Houdini20.5.278" MAC, 0755, NULL, "20.5.278"},
        {DCC_HOUDINI_WINDOWS,
         "/Program Files/Side Effects Software/Houdini 20.5.332/bin/houdini.exe",
         0755,
         NULL,
         "20.5.332"},
        {DCC_HOUDINI_LINUX, "/Applications/Houdini/Houdini20.5.278" MAC, 0755, NULL, "-"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = fixture_root();
        g_autofree char *hfs = g_strconcat("HFS=", cases[i].hfs ? cases[i].hfs : "", NULL);
        g_autoptr(DccSearch) search = dcc_search_new(
            root, (const char *const[]){"PATH=/usr/bin", "ProgramFiles=/Program Files", hfs, NULL});
        g_autoptr(GListModel) found = NULL;
        g_autoptr(DccInstallation) it = NULL;

        fixture_put(root, cases[i].program, cases[i].mode);
        found = dcc_houdini_find_on(cases[i].system, search, NULL);
        it = g_list_model_get_item(found, 0);
        g_test_message("%s", cases[i].program);
        if (g_strcmp0(cases[i].version, "-") == 0) {
            g_assert_null(it);
        } else {
            g_assert_nonnull(it);
            g_assert_cmpuint(g_list_model_get_n_items(found), ==, 1);
            g_assert_cmpstr(dcc_installation_get_version(it), ==, cases[i].version);
            g_assert_null(dcc_installation_get_version_command(it)); /* it would take a licence */
        }
        fixture_clean(root);
    }
}

/* /opt/hfs20.5 leads to a build elsewhere, as in public images, and a loop leads nowhere. */
static void
test_links(void)
{
    g_autofree char *root = fixture_root();
    g_autoptr(DccSearch) search = dcc_search_new(root, (const char *const[]){"PATH=", NULL});
    g_autoptr(GListModel) found = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);

    fixture_put(root, "/opt/sidefx/build/bin/houdini", 0755);
    fixture_put(root, "/opt/hfs19.5.805/bin/houdini", 0755);
    fixture_link(root, "/opt/hfs20.5", "sidefx/build");
    fixture_link(root, "/opt/hfs20.5.332", "/opt/hfs20.5");
    fixture_link(root, "/opt/hfs19.5", "hfs19.5.805");
    fixture_link(root, "/opt/hfsloop", "hfsloop");
    found = dcc_houdini_find_on(DCC_HOUDINI_LINUX, search, NULL);
    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) it = g_list_model_get_item(found, i);

        g_string_append_printf(seen,
                               "%s %s\n",
                               dcc_installation_get_version(it),
                               dcc_installation_get_executable(it) + strlen(root));
    }
    g_assert_cmpstr(seen->str,
                    ==,
                    "19.5.805 /opt/hfs19.5.805/bin/houdini\n"
                    "20.5 /opt/sidefx/build/bin/houdini\n");
    /* Builds are numbers, not text: the catalogue sorts by this. */
    g_assert_cmpint(dcc_version_compare("20.5.1000", "20.5.332"), >, 0);
    g_assert_cmpint(dcc_version_compare("9.5.805", "20.5.332"), <, 0);
    fixture_clean(root);
}

static void
test_override(void)
{
    g_autofree char *root = fixture_root();
    g_autoptr(GError) error = NULL;
    g_autoptr(DccSearch) search = NULL;
    g_autoptr(GListModel) found = NULL;
    g_autoptr(DccInstallation) first = NULL, second = NULL;

    fixture_put(root, "/opt/hfs20.5.332/bin/houdini", 0755);
    fixture_put(root, "/s/hfs21.0.1/bin/houdinifx", 0755);
    search = dcc_search_new(
        root, (const char *const[]){"DCCHOST_HOUDINI_EXECUTABLE=/s/hfs21.0.1/bin/houdinifx", NULL});
    found = dcc_houdini_find_on(DCC_HOUDINI_LINUX, search, NULL);
    first = g_list_model_get_item(found, 0);
    second = g_list_model_get_item(found, 1);
    g_assert_true(g_str_has_suffix(dcc_installation_get_executable(first), "/bin/houdinifx"));
    g_assert_null(dcc_installation_get_reservation(first));
    g_assert_nonnull(dcc_installation_get_reservation(second));

    g_clear_object(&search);
    search = dcc_search_new(root, (const char *const[]){"DCCHOST_HOUDINI_EXECUTABLE=/none", NULL});
    g_assert_null(dcc_houdini_find_on(DCC_HOUDINI_LINUX, search, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
    fixture_clean(root);
}

static DccLaunchRequest *
make_request(gboolean headless, const char *args)
{
    return fixture_request("houdini", headless, "/pri\"vate", args);
}

#define AGENT "/pri\"vate/houdini/dcchost_houdini_agent.py"

static const struct {
    gboolean headless;
    const char *args, *program, *mode, *argv; /* mode NULL: no agent */
} launches[] = {
    {FALSE, "", "houdini", "window", "-foreground"},
    {FALSE, "-foreground -j4", "houdini", "window", "-foreground -j4"},
    {FALSE, "houdinifx -n", "houdinifx", "window", "-foreground -n"},
    {FALSE, "houdinicore", "houdinicore", "window", "-foreground"},
    {FALSE, "hindie", "hindie", "window", "-foreground"},
    {FALSE, "happrentice", "happrentice", "window", "-foreground"},
    {FALSE, "waitforui x.py", "houdini", "window", "-foreground waitforui x.py"},
    {TRUE, "", "hython", "loop", AGENT},
    {FALSE, "hython", "hython", "loop", AGENT},
    {TRUE, "-u", "hython", "loop", "-u " AGENT},
    {TRUE, "job.py -n 3", "hython", "thread", AGENT " job.py -n 3"},
    {FALSE, "hython -W ignore -c pass", "hython", "thread", "-W ignore " AGENT " -c pass"},
    {TRUE, "-m pytest -x", "hython", "thread", AGENT " -m pytest -x"},
    {FALSE, "hbatch -c quit", "hbatch", NULL, "-c quit"},
    {TRUE, "hbatch job.cmd", "hbatch", NULL, "job.cmd"},
};

static void
check_environment(DccLaunchPlan *plan, gboolean gui)
{
    static const struct {
        const char *key, *value;
        gboolean gui;
    } cases[] = {
        {"HOUDINI_RUN_IN_FOREGROUND", "1", TRUE},
        {"HOUDINI_NO_SPLASH", "1", TRUE},
        {"HOUDINI_NO_START_PAGE_SPLASH", "1", TRUE},
        {"HOUDINI_DISABLE_FILE_LOAD_WARNINGS", "1", TRUE},
        {"HOUDINI_ANONYMOUS_STATISTICS", "0", FALSE},
        {"HOUDINI_LMINFO_VERBOSE", "0", FALSE},
        {"HOUDINI_NOHKEY", "1", FALSE},
        {"HOUDINI_PROMPT_ON_CRASHES", "0", FALSE},
        {"HOUDINI_UNBUFFERED_STDINOUT", "1", FALSE},
        {"HOUDINI_TEMP_DIR", "/own-tmp", FALSE},
        {"TMPDIR", "/own-tmp", FALSE},
    };
    g_auto(GStrv) env = dcc_launch_plan_apply_env(
        plan, (const char *const[]){"HOUDINI_PACKAGE_DIR=/mine", "HSITE=/site", NULL});

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *value = g_environ_getenv(env, cases[i].key);

        g_assert_cmpstr(value, ==, !cases[i].gui || gui ? cases[i].value : NULL);
    }
    g_assert_cmpstr(g_environ_getenv(env, "HSITE"), ==, "/site");
    g_assert_cmpstr(g_environ_getenv(env, "HOUDINI_PACKAGE_DIR"),
                    ==,
                    gui ? "/pri\"vate/houdini/packages:/mine" : "/mine");
    g_assert_true(g_strv_contains(dcc_launch_plan_get_daemons(plan), "hserver"));
    g_assert_true(g_strv_contains(dcc_launch_plan_get_daemons(plan), "sesinetd"));
}

static void
test_launch(void)
{
    static const char *const programs[] = {
        "houdini", "houdinifx", "houdinicore", "hindie", "happrentice", "hython", "hbatch"};
    g_autofree char *root = fixture_root();
    g_autofree char *bin = g_build_filename(root, "hfs20.5.332/bin", NULL);
    g_autofree char *houdini = g_build_filename(bin, "houdini", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(houdini, "20.5.332", "x");
    g_autoptr(DccAdapter) adapter = make_houdini();

    for (guint i = 0; i < G_N_ELEMENTS(programs); i++)
        fixture_put(bin, programs[i], 0755);
    for (guint i = 0; i < G_N_ELEMENTS(launches); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(launches[i].headless, launches[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = dcc_adapter_plan_launch(adapter, it, request, &error);
        g_autofree char *program = g_build_filename(bin, launches[i].program, NULL);
        g_autofree char *argv = NULL;
        g_auto(GStrv) env = NULL;

        g_assert_no_error(error);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        env = dcc_launch_plan_apply_env(got, (const char *const[]){NULL});
        g_assert_cmpstr(dcc_launch_plan_get_argv(got)[0], ==, program);
        g_assert_cmpstr(argv, ==, launches[i].argv);
        g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_AGENT_MODE"), ==, launches[i].mode);
        g_assert_cmpint(dcc_launch_plan_get_readiness(got),
                        ==,
                        launches[i].mode ? DCC_READINESS_AGENT : DCC_READINESS_SETTLE);
        check_environment(got, g_strcmp0(launches[i].mode, "window") == 0);
    }
    fixture_clean(root);
}

/* houdinifx was chosen by its path; the window of an override that names hython is houdini. */
static void
test_own_program(void)
{
    static const struct {
        const char *executable;
        gboolean headless;
        const char *program; /* NULL: not there */
    } cases[] = {
        {"houdinifx", FALSE, "houdinifx"},
        {"houdinifx", TRUE, "hython"},
        {"hython", FALSE, "houdini"},
        {"hython", TRUE, "hython"},
        {"studio-houdini", FALSE, "studio-houdini"},
        {"nowhere/houdini", TRUE, NULL},
    };
    g_autofree char *root = fixture_root();
    g_autoptr(DccAdapter) adapter = make_houdini();

    fixture_put(root, "houdini", 0755);
    fixture_put(root, "hython", 0755);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *executable = g_build_filename(root, cases[i].executable, NULL);
        g_autoptr(DccInstallation) it = dcc_installation_new(executable, NULL, "x");
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, "");
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = dcc_adapter_plan_launch(adapter, it, request, &error);

        if (cases[i].program) {
            g_autofree char *name = g_path_get_basename(dcc_launch_plan_get_argv(got)[0]);

            g_assert_cmpstr(name, ==, cases[i].program);
        } else {
            g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
        }
    }
    fixture_clean(root);
}

/* What cannot be watched, or is not meant, is refused with words. */
static void
test_refused(void)
{
    static const struct {
        gboolean headless;
        const char *args, *env, *words;
    } cases[] = {
        {FALSE, "-background", NULL, "-background"},
        {FALSE, "houdinifx -j4 -background", NULL, "-background"},
        {TRUE, "houdini", NULL, "hython"},
        {FALSE, "", "HOUDINI_PACKAGE_DIR=/studio", "HOUDINI_PACKAGE_DIR"},
        {FALSE, "", "DISPLAY=", "--headless"},
    };
    g_autoptr(DccInstallation) it = dcc_installation_new("/h/bin/houdini", NULL, "x");
    g_autoptr(DccAdapter) adapter = make_houdini();

    g_unsetenv("WAYLAND_DISPLAY");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(GError) error = NULL;

        if (cases[i].env)
            g_assert_true(dcc_launch_request_add_env(request, cases[i].env, NULL));
        g_assert_null(dcc_adapter_plan_launch(adapter, it, request, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, cases[i].words));
    }
}

static char *
list_files(DccLaunchPlan *plan, const char *wanted, char **content)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < dcc_launch_plan_get_n_files(plan); i++) {
        GBytes *bytes = NULL;
        const char *name = dcc_launch_plan_get_file(plan, i, &bytes);

        g_string_append_printf(names, "%s\n", name);
        if (strcmp(name, wanted) == 0)
            *content = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

/* Every Python that is known, and those that this installation has. */
static void
test_agent_files(void)
{
    static const char *const versions[] = {"3.7", "3.9", "3.10", "3.11", "3.13", "3.14"};
    g_autofree char *root = fixture_root();
    g_autofree char *houdini = g_build_filename(root, "bin/houdini", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(houdini, NULL, "x");
    g_autoptr(DccAdapter) adapter = make_houdini();
    g_autoptr(DccLaunchRequest) request = make_request(FALSE, "");
    g_autoptr(DccLaunchPlan) got = NULL;
    g_autofree char *names = NULL, *package = NULL;

    fixture_put(root, "houdini/python3.14libs/x.py", 0644);
    fixture_put(root, "houdini/python3.11libs/x.py", 0644);
    fixture_put(root, "houdini/python2.7libs/x.py", 0644);
    got = dcc_adapter_plan_launch(adapter, it, request, NULL);
    names = list_files(got, "houdini/packages/dcchost.json", &package);
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *line =
            g_strdup_printf("houdini/agent/python%slibs/uiready.py\n", versions[i]);

        g_assert_nonnull(strstr(names, line));
    }
    g_assert_null(strstr(names, "python2"));
    g_assert_cmpstr(package, ==, "{\"path\": \"/pri\\\"vate/houdini/agent\"}\n");
    fixture_clean(root);
}

static void
test_scene(void)
{
    static const struct {
        gboolean headless;
        const char *args, *argv; /* NULL: refused; %s is the scene */
    } cases[] = {
        {FALSE, "", "-foreground SCENE"},
        {FALSE, "waitforui y.py", "-foreground waitforui SCENE y.py"},
        {FALSE, "-desktop Build", "-foreground -desktop Build SCENE"},
        {FALSE, "hbatch job.cmd", "job.cmd SCENE"},
        {TRUE, "", AGENT},
        {TRUE, "job.py", NULL},
    };
    g_autofree char *root = fixture_root();
    g_autofree char *scene = g_build_filename(root, "shot.hip", NULL);
    g_autofree char *houdini = g_build_filename(root, "houdini", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(houdini, NULL, "x");
    g_autoptr(DccAdapter) adapter = make_houdini();

    fixture_put(root, "shot.hip", 0600);
    fixture_put(root, "hython", 0755);
    fixture_put(root, "hbatch", 0755);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(DccLaunchPlan) got = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *argv = NULL;
        g_autoptr(GString) wanted = g_string_new(cases[i].argv);

        dcc_launch_request_set_scene(request, scene);
        got = dcc_adapter_plan_launch(adapter, it, request, &error);
        if (!cases[i].argv) {
            g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
            continue;
        }
        g_assert_no_error(error);
        g_string_replace(wanted, "SCENE", scene, 0);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        g_assert_cmpstr(argv, ==, wanted->str);
    }
    fixture_clean(root);
}

static void
test_safe(void)
{
    g_autoptr(DccInstallation) it = dcc_installation_new("/h/bin/houdini", NULL, "x");
    g_autoptr(DccAdapter) adapter = make_houdini();
    g_autoptr(DccLaunchRequest) request = make_request(FALSE, "");
    g_autoptr(DccLaunchPlan) got = NULL;
    g_auto(GStrv) env = NULL;

    dcc_launch_request_set_safe(request, TRUE);
    got = dcc_adapter_plan_launch(adapter, it, request, NULL);
    env = dcc_launch_plan_apply_env(got,
                                    (const char *const[]){"HOUDINI_PACKAGE_DIR=/mine",
                                                          "HOUDINI_PATH=/mine:&",
                                                          "HOUDINI_USER_PREF_DIR=/mine",
                                                          "HSITE=/site",
                                                          NULL});
    g_assert_true(g_strv_contains(dcc_launch_plan_get_argv(got), "-n"));
    g_assert_cmpstr(g_environ_getenv(env, "HOUDINI_NO_ENV_FILE"), ==, "1");
    g_assert_cmpstr(
        g_environ_getenv(env, "HOUDINI_USER_PREF_DIR"), ==, "/pri\"vate/houdini/prefs__HVER__");
    g_assert_cmpstr(
        g_environ_getenv(env, "HOUDINI_PACKAGE_DIR"), ==, "/pri\"vate/houdini/packages");
    g_assert_null(g_environ_getenv(env, "HOUDINI_PATH"));
    g_assert_null(g_environ_getenv(env, "HSITE"));
}

static void
test_recovery(void)
{
    static const struct {
        const char *args, *file;
        gboolean good;
    } cases[] = {
        {"", "crash.shot.ada_4711.hiplc", TRUE},
        {"hython", "crash.shot.ada_4711.hip", TRUE},
        {"", "crash.shot.ada_4711_log.txt", FALSE},
        {"hython job.py", "crash.shot.ada_4711.hip", FALSE},
        {"hbatch", "crash.shot.ada_4711.hip", FALSE},
    };
    g_autofree char *root = fixture_root();
    g_autofree char *houdini = g_build_filename(root, "houdini", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(houdini, "20.5", "x");
    g_autoptr(DccAdapter) adapter = make_houdini();

    fixture_put(root, "hython", 0755);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_build_filename(root, cases[i].file, NULL);
        g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_RECOVERY, path);
        g_autoptr(DccLaunchRequest) request = make_request(FALSE, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = NULL;

        fixture_put(root, cases[i].file, 0600);
        dcc_launch_request_set_scene(request, "/gone/shot.hip");
        got = dcc_adapter_plan_recovery(adapter, it, request, file, &error);
        g_assert_true((got != NULL) == cases[i].good);
        if (got) {
            g_auto(GStrv) env = dcc_launch_plan_apply_env(got, (const char *const[]){NULL});

            g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_HOUDINI_RECOVER"), ==, path);
            g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_HOUDINI_SCENE"), ==, "/gone/shot.hip");
            g_assert_false(g_strv_contains(dcc_launch_plan_get_argv(got), "/gone/shot.hip"));
        } else {
            g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
        }
    }
    fixture_clean(root);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/houdini/find", test_find);
    g_test_add_func("/houdini/links", test_links);
    g_test_add_func("/houdini/override", test_override);
    g_test_add_func("/houdini/launch", test_launch);
    g_test_add_func("/houdini/own-program", test_own_program);
    g_test_add_func("/houdini/refused", test_refused);
    g_test_add_func("/houdini/agent-files", test_agent_files);
    g_test_add_func("/houdini/scene", test_scene);
    g_test_add_func("/houdini/safe", test_safe);
    g_test_add_func("/houdini/recovery", test_recovery);

    return g_test_run();
}
