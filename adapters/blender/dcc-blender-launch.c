/* How Blender is started.
 *
 * Problem: Blender works its arguments off in order. The agent must be in before anything long
 * begins, and a render or a script in the background must not be held up at all: it ends by itself,
 * as without us. Only a background Blender with nothing to do gets a loop to live in. Contract:
 * blender [-b] [--factory-startup] [--python-exit-code 42] [SCENE] --python AGENT [USER'S OPTIONS]
 * [--python-expr LOOP]
 * [-- WHAT IS LEFT TO SCRIPTS]
 * A rescue file is not opened but recovered: so the scene keeps the name it had, and the artist's
 * next save does not go into a temporary directory.
 */
#include "dcc-blender.h"
#include "dcc-error.h"
#include "dcc-kit.h"

#define AGENT_FILE "dcchost_blender_agent.py"
#define AGENT_LOOP "import dcchost_blender_agent; dcchost_blender_agent.loop()"

/* The path in hexadecimal: it may hold anything. Recovered work is not saved yet, whatever Blender
 * believes. */
#define RECOVER                                                                                    \
    "import os, dcchost_blender_agent as it; "                                                     \
    "it.agent.recover(os.fsdecode(bytes.fromhex('%s')), %s)"

static void
add_environment(DccLaunchPlan *plan, DccLaunchRequest *request, const char *executable)
{
    g_autofree char *directory = g_path_get_dirname(executable);

    /* Another Python's home ends Blender at start. */
    dcc_launch_plan_unset_env(plan, "PYTHONHOME");
    /* A distribution's Blender takes the first python3.N on PATH for its own: that of a virtual
     * environment or pyenv would bring the wrong standard library in. */
    dcc_launch_plan_prepend_env(plan, "PATH", directory);
    dcc_kit_add_temp_dir(plan, request);
}

static void
add_frames(DccLaunchPlan *plan, const DccBlenderArgs *args)
{
    g_autofree char *frames = NULL;

    if (args->step > 0) {
        dcc_launch_plan_set_frames(plan, args->first, args->last, args->step);
        frames = g_strdup_printf("%d %d %d", args->first, args->last, args->step);
    }
    /* An animation's range is the scene's, changed by -s, -e and -j: the agent reads it there. */
    if (args->animation || !args->frames)
        dcc_launch_plan_unset_env(plan, "DCCHOST_AGENT_FRAMES");
    else
        dcc_launch_plan_set_env(plan, "DCCHOST_AGENT_FRAMES", frames ? frames : "");
}

static const char *
choose_mode(gboolean background, const DccBlenderArgs *args)
{
    if (!background)
        return "gui";
    return dcc_blender_args_end_by_themselves(args) ? "thread" : "loop";
}

/* Whether the scripts and drivers in a scene run: -y and -Y, wherever they stand, hold for the scene
 * on a command line, but recovering goes by the preferences. */
static void
add_recovery(DccLaunchPlan *plan, const char *rescue, const DccBlenderArgs *args)
{
    const char *scripts = args->autoexec < 0 ? "None" : args->autoexec > 0 ? "True" : "False";
    g_autoptr(GString) hex = g_string_new(NULL);
    g_autofree char *expression = NULL;

    for (const guchar *byte = (const guchar *)rescue; *byte; byte++)
        g_string_append_printf(hex, "%02x", *byte);
    expression = g_strdup_printf(RECOVER, hex->str, scripts);
    dcc_launch_plan_add_args(plan, "--python-expr", expression, NULL);
}

/* To Blender "//" is the directory of the scene that is open. */
static const char *
skip_second_slash(const char *path)
{
    while (g_str_has_prefix(path, "//"))
        path++;
    return path;
}

static void
add_arguments(DccLaunchPlan *plan,
              DccLaunchRequest *request,
              const DccBlenderWish *wish,
              const DccBlenderArgs *args,
              const char *agent)
{
    const char *scene = wish->rescue ? NULL : dcc_launch_request_get_scene(request);
    gboolean headless = wish->headless || args->background;

    if (headless)
        dcc_launch_plan_add_arg(plan, "-b");
    /* Neither preferences nor the user's start-up scripts and add-ons; what the user's own
     * arguments ask for is asked for. Before the scene: it would take it away again. */
    if (dcc_launch_request_is_safe(request))
        dcc_launch_plan_add_arg(plan, "--factory-startup");
    /* A window survives a script that fails, as the artist knows it. */
    if (headless && (args->scripts || wish->rescue))
        dcc_launch_plan_add_args(
            plan, "--python-exit-code", G_STRINGIFY(DCC_BLENDER_SCRIPT_FAILED), NULL);
    if (scene)
        dcc_launch_plan_add_arg(plan, skip_second_slash(scene));
    dcc_launch_plan_add_args(plan, "--python", agent, NULL);
    if (wish->rescue)
        add_recovery(plan, wish->rescue, args);
    for (guint i = 0; i < args->n_options; i++)
        dcc_launch_plan_add_arg(plan, wish->args[i]);
    if (headless && !dcc_blender_args_end_by_themselves(args))
        dcc_launch_plan_add_args(plan, "--python-expr", AGENT_LOOP, NULL);
    if (wish->args && wish->args[args->n_options])
        dcc_launch_plan_add_argv(plan, wish->args + args->n_options);
}

DccLaunchPlan *
dcc_blender_make_plan(DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccBlenderWish *wish,
                      GError **error)
{
    const char *executable = dcc_installation_get_executable(installation);
    const char *scene = wish->rescue ? wish->rescue : dcc_launch_request_get_scene(request);
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new(executable);
    g_autofree char *agent = NULL;
    DccBlenderArgs args;
    gboolean headless;

    g_return_val_if_fail(dcc_launch_request_get_private_dir(request) != NULL, NULL);

    dcc_blender_args_read(&args, wish->args);
    headless = wish->headless || args.background;
    if (scene && !dcc_blender_check_scene(scene, error))
        return NULL;
    if (!headless && !dcc_kit_check_display(request, error))
        return NULL;
    add_environment(plan, request, executable);
    add_frames(plan, &args);
    dcc_launch_plan_set_env(plan, "DCCHOST_AGENT_MODE", choose_mode(headless, &args));
    agent = dcc_kit_add_agent(
        plan, request, "blender", AGENT_FILE, dcc_blender_agent, dcc_blender_agent_size);
    add_arguments(plan, request, wish, &args, agent);
    dcc_kit_finish_plan(
        plan, request, DCC_READINESS_AGENT, headless && dcc_blender_args_end_by_themselves(&args));
    return g_steal_pointer(&plan);
}

static DccLaunchPlan *
make_plan(DccInstallation *installation,
          DccLaunchRequest *request,
          const char *rescue,
          GError **error)
{
    const DccBlenderWish wish = {.args = dcc_launch_request_get_args(request),
                                 .headless = dcc_launch_request_is_headless(request),
                                 .rescue = rescue};

    return dcc_blender_make_plan(installation, request, &wish, error);
}

DccLaunchPlan *
dcc_blender_plan_launch(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    return make_plan(installation, request, NULL, error);
}

DccLaunchPlan *
dcc_blender_plan_recovery(DccAdapter *adapter,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error)
{
    const char *path = dcc_rescue_file_get_path(file);

    if (g_str_has_suffix(path, ".blend"))
        return make_plan(installation, request, path, error);
    dcc_kit_refuse_file(file, "an autosave or a rescue copy", error);
    return NULL;
}
