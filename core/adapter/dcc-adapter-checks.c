/* Whether the content of an answer makes sense.
 *
 * Problem: an answer of the right type may still be one that no kernel takes, that writes outside
 * the launch's directory, or that waits for ever. Contract: pure functions of the answer; the
 * limits are generous, far above what an application needs, and below what hurts. Threading: that
 * of the adapter.
 */
#include "dcc-adapter-checks.h"
#include "dcc-json.h"
#include <string.h>

#define MAX_ARGS      4096
#define MAX_ARG_BYTES (1024 * 1024)
#define MAX_FILES     256
#define MAX_VERSION   64
#define MAX_QUIT_MS   (24 * 60 * 60 * 1000)

static gboolean
check_argv(const char *const *argv, char **what)
{
    gsize bytes = 0;
    guint n = 0;

    if (!argv || !argv[0] || !*argv[0]) {
        *what = g_strdup("an empty argument list");
        return FALSE;
    }
    if (!g_path_is_absolute(argv[0])) {
        *what = g_strdup_printf("the executable '%s', which is no absolute path", argv[0]);
        return FALSE;
    }
    for (; n <= MAX_ARGS && argv[n]; n++)
        bytes += strlen(argv[n]) + 1;
    if (n > MAX_ARGS || bytes > MAX_ARG_BYTES) {
        *what =
            g_strdup_printf("more than %d arguments or %d bytes of them", MAX_ARGS, MAX_ARG_BYTES);
        return FALSE;
    }
    return TRUE;
}

gboolean
dcc_check_installation(gpointer item, char **what)
{
    const char *executable = dcc_installation_get_executable(item);
    const char *const *command = dcc_installation_get_version_command(item);

    if (!executable || !g_path_is_absolute(executable)) {
        *what = g_strdup_printf("the executable '%s', which is no absolute path",
                                executable ? executable : "");
        return FALSE;
    }
    return !command || check_argv(command, what);
}

gboolean
dcc_check_rescue_file(gpointer item, char **what)
{
    const char *path = dcc_rescue_file_get_path(item);

    if ((guint)dcc_rescue_file_get_kind(item) > DCC_RESCUE_STACKS) {
        *what = g_strdup_printf("a kind %d that there is not", dcc_rescue_file_get_kind(item));
        return FALSE;
    }
    if (path && g_path_is_absolute(path))
        return TRUE;
    *what = g_strdup_printf("the path '%s', which is not absolute", path ? path : "");
    return FALSE;
}

gboolean
dcc_check_version(gpointer answer, char **what)
{
    const char *text = answer;
    gsize length = strlen(text);
    gboolean sound = length > 0 && length <= MAX_VERSION;

    for (gsize i = 0; sound && i < length; i++)
        sound = g_ascii_isgraph(text[i]);
    if (!sound)
        *what = g_strdup_printf("it is no version: 1 to %d visible ASCII characters", MAX_VERSION);
    return sound;
}

/* The core writes these below the launch's private directory, and nowhere else. */
static gboolean
stays_below(const char *name)
{
    g_auto(GStrv) parts = NULL;

    if (!name || !*name || g_path_is_absolute(name) || g_str_has_suffix(name, "/"))
        return FALSE;
    parts = g_strsplit(name, "/", -1);
    return !g_strv_contains((const char *const *)parts, "..") &&
           !g_strv_contains((const char *const *)parts, ".");
}

static gboolean
check_files(DccLaunchPlan *plan, char **what)
{
    guint n = dcc_launch_plan_get_n_files(plan);

    if (n > MAX_FILES) {
        *what = g_strdup_printf("%u files, at most %d are taken", n, MAX_FILES);
        return FALSE;
    }
    for (guint i = 0; i < n; i++) {
        const char *name = dcc_launch_plan_get_file(plan, i, NULL);

        if (stays_below(name))
            continue;
        *what = g_strdup_printf("the file '%s', which is not below the private directory",
                                name ? name : "");
        return FALSE;
    }
    return TRUE;
}

gboolean
dcc_check_launch_plan(gpointer plan, char **what)
{
    const char *cwd = dcc_launch_plan_get_cwd(plan);
    int readiness = dcc_launch_plan_get_readiness(plan);

    if (cwd && !g_path_is_absolute(cwd))
        *what = g_strdup_printf("the directory '%s', which is no absolute path", cwd);
    else if ((guint)readiness > DCC_READINESS_SETTLE)
        *what = g_strdup_printf("a readiness %d that there is not", readiness);
    else
        return check_argv(dcc_launch_plan_get_argv(plan), what) && check_files(plan, what);
    return FALSE;
}

gboolean
dcc_check_probe_plan(gpointer plan, char **what)
{
    const char *method = dcc_probe_plan_get_method(plan);
    const char *params = dcc_probe_plan_get_params(plan);
    g_autoptr(JsonObject) object = NULL;

    if (dcc_probe_plan_get_kind(plan) != DCC_PROBE_AGENT)
        return TRUE;
    if (!method || !*method) {
        *what = g_strdup("no method to call");
        return FALSE;
    }
    object = params ? dcc_json_from_text(params, -1, NULL) : NULL;
    if (params && !object)
        *what = g_strdup("parameters that are no JSON object");
    return !*what;
}

gboolean
dcc_check_probe_reply(gpointer reply, char **what)
{
    int health = dcc_probe_reply_get_health(reply);

    if ((guint)health <= DCC_HEALTH_PAUSED)
        return TRUE;
    *what = g_strdup_printf("it has a health %d that there is not", health);
    return FALSE;
}

static gboolean
is_empty(const char *method)
{
    return method && !*method;
}

gboolean
dcc_check_stop_plan(gpointer plan, char **what)
{
    gint64 timeout = dcc_stop_plan_get_quit_timeout(plan);

    if (timeout < 0 || timeout > MAX_QUIT_MS)
        *what = g_strdup_printf(
            "a quit timeout of %" G_GINT64_FORMAT " ms, 0 to %d are taken", timeout, MAX_QUIT_MS);
    else if (is_empty(dcc_stop_plan_get_save_method(plan)))
        *what = g_strdup("a save method without a name");
    else if (is_empty(dcc_stop_plan_get_quit_method(plan)))
        *what = g_strdup("a quit method without a name");
    return !*what;
}

/* Asked of every line of output, so it looks at one number. */
gboolean
dcc_check_output_event(gpointer event, char **what)
{
    int kind = dcc_output_event_get_kind(event);

    if (G_LIKELY((guint)kind <= DCC_OUTPUT_BAD_SCENE))
        return TRUE;
    *what = g_strdup_printf("it has a kind %d that there is not", kind);
    return FALSE;
}
