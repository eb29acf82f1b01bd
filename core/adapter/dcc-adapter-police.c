/* The questions, policed.
 *
 * Problem: an adapter is somebody else's code, in C or Python. It may return nothing and say
 * nothing, raise and return something, answer with the wrong kind of object or with a plan no
 * kernel would take. Contract: whoever asks through these wrappers gets a sound answer or an error
 * that names the adapter and the question. Lists are copied, so that an adapter cannot change its
 * answer afterwards. Threading: that of the adapter.
 */
#include "dcc-adapter.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include <string.h>

#define MAX_ARGS      4096
#define MAX_ARG_BYTES (1024 * 1024)
#define MAX_FILES     256
#define MAX_ITEMS     4096
#define MAX_VERSION   64
#define MAX_QUIT_MS   (24 * 60 * 60 * 1000)
#define LOG_DOMAIN    "dcchost"

/* A subclass may have emptied a slot: then the base class answers. */
#define SLOT(self, slot)                                                                           \
    (DCC_ADAPTER_GET_CLASS(self)->slot                                                             \
         ? DCC_ADAPTER_GET_CLASS(self)->slot                                                       \
         : ((DccAdapterClass *)g_type_class_peek_static(DCC_TYPE_ADAPTER))->slot)

static const char *
name_of(DccAdapter *self)
{
    const char *id = dcc_adapter_get_id(self);

    return id ? id : G_OBJECT_TYPE_NAME(self);
}

G_GNUC_PRINTF(4, 5)
static void
blame(DccAdapter *self, const char *question, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_ADAPTER,
                "adapter '%s' gave a bad answer to %s: %s",
                name_of(self),
                question,
                what);
}

/* Where a question has no way to return an error, somebody has to mend the adapter all the same. */
static void
complain(DccAdapter *self, const char *question, const char *what)
{
    g_log_structured(LOG_DOMAIN,
                     G_LOG_LEVEL_WARNING,
                     "DCC_ADAPTER",
                     name_of(self),
                     "MESSAGE",
                     "adapter '%s' gave a bad answer to %s: %s",
                     name_of(self),
                     question,
                     what);
}

static void
drop(gpointer answer)
{
    if (G_IS_OBJECT(answer))
        g_object_unref(answer);
}

static void
propagate(DccAdapter *self, GError *raised, GError **error)
{
    g_autofree char *prefix = g_strdup_printf("%s: ", name_of(self));

    /* A default that asks another question has been here already. */
    if (g_str_has_prefix(raised->message, prefix) ||
        strstr(raised->message, "gave a bad answer to"))
        g_propagate_error(error, raised);
    else
        g_propagate_prefixed_error(error, raised, "%s", prefix);
}

/* Takes answer and raised. Returns the answer if there is one, of the right type and without an
 * error. */
static gpointer
settle(DccAdapter *self,
       const char *question,
       gpointer answer,
       GType type,
       GError *raised,
       GError **error)
{
    if (raised) {
        drop(answer);
        propagate(self, raised, error);
        return NULL;
    }
    if (!answer) {
        blame(self, question, error, "nothing, and no reason");
        return NULL;
    }
    if (G_TYPE_CHECK_INSTANCE_TYPE(answer, type))
        return answer;
    blame(self, question, error, "it is no %s", g_type_name(type));
    drop(answer);
    return NULL;
}

typedef gboolean (*CheckFunc)(gpointer item, char **what);

/* Takes answer: a sound copy of the list, or NULL. */
static GListModel *
settle_list(DccAdapter *self,
            const char *question,
            GListModel *answer,
            GType type,
            CheckFunc check,
            GError **error)
{
    g_autoptr(GListModel) list = answer;
    g_autoptr(GListStore) copy = g_list_store_new(type);
    guint n = list ? g_list_model_get_n_items(list) : 0;

    if (!list)
        return NULL;
    if (n > MAX_ITEMS) {
        blame(self, question, error, "a list of %u, at most %d are taken", n, MAX_ITEMS);
        return NULL;
    }
    for (guint i = 0; i < n; i++) {
        g_autoptr(GObject) item = g_list_model_get_item(list, i);
        g_autofree char *what = NULL;

        if (!item || !G_TYPE_CHECK_INSTANCE_TYPE(item, type)) {
            blame(self, question, error, "item %u of its list is no %s", i, g_type_name(type));
            return NULL;
        }
        if (!check(item, &what)) {
            blame(self, question, error, "item %u of its list has %s", i, what);
            return NULL;
        }
        g_list_store_append(copy, item);
    }
    return G_LIST_MODEL(g_steal_pointer(&copy));
}

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
    for (; argv[n] && n <= MAX_ARGS; n++)
        bytes += strlen(argv[n]) + 1;
    if (n > MAX_ARGS || bytes > MAX_ARG_BYTES) {
        *what =
            g_strdup_printf("more than %d arguments or %d bytes of them", MAX_ARGS, MAX_ARG_BYTES);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_installation(gpointer item, char **what)
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

static gboolean
check_rescue_file(gpointer item, char **what)
{
    const char *path = dcc_rescue_file_get_path(item);

    if (path && g_path_is_absolute(path))
        return TRUE;
    *what = g_strdup_printf("the path '%s', which is not absolute", path ? path : "");
    return FALSE;
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

static DccLaunchPlan *
settle_launch_plan(
    DccAdapter *self, const char *question, DccLaunchPlan *answer, GError *raised, GError **error)
{
    g_autoptr(DccLaunchPlan) plan =
        settle(self, question, answer, DCC_TYPE_LAUNCH_PLAN, raised, error);
    g_autofree char *what = NULL;
    const char *cwd;

    if (!plan)
        return NULL;
    cwd = dcc_launch_plan_get_cwd(plan);
    if (cwd && !g_path_is_absolute(cwd))
        what = g_strdup_printf("the directory '%s', which is no absolute path", cwd);
    if (!what && check_argv(dcc_launch_plan_get_argv(plan), &what) && check_files(plan, &what))
        return g_steal_pointer(&plan);
    blame(self, question, error, "its plan has %s", what);
    return NULL;
}

static gboolean
is_version(const char *text)
{
    gsize length = strlen(text);

    if (length == 0 || length > MAX_VERSION)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isgraph(text[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_probe_plan(DccProbePlan *plan, char **what)
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

/**
 * dcc_adapter_find_installations: (virtual find_installations)
 * @self: an adapter
 * @search: where to look; it remembers the places
 * @error: return location for an error
 *
 * Asks which copies of the application are installed. Looking is cheap and starts nothing: a
 * version that only the application can tell is left to the installation's version command.
 *
 * Returns: (transfer full): a list of #DccInstallation, best first; empty where there is none
 * Since: 1.0
 */
GListModel *
dcc_adapter_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    GError *raised = NULL;
    GListModel *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_SEARCH(search), NULL);

    answer = SLOT(self, find_installations)(self, search, &raised);
    answer = settle(self, "find_installations", answer, G_TYPE_LIST_MODEL, raised, error);
    return settle_list(
        self, "find_installations", answer, DCC_TYPE_INSTALLATION, check_installation, error);
}

/**
 * dcc_adapter_read_version: (virtual read_version)
 * @self: an adapter
 * @installation: the copy that was asked
 * @output: what its version command printed, as valid UTF-8
 *
 * Asks which version an output speaks of. An answer that cannot be a version is dropped with a
 * warning.
 *
 * Returns: (transfer full) (nullable): the version, or %NULL when the output holds none
 * Since: 1.0
 */
char *
dcc_adapter_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    g_autofree char *answer = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(output != NULL, NULL);

    answer = SLOT(self, read_version)(self, installation, output);
    if (answer && !is_version(answer)) {
        complain(self, "read_version", "it is no version");
        return NULL;
    }
    return g_steal_pointer(&answer);
}

/**
 * dcc_adapter_plan_launch: (virtual plan_launch)
 * @self: an adapter
 * @installation: the copy to start
 * @request: what the user wants
 * @error: return location for an error
 *
 * Asks how to start the application.
 *
 * Returns: (transfer full): the plan: an absolute executable, at most 4096 arguments and 1 MiB of
 * them, files below the private directory Since: 1.0
 */
DccLaunchPlan *
dcc_adapter_plan_launch(DccAdapter *self,
                        DccInstallation *installation,
                        DccLaunchRequest *request,
                        GError **error)
{
    GError *raised = NULL;
    DccLaunchPlan *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    answer = SLOT(self, plan_launch)(self, installation, request, &raised);
    return settle_launch_plan(self, "plan_launch", answer, raised, error);
}

/**
 * dcc_adapter_plan_probe: (virtual plan_probe)
 * @self: an adapter
 * @request: what was started
 * @error: return location for an error
 *
 * Asks how to find out whether the application is well.
 *
 * Returns: (transfer full): the plan
 * Since: 1.0
 */
DccProbePlan *
dcc_adapter_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    g_autoptr(DccProbePlan) plan = NULL;
    g_autofree char *what = NULL;
    GError *raised = NULL;
    gpointer answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    answer = SLOT(self, plan_probe)(self, request, &raised);
    plan = settle(self, "plan_probe", answer, DCC_TYPE_PROBE_PLAN, raised, error);
    if (plan && !check_probe_plan(plan, &what)) {
        blame(self, "plan_probe", error, "its plan has %s", what);
        return NULL;
    }
    return g_steal_pointer(&plan);
}

/**
 * dcc_adapter_read_probe: (virtual read_probe)
 * @self: an adapter
 * @plan: what was asked
 * @reply: the agent's result, as JSON text
 * @error: return location for an error
 *
 * Asks what an agent's answer means.
 *
 * Returns: (transfer full): what is known of the application's health
 * Since: 1.0
 */
DccProbeReply *
dcc_adapter_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error)
{
    GError *raised = NULL;
    gpointer answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(plan), NULL);
    g_return_val_if_fail(reply != NULL, NULL);

    answer = SLOT(self, read_probe)(self, plan, reply, &raised);
    return settle(self, "read_probe", answer, DCC_TYPE_PROBE_REPLY, raised, error);
}

/**
 * dcc_adapter_plan_stop: (virtual plan_stop)
 * @self: an adapter
 * @request: what was started
 * @error: return location for an error
 *
 * Asks how the application is told to save and quit.
 *
 * Returns: (transfer full): the plan
 * Since: 1.0
 */
DccStopPlan *
dcc_adapter_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    g_autoptr(DccStopPlan) plan = NULL;
    GError *raised = NULL;
    gpointer answer;
    gint64 timeout;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    answer = SLOT(self, plan_stop)(self, request, &raised);
    plan = settle(self, "plan_stop", answer, DCC_TYPE_STOP_PLAN, raised, error);
    timeout = plan ? dcc_stop_plan_get_quit_timeout(plan) : 0;
    if (timeout < 0 || timeout > MAX_QUIT_MS) {
        blame(self, "plan_stop", error, "a quit timeout of %" G_GINT64_FORMAT " ms", timeout);
        return NULL;
    }
    return g_steal_pointer(&plan);
}

/**
 * dcc_adapter_read_line: (virtual read_line)
 * @self: an adapter
 * @line: one line of output: valid UTF-8, no line end
 *
 * Asks what a line of the application's output says. It is asked of every line, so it must be
 * quick.
 *
 * Returns: (transfer full) (nullable): what it says, or %NULL when it says nothing
 * Since: 1.0
 */
DccOutputEvent *
dcc_adapter_read_line(DccAdapter *self, const char *line)
{
    DccOutputEvent *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);

    answer = SLOT(self, read_line)(self, line);
    if (G_LIKELY(!answer || DCC_IS_OUTPUT_EVENT(answer)))
        return answer;
    complain(self, "read_line", "it is no DccOutputEvent");
    drop(answer);
    return NULL;
}

/**
 * dcc_adapter_judge_exit: (virtual judge_exit)
 * @self: an adapter
 * @info: the facts of the ended life
 *
 * Asks what an end means. An adapter that has nothing to say (a Python one that raised, say) is
 * replaced by the default judgement, with a warning: an end is never left without a meaning.
 *
 * Returns: (transfer full) (not nullable): the verdict
 * Since: 1.0
 */
DccVerdict *
dcc_adapter_judge_exit(DccAdapter *self, DccExitInfo *info)
{
    DccAdapterClass *base = g_type_class_peek_static(DCC_TYPE_ADAPTER);
    DccVerdict *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    answer = SLOT(self, judge_exit)(self, info);
    if (answer && DCC_IS_VERDICT(answer))
        return answer;
    complain(self, "judge_exit", answer ? "it is no DccVerdict" : "nothing");
    drop(answer);
    return base->judge_exit(self, info);
}

/**
 * dcc_adapter_list_rescue_files: (virtual list_rescue_files)
 * @self: an adapter
 * @info: the facts of the ended life
 * @error: return location for an error
 *
 * Asks which files hold work or evidence of an ended life.
 *
 * Returns: (transfer full): a list of #DccRescueFile with absolute paths, newest first
 * Since: 1.0
 */
GListModel *
dcc_adapter_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error)
{
    GError *raised = NULL;
    GListModel *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    answer = SLOT(self, list_rescue_files)(self, info, &raised);
    answer = settle(self, "list_rescue_files", answer, G_TYPE_LIST_MODEL, raised, error);
    return settle_list(
        self, "list_rescue_files", answer, DCC_TYPE_RESCUE_FILE, check_rescue_file, error);
}

/**
 * dcc_adapter_plan_recovery: (virtual plan_recovery)
 * @self: an adapter
 * @installation: the copy to start
 * @request: what the user wanted
 * @file: the rescued work to go on with
 * @error: return location for an error
 *
 * Asks how to start the application again with rescued work.
 *
 * Returns: (transfer full): the plan, as of dcc_adapter_plan_launch()
 * Since: 1.0
 */
DccLaunchPlan *
dcc_adapter_plan_recovery(DccAdapter *self,
                          DccInstallation *installation,
                          DccLaunchRequest *request,
                          DccRescueFile *file,
                          GError **error)
{
    GError *raised = NULL;
    DccLaunchPlan *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);
    g_return_val_if_fail(DCC_IS_RESCUE_FILE(file), NULL);

    answer = SLOT(self, plan_recovery)(self, installation, request, file, &raised);
    return settle_launch_plan(self, "plan_recovery", answer, raised, error);
}
