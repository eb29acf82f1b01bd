/* Maya's answers, as tables: where it is, how it is started, what its lines, files and ends mean.
 * From documentation and public sources (docs/maya.md), never from a real Maya. Starts nothing. */
#include "adapter-fixture.h"
#include "dcc-error.h"
#include "dcc-maya.h"
#include "dcc-signals.h"
#include <string.h>

static DccAdapter *
make_maya(void)
{
    return g_object_new(DCC_TYPE_MAYA_ADAPTER, NULL);
}

static void
test_find(void)
{
    static const struct {
        DccMayaSystem system;
        const char *program; /* "" none */
        int mode;
        const char *location; /* $MAYA_LOCATION */
        const char *version;  /* NULL: asked; "-": not found */
    } cases[] = {
        {DCC_MAYA_LINUX, "/usr/autodesk/maya2024/bin/maya", 0755, NULL, "2024"},
        {DCC_MAYA_LINUX, "/usr/autodesk/maya2016-x64/bin/maya", 0755, NULL, "2016"},
        {DCC_MAYA_LINUX, "/usr/autodesk/maya2016.5/bin/maya", 0755, NULL, "2016.5"},
        {DCC_MAYA_LINUX, "/usr/autodesk/maya/bin/maya", 0755, NULL, NULL},
        {DCC_MAYA_LINUX, "/usr/autodesk/maya2024/bin/maya", 0644, NULL, "-"}, /* half installed */
        {DCC_MAYA_LINUX, "/usr/autodesk/maya2024/README", 0755, NULL, "-"},
        {DCC_MAYA_LINUX, "/studio/maya2023/bin/maya", 0755, "/studio/maya2023", "2023"},
        {DCC_MAYA_MACOS,
         "/Applications/Autodesk/maya2025/Maya.app/Contents/bin/maya",
         0755,
         NULL,
         "2025"},
        {DCC_MAYA_MACOS, "/m/maya2022/Maya.app/Contents/bin/maya", 0755, "/m/maya2022", "2022"},
        {DCC_MAYA_WINDOWS, "/Program Files/Autodesk/Maya2026/bin/maya.exe", 0755, NULL, "2026"},
        {DCC_MAYA_LINUX,
         "/Applications/Autodesk/maya2025/Maya.app/Contents/bin/maya",
         0755,
         NULL,
         "-"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = fixture_root();
        g_autofree char *location =
            g_strconcat("MAYA_LOCATION=", cases[i].location ? cases[i].location : "", NULL);
        g_autoptr(DccSearch) search = dcc_search_new(
            root,
            (const char *const[]){"PATH=/usr/bin", "ProgramFiles=/Program Files", location, NULL});
        g_autoptr(GListModel) found = NULL;
        g_autoptr(DccInstallation) it = NULL;

        fixture_put(root, cases[i].program, cases[i].mode);
        found = dcc_maya_find_on(cases[i].system, search, NULL);
        it = g_list_model_get_item(found, 0);
        g_test_message("%s", cases[i].program);
        if (g_strcmp0(cases[i].version, "-") == 0) {
            g_assert_null(it);
        } else {
            g_assert_nonnull(it);
            g_assert_cmpuint(g_list_model_get_n_items(found), ==, 1);
            g_assert_cmpstr(dcc_installation_get_version(it), ==, cases[i].version);
            g_assert_true((dcc_installation_get_version_command(it) != NULL) == !cases[i].version);
        }
        fixture_clean(root);
    }
}

static void
test_versions(void)
{
    static const struct {
        const char *output, *version;
    } cases[] = {
        {"Maya 2018, Cut Number 201706261615\n", "2018"},
        {"Maya 2024, Cut Number 202302170737", "2024"},
        {"noise\nMaya 2011 x64, Cut Number 201003190311", "2011"},
        {"Maya 2016 Extension 2, Cut Number 201603180400", "2016"},
        {"Maya, Cut Number 202302170737", NULL},
        {"Maya 2024", NULL},
        {"", NULL},
    };
    g_autoptr(DccAdapter) adapter = make_maya();
    g_autoptr(DccInstallation) it = dcc_installation_new("/m/maya", NULL, "PATH");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *version = dcc_adapter_read_version(adapter, it, cases[i].output);

        g_assert_cmpstr(version, ==, cases[i].version);
    }
}

static DccLaunchRequest *
make_request(gboolean headless, const char *args)
{
    return fixture_request("maya", headless, "/private", args);
}

#define AGENT "/private/maya/dcchost_maya_agent.py"
#define LOOP  "-command python(\"import sys; sys.modules['dcchost_maya_agent'].loop()\")"

static void
test_launch(void)
{
    static const struct {
        gboolean headless;
        const char *args, *program, *mode, *argv;
    } cases[] = {
        {FALSE, "", "maya", "window", ""},
        {FALSE, "-noAutoloadPlugins", "maya", "window", "-noAutoloadPlugins"},
        {FALSE, "-command print", "maya", "window", "-command print"},
        {FALSE, "-batch", "maya", "loop", "-batch " LOOP},
        {FALSE, "-batch -script x.mel", "maya", "thread", "-batch -script x.mel"},
        {FALSE, "mayabatch", "maya", "loop", "-batch " LOOP},
        {TRUE, "-command quit", "maya", "thread", "-batch -command quit"},
        {FALSE, "-prompt", "maya", "thread", "-prompt"},
        {TRUE, "", "mayapy", "loop", AGENT},
        {TRUE, "job.py -batch", "maya", "loop", "job.py -batch " LOOP},
        {TRUE, "job.py --frames 3", "mayapy", "thread", AGENT " job.py --frames 3"},
        {FALSE, "mayapy job.py", "mayapy", "thread", AGENT " job.py"},
        {FALSE, "Render -r sw x.ma", "Render", "thread", "-r sw x.ma"},
    };
    g_autofree char *root = fixture_root();
    g_autofree char *bin = g_build_filename(root, "maya2022/bin", NULL);
    g_autofree char *maya = g_build_filename(bin, "maya", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(maya, "2022", "x");
    g_autoptr(DccAdapter) adapter = make_maya();

    fixture_put(bin, "mayapy", 0755);
    fixture_put(bin, "Render", 0755);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = dcc_adapter_plan_launch(adapter, it, request, &error);
        g_autofree char *program = g_build_filename(bin, cases[i].program, NULL);
        g_autofree char *argv = NULL;
        g_auto(GStrv) env = NULL;

        g_assert_no_error(error);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        env = dcc_launch_plan_apply_env(got, (const char *const[]){"PYTHONPATH=/own", NULL});
        g_assert_cmpstr(dcc_launch_plan_get_argv(got)[0], ==, program);
        g_assert_cmpstr(argv, ==, cases[i].argv);
        g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_AGENT_MODE"), ==, cases[i].mode);
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_DISABLE_CIP"), ==, "1");
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_DISABLE_CER"), ==, "1");
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_DISABLE_ADP"), ==, "1");
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_NO_STANDALONE_ATEXIT"), ==, "1");
        g_assert_cmpstr(g_environ_getenv(env, "TMPDIR"), ==, "/own-tmp");
        g_assert_cmpstr(g_environ_getenv(env, "TEMP"), ==, "/own-tmp");
        g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_MAYA_AGENT"), ==, AGENT);
        if (strcmp(cases[i].program, "mayapy") == 0)
            g_assert_nonnull(g_environ_getenv(env, "LD_LIBRARY_PATH")); /* until 2023 */
        else
            g_assert_cmpstr(g_environ_getenv(env, "PYTHONPATH"), ==, "/private/maya/startup:/own");
    }
    fixture_clean(root);
}

/* Nobody's preferences, no plug-ins by themselves, no userSetup.py; the agent comes in all the
 * same. */
static void
test_safe(void)
{
    static const struct {
        gboolean headless;
        const char *args;
        gboolean flag;
    } cases[] = {
        {FALSE, "", TRUE},
        {FALSE, "-noAutoloadPlugins", TRUE},
        {FALSE, "-batch", TRUE},
        {TRUE, "", FALSE}, /* mayapy loads none by itself */
    };
    g_autofree char *root = fixture_root();
    g_autofree char *bin = g_build_filename(root, "maya2024/bin", NULL);
    g_autofree char *maya = g_build_filename(bin, "maya", NULL);
    g_autoptr(DccInstallation) it = dcc_installation_new(maya, "2024", "x");
    g_autoptr(DccAdapter) adapter = make_maya();

    fixture_put(bin, "mayapy", 0755);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(DccLaunchPlan) got = NULL;
        g_autofree char *argv = NULL;
        g_auto(GStrv) env = NULL;

        dcc_launch_request_set_safe(request, TRUE);
        got = dcc_adapter_plan_launch(adapter, it, request, NULL);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        env = dcc_launch_plan_apply_env(got, (const char *const[]){"MAYA_APP_DIR=/own", NULL});
        g_assert_cmpint(strstr(argv, "-noAutoloadPlugins") != NULL, ==, cases[i].flag);
        g_assert_true(g_strrstr(argv, "-noAutoloadPlugins") == strstr(argv, "-noAutoloadPlugins"));
        g_assert_nonnull(strstr(argv, cases[i].headless ? AGENT : "DCCHOST_MAYA_AGENT"));
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_APP_DIR"), ==, "/private/maya/safe");
        g_assert_cmpstr(g_environ_getenv(env, "MAYA_SKIP_USERSETUP_PY"), ==, "1");
    }
    fixture_clean(root);
}

static void
test_recovery(void)
{
    static const struct {
        const char *args, *file;
        gboolean good;
    } cases[] = {
        {"", "untitle[Recovered-ada.2024-05-06-07.08].ma", TRUE},
        {"", "MayaCrashLog240506.0708.log", FALSE},
        {"Render x.ma", "untitle[Recovered-ada.2024-05-06-07.08].ma", FALSE},
    };
    g_autofree char *root = fixture_root();
    g_autoptr(DccInstallation) it = dcc_installation_new("/m/maya2024/bin/maya", "2024", "x");
    g_autoptr(DccAdapter) adapter = make_maya();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_build_filename(root, cases[i].file, NULL);
        g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_RECOVERY, path);
        g_autoptr(DccLaunchRequest) request = make_request(FALSE, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = NULL;

        fixture_put(root, cases[i].file, 0600);
        dcc_launch_request_set_scene(request, "/gone/shot.mb"); /* what crashed need not be there */
        got = dcc_adapter_plan_recovery(adapter, it, request, file, &error);
        g_assert_true((got != NULL) == cases[i].good);
        if (got) {
            g_auto(GStrv) env = dcc_launch_plan_apply_env(got, (const char *const[]){NULL});

            g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_MAYA_RECOVER"), ==, path);
            g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_MAYA_SCENE"), ==, "/gone/shot.mb");
            g_assert_null(dcc_launch_plan_get_argv(got)[1]);
        } else {
            g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
        }
    }
    fixture_clean(root);
}

static void
test_rescue_files(void)
{
    static const struct {
        const char *name;
        int kind;
    } cases[] = {
        {"untitle[Recovered-ada.2024-05-06-07.08].ma", DCC_RESCUE_RECOVERY},
        {"ada.20120223.1655.ma", DCC_RESCUE_RECOVERY},
        {".20190417.0215.ma", DCC_RESCUE_RECOVERY},
        {"ada.2012022.1655.ma", DCC_RESCUE_AUTOSAVE},
        {"MayaCrashLog240506.0708.log", DCC_RESCUE_CRASH_REPORT},
        {"MayaCrashLog240506.0708.dmp", DCC_RESCUE_CRASH_REPORT},
        {"ada.20120223.1655.crash.txt", DCC_RESCUE_CRASH_REPORT},
        {"dcchost-faults.txt", DCC_RESCUE_STACKS},
        {"shot.0001.ma", DCC_RESCUE_AUTOSAVE},
        {"notes.txt", -1},
    };
    g_autoptr(DccAdapter) adapter = make_maya();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = fixture_root();
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(139);
        g_autoptr(GListModel) found = NULL;
        g_autoptr(DccRescueFile) file = NULL;

        fixture_put(root, cases[i].name, 0600);
        dcc_exit_info_set_temp_dir(info, root);
        found = dcc_adapter_list_rescue_files(adapter, info, NULL);
        file = g_list_model_get_item(found, 0);
        g_test_message("%s", cases[i].name);
        g_assert_cmpint(file ? (int)dcc_rescue_file_get_kind(file) : -1, ==, cases[i].kind);
        fixture_clean(root);
    }
}

#define MAYAPY (JOB | 32) /* a script of its own */
#define BATCH  (JOB | 64) /* a command of its own */
#define BYE    DCC_MAYA_GOODBYE
#define TRACE  "Traceback (most recent call last):"

static const struct {
    int code, flags; /* code < 0: by that signal */
    const char *output;
    DccVerdictKind kind;
} exits[] = {
    {0, READY, BYE, DCC_VERDICT_CLEAN},
    {0, READY, "", DCC_VERDICT_SUSPICIOUS},
    {0, READY, TRACE "\n" BYE, DCC_VERDICT_SUSPICIOUS},
    /* mayapy says goodbye only after a script that did not fail: what it printed was handled. */
    {0, READY | MAYAPY, TRACE "\n" BYE, DCC_VERDICT_CLEAN},
    {0, READY | MAYAPY, TRACE, DCC_VERDICT_SUSPICIOUS},
    {0, READY | BATCH, TRACE "\n" BYE, DCC_VERDICT_SUSPICIOUS},
    /* A chosen code, whatever was printed; 1 is Python's own. */
    {7, READY | MAYAPY, TRACE, DCC_VERDICT_FAILED},
    {200, READY | MAYAPY, "", DCC_VERDICT_FAILED},
    {0, 0, DCC_MAYA_NO_SCENE ": /x.ma: bad", DCC_VERDICT_BAD_SCENE},
    {0, READY, DCC_MAYA_NO_SCENE ": /x.ma: bad\n" BYE, DCC_VERDICT_CLEAN},
    {143, READY | REQUESTED, "", DCC_VERDICT_CLEAN},
    {0, 0, "// Maya exited with status 0", DCC_VERDICT_CLEAN},
    {0, 0, "Maxon licensing error\n// Maya exited with status 0", DCC_VERDICT_LICENCE},
    {1,
     0,
     "RuntimeError: Error encountered when initializing Maya - Please check for",
     DCC_VERDICT_LICENCE},
    {1, 0, "[ass] Could not obtain a license", DCC_VERDICT_LICENCE},
    {1, READY, TRACE, DCC_VERDICT_SCRIPT_ERROR},
    {3, READY, "", DCC_VERDICT_FAILED},
    {1, 0, DCC_MAYA_NO_SCENE ": /x.ma: bad", DCC_VERDICT_BAD_SCENE},
    {1, READY, "// Maya exited with status 1", DCC_VERDICT_FAILED},
    {127,
     0,
     "maya.bin: error while loading shared libraries: libXp.so.6",
     DCC_VERDICT_BROKEN_INSTALL},
    {127, 0, "", DCC_VERDICT_BROKEN_INSTALL},
    {139, READY, "", DCC_VERDICT_CRASH},
    {134, READY, "", DCC_VERDICT_CRASH},
    {-DCC_SIGNAL_SEGV, READY, "", DCC_VERDICT_CRASH},
    {0, READY, "maya encountered a fatal error", DCC_VERDICT_CRASH},
    {1, READY, "Signal: 6 (Unknown Signal)", DCC_VERDICT_CRASH},
    {1, READY, "// Maya exited with status 139", DCC_VERDICT_CRASH},
    {137, READY, "", DCC_VERDICT_KILLED},
    {143, READY, "", DCC_VERDICT_CANCELLED},
    {-DCC_SIGNAL_TERMINATE, READY, "", DCC_VERDICT_CANCELLED},
    {-DCC_SIGNAL_KILL, READY, "", DCC_VERDICT_KILLED},
    {-DCC_SIGNAL_KILL, READY | OURS, "", DCC_VERDICT_KILLED},
    {-DCC_SIGNAL_KILL, READY | REQUESTED | OURS, "", DCC_VERDICT_CLEAN},
    {0, READY | REQUESTED, "", DCC_VERDICT_CLEAN},
    {139, READY | REQUESTED, "", DCC_VERDICT_CLEAN},
    {255, READY, "", DCC_VERDICT_FAILED},
};

static void
test_exits(void)
{
    g_autoptr(DccAdapter) adapter = make_maya();

    for (guint i = 0; i < G_N_ELEMENTS(exits); i++) {
        const char *script[] = {"script.py", NULL}, *command[] = {"-command", "x", NULL};
        g_autoptr(DccExitInfo) info =
            fixture_end(adapter, exits[i].code, exits[i].flags, exits[i].output);
        g_autoptr(DccVerdict) got = NULL;

        if (exits[i].flags & JOB)
            dcc_exit_info_set_args(info, exits[i].flags & 32 ? script : command);
        got = dcc_adapter_judge_exit(adapter, info);
        g_test_message("%d '%s': %s", exits[i].code, exits[i].output, dcc_verdict_get_reason(got));
        g_assert_cmpint(dcc_verdict_get_kind(got), ==, exits[i].kind);
    }
}

static void
test_progress(void)
{
    static const struct {
        const char *line;
        gint64 part; /* -1: says nothing */
    } cases[] = {
        {"00:00:01  500MB |  42% done - 9 rays/pixel", 42},
        {"R90000   7%", 7},
        {"100% done", 100},
        {"% done", -1},
        {"50%", -1},
        {"Signal: nothing", -1},
    };
    g_autoptr(DccAdapter) adapter = make_maya();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        fixture_assert_part(adapter, cases[i].line, cases[i].part);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/maya/find", test_find);
    g_test_add_func("/maya/versions", test_versions);
    g_test_add_func("/maya/launch", test_launch);
    g_test_add_func("/maya/recovery", test_recovery);
    g_test_add_func("/maya/safe", test_safe);
    g_test_add_func("/maya/rescue-files", test_rescue_files);
    g_test_add_func("/maya/exits", test_exits);
    g_test_add_func("/maya/progress", test_progress);

    return g_test_run();
}
