/* How Blender is started, asked and stopped: measured on Blender 3.4.1, Debian 12. Starts nothing.
 */
#include "blender-fixture.h"
#include "dcc-error.h"
#include "dcc-signals.h"
#include <string.h>
#include <sys/stat.h>

static DccLaunchRequest *
make_request(gboolean headless, const char *args)
{
    return fixture_request("blender", headless, "/private", args);
}

static DccLaunchPlan *
plan(DccLaunchRequest *request, GError **error)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/opt/b/blender", "3.4.1", "/opt");

    return dcc_adapter_plan_launch(adapter, it, request, error);
}

#define AGENT "--python /private/blender/dcchost_blender_agent.py"
#define LOOP  "--python-expr import dcchost_blender_agent; dcchost_blender_agent.loop()"

static void
test_launch_arguments(void)
{
    static const struct {
        gboolean headless;
        const char *args, *mode, *argv;
    } cases[] = {
        {FALSE, "", "gui", AGENT},
        {FALSE, "--factory-startup", "gui", AGENT " --factory-startup"},
        /* A script that fails does not take the artist's window away. */
        {FALSE, "-P x.py", "gui", AGENT " -P x.py"},
        {TRUE, "", "loop", "-b " AGENT " " LOOP},
        {FALSE, "-b", "loop", "-b " AGENT " -b " LOOP},
        /* A script in the background is a job: Blender ends when it has run, as without us. */
        {TRUE, "-P x.py -- -a b", "thread", "-b --python-exit-code 42 " AGENT " -P x.py -- -a b"},
        {TRUE, "--python-expr -a", "thread", "-b --python-exit-code 42 " AGENT " --python-expr -a"},
        /* What is left to scripts stays last. */
        {TRUE, "-o /x -- -a b", "loop", "-b " AGENT " -o /x " LOOP " -- -a b"},
        {TRUE, "-a", "thread", "-b " AGENT " -a"},
        {TRUE, "-o /x/-a -f 1", "thread", "-b " AGENT " -o /x/-a -f 1"},
        {TRUE, "-o -a", "loop", "-b " AGENT " -o -a " LOOP},
        {TRUE, "-o /x", "loop", "-b " AGENT " -o /x " LOOP},
        {TRUE, "-c extension list", "thread", "-b " AGENT " -c extension list"},
        {TRUE, "--python-exit-code 3", "loop", "-b " AGENT " --python-exit-code 3 " LOOP},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = plan(request, &error);
        g_autofree char *argv = NULL;
        g_auto(GStrv) env = NULL;

        g_assert_no_error(error);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        env = dcc_launch_plan_apply_env(got, (const char *const[]){NULL});
        g_assert_cmpstr(argv, ==, cases[i].argv);
        g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_AGENT_MODE"), ==, cases[i].mode);
        g_assert_cmpint(dcc_launch_plan_get_readiness(got), ==, DCC_READINESS_AGENT);
        g_assert_cmpstr(dcc_launch_plan_get_argv(got)[0], ==, "/opt/b/blender");
    }
}

static void
test_launch_frames(void)
{
    static const struct {
        const char *args;
        int first, last, step;
        const char *told; /* DCCHOST_AGENT_FRAMES */
    } cases[] = {
        {"-a", 0, 0, 0, NULL},
        {"-s 2 -e 9 -a", 2, 9, 1, NULL},
        {"-s 2 -e 9 -j 3 -a", 2, 9, 3, NULL},
        {"--frame-start 2 --frame-end 9 --render-anim", 2, 9, 1, NULL},
        {"-a -s 2 -e 9", 0, 0, 0, NULL}, /* too late: worked off in order */
        {"-e 9 -a", 0, 0, 0, NULL},
        {"-s +2 -e 9 -a", 0, 0, 0, NULL}, /* counts from the scene's own */
        {"-s 9 -e 2 -a", 0, 0, 0, NULL},
        {"-s 1 -e 2 -a -s 5 -e 6 -a", 0, 0, 0, NULL},
        {"-f 7", 7, 7, 1, "7 7 1"},
        {"-f 1..5", 1, 5, 1, "1 5 1"},
        {"-f 1,3,5", 1, 5, 2, "1 5 2"},
        {"-f 1 -f 2", 1, 2, 1, "1 2 1"},
        {"-f 1,2,5", 0, 0, 0, ""},
        {"-f +1", 0, 0, 0, ""},
        {"-f 5..1", 0, 0, 0, ""},
        {"-f x", 0, 0, 0, ""},
        {"-f 99999999999999999999", 0, 0, 0, ""},
        {"-f", 0, 0, 0, ""},
        {"-f 1 -a", 0, 0, 0, NULL},
        {"-P x.py", 0, 0, 0, NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(TRUE, cases[i].args);
        g_autoptr(DccLaunchPlan) got = plan(request, NULL);
        g_auto(GStrv) env = dcc_launch_plan_apply_env(
            got, (const char *const[]){"DCCHOST_AGENT_FRAMES=1 1 1", NULL});
        int first, last, step;

        dcc_launch_plan_get_frames(got, &first, &last, &step);
        g_test_message("%s", cases[i].args);
        g_assert_cmpint(step, ==, cases[i].step);
        if (step > 0) {
            g_assert_cmpint(first, ==, cases[i].first);
            g_assert_cmpint(last, ==, cases[i].last);
        }
        g_assert_cmpstr(g_environ_getenv(env, "DCCHOST_AGENT_FRAMES"), ==, cases[i].told);
    }
}

static void
test_launch_environment(void)
{
    const char *const environment[] = {
        "PATH=/users/ada/.pyenv/shims:/usr/bin", "PYTHONHOME=/bad", "TMP=/tmp", NULL};
    g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
    g_autoptr(DccLaunchPlan) got = plan(request, NULL);
    g_auto(GStrv) env = dcc_launch_plan_apply_env(got, environment);
    GBytes *agent = NULL;

    g_assert_null(g_environ_getenv(env, "PYTHONHOME"));
    /* Blender takes the first python3.N on PATH for its own. */
    g_assert_cmpstr(g_environ_getenv(env, "PATH"), ==, "/opt/b:/users/ada/.pyenv/shims:/usr/bin");
    g_assert_cmpstr(g_environ_getenv(env, "TMP"), ==, "/own-tmp");
    g_assert_cmpstr(g_environ_getenv(env, "TMPDIR"), ==, "/own-tmp");
    g_assert_cmpstr(g_environ_getenv(env, "TEMP"), ==, "/own-tmp");
    g_assert_cmpuint(dcc_launch_plan_get_n_files(got), ==, 2);
    g_assert_cmpstr(
        dcc_launch_plan_get_file(got, 0, &agent), ==, "blender/dcchost_blender_agent.py");
    g_assert_cmpuint(g_bytes_get_size(agent), >, 1000);
    g_assert_true(g_str_has_prefix(g_bytes_get_data(agent, NULL), "\"\"\"dcchost's agent"));
    g_assert_cmpstr(dcc_launch_plan_get_file(got, 1, &agent), ==, "blender/dcchost_agent.py");
    g_assert_true(
        g_str_has_prefix(g_bytes_get_data(agent, NULL), "\"\"\"What dcchost's agents have"));
}

static void
test_launch_scene(void)
{
    static const struct {
        const char *content;
        gssize length;
        const char *complaint; /* NULL: taken */
    } cases[] = {
        {"BLENDER-v304RENDH", -1, NULL},
        {"BLENDER17-01v0500", -1, NULL},
        {"\x28\xb5\x2f\xfd-zstd", -1, NULL},
        {"\x1f\x8b-gzip", -1, NULL},
        {"", 0, "it is empty"},
        {"BLEND", -1, "no Blender file"},
        {"\x1f", 1, "no Blender file"},
        {"#!/bin/sh\n", -1, "no Blender file"},
    };
    g_autofree char *directory = fixture_root();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            fixture_put_content(directory, "scene.blend", cases[i].content, cases[i].length);
        g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
        g_autoptr(DccLaunchPlan) got = NULL;
        g_autoptr(GError) error = NULL;

        dcc_launch_request_set_scene(request, path);
        got = plan(request, &error);
        if (!cases[i].complaint) {
            g_assert_no_error(error);
            g_assert_cmpstr(dcc_launch_plan_get_argv(got)[2], ==, path);
            continue;
        }
        g_assert_null(got);
        g_assert_true(dcc_error_is_scene(error));
        g_assert_nonnull(strstr(error->message, cases[i].complaint));
        g_assert_nonnull(strstr(error->message, path));
    }
    fixture_clean(directory);
}

static void
test_launch_scene_missing(void)
{
    g_autofree char *directory = fixture_root();
    g_autofree char *fifo = g_build_filename(directory, "fifo", NULL);
    const char *const paths[] = {"/no/such.blend", directory, fifo};

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
        g_autoptr(GError) error = NULL;

        dcc_launch_request_set_scene(request, paths[i]);
        g_assert_null(plan(request, &error));
        g_assert_true(dcc_error_is_scene(error));
    }
    fixture_clean(directory);
}

static void
test_launch_without_display(void)
{
    static const struct {
        gboolean headless;
        const char *env;
        gboolean good;
    } cases[] = {
        {FALSE, NULL, FALSE},
        {FALSE, "DISPLAY=", FALSE},
        {FALSE, "DISPLAYS=:1", FALSE},
        {FALSE, "DISPLAY=:1", TRUE},
        {FALSE, "WAYLAND_DISPLAY=wayland-0", TRUE},
        {TRUE, NULL, TRUE},
    };

    g_unsetenv("DISPLAY");
    g_unsetenv("WAYLAND_DISPLAY");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("blender");
        g_autoptr(DccLaunchPlan) got = NULL;
        g_autoptr(GError) error = NULL;

        dcc_launch_request_set_headless(request, cases[i].headless);
        dcc_launch_request_set_private_dir(request, "/private");
        if (cases[i].env)
            g_assert_true(dcc_launch_request_add_env(request, cases[i].env, NULL));
        got = plan(request, &error);
        g_assert_true((got != NULL) == cases[i].good);
        if (!got)
            g_assert_nonnull(strstr(error->message, "--headless"));
    }
}

static void
test_probe(void)
{
    static const struct {
        const char *reply;
        DccHealth health;
    } cases[] = {
        {"{\"pid\":1,\"main_thread_age_ms\":90,\"busy\":null,\"scene\":\"\"}", DCC_HEALTH_OK},
        {"{\"main_thread_age_ms\":90000,\"busy\":null}", DCC_HEALTH_UNRESPONSIVE},
        {"{\"main_thread_age_ms\":90000,\"busy\":\"render\",\"busy_ms\":90000}", DCC_HEALTH_BUSY},
        {"{}", DCC_HEALTH_UNKNOWN},
    };
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
    g_autoptr(DccProbePlan) probe = dcc_adapter_plan_probe(adapter, request, NULL);

    g_assert_cmpint(dcc_probe_plan_get_kind(probe), ==, DCC_PROBE_AGENT);
    g_assert_cmpstr(dcc_probe_plan_get_method(probe), ==, "ping");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccProbeReply) reply =
            dcc_adapter_read_probe(adapter, probe, cases[i].reply, NULL);

        g_assert_cmpint(dcc_probe_reply_get_health(reply), ==, cases[i].health);
    }
    g_assert_null(dcc_adapter_read_probe(adapter, probe, "[", NULL));
}

static void
test_stop(void)
{
    static const struct {
        gboolean headless;
        const char *args;
        const char *save;
        gint64 timeout;
    } cases[] = {
        {TRUE, "", "save", 10000},
        {FALSE, "", "save", 10000},
        {FALSE, "-a", "save", 10000}, /* a window */
        /* Nothing can be saved, and no orderly end is worth the farm's whole patience. */
        {TRUE, "-P x.py", NULL, 2000},
        {TRUE, "-P x.py -a", NULL, 2000},
        {TRUE, "-P x.py -- -a", NULL, 2000},
        {TRUE, "-a", NULL, 2000},
        {TRUE, "-o /x -f 1..3", NULL, 2000},
        {FALSE, "-b -a", NULL, 2000},
    };
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(cases[i].headless, cases[i].args);
        g_autoptr(DccStopPlan) stop = dcc_adapter_plan_stop(adapter, request, NULL);

        g_assert_cmpstr(dcc_stop_plan_get_save_method(stop), ==, cases[i].save);
        g_assert_cmpstr(dcc_stop_plan_get_quit_method(stop), ==, "quit");
        g_assert_cmpint(dcc_stop_plan_get_quit_timeout(stop), ==, cases[i].timeout);
        g_assert_cmpint(dcc_stop_plan_get_signal(stop), ==, DCC_SIGNAL_TERMINATE);
    }
}

/* First of all, so that it takes nothing away that was asked for. */
static void
test_launch_safe(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/opt/b/blender", "3.4.1", "/opt");

    for (guint safe = 0; safe < 2; safe++) {
        g_autoptr(DccLaunchRequest) request = make_request(TRUE, "--addons mine");
        g_autoptr(DccLaunchPlan) got = NULL;
        const char *const *argv;

        dcc_launch_request_set_safe(request, safe);
        got = dcc_adapter_plan_launch(adapter, it, request, NULL);
        argv = dcc_launch_plan_get_argv(got);
        g_assert_cmpint(g_strcmp0(argv[2], "--factory-startup") == 0, ==, safe);
        g_assert_cmpint(g_strv_contains(argv, "--factory-startup"), ==, safe);
        g_assert_true(g_strv_contains(argv, "--addons"));
        g_assert_true(g_strv_contains(argv, "--python"));
    }
}

/* It is recovered, not opened: the scene keeps its own name. */
static void
test_recovery(void)
{
    g_autofree char *directory = fixture_root();
    g_autofree char *autosave =
        fixture_put_content(directory, "it's_1_autosave.blend", "BLENDER-v304", -1);
    g_autofree char *report = fixture_put_content(directory, "it.crash.txt", "# Blender 3.4.1", -1);
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/opt/b/blender", "3.4.1", "/opt");
    g_autoptr(DccLaunchRequest) request = make_request(TRUE, "-a");
    g_autoptr(DccRescueFile) good = dcc_rescue_file_new(DCC_RESCUE_AUTOSAVE, autosave);
    g_autoptr(DccRescueFile) bad = dcc_rescue_file_new(DCC_RESCUE_CRASH_REPORT, report);
    g_autoptr(DccLaunchPlan) got = NULL;
    g_autoptr(GError) error = NULL;
    const char *const *argv;

    dcc_launch_request_set_scene(request, "/no/longer/there.blend");
    got = dcc_adapter_plan_recovery(adapter, it, request, good, &error);
    g_assert_no_error(error);
    argv = dcc_launch_plan_get_argv(got);
    g_assert_cmpuint(g_strv_length((char **)argv), ==, 9);
    g_assert_cmpstr(argv[2], ==, "--python-exit-code");
    g_assert_cmpstr(argv[6], ==, "--python-expr");
    g_assert_nonnull(strstr(argv[7], "it.agent.recover("));
    g_assert_nonnull(strstr(argv[7], "697427735f315f6175746f736176652e626c656e64"));
    g_assert_cmpstr(argv[8], ==, "-a");
    g_assert_null(dcc_adapter_plan_recovery(adapter, it, request, bad, &error));
    g_assert_true(dcc_error_is_not_supported(error));
    fixture_clean(directory);
}

/* What holds for a scene on the command line holds for one that is recovered. */
static void
test_recovery_scripts(void)
{
    static const struct {
        const char *args, *word;
    } cases[] = {
        {"", ", None)"},
        {"-y", ", True)"},
        {"--disable-autoexec", ", False)"},
        {"-Y --enable-autoexec", ", True)"},
        {"-o -y", ", None)"},
        {"-- -Y", ", None)"},
    };
    g_autofree char *directory = fixture_root();
    g_autofree char *copy =
        fixture_put_content(directory, "it_rescue.blend", "BLENDER17-01v0502", -1);
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/opt/b/blender", "5.2.2", "/opt");
    g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_COPY, copy);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(FALSE, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got =
            dcc_adapter_plan_recovery(adapter, it, request, file, &error);
        g_autofree char *line = NULL;

        g_assert_no_error(error);
        line = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got));
        g_test_message("%s", line);
        g_assert_nonnull(strstr(line, cases[i].word));
    }
    fixture_clean(directory);
}

/* "//" is the scene's own directory to Blender. */
static void
test_two_slashes(void)
{
    g_autofree char *directory = fixture_root();
    g_autofree char *scene = fixture_put_content(directory, "it.blend", "BLENDER-v304", -1);
    g_autofree char *twice = g_strconcat("//", scene, NULL);
    g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
    g_autoptr(DccLaunchPlan) got = NULL;
    g_autoptr(GError) error = NULL;

    dcc_launch_request_set_scene(request, twice);
    got = plan(request, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(dcc_launch_plan_get_argv(got)[2], ==, scene);
    fixture_clean(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/blender/launch/arguments", test_launch_arguments);
    g_test_add_func("/blender/launch/frames", test_launch_frames);
    g_test_add_func("/blender/launch/environment", test_launch_environment);
    g_test_add_func("/blender/launch/scene", test_launch_scene);
    g_test_add_func("/blender/launch/scene-missing", test_launch_scene_missing);
    g_test_add_func("/blender/launch/display", test_launch_without_display);
    g_test_add_func("/blender/launch/safe", test_launch_safe);
    g_test_add_func("/blender/launch/recovery", test_recovery);
    g_test_add_func("/blender/launch/recovery-scripts", test_recovery_scripts);
    g_test_add_func("/blender/launch/two-slashes", test_two_slashes);
    g_test_add_func("/blender/probe", test_probe);
    g_test_add_func("/blender/stop", test_stop);

    return g_test_run();
}
