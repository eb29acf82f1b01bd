/* The questions, policed.
 *
 * Problem: an adapter is somebody else's code, in C or Python. It may return nothing and say
 * nothing, raise and return something, answer with the wrong kind of object or with a plan no
 * kernel would take. Contract: whoever asks through these wrappers gets a sound answer or an error
 * that names the adapter and the question; where a question has no way to return an error, the log
 * says it. Lists are copied, so that an adapter cannot change its answer afterwards. What makes
 * content sound is in dcc-adapter-checks.c. Threading: that of the adapter.
 */
#include "dcc-adapter-checks.h"
#include "dcc-adapter-private.h"
#include "dcc-error.h"
#include <string.h>

#define LOG_DOMAIN "dcchost"

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
complain(DccAdapter *self, const GError *error)
{
    if (error)
        g_log_structured(LOG_DOMAIN,
                         G_LOG_LEVEL_WARNING,
                         "DCC_ADAPTER",
                         name_of(self),
                         "MESSAGE",
                         "%s",
                         error->message);
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

/* What was said before this question was asked is none of its answer. */
static void
begin(DccAdapter *self)
{
    g_free(dcc_adapter_take_failure(self));
}

/* TRUE if the adapter said that it failed: that is the answer, whatever else it gave. */
static gboolean
has_failed(DccAdapter *self, const char *question, GError **error)
{
    g_autofree char *failure = dcc_adapter_take_failure(self);

    if (failure)
        blame(self, question, error, "%s", failure);
    return failure != NULL;
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
    if (has_failed(self, question, error)) {
        g_clear_error(&raised);
        drop(answer);
        return NULL;
    }
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
    if (n > DCC_ADAPTER_MAX_ITEMS) {
        blame(
            self, question, error, "a list of %u, at most %d are taken", n, DCC_ADAPTER_MAX_ITEMS);
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

static DccLaunchPlan *
settle_launch_plan(
    DccAdapter *self, const char *question, DccLaunchPlan *answer, GError *raised, GError **error)
{
    g_autoptr(DccLaunchPlan) plan =
        settle(self, question, answer, DCC_TYPE_LAUNCH_PLAN, raised, error);
    g_autofree char *what = NULL;

    if (!plan || dcc_check_launch_plan(plan, &what))
        return g_steal_pointer(&plan);
    blame(self, question, error, "its plan has %s", what);
    return NULL;
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

    begin(self);
    answer = SLOT(self, find_installations)(self, search, &raised);
    answer = settle(self, "find_installations", answer, G_TYPE_LIST_MODEL, raised, error);
    return settle_list(
        self, "find_installations", answer, DCC_TYPE_INSTALLATION, dcc_check_installation, error);
}

char *
dcc_adapter_ask_version(DccAdapter *self,
                        DccInstallation *installation,
                        const char *output,
                        GError **error)
{
    g_autofree char *answer = NULL;
    g_autofree char *what = NULL;

    begin(self);
    answer = SLOT(self, read_version)(self, installation, output);
    if (has_failed(self, "read_version", error))
        return NULL;
    if (!answer || dcc_check_version(answer, &what))
        return g_steal_pointer(&answer);
    blame(self, "read_version", error, "%s", what);
    return NULL;
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
    g_autoptr(GError) error = NULL;
    char *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_INSTALLATION(installation), NULL);
    g_return_val_if_fail(output != NULL, NULL);

    answer = dcc_adapter_ask_version(self, installation, output, &error);
    complain(self, error);
    return answer;
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

    begin(self);
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

    begin(self);
    answer = SLOT(self, plan_probe)(self, request, &raised);
    plan = settle(self, "plan_probe", answer, DCC_TYPE_PROBE_PLAN, raised, error);
    if (plan && !dcc_check_probe_plan(plan, &what)) {
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
    g_autoptr(DccProbeReply) read = NULL;
    g_autofree char *what = NULL;
    GError *raised = NULL;
    gpointer answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_PROBE_PLAN(plan), NULL);
    g_return_val_if_fail(reply != NULL, NULL);

    begin(self);
    answer = SLOT(self, read_probe)(self, plan, reply, &raised);
    read = settle(self, "read_probe", answer, DCC_TYPE_PROBE_REPLY, raised, error);
    if (!read || dcc_check_probe_reply(read, &what))
        return g_steal_pointer(&read);
    blame(self, "read_probe", error, "%s", what);
    return NULL;
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
    g_autofree char *what = NULL;
    GError *raised = NULL;
    gpointer answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);

    begin(self);
    answer = SLOT(self, plan_stop)(self, request, &raised);
    plan = settle(self, "plan_stop", answer, DCC_TYPE_STOP_PLAN, raised, error);
    if (!plan || dcc_check_stop_plan(plan, &what))
        return g_steal_pointer(&plan);
    blame(self, "plan_stop", error, "its plan has %s", what);
    return NULL;
}

DccOutputEvent *
dcc_adapter_ask_line(DccAdapter *self, const char *line, GError **error)
{
    g_autofree char *what = NULL;
    DccOutputEvent *answer;

    begin(self);
    answer = SLOT(self, read_line)(self, line);
    if (!has_failed(self, "read_line", error)) {
        if (G_LIKELY(!answer))
            return NULL;
        if (!DCC_IS_OUTPUT_EVENT(answer))
            blame(self, "read_line", error, "it is no DccOutputEvent");
        else if (dcc_check_output_event(answer, &what))
            return answer;
        else
            blame(self, "read_line", error, "%s", what);
    }
    drop(answer);
    return NULL;
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
    g_autoptr(GError) error = NULL;
    DccOutputEvent *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(line != NULL, NULL);

    answer = dcc_adapter_ask_line(self, line, &error);
    complain(self, error);
    return answer;
}

DccVerdict *
dcc_adapter_ask_verdict(DccAdapter *self, DccExitInfo *info, GError **error)
{
    gpointer answer;

    begin(self);
    answer = SLOT(self, judge_exit)(self, info);
    return settle(self, "judge_exit", answer, DCC_TYPE_VERDICT, NULL, error);
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
    g_autoptr(GError) error = NULL;
    DccVerdict *answer;

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);
    g_return_val_if_fail(DCC_IS_EXIT_INFO(info), NULL);

    answer = dcc_adapter_ask_verdict(self, info, &error);
    complain(self, error);
    return answer ? answer : base->judge_exit(self, info);
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

    begin(self);
    answer = SLOT(self, list_rescue_files)(self, info, &raised);
    answer = settle(self, "list_rescue_files", answer, G_TYPE_LIST_MODEL, raised, error);
    return settle_list(
        self, "list_rescue_files", answer, DCC_TYPE_RESCUE_FILE, dcc_check_rescue_file, error);
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

    begin(self);
    answer = SLOT(self, plan_recovery)(self, installation, request, file, &raised);
    return settle_launch_plan(self, "plan_recovery", answer, raised, error);
}
