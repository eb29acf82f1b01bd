/* What launches have in common, whatever application they are of. */
#include "dcc-kit-launch.h"
#include "dcc-signals.h"

#include "dcc-display.h"
#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-kit-agent.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SHARED_AGENT "dcchost_agent.py"

/**
 * dcc_kit_find_env:
 * @request: what was asked for
 * @key: a variable
 *
 * What the application will see of a variable. The user's `--env` comes after the environment of
 * the session; the last word wins.
 *
 * Returns: (transfer none) (nullable): its value, %NULL when it is not set or empty
 *
 * Since: 1.1
 */
const char *
dcc_kit_find_env(DccLaunchRequest *request, const char *key)
{
    const char *const *settings = dcc_launch_request_get_env(request);
    const char *value = g_getenv(key);
    gsize length = strlen(key);

    for (guint i = 0; settings && settings[i]; i++) {
        if (strncmp(settings[i], key, length) == 0 && settings[i][length] == '=')
            value = settings[i] + length + 1;
    }
    return value && *value ? value : NULL;
}

/**
 * dcc_kit_check_display:
 * @request: what was asked for
 * @error: return location for an error
 *
 * Whether there is a display for a window, of X11 or Wayland.
 *
 * Errors: %DCC_ERROR_INVALID, with what to do.
 *
 * Returns: %TRUE if there is
 *
 * Since: 1.1
 */
gboolean
dcc_kit_check_display(DccLaunchRequest *request, GError **error)
{
    if (dcc_display_needs_no_name() || dcc_kit_find_env(request, "DISPLAY") ||
        dcc_kit_find_env(request, "WAYLAND_DISPLAY"))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set; use "
                "--headless, or name a display with --env DISPLAY=:0");
    return FALSE;
}

/**
 * dcc_kit_check_scene:
 * @path: (type filename): a file
 * @error: return location for an error
 *
 * Whether it can be a scene: a regular file that can be read and holds something.
 *
 * Errors: %DCC_ERROR_SCENE, with the reason.
 *
 * Returns: %TRUE if it can
 *
 * Since: 1.1
 */
gboolean
dcc_kit_check_scene(const char *path, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);
    DccFileFacts facts;
    const char *why = NULL;

    if (!dcc_file_facts_read_target(path, &facts) || g_access(path, R_OK) != 0)
        why = g_strerror(errno);
    else if (facts.kind != DCC_FILE_REGULAR)
        why = "it is no file";
    else if (facts.size == 0)
        why = "it is empty";
    if (why)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_SCENE, "scene '%s' cannot be opened: %s", name, why);
    return why == NULL;
}

/**
 * dcc_kit_find_beside:
 * @executable: (type filename): a program of an installation
 * @name: another one's name
 * @title: the application's name for people
 * @error: return location for an error
 *
 * Another program of the same installation.
 *
 * Errors: %DCC_ERROR_NOT_INSTALLED when it is not there.
 *
 * Returns: (transfer full) (type filename): its path
 *
 * Since: 1.1
 */
char *
dcc_kit_find_beside(const char *executable, const char *name, const char *title, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(executable);
    g_autofree char *file_name = dcc_file_name_of_program(name);
    g_autofree char *path = g_build_filename(directory, file_name, NULL);

    if (g_access(path, X_OK) == 0)
        return g_steal_pointer(&path);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_INSTALLED,
                "'%s' cannot be started: %s; this %s is not whole, install it again",
                path,
                g_strerror(errno),
                title);
    return NULL;
}

/**
 * dcc_kit_count_python_options:
 * @args: (nullable) (array zero-terminated=1): the arguments of an application's own Python
 * @work: (out): whether there is something to do: a script, `-c`, `-m`, `-`, or an option that is
 *   answered
 *
 * How many of the arguments are Python's own options: what follows is the script or its like. An agent
 * that is started in the script's place comes in between.
 *
 * Returns: how many
 *
 * Since: 1.1
 */
guint
dcc_kit_count_python_options(const char *const *args, gboolean *work)
{
    static const char *const takers[] = {"-W", "-X", "--check-hash-based-pycs", NULL};
    static const char *const works[] = {"-c", "-m", "-", NULL};
    static const char *const answered[] = {"-h",
                                           "-?",
                                           "--help",
                                           "--help-all",
                                           "--help-env",
                                           "--help-xoptions",
                                           "-V",
                                           "-VV",
                                           "--version",
                                           NULL};
    guint n = 0;

    *work = FALSE;
    while (args && args[n] && args[n][0] == '-' && !g_strv_contains(works, args[n])) {
        *work = *work || g_strv_contains(answered, args[n]);
        if (g_strv_contains(takers, args[n]) && args[n + 1])
            n++;
        n++;
    }
    *work = *work || (args && args[n]);
    return n;
}

/**
 * dcc_kit_add_temp_dir:
 * @plan: the plan
 * @request: what was asked for
 *
 * Makes the run's own directory TMPDIR, TMP and TEMP.
 *
 * Since: 1.1
 */
void
dcc_kit_add_temp_dir(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    const char *const keys[] = {"TMPDIR", "TMP", "TEMP"};
    const char *directory = dcc_launch_request_get_temp_dir(request);

    for (guint i = 0; directory && i < G_N_ELEMENTS(keys); i++)
        dcc_launch_plan_set_env(plan, keys[i], directory);
}

/**
 * dcc_kit_add_file:
 * @plan: the plan
 * @name: (type filename): its path below the private directory
 * @content: (array length=size) (element-type guint8): what it holds; static, never copied
 * @size: how many bytes
 *
 * Adds a file that the core writes before the start.
 *
 * Since: 1.1
 */
void
dcc_kit_add_file(DccLaunchPlan *plan, const char *name, const char *content, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(content, size);

    dcc_launch_plan_add_file(plan, name, bytes);
}

static void
add_file_in(
    DccLaunchPlan *plan, const char *directory, const char *name, const char *content, gsize size)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    dcc_kit_add_file(plan, path, content, size);
}

/**
 * dcc_kit_add_agent:
 * @plan: the plan
 * @request: what was asked for
 * @directory: (type filename): where, below the private directory
 * @name: (type filename): the agent's file
 * @content: (array length=size) (element-type guint8): what it holds; static, never copied
 * @size: how many bytes
 *
 * Adds an agent in Python, and beside it `dcchost_agent.py`, which all agents share: it is a part
 * of the library, so a module brings its own part alone.
 *
 * Returns: (transfer full) (type filename): the path that the agent will have
 *
 * Since: 1.1
 */
char *
dcc_kit_add_agent(DccLaunchPlan *plan,
                  DccLaunchRequest *request,
                  const char *directory,
                  const char *name,
                  const char *content,
                  gsize size)
{
    add_file_in(plan, directory, name, content, size);
    add_file_in(plan, directory, SHARED_AGENT, dcc_shared_agent, dcc_shared_agent_size);
    return g_build_filename(dcc_launch_request_get_private_dir(request), directory, name, NULL);
}

/**
 * dcc_kit_finish_plan:
 * @plan: the plan
 * @request: what was asked for
 * @readiness: how it is told that the application is ready
 * @job: whether it does its work and ends by itself
 *
 * What every plan ends with: the working directory that was asked for, readiness, and whether it is
 * a job.
 *
 * Since: 1.1
 */
void
dcc_kit_finish_plan(DccLaunchPlan *plan,
                    DccLaunchRequest *request,
                    DccReadiness readiness,
                    gboolean job)
{
    if (dcc_launch_request_get_cwd(request))
        dcc_launch_plan_set_cwd(plan, dcc_launch_request_get_cwd(request));
    dcc_launch_plan_set_readiness(plan, readiness);
    dcc_launch_plan_set_job(plan, job);
}

/**
 * dcc_kit_refuse_file:
 * @file: a file to go on from
 * @wanted: which files can be: "an autosave or a rescue copy"
 * @error: return location for an error
 *
 * Says that there is no scene in it.
 *
 * Errors: %DCC_ERROR_NOT_SUPPORTED, always.
 *
 * Returns: %FALSE
 *
 * Since: 1.1
 */
gboolean
dcc_kit_refuse_file(DccRescueFile *file, const char *wanted, GError **error)
{
    g_autofree char *name = g_filename_display_name(dcc_rescue_file_get_path(file));

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_SUPPORTED,
                "'%s' holds no scene to go on from; %s does",
                name,
                wanted);
    return FALSE;
}

/**
 * dcc_kit_plan_ping:
 * @adapter: not looked at
 * @request: not looked at
 * @error: not set
 *
 * A `plan_probe` for applications with an agent: its method "ping".
 *
 * Returns: (transfer full): the plan
 *
 * Since: 1.1
 */
DccProbePlan *
dcc_kit_plan_ping(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_agent("ping", NULL);
}

/**
 * dcc_kit_plan_save_and_quit:
 * @quit_ms: milliseconds it may take to end after it agreed to quit
 *
 * A stop by the agent's methods "save" and "quit", and by DCC_SIGNAL_TERMINATE after them.
 *
 * Returns: (transfer full): the plan
 *
 * Since: 1.1
 */
DccStopPlan *
dcc_kit_plan_save_and_quit(gint64 quit_ms)
{
    DccStopPlan *plan = dcc_stop_plan_new();

    dcc_stop_plan_set_save_method(plan, "save");
    dcc_stop_plan_set_quit_method(plan, "quit");
    dcc_stop_plan_set_quit_timeout(plan, quit_ms);
    dcc_stop_plan_set_signal(plan, DCC_SIGNAL_TERMINATE);
    return plan;
}
