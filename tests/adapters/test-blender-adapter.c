/* The Blender adapter's answers, as tables of facts: measured on Blender 3.4.1, Debian 12. Starts
 * nothing. */
#include "dcc-blender.h"
#include "dcc-error.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static DccAdapter *
make_adapter(void)
{
    return g_object_new(DCC_TYPE_BLENDER_ADAPTER, NULL);
}

static char *
make_directory(void)
{
    GError *error = NULL;
    char *path = g_dir_make_tmp("dcc-blender-XXXXXX", &error);

    g_assert_no_error(error);
    return path;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_assert_cmpint(g_unlink(child), ==, 0);
    }
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static char *
put_file(const char *directory, const char *name, const char *content, gssize length)
{
    char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, content, length, NULL));
    return path;
}

static void
put_program(const char *root, const char *name)
{
    g_autofree char *path = put_file(root, name, "#!/bin/sh\n", -1);

    g_assert_cmpint(g_chmod(path, 0755), ==, 0);
}

/* -- discovery
 * ------------------------------------------------------------------------------------- */

static GListModel *
find(const char *root, const char *override)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autofree char *setting = g_strconcat("DCCHOST_BLENDER_EXECUTABLE=", override, NULL);
    const char *const environ[] = {
        "HOME=/home/ada", "PATH=/usr/local/bin:/usr/bin", override ? setting : NULL, NULL};
    g_autoptr(DccSearch) search = dcc_search_new(root, environ);
    GError *error = NULL;
    GListModel *found = dcc_adapter_find_installations(adapter, search, &error);

    g_assert_no_error(error);
    return found;
}

/* "origin path version reservation?" a line, with the root left out. */
static char *
describe(GListModel *found, const char *root)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) it = g_list_model_get_item(found, i);
        const char *version = dcc_installation_get_version(it);
        const char *const *command = dcc_installation_get_version_command(it);
        const char *path = dcc_installation_get_executable(it);

        g_assert_true(g_str_has_prefix(path, root));
        g_string_append_printf(text,
                               "%s %s %s%s\n",
                               dcc_installation_get_origin(it),
                               path + strlen(root),
                               version ? version : (command ? "ask" : "?"),
                               dcc_installation_get_reservation(it) ? " reserved" : "");
    }
    return g_string_free(text, FALSE);
}

static void
test_find(void)
{
    g_autofree char *root = make_directory();
    g_autofree char *snap = g_build_filename(root, "snap/bin/blender", NULL);
    g_autofree char *link = g_build_filename(root, "usr/local/bin/blender", NULL);
    g_autofree char *target = g_build_filename(root, "opt/blender-4.2.0-linux-x64/blender", NULL);
    g_autofree char *snap_target = g_build_filename(root, "usr/bin/snap", NULL);
    g_autoptr(GListModel) found = NULL;
    g_autofree char *got = NULL;

    put_program(root, "usr/bin/blender");
    put_program(root, "usr/bin/snap");
    put_program(root, "opt/blender-4.2.0-linux-x64/blender");
    put_program(root, "opt/blender-4.3/blender");
    put_program(root, "opt/blender-4.3/blender-launcher");
    put_program(root, "home/ada/Applications/blender-2.93.18-linux-x64/blender");
    put_program(root, "home/ada/blender-4.4.0-alpha-linux-x64/blender");
    put_program(root, "var/lib/flatpak/exports/bin/org.blender.Blender");
    put_program(root, "snap/bin/x");
    put_program(root, "usr/local/bin/x");
    g_assert_cmpint(symlink(snap_target, snap), ==, 0);
    g_assert_cmpint(symlink(target, link), ==, 0);
    found = find(root, NULL);
    got = describe(found, root);
    g_assert_cmpstr(got,
                    ==,
                    "PATH /opt/blender-4.2.0-linux-x64/blender 4.2.0\n"
                    "distribution /usr/bin/blender ask\n"
                    "/opt /opt/blender-4.3/blender ask\n"
                    "home /home/ada/blender-4.4.0-alpha-linux-x64/blender ask\n"
                    "home /home/ada/Applications/blender-2.93.18-linux-x64/blender 2.93.18\n"
                    "snap /snap/bin/blender ask\n"
                    "flatpak /var/lib/flatpak/exports/bin/org.blender.Blender ? reserved\n");
    remove_tree(root);
}

static void
test_find_override(void)
{
    g_autofree char *root = make_directory();
    g_autofree char *mine = g_build_filename(root, "studio/blender-launcher", NULL);
    g_autoptr(GListModel) found = NULL;
    g_autofree char *got = NULL;

    put_program(root, "usr/bin/blender");
    put_program(root, "studio/blender");
    put_program(root, "studio/blender-launcher");
    found = find(root, mine);
    got = describe(found, root);
    /* The launcher is a stub that ends at once: its neighbour is what was meant. */
    g_assert_cmpstr(got,
                    ==,
                    "$DCCHOST_BLENDER_EXECUTABLE /studio/blender ask\n"
                    "PATH /usr/bin/blender ask reserved\n");
    remove_tree(root);
}

static void
test_find_bad_override(void)
{
    g_autofree char *root = make_directory();
    g_autoptr(DccAdapter) adapter = make_adapter();
    const char *const environ[] = {"HOME=/", "DCCHOST_BLENDER_EXECUTABLE=/no/such", NULL};
    g_autoptr(DccSearch) search = dcc_search_new(root, environ);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_adapter_find_installations(adapter, search, &error));
    g_assert_true(dcc_error_is_not_installed(error));
    g_assert_nonnull(strstr(error->message, "/no/such"));
    remove_tree(root);
}

static void
test_find_nothing(void)
{
    g_autofree char *root = make_directory();
    g_autoptr(GListModel) found = find(root, NULL);

    g_assert_cmpuint(g_list_model_get_n_items(found), ==, 0);
    remove_tree(root);
}

static void
test_version(void)
{
    static const struct {
        const char *output, *version;
    } cases[] = {
        {"Blender 3.4.1\n", "3.4.1"},
        {"Blender 3.4.1\nBlender 3.4.1\n", "3.4.1"},
        {"Blender 4.2.1 LTS\n\tbuild date: 2024-08-19\n\tbuild platform: Linux\n", "4.2.1"},
        {"Blender 4.3.0 Alpha\r\n", "4.3.0"},
        {"Blender 3.1.0 (hash c77597cd0e15 built 2022-03-09 00:34:48)\n", "3.1.0"},
        {"libGL: no driver\nBlender 2.93\n", "2.93"},
        {"bash: blender: command not found\n", NULL},
        {"Blender\n", NULL},
        {"My Blender 3.4.1\n", NULL},
        {"", NULL},
    };
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/usr/bin/blender", NULL, "PATH");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *version = dcc_adapter_read_version(adapter, it, cases[i].output);

        g_assert_cmpstr(version, ==, cases[i].version);
    }
}

/* -- launch
 * ---------------------------------------------------------------------------------------- */

static DccLaunchRequest *
make_request(gboolean headless, const char *args)
{
    DccLaunchRequest *request = dcc_launch_request_new("blender");
    g_auto(GStrv) argv = g_strsplit(args, " ", -1);

    dcc_launch_request_set_headless(request, headless);
    dcc_launch_request_set_private_dir(request, "/private");
    dcc_launch_request_set_temp_dir(request, "/own-tmp");
    g_assert_true(dcc_launch_request_add_env(request, "DISPLAY=:7", NULL));
    if (*args)
        dcc_launch_request_set_args(request, (const char *const *)argv);
    return request;
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
        /* The user's script runs before the loop holds the main thread; what is left to it stays
           last. */
        {TRUE,
         "-P x.py -- -a b",
         "loop",
         "-b --python-exit-code 42 " AGENT " -P x.py " LOOP " -- -a b"},
        {TRUE,
         "--python-expr -a",
         "loop",
         "-b --python-exit-code 42 " AGENT " --python-expr -a " LOOP},
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
    const char *const environ[] = {
        "PATH=/home/ada/.pyenv/shims:/usr/bin", "PYTHONHOME=/bad", "TMP=/tmp", NULL};
    g_autoptr(DccLaunchRequest) request = make_request(TRUE, "");
    g_autoptr(DccLaunchPlan) got = plan(request, NULL);
    g_auto(GStrv) env = dcc_launch_plan_apply_env(got, environ);
    GBytes *agent = NULL;

    g_assert_null(g_environ_getenv(env, "PYTHONHOME"));
    /* Blender takes the first python3.N on PATH for its own. */
    g_assert_cmpstr(g_environ_getenv(env, "PATH"), ==, "/opt/b:/home/ada/.pyenv/shims:/usr/bin");
    g_assert_cmpstr(g_environ_getenv(env, "TMP"), ==, "/own-tmp");
    g_assert_cmpstr(g_environ_getenv(env, "TMPDIR"), ==, "/own-tmp");
    g_assert_cmpstr(g_environ_getenv(env, "TEMP"), ==, "/own-tmp");
    g_assert_cmpuint(dcc_launch_plan_get_n_files(got), ==, 1);
    g_assert_cmpstr(
        dcc_launch_plan_get_file(got, 0, &agent), ==, "blender/dcchost_blender_agent.py");
    g_assert_cmpuint(g_bytes_get_size(agent), >, 1000);
    g_assert_true(g_str_has_prefix(g_bytes_get_data(agent, NULL), "\"\"\"dcchost's agent"));
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
    g_autofree char *directory = make_directory();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            put_file(directory, "scene.blend", cases[i].content, cases[i].length);
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
    remove_tree(directory);
}

static void
test_launch_scene_missing(void)
{
    g_autofree char *directory = make_directory();
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
    remove_tree(directory);
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

/* -- probe and stop
 * -------------------------------------------------------------------------------- */

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
        const char *args;
        gint64 timeout;
    } cases[] = {{"", 10000}, {"-a", 30000}};
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request = make_request(TRUE, cases[i].args);
        g_autoptr(DccStopPlan) stop = dcc_adapter_plan_stop(adapter, request, NULL);

        g_assert_cmpstr(dcc_stop_plan_get_save_method(stop), ==, "save");
        g_assert_cmpstr(dcc_stop_plan_get_quit_method(stop), ==, "quit");
        g_assert_cmpint(dcc_stop_plan_get_quit_timeout(stop), ==, cases[i].timeout);
        g_assert_cmpint(dcc_stop_plan_get_signal(stop), ==, SIGTERM);
    }
}

/* -- output
 * ---------------------------------------------------------------------------------------- */

#define NOTHING (-1)

/* clang-format off */
static const struct {
    const char *line;
    int kind;
    int frame;
    gint64 part, whole, remaining;
    const char *text;
} lines[] = {
    {"Fra:1 Mem:9.04M (Peak 10.83M) | Time:00:00.00 | Mem:0.00M, Peak:0.00M | Scene, ViewLayer | "
     "Synchronizing object | Cube",
     DCC_OUTPUT_PROGRESS, 1, 0, 0, -1, NULL},
    {"Fra:1 Mem:9.97M (Peak 10.83M) | Time:00:00.05 | Remaining:00:00.00 | Mem:0.82M, Peak:0.82M | "
     "Scene, ViewLayer | Sample 1/4",
     DCC_OUTPUT_PROGRESS, 1, 1, 4, 0, NULL},
    {"Fra:250 Mem:1M | Time:00:22.46 | Remaining:01:12:27.16 | Mem:1M | S, V | Sample 513/100000",
     DCC_OUTPUT_PROGRESS, 250, 513, 100000, 4347160, NULL},
    {"Fra:1 Mem:42.69M (Peak 43.80M) | Time:00:08.92 | Rendering 26 / 64 samples",
     DCC_OUTPUT_PROGRESS, 1, 26, 64, -1, NULL},
    {"Fra:-3 Mem:1M | Time:00:00.05 | Sample 0/4", DCC_OUTPUT_PROGRESS, -3, 0, 4, -1, NULL},
    {"Fra:5 Mem:1M | Time:00:01.00 | Remaining:00:02.50 | Rendered 3/12 Tiles, Sample 4/128",
     DCC_OUTPUT_PROGRESS, 5, 3, 12, 2500, NULL},
    {"Fra:5 Mem:1M | Time:00:01.00 | Rendered 0/1 Tiles, Sample 4/128",
     DCC_OUTPUT_PROGRESS, 5, 4, 128, -1, NULL},
    {"00:03.234  render           | Fra: 7 | Remaining: 00:01.00 | Sample 2/8",
     DCC_OUTPUT_PROGRESS, 7, 2, 8, 1000, NULL},
    {"Fra:1 Mem:10M | Time:00:09.06 | S, V | Cancelled", DCC_OUTPUT_CANCELLED, 0, 0, 0, -1,
     "render cancelled"},
    {"Saved: 't/out/small_0001.png'", DCC_OUTPUT_SAVED, 0, 0, 0, -1, "t/out/small_0001.png"},
    {"00:03.234  render | Saved: \"/a/it's.png\"", DCC_OUTPUT_SAVED, 0, 0, 0, -1, "/a/it's.png"},
    {"Append frame 3", DCC_OUTPUT_SAVED, 3, 0, 0, -1, NULL},
    {"Writing: /own-tmp/my scene.crash.txt", DCC_OUTPUT_CRASH, 0, 0, 0, -1,
     "/own-tmp/my scene.crash.txt"},
    {"Writing: /x/cache.abc", NOTHING},
    {"Calloc returns null: len=512128024 in BMO_op_init, total 9616828", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "Calloc returns null: len=512128024 in BMO_op_init, total 9616828"},
    {"Malloc returns null: len=1 in x, total 2", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "Malloc returns null: len=1 in x, total 2"},
    {"<jemalloc>: Cannot allocate memory", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "<jemalloc>: Cannot allocate memory"},
    {"Blender quit", DCC_OUTPUT_DONE, 0, 0, 0, -1, NULL},
    {"Sent an internal break event. Press ^C again to kill Blender", DCC_OUTPUT_CANCELLED, 0, 0, 0,
     -1, "interrupted (SIGINT)"},
    {"Blender killed", DCC_OUTPUT_CANCELLED, 0, 0, 0, -1, "interrupted (SIGINT)"},
    {"Error: Cannot read file '/p/nope.blend': No such file or directory", DCC_OUTPUT_FATAL, 0, 0, 0,
     -1, "Cannot read file '/p/nope.blend': No such file or directory"},
    {"Error: Failed to read blend file '/p': Missing DNA block", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "Failed to read blend file '/p': Missing DNA block"},
    {"Error: File format is not supported in file '/p'", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "File format is not supported in file '/p'"},
    {"Error: Cannot render, no camera", DCC_OUTPUT_FATAL, 0, 0, 0, -1, "Cannot render, no camera"},
    {"Error: Render error (Invalid argument) cannot save: '/p'", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "Render error (Invalid argument) cannot save: '/p'"},
    {"GHOST: failed to initialize display for back-end(s): ['X11']", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "GHOST: failed to initialize display for back-end(s): ['X11']"},
    {"Error: Python: Traceback (most recent call last):", NOTHING},
    {"Error: Python:   File \"x.py\", line 1, in <module>", NOTHING},
    {"Error: Python: ZeroDivisionError: division by zero", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "Python: ZeroDivisionError: division by zero"},
    {"Error: script failed, file: 't/boom.py', exiting.", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "script failed, file: 't/boom.py', exiting."},
    {"", NOTHING},
    {" Time: 00:00.16 (Saving: 00:00.10)", NOTHING},
    {"Read blend: t/small.blend", NOTHING},
    {"Info: Saved \"copy.blend\"", NOTHING},
    {"Saved session recovery to '/own-tmp/quit.blend'", NOTHING},
    {"Fra:", NOTHING},
    {"Fra:99999999999999999999", NOTHING},
    {"Saved: ", NOTHING},
    {"Append frame ", NOTHING},
    {"Writing: ", NOTHING},
    {"EGL Error (0x3001): EGL_NOT_INITIALIZED", NOTHING},
    {"I tell you: Blender quit smoking", NOTHING},
};
/* clang-format on */

static void
test_lines(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, lines[i].line);
        gint64 part, whole;
        int frame = 0;

        g_test_message("%s", lines[i].line);
        if (lines[i].kind == NOTHING) {
            g_assert_null(event);
            continue;
        }
        g_assert_nonnull(event);
        g_assert_cmpint(dcc_output_event_get_kind(event), ==, lines[i].kind);
        g_assert_cmpstr(dcc_output_event_get_text(event), ==, lines[i].text);
        dcc_output_event_get_frame(event, &frame);
        dcc_output_event_get_part(event, &part, &whole);
        g_assert_cmpint(frame, ==, lines[i].frame);
        g_assert_cmpint(part, ==, lines[i].part);
        g_assert_cmpint(whole, ==, lines[i].whole);
        g_assert_cmpint(dcc_output_event_get_remaining(event), ==, lines[i].remaining);
    }
}

/* A long line of nothing must cost next to nothing. */
static void
test_long_line(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autofree char *line = g_strnfill(64 * 1024, '1');
    g_autofree char *frame = g_strconcat("Fra:3 Remaining:", line, " Sample ", line, NULL);
    g_autoptr(DccOutputEvent) event = NULL;

    g_assert_null(dcc_adapter_read_line(adapter, line));
    event = dcc_adapter_read_line(adapter, frame);
    g_assert_nonnull(event);
    g_assert_cmpint(dcc_output_event_get_remaining(event), ==, -1);
}

/* -- exits
 * ----------------------------------------------------------------------------------------- */

#define GUI       0
#define HEADLESS  1
#define REQUESTED 2
#define OURS      4
#define READY     8

/* clang-format off */
/* code >= 0: exited; < 0: by the signal -code. output: its last lines. */
static const struct {
    int code, flags;
    const char *output;
    DccVerdictKind kind;
    const char *reason; /* part of it */
} exits[] = {
    {0, GUI | READY, "Blender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, GUI | READY, "", DCC_VERDICT_CLEAN, ""},
    {0, GUI | READY, "Error: Python: NameError: x\nBlender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, HEADLESS | READY, "Saved: 'a.png'\n\nBlender quit", DCC_VERDICT_CLEAN, "quit in order"},
    {0, HEADLESS | REQUESTED, "Blender quit", DCC_VERDICT_CLEAN, "as asked"},
    {0, HEADLESS, "Error: Python: Traceback (most recent call last):\nError: Python: NameError: x\n\n"
     "Blender quit", DCC_VERDICT_SUSPICIOUS, "NameError: x"},
    {-SIGSEGV, GUI | READY, "Writing: /t/blender.crash.txt", DCC_VERDICT_CRASH,
     "/t/blender.crash.txt"},
    {-SIGSEGV, GUI | REQUESTED, "Saved session recovery to '/t/quit.blend'\nWriting: /t/b.crash.txt",
     DCC_VERDICT_CRASH, "SIGSEGV"},
    {-SIGBUS, HEADLESS, "", DCC_VERDICT_CRASH, "without a report"},
    {-SIGABRT, HEADLESS, "", DCC_VERDICT_CRASH, "SIGABRT"},
    {-SIGSEGV, HEADLESS, "Calloc returns null: len=512128024 in BMO_op_init, total 9616828\n"
     "Writing: /t/blender.crash.txt", DCC_VERDICT_OOM, "len=512128024"},
    {-SIGKILL, HEADLESS, "", DCC_VERDICT_KILLED, "want of memory"},
    {-SIGTERM, GUI | READY, "", DCC_VERDICT_KILLED, "not ours"},
    {-SIGHUP, GUI | READY, "", DCC_VERDICT_KILLED, "not ours"},
    {-SIGTERM, GUI | REQUESTED | OURS, "", DCC_VERDICT_CLEAN, "saved nothing"},
    {-SIGKILL, HEADLESS | REQUESTED | OURS, "", DCC_VERDICT_CLEAN, "SIGKILL"},
    {-SIGKILL, HEADLESS | READY | OURS, "", DCC_VERDICT_KILLED, "our SIGKILL"},
    {42, HEADLESS, "Error: Python: Traceback (most recent call last):\n"
     "Error: Python:   File \"x.py\", line 1, in <module>\n"
     "Error: Python: ZeroDivisionError: division by zero\n\n"
     "Error: script failed, file: 'x.py', exiting.", DCC_VERDICT_SCRIPT_ERROR,
     "ZeroDivisionError: division by zero"},
    {3, HEADLESS, "Error: script failed, expr: '1/0', exiting.", DCC_VERDICT_SCRIPT_ERROR, "1/0"},
    {7, HEADLESS, "", DCC_VERDICT_FAILED, "code 7"},
    {2, HEADLESS, "Blender killed", DCC_VERDICT_CANCELLED, "twice"},
    {1, HEADLESS, "Error: Cannot read file '/p/nope.blend': No such file or directory\n\nBlender quit",
     DCC_VERDICT_BAD_SCENE, "/p/nope.blend"},
    {1, HEADLESS, "Error: Failed to read blend file '/p': Missing DNA block", DCC_VERDICT_BAD_SCENE,
     "Missing DNA block"},
    {1, HEADLESS, "Error: File format is not supported in file '/p'", DCC_VERDICT_BAD_SCENE, "'/p'"},
    {1, HEADLESS, "unknown argument, loading as file: --bogus\n"
     "Error: Cannot read file '--bogus': No such file or directory", DCC_VERDICT_FAILED,
     "does not know one of its arguments"},
    {1, HEADLESS, "Error: Cannot render, no camera", DCC_VERDICT_BAD_SCENE, "no camera"},
    {1, HEADLESS, "Error: engine not found 'FOO'", DCC_VERDICT_BROKEN_INSTALL, "FOO"},
    {1, HEADLESS, "Error: Render error (No space left on device) cannot save: '/p'",
     DCC_VERDICT_FAILED, "cannot save"},
    {1, GUI, "GHOST: failed to initialize display for back-end(s): ['X11']\n"
     "GHOST: unable to initialize, exiting!", DCC_VERDICT_NO_DISPLAY, "GHOST"},
    {1, GUI | READY, "Error: Not freed memory blocks: 56019, total unfreed memory 71.1 MB",
     DCC_VERDICT_NO_DISPLAY, "went away"},
    {1, HEADLESS, "Internal error initializing Python!", DCC_VERDICT_BROKEN_INSTALL, "Python"},
    {1, HEADLESS, "Sent an internal break event. Press ^C again to kill Blender\n\nBlender quit",
     DCC_VERDICT_CANCELLED, "SIGINT"},
    {1, HEADLESS | REQUESTED, "Sent an internal break event. Press ^C again to kill Blender",
     DCC_VERDICT_CANCELLED, "as asked"},
    {1, HEADLESS, "", DCC_VERDICT_FAILED, "no reason"},
    {127, HEADLESS, "blender: error while loading shared libraries: libX.so: cannot open shared object",
     DCC_VERDICT_BROKEN_INSTALL, "libX.so"},
    {139, HEADLESS, "Writing: /t/blender.crash.txt", DCC_VERDICT_CRASH, "/t/blender.crash.txt"},
};
/* clang-format on */

static DccExitInfo *
make_exit(DccAdapter *adapter, int code, int flags, const char *output)
{
    DccExitInfo *info =
        code >= 0 ? dcc_exit_info_new_exited(code) : dcc_exit_info_new_signaled(-code, FALSE);
    g_auto(GStrv) split = g_strsplit(output, "\n", -1);

    dcc_exit_info_set_headless(info, (flags & HEADLESS) != 0);
    dcc_exit_info_set_requested(info, (flags & REQUESTED) != 0);
    dcc_exit_info_set_our_signal(info, (flags & OURS) != 0);
    dcc_exit_info_set_ready(info, (flags & READY) != 0);
    dcc_exit_info_set_last_lines(info, (const char *const *)split);
    for (guint i = 0; split[i]; i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, split[i]);

        if (event)
            dcc_exit_info_add_event(info, event);
    }
    return info;
}

static void
test_exits(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(exits); i++) {
        g_autoptr(DccExitInfo) info =
            make_exit(adapter, exits[i].code, exits[i].flags, exits[i].output);
        g_autoptr(DccVerdict) got = dcc_adapter_judge_exit(adapter, info);

        g_test_message("%u: %d, %s", i, exits[i].code, dcc_verdict_get_reason(got));
        g_assert_cmpint(dcc_verdict_get_kind(got), ==, exits[i].kind);
        g_assert_nonnull(strstr(dcc_verdict_get_reason(got), exits[i].reason));
    }
}

static void
test_lost_is_not_clean(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_lost("the shim was killed");
    g_autoptr(DccVerdict) got = dcc_adapter_judge_exit(adapter, info);

    g_assert_cmpint(dcc_verdict_get_kind(got), ==, DCC_VERDICT_UNKNOWN);
    g_assert_cmpstr(dcc_verdict_get_reason(got), ==, "the shim was killed");
}

/* A bad scene of this morning is not why the display went away tonight. */
static void
test_old_failure_is_not_the_cause(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info =
        make_exit(adapter, 1, READY, "Error: Cannot read file '/p': No such file");
    g_autoptr(DccVerdict) got = NULL;

    dcc_exit_info_set_last_lines(info, (const char *const[]){"Info: something later", NULL});
    got = dcc_adapter_judge_exit(adapter, info);
    g_assert_cmpint(dcc_verdict_get_kind(got), ==, DCC_VERDICT_FAILED);
}

/* -- rescue
 * ---------------------------------------------------------------------------------------- */

static void
put_aged(const char *directory, const char *name, time_t changed)
{
    g_autofree char *path = put_file(directory, name, "content", -1);
    const struct timespec times[2] = {{.tv_sec = changed}, {.tv_sec = changed}};

    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void
test_rescue(void)
{
    static const struct {
        const char *name;
        DccRescueKind kind;
    } wanted[] = {
        {"4711_autosave.blend", DCC_RESCUE_AUTOSAVE},
        {"scene.crash.txt", DCC_RESCUE_CRASH_REPORT},
        {"quit.blend", DCC_RESCUE_RECOVERY},
        {"dcchost-stacks-1.txt", DCC_RESCUE_STACKS},
        {"dcchost-faults.txt", DCC_RESCUE_STACKS},
        {"scene_4711_autosave.blend", DCC_RESCUE_AUTOSAVE},
    };
    g_autofree char *directory = make_directory();
    g_autofree char *link = g_build_filename(directory, "evil_autosave.blend", NULL);
    g_autofree char *empty = put_file(directory, "empty_autosave.blend", "", 0);
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(SIGSEGV, FALSE);
    g_autoptr(GListModel) list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        put_aged(directory, wanted[i].name, 1000000 - (time_t)i);
    put_aged(directory, "other.txt", 1);
    put_aged(directory, "quit.blend1", 1);
    put_aged(directory, "quitter.blend", 1);
    put_aged(directory, "blender_AbCdEf/inner_autosave.blend", 1);
    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
    dcc_exit_info_set_temp_dir(info, directory);
    list = dcc_adapter_list_rescue_files(adapter, info, NULL);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(list, i);
        g_autofree char *path = g_build_filename(directory, wanted[i].name, NULL);

        g_assert_cmpstr(dcc_rescue_file_get_path(file), ==, path);
        g_assert_cmpint(dcc_rescue_file_get_kind(file), ==, wanted[i].kind);
    }
    remove_tree(directory);
}

static void
test_rescue_nothing(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    const char *const directories[] = {NULL, "/no/such/directory"};

    for (guint i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
        g_autoptr(GListModel) list = NULL;

        if (directories[i])
            dcc_exit_info_set_temp_dir(info, directories[i]);
        list = dcc_adapter_list_rescue_files(adapter, info, NULL);
        g_assert_cmpuint(g_list_model_get_n_items(list), ==, 0);
    }
}

static void
test_name(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "blender");
    g_assert_cmpstr(dcc_adapter_get_title(adapter), ==, "Blender");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/blender/name", test_name);
    g_test_add_func("/blender/find/places", test_find);
    g_test_add_func("/blender/find/override", test_find_override);
    g_test_add_func("/blender/find/bad-override", test_find_bad_override);
    g_test_add_func("/blender/find/nothing", test_find_nothing);
    g_test_add_func("/blender/find/version", test_version);
    g_test_add_func("/blender/launch/arguments", test_launch_arguments);
    g_test_add_func("/blender/launch/frames", test_launch_frames);
    g_test_add_func("/blender/launch/environment", test_launch_environment);
    g_test_add_func("/blender/launch/scene", test_launch_scene);
    g_test_add_func("/blender/launch/scene-missing", test_launch_scene_missing);
    g_test_add_func("/blender/launch/display", test_launch_without_display);
    g_test_add_func("/blender/probe", test_probe);
    g_test_add_func("/blender/stop", test_stop);
    g_test_add_func("/blender/lines/table", test_lines);
    g_test_add_func("/blender/lines/long", test_long_line);
    g_test_add_func("/blender/exits/table", test_exits);
    g_test_add_func("/blender/exits/lost", test_lost_is_not_clean);
    g_test_add_func("/blender/exits/old-failure", test_old_failure_is_not_the_cause);
    g_test_add_func("/blender/rescue/files", test_rescue);
    g_test_add_func("/blender/rescue/nothing", test_rescue_nothing);

    return g_test_run();
}
