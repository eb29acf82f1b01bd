/* How Maya is started.
 *
 * Problem: `maya` is a script that sets up library paths, so it is never passed by; it stays as the
 * parent of maya.bin, so the tree is what counts. The agent must be in before the window shows, and
 * whatever it brings must not change from one launch to the next: since 2022 Maya keeps a checksum
 * of userSetup.py. So that file is constant, and everything that varies goes by the environment.
 * Contract: maya [-batch -command LOOP] [-file SCENE] [USER'S OPTIONS]; mayapy [PYTHON'S OPTIONS] AGENT [SCRIPT ARGS];
 * Render [USER'S OPTIONS] [SCENE].
 * A recovery file is opened by the agent, which gives the scene its own name back.
 */
#include "dcc-error.h"
#include "dcc-kit.h"
#include "dcc-maya.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define AGENT_FILE "dcchost_maya_agent.py"
/* MEL; the quotes inside are Python's. */
#define LOOP "python(\"import sys; sys.modules['dcchost_maya_agent'].loop()\")"
/* Where userSetup.py is switched off the agent comes in by a command. */
#define BEGIN                                                                                      \
    "python(\"import os; "                                                                         \
    "exec(compile(open(os.environ['DCCHOST_MAYA_AGENT']).read(), "                                 \
    "os.environ['DCCHOST_MAYA_AGENT'], 'exec'), {'__name__': 'dcchost_start', "                    \
    "'__file__': os.environ['DCCHOST_MAYA_AGENT']})\")"

#define SAFE_HOME "maya/safe"
#define SAFE_NOTE "MAYA_APP_DIR of a start in safe mode: it goes with that run.\n"

/* Each as Autodesk's own tests or documentation, or public farm images, set it: docs/maya.md. */
static const struct {
    const char *key, *value;
    gboolean headless; /* only without a window */
} settings[] = {
    {"MAYA_DISABLE_CIP", "1", FALSE},                  /* a crash at start on Linux */
    {"MAYA_DISABLE_CER", "1", FALSE},                  /* a reporter that outlives the crash */
    {"MAYA_DISABLE_ADP", "1", FALSE},                  /* a hang at the end */
    {"MAYA_DISABLE_CLIC_IPM", "Yes", FALSE},           /* a dialog about the licence */
    {"MAYA_NO_STANDALONE_ATEXIT", "1", FALSE},         /* else mayapy says 0 whatever happened */
    {"MAYA_DEBUG_ENABLE_CRASH_REPORTING", "1", FALSE}, /* MayaCrashLog in TMPDIR */
    {"MAYA_IGNORE_DIALOGS", "1", TRUE},
    {"MAYA_CM_DISABLE_ERROR_POPUPS", "1", TRUE},
};

/* The program of this product; NULL with an error where it is not there. */
static char *
choose_program(DccMayaProduct product, const char *executable, GError **error)
{
    if (product != DCC_MAYA_PYTHON && product != DCC_MAYA_RENDER)
        return g_strdup(executable);
    return dcc_kit_find_beside(
        executable, product == DCC_MAYA_PYTHON ? "mayapy" : "Render", "Maya", error);
}

/* Maya asks for a directory where HOME is none it can write to, and waits for the answer. */
static void
add_home(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    const char *home = dcc_kit_find_env(request, "HOME");

    if ((!home || g_access(home, W_OK | X_OK) != 0) && dcc_launch_request_get_temp_dir(request))
        dcc_launch_plan_set_env(plan, "HOME", dcc_launch_request_get_temp_dir(request));
}

static void
add_environment(DccLaunchPlan *plan, DccLaunchRequest *request, const DccMayaArgs *args)
{
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (!settings[i].headless || args->product != DCC_MAYA_GUI)
            dcc_launch_plan_set_env(plan, settings[i].key, settings[i].value);
    }
    /* Another Python's home ends Maya's at start. */
    dcc_launch_plan_unset_env(plan, "PYTHONHOME");
    dcc_kit_add_temp_dir(plan, request);
    add_home(plan, request);
}

/* The root that this executable belongs to: a MAYA_LOCATION of another version would mix the two.
 */
static void
add_location(DccLaunchPlan *plan, DccInstallation *installation, DccMayaProduct product)
{
    g_autofree char *bin = g_path_get_dirname(dcc_installation_get_executable(installation));
    g_autofree char *root = g_path_get_dirname(bin);
    g_autofree char *lib = g_build_filename(root, "lib", NULL);
    const char *version = dcc_installation_get_version(installation);

    dcc_launch_plan_set_env(plan, "MAYA_LOCATION", root);
    if (version)
        dcc_launch_plan_set_env(plan, "DCCHOST_MAYA_VERSION", version);
    /* Since 2024 mayapy is a script that does it itself. */
    if (product == DCC_MAYA_PYTHON && version && dcc_version_compare(version, "2024") < 0)
        dcc_launch_plan_prepend_env(plan, "LD_LIBRARY_PATH", lib);
}

/* Returns where the agent will be. */
static char *
add_agent(DccLaunchPlan *plan, DccLaunchRequest *request, const DccMayaArgs *args)
{
    g_autofree char *agent =
        dcc_kit_add_agent(plan, request, "maya", AGENT_FILE, dcc_maya_agent, dcc_maya_agent_size);
    g_autofree char *startup =
        g_build_filename(dcc_launch_request_get_private_dir(request), "maya/startup", NULL);
    g_autoptr(GBytes) setup = g_bytes_new_static(dcc_maya_user_setup, dcc_maya_user_setup_size);
    const char *mode = args->product == DCC_MAYA_GUI ? "window" : args->script ? "thread" : "loop";

    dcc_launch_plan_add_file(plan, "maya/startup/userSetup.py", setup);
    if (args->product != DCC_MAYA_PYTHON)
        dcc_launch_plan_prepend_env(plan, "PYTHONPATH", startup);
    dcc_launch_plan_set_env(plan, "DCCHOST_MAYA_AGENT", agent);
    dcc_launch_plan_set_env(plan, "DCCHOST_AGENT_MODE", mode);
    return g_steal_pointer(&agent);
}

/* Safe mode: preferences, shelves and scripts of nobody, in a directory of the launch's own; no
 * userSetup.py but what the agent needs, which comes in by a command then. */
static void
add_safe_mode(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    g_autofree char *home =
        g_build_filename(dcc_launch_request_get_private_dir(request), SAFE_HOME, NULL);
    g_autoptr(GBytes) note = g_bytes_new_static(SAFE_NOTE, strlen(SAFE_NOTE));

    dcc_launch_plan_add_file(plan, SAFE_HOME "/README", note);
    dcc_launch_plan_set_env(plan, "MAYA_APP_DIR", home);
    dcc_launch_plan_set_env(plan, "MAYA_SKIP_USERSETUP_PY", "1");
}

static gboolean
skips_user_setup(DccLaunchRequest *request)
{
    return dcc_launch_request_is_safe(request) ||
           dcc_kit_find_env(request, "MAYA_SKIP_USERSETUP_PY") != NULL;
}

static void
add_maya_arguments(DccLaunchPlan *plan,
                   DccLaunchRequest *request,
                   const DccMayaArgs *args,
                   const char *scene)
{
    if (args->product == DCC_MAYA_BATCH && !(args->rest && g_strv_contains(args->rest, "-batch")))
        dcc_launch_plan_add_arg(plan, "-batch");
    if (dcc_launch_request_is_safe(request) &&
        !(args->rest && g_strv_contains(args->rest, "-noAutoloadPlugins")))
        dcc_launch_plan_add_arg(plan, "-noAutoloadPlugins");
    if (skips_user_setup(request))
        dcc_launch_plan_add_args(plan, "-command", BEGIN, NULL);
    if (scene)
        dcc_launch_plan_add_args(plan, "-file", scene, NULL);
    dcc_launch_plan_add_argv(plan, args->rest);
    if (args->product == DCC_MAYA_BATCH && !args->script)
        dcc_launch_plan_add_args(plan, "-command", LOOP, NULL);
}

static void
add_python_arguments(DccLaunchPlan *plan, const DccMayaArgs *args, const char *agent)
{
    gboolean work;
    guint n = dcc_kit_count_python_options(args->rest, &work);

    for (guint i = 0; i < n; i++)
        dcc_launch_plan_add_arg(plan, args->rest[i]);
    dcc_launch_plan_add_arg(plan, agent);
    if (args->rest)
        dcc_launch_plan_add_argv(plan, args->rest + n);
}

static void
add_arguments(DccLaunchPlan *plan,
              DccLaunchRequest *request,
              const DccMayaArgs *args,
              const char *agent,
              const char *scene)
{
    if (args->product == DCC_MAYA_PYTHON) {
        add_python_arguments(plan, args, agent);
        /* By the environment: mayapy decodes its arguments its own way. */
        if (scene)
            dcc_launch_plan_set_env(plan, "DCCHOST_MAYA_SCENE", scene);
    } else if (args->product == DCC_MAYA_RENDER) {
        dcc_launch_plan_add_argv(plan, args->rest);
        if (scene)
            dcc_launch_plan_add_arg(plan, scene);
    } else {
        add_maya_arguments(plan, request, args, scene);
    }
}

static gboolean
check(DccLaunchRequest *request, const DccMayaArgs *args, GError **error)
{
    const char *scene = dcc_launch_request_get_scene(request);

    if (scene && !dcc_kit_check_scene(scene, error))
        return FALSE;
    if (scene && args->product == DCC_MAYA_PYTHON && args->script) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "mayapy runs a script, which opens its scene itself; give '%s' as an argument "
                    "of the script",
                    scene);
        return FALSE;
    }
    return args->product != DCC_MAYA_GUI || dcc_kit_check_display(request, error);
}

DccLaunchPlan *
dcc_maya_make_plan(DccInstallation *installation,
                   DccLaunchRequest *request,
                   const DccMayaArgs *args,
                   const char *rescue,
                   GError **error)
{
    g_autofree char *program =
        choose_program(args->product, dcc_installation_get_executable(installation), error);
    const char *scene = dcc_launch_request_get_scene(request);
    g_autoptr(DccLaunchPlan) plan = NULL;
    g_autofree char *agent = NULL;

    g_return_val_if_fail(dcc_launch_request_get_private_dir(request) != NULL, NULL);

    if (!program)
        return NULL;
    plan = dcc_launch_plan_new(program);
    add_environment(plan, request, args);
    add_location(plan, installation, args->product);
    agent = add_agent(plan, request, args);
    if (dcc_launch_request_is_safe(request))
        add_safe_mode(plan, request);
    if (rescue) {
        dcc_launch_plan_set_env(plan, "DCCHOST_MAYA_RECOVER", rescue);
        if (scene)
            dcc_launch_plan_set_env(plan, "DCCHOST_MAYA_SCENE", scene);
    }
    add_arguments(plan, request, args, agent, rescue ? NULL : scene);
    dcc_kit_finish_plan(plan, request, DCC_READINESS_AGENT, args->script);
    return g_steal_pointer(&plan);
}

DccLaunchPlan *
dcc_maya_plan_launch(DccAdapter *adapter,
                     DccInstallation *installation,
                     DccLaunchRequest *request,
                     GError **error)
{
    DccMayaArgs args;

    dcc_maya_args_read(&args, request);
    if (!check(request, &args, error))
        return NULL;
    return dcc_maya_make_plan(installation, request, &args, NULL, error);
}

DccLaunchPlan *
dcc_maya_plan_recovery(DccAdapter *adapter,
                       DccInstallation *installation,
                       DccLaunchRequest *request,
                       DccRescueFile *file,
                       GError **error)
{
    const char *path = dcc_rescue_file_get_path(file);
    g_autofree char *name = g_filename_display_name(path);
    DccMayaArgs args;

    dcc_maya_args_read(&args, request);
    if (!g_str_has_suffix(path, ".ma") && !g_str_has_suffix(path, ".mb")) {
        dcc_kit_refuse_file(file, "a recovery scene, an autosave or a rescue copy", error);
        return NULL;
    }
    if (args.script) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "'%s' cannot be gone on from by a script or a render of its own; open it in a "
                    "window",
                    name);
        return NULL;
    }
    if (!dcc_kit_check_scene(path, error) ||
        (args.product == DCC_MAYA_GUI && !dcc_kit_check_display(request, error)))
        return NULL;
    return dcc_maya_make_plan(installation, request, &args, path, error);
}
