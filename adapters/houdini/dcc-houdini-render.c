/* How Houdini renders given frames.
 *
 * Problem: what renders is a node of the scene, and only the user knows which. Contract: hython AGENT
 * -c SCRIPT SCENE NODE BEFORE DIGITS AFTER FRAMES [USER'S ARGS], where the first of the user's
 * arguments is the node's path. hou.RopNode.render() as SideFX documents it (docs/houdini.md); not
 * run on a real Houdini.
 */
#include "dcc-error.h"
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

/* BEFORE is empty where the node says where its pictures go. A frame that fails does not take along
 * those after it. */
static const char script[] =
    "import sys, traceback, hou\n"
    "scene, path, before, digits, after, frames = sys.argv[1:7]\n"
    "try:\n"
    "    hou.hipFile.load(scene, suppress_save_prompt=True, ignore_load_warnings=True)\n"
    "except Exception as error:\n"
    "    sys.exit('" DCC_HOUDINI_NO_SCENE ": %s: %s' % (scene, error))\n"
    "node = hou.node(path)\n"
    "if node is None:\n"
    "    sys.exit('" DCC_HOUDINI_NO_NODE "%s: %s' % (path, scene))\n"
    "failed = 0\n"
    "for frame in map(int, frames.split(',')):\n"
    "    print('" DCC_HOUDINI_FRAME "%d' % frame, flush=True)\n"
    "    picture = '%s%0*d%s' % (before, int(digits) + (frame < 0), frame, after)\n"
    "    try:\n"
    "        if before:\n"
    "            node.render(frame_range=(frame, frame, 1), output_file=picture)\n"
    "            print('" DCC_HOUDINI_SAVED "' + picture, flush=True)\n"
    "        else:\n"
    "            node.render(frame_range=(frame, frame, 1))\n"
    "    except Exception:\n"
    "        traceback.print_exc()\n"
    "        failed = 1\n"
    "sys.exit(failed)\n";

static char *
list_frames(DccFrames *frames)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < dcc_frames_count(frames); i++)
        g_string_append_printf(list, "%s%d", i > 0 ? "," : "", dcc_frames_get(frames, i));
    return g_string_free(list, FALSE);
}

static gboolean
check(DccLaunchRequest *request, DccFramePath *output, GError **error)
{
    const char *const *user = dcc_launch_request_get_args(request);
    const char *scene = dcc_launch_request_get_scene(request);

    if (!user || !user[0] || user[0][0] != '/')
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "name the node that renders after --, as in -- /out/mantra1");
    else if (!scene)
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "name the scene: --file SCENE");
    else if (output && dcc_frame_path_get_digits(output) == 0)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "the frame's number has to be in every name; write #### into --output");
    else
        return TRUE;
    return FALSE;
}

/* One argument of the kernel's has 128 KiB at most; what is left is asked for again. */
#define MAX_FRAMES 10000

static DccFrames *
take_some(DccFrames *frames)
{
    g_autofree int *numbers = g_new(int, MAX_FRAMES);
    guint n = MIN(dcc_frames_count(frames), MAX_FRAMES);

    for (guint i = 0; i < n; i++)
        numbers[i] = dcc_frames_get(frames, i);
    return dcc_frames_new(numbers, n);
}

static DccLaunchPlan *
make_plan(DccInstallation *installation,
          DccLaunchRequest *request,
          const char *const *argv,
          GError **error)
{
    DccHoudiniArgs args = {.kind = DCC_HOUDINI_PYTHON, .rest = argv, .script = TRUE};
    DccLaunchPlan *plan;

    if (!dcc_kit_check_scene(dcc_launch_request_get_scene(request), error))
        return NULL;
    plan = dcc_houdini_make_plan(installation, request, &args, NULL, error);
    if (plan) /* the script opens it itself */
        dcc_launch_plan_unset_env(plan, "DCCHOST_HOUDINI_SCENE");
    return plan;
}

DccLaunchPlan *
dcc_houdini_plan_render(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    DccRenderJob *job = dcc_launch_request_get_render(request);
    DccFramePath *output = dcc_render_job_get_output(job);
    const char *const *user = dcc_launch_request_get_args(request);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(DccFrames) some = take_some(dcc_render_job_get_frames(job));
    g_autofree char *frames = list_frames(some);
    g_autofree char *digits = NULL;
    DccLaunchPlan *plan;
    int last = dcc_frames_get(some, dcc_frames_count(some) - 1);

    if (!check(request, output, error))
        return NULL;
    digits = g_strdup_printf("%u", output ? dcc_frame_path_get_digits(output) : 0);
    g_ptr_array_add(argv, (gpointer) "-c");
    g_ptr_array_add(argv, (gpointer)script);
    g_ptr_array_add(argv, (gpointer)dcc_launch_request_get_scene(request));
    g_ptr_array_add(argv, (gpointer)user[0]);
    g_ptr_array_add(argv, (gpointer)(output ? dcc_frame_path_get_before(output) : ""));
    g_ptr_array_add(argv, digits);
    g_ptr_array_add(argv, (gpointer)(output ? dcc_frame_path_get_after(output) : ""));
    g_ptr_array_add(argv, frames);
    for (guint i = 1; user[i]; i++)
        g_ptr_array_add(argv, (gpointer)user[i]);
    g_ptr_array_add(argv, NULL);
    plan = make_plan(installation, request, (const char *const *)argv->pdata, error);
    if (plan && dcc_frames_count(some) < dcc_frames_count(dcc_render_job_get_frames(job)))
        dcc_launch_plan_set_frames(plan, dcc_frames_get(some, 0), last, 1);
    return plan;
}
