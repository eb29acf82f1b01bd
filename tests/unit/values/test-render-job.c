/* Where pictures go, and what may be asked to be rendered. */
#include "dcc-error.h"
#include "dcc-launch-request.h"
#include "dcc-render-job.h"
#include <string.h>

static const struct {
    const char *text;
    int frame;
    const char *file;
    const char *extension;
} sound[] = {
    {"/out/shot_####.png", 7, "/out/shot_0007.png", "png"},
    {"/out/shot_####.png", 12345, "/out/shot_12345.png", "png"},
    {"/out/shot_#.png", 7, "/out/shot_7.png", "png"},
    {"/out/shot.%04d.EXR", 7, "/out/shot.0007.EXR", "exr"},
    {"/out/%d.tif", 7, "/out/7.tif", "tif"},
    {"/out/####", -7, "/out/-0007", ""},
    {"/a#b/%d/shot_##", 7, "/a#b/%d/shot_07", ""},
    {"/out/still.png", 7, "/out/still.png", "png"},
    {"/out/100%.png", 7, "/out/100%.png", "png"},
    {"/o.ut/still", 7, "/o.ut/still", ""},
    {"/out/{frame}_##.png", 7, "/out/{frame}_07.png", "png"},
    {"/out/\xff_##.jpg", 7, "/out/\xff_07.jpg", "jpg"},
};

static void
test_sound(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(sound); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(DccFramePath) path = dcc_frame_path_parse(sound[i].text, &error);
        g_autofree char *file = NULL, *extension = NULL;

        g_assert_no_error(error);
        file = dcc_frame_path_expand(path, sound[i].frame);
        extension = dcc_frame_path_get_extension(path);
        g_assert_cmpstr(file, ==, sound[i].file);
        g_assert_cmpstr(extension, ==, sound[i].extension);
        g_assert_cmpstr(dcc_frame_path_get_text(path), ==, sound[i].text);
    }
}

static void
test_apart(void)
{
    g_autoptr(DccFramePath) path = dcc_frame_path_parse("/out/a_%03d.b.png", NULL);
    g_autofree char *directory = dcc_frame_path_get_directory(path);

    g_assert_cmpstr(dcc_frame_path_get_before(path), ==, "/out/a_");
    g_assert_cmpstr(dcc_frame_path_get_after(path), ==, ".b.png");
    g_assert_cmpuint(dcc_frame_path_get_digits(path), ==, 3);
    g_assert_cmpstr(directory, ==, "/out");
}

static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"shot_####.png", "no absolute path"},
    {"", "no absolute path"},
    {"/out/f_{frame}.png", "in another way; write ####"},
    {"/out/f_$F4.png", "in another way; write ####"},
    {"/out/f_<f4>.png", "in another way; write ####"},
    {"/out/", "names a directory"},
    {"/out/##_####.png", "two places"},
    {"/out/####_%d.png", "two places"},
    {"/out/##########.png", "more than nine digits"},
    {"/out/%099d.png", "more than nine digits"},
};

static void
test_refused(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_frame_path_parse(refused[i].text, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, refused[i].says));
    }
}

static DccRenderJob *
make_job(const char *numbers, const char *output, const char *expect, GError **error)
{
    g_autoptr(DccFrames) frames = dcc_frames_parse(numbers, NULL);
    g_autoptr(DccFramePath) to = output ? dcc_frame_path_parse(output, NULL) : NULL;
    g_autoptr(DccFramePath) at = expect ? dcc_frame_path_parse(expect, NULL) : NULL;

    return dcc_render_job_new(frames, to, at, error);
}

static void
test_two_frames_share_no_file(void)
{
    g_autoptr(GError) error = NULL, other = NULL;
    g_autoptr(DccRenderJob) still = make_job("3", "/out/still.png", NULL, NULL);

    g_assert_nonnull(still);
    g_assert_null(make_job("3,4", "/out/still.png", NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "2 frames cannot share one file"));
    g_assert_null(make_job("3,4", "/out/##.png", "/out/still.png", &other));
    g_assert_error(other, DCC_ERROR, DCC_ERROR_INVALID);
}

static void
test_no_frames(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccFrames) none = dcc_frames_new(NULL, 0);

    g_assert_null(dcc_render_job_new(none, NULL, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
}

static void
test_where_it_is_looked_for(void)
{
    g_autoptr(DccRenderJob) scene = make_job("1-2", NULL, NULL, NULL);
    g_autoptr(DccRenderJob) output = make_job("1-2", "/out/##.png", NULL, NULL);
    g_autoptr(DccRenderJob) expect = make_job("1-2", "/out/##.png", "/else/##.png", NULL);

    g_assert_null(dcc_render_job_get_expect(scene));
    g_assert_null(dcc_render_job_get_output(scene));
    g_assert_cmpstr(dcc_frame_path_get_text(dcc_render_job_get_expect(output)), ==, "/out/##.png");
    g_assert_cmpstr(dcc_frame_path_get_text(dcc_render_job_get_expect(expect)), ==, "/else/##.png");
}

static void
test_what_is_left(void)
{
    g_autoptr(DccRenderJob) job = make_job("1-5", "/out/##.png", NULL, NULL);
    g_autoptr(DccFrames) rest = dcc_frames_parse("4,5", NULL);
    g_autoptr(DccRenderJob) left = dcc_render_job_with_frames(job, rest);

    g_assert_true(dcc_render_job_get_frames(left) == rest);
    g_assert_true(dcc_render_job_get_output(left) == dcc_render_job_get_output(job));
    g_assert_cmpuint(dcc_frames_count(dcc_render_job_get_frames(job)), ==, 5);
}

static void
test_a_request_has_it(void)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("app");
    g_autoptr(DccRenderJob) job = make_job("1-5", NULL, NULL, NULL);

    g_assert_null(dcc_launch_request_get_render(request));
    dcc_launch_request_set_render(request, job);
    g_assert_true(dcc_launch_request_get_render(request) == job);
    dcc_launch_request_set_render(request, NULL);
    g_assert_null(dcc_launch_request_get_render(request));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame-path/sound", test_sound);
    g_test_add_func("/frame-path/apart", test_apart);
    g_test_add_func("/frame-path/refused", test_refused);
    g_test_add_func("/render-job/two-frames-share-no-file", test_two_frames_share_no_file);
    g_test_add_func("/render-job/no-frames", test_no_frames);
    g_test_add_func("/render-job/where-it-is-looked-for", test_where_it_is_looked_for);
    g_test_add_func("/render-job/what-is-left", test_what_is_left);
    g_test_add_func("/render-job/a-request-has-it", test_a_request_has_it);
    return g_test_run();
}
