/* How Maya and Houdini render given frames, as their documentation has it; never run on real ones.
 * Starts nothing. */
#include "adapter-fixture.h"
#include "dcc-error.h"
#include SUBJECT_HEADER
#include <string.h>

typedef struct {
    const char *frames, *output, *args;
    const char *argv; /* what follows the program, or what an error says */
    int first, last, step;
} Case;

static DccLaunchRequest *
make_request(const char *scene, const Case *it)
{
    DccLaunchRequest *request = dcc_launch_request_new(SUBJECT);
    g_auto(GStrv) argv = g_strsplit(it->args, " ", -1);
    g_autoptr(DccFrames) frames = dcc_frames_parse(it->frames, NULL);
    g_autoptr(DccFramePath) path = it->output ? dcc_frame_path_parse(it->output, NULL) : NULL;
    g_autoptr(DccRenderJob) job = dcc_render_job_new(frames, path, NULL, NULL);

    dcc_launch_request_set_headless(request, TRUE);
    dcc_launch_request_set_scene(request, scene);
    dcc_launch_request_set_private_dir(request, "/private");
    dcc_launch_request_set_temp_dir(request, "/own-tmp");
    dcc_launch_request_set_render(request, job);
    if (*it->args)
        dcc_launch_request_set_args(request, (const char *const *)argv);
    return request;
}

/* The arguments from the nth on, without the scene. */
static char *
describe(DccLaunchPlan *plan, guint from, const char *scene)
{
    const char *const *argv = dcc_launch_plan_get_argv(plan);
    GString *text = g_string_new(NULL);

    for (guint i = 1; argv[i]; i++) {
        if (i < from)
            continue;
        g_string_append_printf(text,
                               "%s%s",
                               text->len > 0 ? " " : "",
                               strcmp(argv[i], scene) == 0 ? "SCENE" : argv[i]);
    }
    return g_string_free(text, FALSE);
}

static void
check(const Case *it, const char *root, const char *executable, const char *scene, guint from)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);
    g_autofree char *program = g_build_filename(root, executable, NULL);
    g_autoptr(DccInstallation) copy = dcc_installation_new(program, "2025", "test");
    g_autoptr(DccLaunchRequest) request = make_request(scene, it);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccLaunchPlan) plan = dcc_adapter_plan_render(adapter, copy, request, &error);
    g_autofree char *argv = NULL;
    int first = 0, last = 0, step = 0;

    if (!plan) {
        if (!strstr(error->message, it->argv))
            g_error("'%s' is not in '%s'", it->argv, error->message);
        return;
    }
    argv = describe(plan, from, scene);
    g_assert_cmpstr(argv, ==, it->argv);
    g_assert_true(dcc_launch_plan_is_job(plan));
    dcc_launch_plan_get_frames(plan, &first, &last, &step);
    g_assert_cmpint(first, ==, it->first);
    g_assert_cmpint(last, ==, it->last);
    g_assert_cmpint(step, ==, it->step);
}

#ifdef IS_MAYA
#define EXECUTABLE "bin/maya"
#define PROGRAM    "bin/Render"
#define SCENE      "shot.ma"
#define FROM       1
#define PLACE      " -rd /out -im "
static const Case cases[] = {
    {"1-10",
     "/out/shot.####.png",
     "",
     "-s 1 -e 10 -b 1" PLACE "shot -fnc name.#.ext -pad 4 -of png SCENE",
     1,
     10,
     1},
    {"1-9x2",
     "/out/shot_###.exr",
     "-r arnold",
     "-r arnold -s 1 -e 9 -b 2" PLACE "shot_ -fnc name#.ext -pad 3 -of exr SCENE",
     1,
     9,
     2},
    {"5", NULL, "", "-s 5 -e 5 -b 1 SCENE", 5, 5, 1},
    /* One first frame, one last, one step: the rest is asked for again. */
    {"1-3,7,20", NULL, "", "-s 1 -e 3 -b 1 SCENE", 1, 3, 1},
    {"-5--1", NULL, "", "-s -5 -e -1 -b 1 SCENE", -5, -1, 1},
    {"1", "/out/still.png", "", "write ####"},
    {"1", "/out/shot.####.xyz", "", "not known"},
    {"1", "/out/####.png", "", "shot.####.png or shot_####.png"},
    {"1", "/out/shot.####.left.png", "", "shot.####.png or shot_####.png"},
};
#else
#define EXECUTABLE "bin/houdini"
#define PROGRAM    "bin/hython"
#define SCENE      "shot.hip"
#define FROM       4 /* after the agent, -c and the script */
static const Case cases[] = {
    {"1-3,9",
     "/out/f.####.exr",
     "/out/mantra1",
     "SCENE /out/mantra1 /out/f. 4 .exr 1,2,3,9",
     0,
     0,
     0},
    {"2", NULL, "/out/mantra1 more", "SCENE /out/mantra1  0  2 more", 0, 0, 0},
    {"1", "/out/f.####.exr", "", "name the node that renders after --"},
    {"1", "/out/f.####.exr", "mantra1", "name the node that renders after --"},
    {"1", "/out/still.exr", "/out/mantra1", "write ####"},
};
#endif

static void
test_arguments(void)
{
    g_autofree char *root = fixture_root();
    g_autofree char *scene = g_build_filename(root, SCENE, NULL);

    fixture_put(root, "/" EXECUTABLE, 0755);
    fixture_put(root, "/" PROGRAM, 0755);
    fixture_put(root, "/" SCENE, 0644);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        check(&cases[i], root, EXECUTABLE, scene, FROM);
    fixture_clean(root);
}

#ifndef IS_MAYA /* whose lines name no pictures that are known: they are looked for */
/* What it prints of frames, if it is ours. */
static void
test_lines(void)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);
    g_autoptr(DccOutputEvent) frame = dcc_adapter_read_line(adapter, "dcchost: frame -3");
    g_autoptr(DccOutputEvent) saved = dcc_adapter_read_line(adapter, "dcchost: saved /out/f.exr");
    int number = 0;

    g_assert_cmpint(dcc_output_event_get_kind(frame), ==, DCC_OUTPUT_PROGRESS);
    g_assert_true(dcc_output_event_get_frame(frame, &number));
    g_assert_cmpint(number, ==, -3);
    g_assert_cmpint(dcc_output_event_get_kind(saved), ==, DCC_OUTPUT_SAVED);
    g_assert_cmpstr(dcc_output_event_get_text(saved), ==, "/out/f.exr");
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/" SUBJECT "/render/arguments", test_arguments);
#ifndef IS_MAYA
    g_test_add_func("/" SUBJECT "/render/lines", test_lines);
#endif
    return g_test_run();
}
