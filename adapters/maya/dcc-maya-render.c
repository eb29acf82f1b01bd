/* How Maya renders given frames.
 *
 * Problem: Render takes one first frame, one last and one step, and makes names by conventions of
 * its own. Contract: Render [USER'S FLAGS] -s FIRST -e LAST -b STEP [-rd DIR -im NAME -fnc CONVENTION
 * -pad DIGITS -of FORMAT] SCENE, for as many frames as have one step between them; what is left is
 * asked for again. Flags and conventions as Autodesk's pages on the command line and on file name
 * syntax have them (docs/maya.md); not run on a real Maya.
 */
#include "dcc-error.h"
#include "dcc-kit.h"
#include "dcc-maya.h"
#include <string.h>

/* What -of is called. */
static const struct {
    const char *extension, *format;
} formats[] = {
    {"png", "png"},
    {"jpg", "jpg"},
    {"jpeg", "jpeg"},
    {"exr", "exr"},
    {"tif", "tif"},
    {"tiff", "tiff"},
    {"tga", "tga"},
    {"iff", "iff"},
};

static const char *
find_format(const char *extension)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(extension, formats[i].extension) == 0)
            return formats[i].format;
    }
    return NULL;
}

static gboolean
refuse(DccFramePath *output, const char *what, GError **error)
{
    g_autofree char *shown = g_filename_display_name(dcc_frame_path_get_text(output));

    g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED, "'%s': %s", shown, what);
    return FALSE;
}

static void
add(GPtrArray *argv, const char *flag, const char *value)
{
    g_ptr_array_add(argv, g_strdup(flag));
    g_ptr_array_add(argv, g_strdup(value));
}

static void
add_number(GPtrArray *argv, const char *flag, int number)
{
    g_autofree char *text = g_strdup_printf("%d", number);

    add(argv, flag, text);
}

/* "shot.####.png": name.#.ext; "shot_####.png": name#.ext. */
static gboolean
add_output(GPtrArray *argv, DccFramePath *output, GError **error)
{
    g_autofree char *extension = dcc_frame_path_get_extension(output);
    g_autofree char *directory = dcc_frame_path_get_directory(output);
    const char *after = dcc_frame_path_get_after(output);
    g_autofree char *name = g_path_get_basename(dcc_frame_path_get_before(output));
    const char *format = find_format(extension);
    gboolean dotted = g_str_has_suffix(name, ".");

    if (dcc_frame_path_get_digits(output) == 0)
        return refuse(output, "Maya puts the frame's number into every name; write ####", error);
    if (!format)
        return refuse(
            output, "the format of that ending is not known; name .png, .exr or .tif", error);
    if (*after != '.' || strchr(after + 1, '.') ||
        g_str_has_suffix(dcc_frame_path_get_before(output), "/"))
        return refuse(output, "Maya makes names of the form shot.####.png or shot_####.png", error);
    if (dotted)
        name[strlen(name) - 1] = '\0';
    add(argv, "-rd", directory);
    add(argv, "-im", name);
    add(argv, "-fnc", dotted ? "name.#.ext" : "name#.ext");
    add_number(argv, "-pad", (int)dcc_frame_path_get_digits(output));
    add(argv, "-of", format);
    return TRUE;
}

DccLaunchPlan *
dcc_maya_plan_render(DccAdapter *adapter,
                     DccInstallation *installation,
                     DccLaunchRequest *request,
                     GError **error)
{
    DccRenderJob *job = dcc_launch_request_get_render(request);
    DccFramePath *output = dcc_render_job_get_output(job);
    const char *const *user = dcc_launch_request_get_args(request);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    const char *scene = dcc_launch_request_get_scene(request);
    DccMayaArgs args = {.product = DCC_MAYA_RENDER, .script = TRUE};
    int first = 0, last = 0, step = 1;
    DccLaunchPlan *plan;

    if (scene && !dcc_kit_check_scene(scene, error))
        return NULL;
    for (guint i = 0; user && user[i]; i++)
        g_ptr_array_add(argv, g_strdup(user[i]));
    dcc_frames_get_run(dcc_render_job_get_frames(job), 0, &first, &last, &step);
    add_number(argv, "-s", first);
    add_number(argv, "-e", last);
    add_number(argv, "-b", step);
    if (output && !add_output(argv, output, error))
        return NULL;
    g_ptr_array_add(argv, NULL);
    args.rest = (const char *const *)argv->pdata;
    plan = dcc_maya_make_plan(installation, request, &args, NULL, error);
    if (plan)
        dcc_launch_plan_set_frames(plan, first, last, step);
    return plan;
}
