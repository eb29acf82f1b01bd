/* How Blender renders given frames.
 *
 * Problem: it works its arguments off in order, and what comes after the scene and the user's own
 * options has the last word. A scene may tell it to pass over files that are there, or to leave
 * empty ones behind: which frames are rendered is decided by whoever asks. Contract: blender -b
 * SCENE --python AGENT [USER'S OPTIONS] --python-expr PREPARE [-o PATTERN -x 0]
 * (-s FIRST -e LAST -j STEP -a | -f LIST ...) [-- WHAT IS LEFT TO SCRIPTS]
 */
#include "dcc-blender.h"
#include "dcc-error.h"
#include <string.h>

#define LAST_FRAME 1048574
/* One argument of the kernel's has 128 KiB at most. */
#define MAX_LIST 100000

static gboolean
check_frames(DccFrames *frames, GError **error)
{
    int first = dcc_frames_get(frames, 0);
    int last = dcc_frames_get(frames, dcc_frames_count(frames) - 1);

    if (first >= 0 && last <= LAST_FRAME)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_SUPPORTED,
                "Blender's command line takes the frames 0 to %d, not %d: it counts negative ones "
                "from the scene's own range",
                LAST_FRAME,
                first < 0 ? first : last);
    return FALSE;
}

static gboolean
check_args(const DccBlenderArgs *args, GError **error)
{
    if (!args->animation && !args->frames && !args->command)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "the frames are chosen by --frames; leave -a, -f and -c out of Blender's own "
                "arguments");
    return FALSE;
}

/* (transfer full): what the agent is told of the format; "" where the scene chooses. NULL with an
 * error. */
static char *
choose_format(DccFramePath *output, GError **error)
{
    g_autofree char *extension = output ? dcc_frame_path_get_extension(output) : NULL;

    if (!output)
        return g_strdup("");
    if (dcc_frame_path_get_digits(output) == 0)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "Blender puts the frame's number into every name; write #### into --output");
    else if (!g_strv_contains(dcc_blender_endings, extension))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "Blender's format of single pictures for '.%s' is not known; name --output "
                    ".png, .jpg, .exr, .tif or another that it has",
                    extension);
    else
        return g_strdup_printf("'%s'", extension);
    return NULL;
}

static void
add_output(GPtrArray *argv, DccFramePath *output)
{
    g_autofree char *hashes = NULL;

    if (!output)
        return;
    hashes = g_strnfill(dcc_frame_path_get_digits(output), '#');
    g_ptr_array_add(argv, g_strdup("-o"));
    g_ptr_array_add(
        argv,
        g_strconcat(
            dcc_frame_path_get_before(output), hashes, dcc_frame_path_get_after(output), NULL));
    /* The name is whole as it is. */
    g_ptr_array_add(argv, g_strdup("-x"));
    g_ptr_array_add(argv, g_strdup("0"));
}

static void
add_number(GPtrArray *argv, const char *option, int number)
{
    g_ptr_array_add(argv, g_strdup(option));
    g_ptr_array_add(argv, g_strdup_printf("%d", number));
}

static void
flush_list(GPtrArray *argv, GString *list)
{
    if (list->len == 0)
        return;
    g_ptr_array_add(argv, g_strdup("-f"));
    g_ptr_array_add(argv, g_strdup(list->str));
    g_string_truncate(list, 0);
}

/* "1..5,9": spans of neighbours, for a list has no steps. */
static void
add_list(GPtrArray *argv, DccFrames *frames)
{
    g_autoptr(GString) list = g_string_new(NULL);
    guint n = dcc_frames_count(frames);

    for (guint i = 0, end; i < n; i = end) {
        int first = dcc_frames_get(frames, i);

        for (end = i + 1; end < n && dcc_frames_get(frames, end) == first + (int)(end - i);)
            end++;
        g_string_append_printf(list, "%s%d", list->len > 0 ? "," : "", first);
        if (end > i + 1)
            g_string_append_printf(list, "..%d", dcc_frames_get(frames, end - 1));
        if (list->len > MAX_LIST)
            flush_list(argv, list);
    }
    flush_list(argv, list);
}

static void
add_frames(GPtrArray *argv, DccFrames *frames)
{
    int first = 0, last = 0, step = 1;

    dcc_frames_get_run(frames, 0, &first, &last, &step);
    if (last != dcc_frames_get(frames, dcc_frames_count(frames) - 1)) {
        add_list(argv, frames);
        return;
    }
    add_number(argv, "-s", first);
    add_number(argv, "-e", last);
    add_number(argv, "-j", step);
    g_ptr_array_add(argv, g_strdup("-a"));
}

/* (transfer full): the user's options, what makes it this render, and what is left to scripts. */
static GPtrArray *
make_args(DccRenderJob *job, const char *const *user, guint n_options, const char *known)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < n_options; i++)
        g_ptr_array_add(argv, g_strdup(user[i]));
    g_ptr_array_add(argv, g_strdup("--python-expr"));
    g_ptr_array_add(
        argv, g_strdup_printf("import dcchost_blender_agent as it; it.prepare_render(%s)", known));
    add_output(argv, dcc_render_job_get_output(job));
    add_frames(argv, dcc_render_job_get_frames(job));
    for (guint i = n_options; user && user[i]; i++)
        g_ptr_array_add(argv, g_strdup(user[i]));
    g_ptr_array_add(argv, NULL);
    return argv;
}

DccLaunchPlan *
dcc_blender_plan_render(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    DccRenderJob *job = dcc_launch_request_get_render(request);
    const char *const *user = dcc_launch_request_get_args(request);
    g_autoptr(GPtrArray) argv = NULL;
    g_autofree char *known = NULL;
    DccBlenderArgs args;
    DccBlenderWish wish = {.headless = TRUE};

    dcc_blender_args_read(&args, user);
    if (!check_args(&args, error) || !check_frames(dcc_render_job_get_frames(job), error))
        return NULL;
    known = choose_format(dcc_render_job_get_output(job), error);
    if (!known)
        return NULL;
    argv = make_args(job, user, args.n_options, known);
    wish.args = (const char *const *)argv->pdata;
    return dcc_blender_make_plan(installation, request, &wish, error);
}
