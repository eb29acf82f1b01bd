/* How Krita is started.
 *
 * Problem: Krita loads Python plug-ins from its data directories, and only those that its
 * preferences switch on; neither may be written to, for they are the artist's. Contract: the
 * plug-in and a kritarc that switches it on lie in the launch's private directory, which goes in
 * front of XDG_DATA_DIRS and XDG_CONFIG_DIRS. The artist's own XDG_*_HOME stay what they are and
 * come first; Krita writes nothing of ours into them. In safe mode they are empty directories
 * instead.
 *
 * A window: krita --nosplash [ARGS] [SCENE]. Without one: kritarunner, which needs no display;
 * krita itself aborts without one whatever QT_QPA_PLATFORM says, also with --export.
 */
#include "krita.h"
#include <dcc-error.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PLUGINS "krita/data/krita/pykrita/"
#define MODULE  "dcchost_krita_agent"

/* The value of --export-filename among the user's arguments; *others: whether there are more. */
static const char *
find_export(DccLaunchRequest *request, gboolean *others)
{
    const char *const *args = dcc_launch_request_get_args(request);
    const char *target = NULL;

    *others = FALSE;
    for (guint i = 0; args && args[i]; i++) {
        if (strcmp(args[i], "--export-filename") == 0 && args[i + 1])
            target = args[++i];
        else if (strcmp(args[i], "--export") != 0)
            *others = TRUE;
    }
    return target;
}

static gboolean
check(DccLaunchRequest *request, GError **error)
{
    const char *scene = dcc_launch_request_get_scene(request);
    const char *const *args = dcc_launch_request_get_args(request);
    gboolean others;
    const char *target = find_export(request, &others);

    if (scene && !dcc_kit_check_scene(scene, error))
        return FALSE;
    if (dcc_launch_request_is_headless(request)) {
        if (!others && (target ? scene != NULL : !args || !args[0]))
            return TRUE;
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "without a window Krita takes no arguments but '--export --export-filename "
                    "FILE' together with a scene (--file); leave out --headless for all others");
        return FALSE;
    }
    if (dcc_kit_find_env(request, "DISPLAY"))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "no display to open a window on: DISPLAY is not set, and Krita knows no other way; "
                "use --headless, or name a display with --env DISPLAY=:0");
    return FALSE;
}

/* directory of the private ones in front of what the variable holds, or holds by default. */
static void
add_front(DccLaunchPlan *plan,
          DccLaunchRequest *request,
          const char *key,
          const char *directory,
          const char *by_default)
{
    const char *value = dcc_kit_find_env(request, key);
    g_autofree char *front =
        g_build_filename(dcc_launch_request_get_private_dir(request), directory, NULL);
    g_autofree char *all = g_strjoin(":", front, value ? value : by_default, NULL);

    dcc_launch_plan_set_env(plan, key, all);
}

static void
add_agent(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    g_autofree char *agent =
        dcc_kit_add_agent(plan, request, PLUGINS, MODULE ".py", krita_agent, krita_agent_size);

    dcc_kit_add_file(
        plan, PLUGINS "kritapykrita_" MODULE ".desktop", krita_desktop, krita_desktop_size);
    dcc_kit_add_file(plan, "krita/config/kritarc", krita_rc, krita_rc_size);
    add_front(plan, request, "XDG_DATA_DIRS", "krita/data", "/usr/local/share:/usr/share");
    add_front(plan, request, "XDG_CONFIG_DIRS", "krita/config", "/etc/xdg");
}

/* TMPDIR is also where Krita keeps the socket by which a second start hands its file to the first
 * and ends: with one of its own each launch is a Krita of its own. */
static void
add_directories(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    static const char *const home[] = {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"};
    const char *directory = dcc_launch_request_get_temp_dir(request);

    dcc_kit_add_temp_dir(plan, request);
    for (guint i = 0; directory && dcc_launch_request_is_safe(request) && i < 3; i++) {
        g_autofree char *path = g_build_filename(directory, "safe", home[i], NULL);

        dcc_launch_plan_set_env(plan, home[i], path);
    }
}

/* Without a window: the program beside it that runs one function of one Python module. */
static DccLaunchPlan *
make_headless(DccInstallation *installation, DccLaunchRequest *request, GError **error)
{
    const char *krita = dcc_installation_get_executable(installation);
    g_autofree char *runner = g_strconcat(krita, "runner", NULL);
    g_autofree char *modules =
        g_build_filename(dcc_launch_request_get_private_dir(request), PLUGINS, NULL);
    gboolean others;
    const char *target = find_export(request, &others);
    DccLaunchPlan *plan;

    if (access(runner, X_OK) != 0) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "without a window this Krita cannot be started: '%s': %s",
                    runner,
                    g_strerror(errno));
        return NULL;
    }
    plan = dcc_launch_plan_new(runner);
    dcc_launch_plan_add_args(plan, "-s", MODULE, "-f", "serve", NULL);
    dcc_launch_plan_set_env(plan, "QT_QPA_PLATFORM", "offscreen");
    /* It would talk to a display that is there none the less, and end by an X error. */
    dcc_launch_plan_unset_env(plan, "DISPLAY");
    /* kritarunner adds no plug-in directory to Python's path by itself. */
    dcc_launch_plan_prepend_env(plan, "PYTHONPATH", modules);
    if (target)
        dcc_launch_plan_set_env(plan, "DCCHOST_KRITA_EXPORT", target);
    return plan;
}

static DccLaunchPlan *
make_plan(DccInstallation *installation,
          DccLaunchRequest *request,
          const char *rescue,
          GError **error)
{
    const char *scene = dcc_launch_request_get_scene(request);
    gboolean headless = dcc_launch_request_is_headless(request);
    DccLaunchPlan *plan;

    if (!check(request, error))
        return NULL;
    plan = headless ? make_headless(installation, request, error)
                    : dcc_launch_plan_new(dcc_installation_get_executable(installation));
    if (!plan)
        return NULL;
    add_directories(plan, request);
    add_agent(plan, request);
    dcc_launch_plan_set_env(plan, "DCCHOST_AGENT_MODE", headless ? "loop" : "window");
    if (scene)
        dcc_launch_plan_set_env(plan, "DCCHOST_KRITA_SCENE", scene);
    if (rescue)
        dcc_launch_plan_set_env(plan, "DCCHOST_KRITA_RECOVER", rescue);
    if (!headless) {
        dcc_launch_plan_add_arg(plan, "--nosplash");
        dcc_launch_plan_add_argv(plan, dcc_launch_request_get_args(request));
        if (scene && !rescue)
            dcc_launch_plan_add_arg(plan, scene);
    }
    dcc_kit_finish_plan(plan, request, DCC_READINESS_AGENT, FALSE);
    return plan;
}

DccLaunchPlan *
krita_plan_launch(DccAdapter *adapter,
                  DccInstallation *installation,
                  DccLaunchRequest *request,
                  GError **error)
{
    return make_plan(installation, request, NULL, error);
}

/* The agent opens it and gives the document its own name back, marked as changed. */
DccLaunchPlan *
krita_plan_recovery(DccAdapter *adapter,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    DccRescueFile *file,
                    GError **error)
{
    const char *path = dcc_rescue_file_get_path(file);

    if (g_str_has_suffix(path, ".kra"))
        return make_plan(installation, request, path, error);
    dcc_kit_refuse_file(file, "an autosave or a rescue copy (.kra)", error);
    return NULL;
}
