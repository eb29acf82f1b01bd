/* How Blender renders given frames: what was measured on 3.4.1 works with these arguments. Starts
 * nothing. */
#include "blender-fixture.h"
#include "dcc-error.h"
#include <string.h>

static DccLaunchRequest *
make_request(const char *numbers, const char *output, const char *args)
{
    DccLaunchRequest *request = dcc_launch_request_new("blender");
    g_auto(GStrv) argv = g_strsplit(args, " ", -1);
    g_autoptr(DccFrames) frames = dcc_frames_parse(numbers, NULL);
    g_autoptr(DccFramePath) path = output ? dcc_frame_path_parse(output, NULL) : NULL;
    g_autoptr(DccRenderJob) job = dcc_render_job_new(frames, path, NULL, NULL);

    dcc_launch_request_set_private_dir(request, "/private");
    dcc_launch_request_set_temp_dir(request, "/own-tmp");
    dcc_launch_request_set_render(request, job);
    if (*args)
        dcc_launch_request_set_args(request, (const char *const *)argv);
    return request;
}

static DccLaunchPlan *
plan(DccLaunchRequest *request, GError **error)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/opt/b/blender", "3.4.1", "/opt");

    return dcc_adapter_plan_render(adapter, it, request, error);
}

#define START "-b --python-exit-code 42 --python /private/blender/dcchost_blender_agent.py "
#define PREPARE(formats)                                                                           \
    "--python-expr import dcchost_blender_agent as it; it.prepare_render(" formats ") "
#define PNG START PREPARE("'png'") "-o /out/f_####.png -x 0 "

static void
test_arguments(void)
{
    static const struct {
        const char *frames, *output, *args, *argv;
    } cases[] = {
        {"1-5", "/out/f_####.png", "", PNG "-s 1 -e 5 -j 1 -a"},
        {"1-9x2", "/out/f_####.png", "", PNG "-s 1 -e 9 -j 2 -a"},
        {"7", "/out/f_####.png", "", PNG "-s 7 -e 7 -j 1 -a"},
        {"0", "/out/f_####.png", "", PNG "-s 0 -e 0 -j 1 -a"},
        {"1-5,9", "/out/f_####.png", "", PNG "-f 1..5,9"},
        {"1,3,4,8-10x2", "/out/f_####.png", "", PNG "-f 1,3..4,8,10"},
        {"1-2",
         "/out/f.%03d.exr",
         "",
         START PREPARE("'exr'") "-o /out/f.###.exr -x 0 "
                                "-s 1 -e 2 -j 1 -a"},
        {"1-2", NULL, "", START PREPARE("") "-s 1 -e 2 -j 1 -a"},
        /* The user's own come before, what is left to scripts after. */
        {"1-2",
         "/out/f_####.png",
         "-E CYCLES -o /x -s 9 -- -f a",
         START "-E CYCLES -o /x -s 9 " PREPARE(
             "'png'") "-o /out/f_####.png -x 0 -s 1 -e 2 -j 1 -a -- -f a"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request =
            make_request(cases[i].frames, cases[i].output, cases[i].args);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = plan(request, &error);
        g_autofree char *argv = NULL;

        g_assert_no_error(error);
        argv = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(got) + 1);
        g_assert_cmpstr(argv, ==, cases[i].argv);
        g_assert_true(dcc_launch_plan_is_job(got));
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *frames, *output, *args, *says;
    } cases[] = {
        {"-5", "/out/f_####.png", "", "the frames 0 to 1048574, not -5"},
        {"1048575", "/out/f_####.png", "", "the frames 0 to 1048574, not 1048575"},
        {"1", "/out/still.png", "", "write #### into --output"},
        {"1", "/out/f_####.mp4", "", "single pictures for '.mp4'"},
        {"1", "/out/f_####", "", "single pictures for '.'"},
        {"1", "/out/f_####.png", "-a", "leave -a, -f and -c out"},
        {"1", "/out/f_####.png", "-f 3", "leave -a, -f and -c out"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccLaunchRequest) request =
            make_request(cases[i].frames, cases[i].output, cases[i].args);
        g_autoptr(GError) error = NULL;

        g_assert_null(plan(request, &error));
        if (!strstr(error->message, cases[i].says))
            g_error("'%s' is not in '%s'", cases[i].says, error->message);
    }
}

/* The list is the agent's own: what it knows is taken, and it knows the usual ones. */
static void
test_endings(void)
{
    static const char *const usual[] = {"png", "jpg", "exr", "tif", "webp"};

    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        g_assert_true(g_strv_contains(dcc_blender_endings, usual[i]));
    for (guint i = 0; dcc_blender_endings[i]; i++) {
        g_autofree char *output = g_strdup_printf("/out/f_####.%s", dcc_blender_endings[i]);
        g_autofree char *key = g_strdup_printf("\"%s\": (", dcc_blender_endings[i]);
        g_autoptr(DccLaunchRequest) request = make_request("1", output, "");
        g_autoptr(GError) error = NULL;
        g_autoptr(DccLaunchPlan) got = plan(request, &error);

        g_assert_no_error(error);
        g_assert_nonnull(strstr(dcc_blender_agent, key));
    }
}

/* However irregular the rest, every frame is named once, and no argument is longer than the kernel
 * takes. */
static void
test_a_long_rest(void)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(DccLaunchRequest) request = make_request("1", "/out/f_####.png", "");
    g_autoptr(DccFrames) frames = NULL;
    g_autoptr(DccRenderJob) job = NULL;
    g_autoptr(DccLaunchPlan) got = NULL;
    const char *const *argv;
    guint n_commas = 0, n_lists = 0;

    for (int frame = 0; frame < 90000; frame += 3 + frame % 2)
        g_array_append_val(numbers, frame);
    frames = dcc_frames_new((const int *)numbers->data, numbers->len);
    job = dcc_render_job_with_frames(dcc_launch_request_get_render(request), frames);
    dcc_launch_request_set_render(request, job);
    got = plan(request, NULL);
    argv = dcc_launch_plan_get_argv(got);
    for (guint i = 1; argv[i]; i++) {
        g_assert_cmpuint(strlen(argv[i]), <, 128 * 1024);
        if (strcmp(argv[i - 1], "-f") != 0)
            continue;
        n_lists++;
        for (const char *p = argv[i]; *p; p++)
            n_commas += *p == ',';
    }
    g_assert_cmpuint(n_lists, >, 1);
    g_assert_cmpuint(n_commas + n_lists, ==, numbers->len);
}

/* It is a job like any other: nothing can be saved, and it is not waited for. */
static void
test_stop(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccLaunchRequest) request = make_request("1", "/out/f_####.png", "");
    g_autoptr(DccStopPlan) stop = dcc_adapter_plan_stop(adapter, request, NULL);

    g_assert_null(dcc_stop_plan_get_save_method(stop));
    g_assert_cmpint(dcc_stop_plan_get_quit_timeout(stop), ==, 2000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/blender/render/arguments", test_arguments);
    g_test_add_func("/blender/render/refused", test_refused);
    g_test_add_func("/blender/render/endings", test_endings);
    g_test_add_func("/blender/render/a-long-rest", test_a_long_rest);
    g_test_add_func("/blender/render/stop", test_stop);
    return g_test_run();
}
