/* How Houdini is started.
 *
 * Problem: houdini puts itself into the background unless it is told not to, and then nobody can
 * say how it ended: -foreground is always there. bin/houdini is a script that execs houdini-bin, so
 * the process stays the same and only its name changes. Contract: houdini -foreground [-n] [USER'S
 * OPTIONS] [SCENE] [USER'S FILES]; hython [PYTHON'S OPTIONS] AGENT [SCRIPT ARGS]; hbatch [USER'S
 * OPTIONS] [SCENE]. A recovery file is opened by the agent, which gives the scene its own name
 * back.
 */
#include "dcc-error.h"
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

/* What houdini loads or runs, in the order it is given: the scene comes before them. */
static const char *const file_suffixes[] = {".hip", ".hiplc", ".hipnc", ".py", ".cmd", ".hda"};

static gboolean
has_arg(const char *const *args, const char *arg)
{
    return args && g_strv_contains(args, arg);
}

/* The user's choice of a program; else what was found, where it fits. */
static char *
choose_program(const DccHoudiniArgs *args, const char *executable, GError **error)
{
    static const char *const usual[] = {
        [DCC_HOUDINI_GUI] = "houdini",
        [DCC_HOUDINI_PYTHON] = "hython",
        [DCC_HOUDINI_BATCH] = "hbatch",
    };
    g_autofree char *own = g_path_get_basename(executable);
    DccHoudiniKind kind = DCC_HOUDINI_GUI;

    if (args->program)
        return dcc_kit_find_beside(executable, args->program, "Houdini", error);
    if (dcc_houdini_find_program(own, &kind) ? kind == args->kind : args->kind == DCC_HOUDINI_GUI)
        return g_strdup(executable);
    return dcc_kit_find_beside(executable, usual[args->kind], "Houdini", error);
}

static gboolean
is_file(const char *arg)
{
    for (guint i = 0; i < G_N_ELEMENTS(file_suffixes); i++) {
        if (g_str_has_suffix(arg, file_suffixes[i]))
            return TRUE;
    }
    return FALSE;
}

static void
add_gui_arguments(DccLaunchPlan *plan,
                  DccLaunchRequest *request,
                  const DccHoudiniArgs *args,
                  const char *scene)
{
#ifndef G_OS_WIN32
    if (!has_arg(args->rest, "-foreground"))
        dcc_launch_plan_add_arg(plan, "-foreground");
#endif
    /* Manual cook: a scene that crashes when it cooks can be opened. */
    if (dcc_launch_request_is_safe(request) && !has_arg(args->rest, "-n"))
        dcc_launch_plan_add_arg(plan, "-n");
    for (guint i = 0; args->rest && args->rest[i]; i++) {
        if (scene && is_file(args->rest[i])) {
            dcc_launch_plan_add_arg(plan, scene);
            scene = NULL;
        }
        dcc_launch_plan_add_arg(plan, args->rest[i]);
    }
    if (scene)
        dcc_launch_plan_add_arg(plan, scene);
}

static void
add_python_arguments(DccLaunchPlan *plan,
                     const DccHoudiniArgs *args,
                     const char *agent,
                     const char *scene)
{
    gboolean work;
    guint n = dcc_kit_count_python_options(args->rest, &work);

    for (guint i = 0; i < n; i++)
        dcc_launch_plan_add_arg(plan, args->rest[i]);
    dcc_launch_plan_add_arg(plan, agent);
    if (args->rest)
        dcc_launch_plan_add_argv(plan, args->rest + n);
    if (scene)
        dcc_launch_plan_set_env(plan, "DCCHOST_HOUDINI_SCENE", scene);
}

static void
add_arguments(DccLaunchPlan *plan,
              DccLaunchRequest *request,
              const DccHoudiniArgs *args,
              const char *agent,
              const char *scene)
{
    switch (args->kind) {
    case DCC_HOUDINI_GUI:
        add_gui_arguments(plan, request, args, scene);
        break;
    case DCC_HOUDINI_PYTHON:
        add_python_arguments(plan, args, agent, scene);
        break;
    case DCC_HOUDINI_BATCH:
        dcc_launch_plan_add_argv(plan, args->rest);
        if (scene)
            dcc_launch_plan_add_arg(plan, scene);
        break;
    }
}

/* --env has the last word, and would take the agent's way in. */
static gboolean
check_package_dir(DccLaunchRequest *request, GError **error)
{
    const char *const *env = dcc_launch_request_get_env(request);

    for (guint i = 0; env && env[i]; i++) {
        if (!g_str_has_prefix(env[i], "HOUDINI_PACKAGE_DIR="))
            continue;
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "--env %s would take the place of dcchost's own package; set "
                    "HOUDINI_PACKAGE_DIR in the environment of dcchost itself, where it is kept",
                    env[i]);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_gui(DccLaunchRequest *request, const DccHoudiniArgs *args, GError **error)
{
    if (args->kind != DCC_HOUDINI_GUI)
        return TRUE;
    if (dcc_launch_request_is_headless(request)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "%s opens a window; leave --headless out, or name hython",
                    args->program);
        return FALSE;
    }
    if (has_arg(args->rest, "-background")) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_INVALID,
            "houdini -background cannot be watched: what is started ends at once and leaves "
            "another process behind; leave -background out, 'dcchost launch -d' gives the "
            "terminal back");
        return FALSE;
    }
    return check_package_dir(request, error) && dcc_kit_check_display(request, error);
}

static gboolean
check(DccLaunchRequest *request, const DccHoudiniArgs *args, GError **error)
{
    const char *scene = dcc_launch_request_get_scene(request);

    if (scene && !dcc_kit_check_scene(scene, error))
        return FALSE;
    if (scene && args->kind == DCC_HOUDINI_PYTHON && args->script) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "hython runs a script, which opens its scene itself; give '%s' as an argument "
                    "of the script",
                    scene);
        return FALSE;
    }
    return check_gui(request, args, error);
}

DccLaunchPlan *
dcc_houdini_make_plan(DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccHoudiniArgs *args,
                      const char *rescue,
                      GError **error)
{
    g_autofree char *program =
        choose_program(args, dcc_installation_get_executable(installation), error);
    const char *scene = dcc_launch_request_get_scene(request);
    g_autoptr(DccLaunchPlan) plan = NULL;
    g_autofree char *agent = NULL;

    g_return_val_if_fail(dcc_launch_request_get_private_dir(request) != NULL, NULL);

    if (!program)
        return NULL;
    plan = dcc_launch_plan_new(program);
    dcc_houdini_add_environment(plan, request, args);
    agent = dcc_houdini_add_agent(plan, installation, request, args);
    if (rescue) {
        dcc_launch_plan_set_env(plan, "DCCHOST_HOUDINI_RECOVER", rescue);
        if (scene)
            dcc_launch_plan_set_env(plan, "DCCHOST_HOUDINI_SCENE", scene);
    }
    add_arguments(plan, request, args, agent, rescue ? NULL : scene);
    dcc_kit_finish_plan(
        plan, request, agent ? DCC_READINESS_AGENT : DCC_READINESS_SETTLE, args->script);
    return g_steal_pointer(&plan);
}

DccLaunchPlan *
dcc_houdini_plan_launch(DccAdapter *adapter,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    DccHoudiniArgs args;

    dcc_houdini_args_read(&args, request);
    return check(request, &args, error)
               ? dcc_houdini_make_plan(installation, request, &args, NULL, error)
               : NULL;
}

static gboolean
check_recovery(DccRescueFile *file, const DccHoudiniArgs *args, GError **error)
{
    const char *path = dcc_rescue_file_get_path(file);
    g_autofree char *name = g_filename_display_name(path);

    if (!dcc_houdini_is_scene(path))
        return dcc_kit_refuse_file(file, "a crash scene, an autosave or a rescue copy", error);
    if (args->script) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "'%s' cannot be gone on from by a script of its own; open it in a window",
                    name);
        return FALSE;
    }
    return dcc_kit_check_scene(path, error);
}

DccLaunchPlan *
dcc_houdini_plan_recovery(DccAdapter *adapter,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error)
{
    const char *path = dcc_rescue_file_get_path(file);
    DccHoudiniArgs args;

    dcc_houdini_args_read(&args, request);
    if (!check_recovery(file, &args, error) || !check_gui(request, &args, error))
        return NULL;
    return dcc_houdini_make_plan(installation, request, &args, path, error);
}
