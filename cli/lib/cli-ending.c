/* What stop and kill share. One way for one instance and for many: those that no session attends
 * are adopted first, side by side; then all are given the order at the same time, and each is told
 * when it has ended. A session that does not answer is ended and replaced where that is wanted. */
#include "cli-ending.h"

#include "cli-end-report.h"
#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-session-process.h"
#include "cli-status.h"
#include "cli-targets.h"
#include "dcc-client-group.h"
#include "dcc-instance.h"
#include "dcc-json.h"

/* A session that was given a deadline answers by it; this much later it is stuck itself. */
#define MARGIN_MS   30000
#define FORCE_MS    30000 /* for the end of a tree, before the session is asked how it is */
#define FAREWELL_MS 1500
#define LOOK_US     5000

typedef struct {
    const CliEnding *order;
    CliTargets targets;
    GHashTable *reports; /* by name: JsonObject */
    GPtrArray *adopt;    /* names of targets to be adopted first */
    GPtrArray *ask;      /* names of targets to be given the order */
    int status;
} Ending;

static void
tell(Ending *self, CliTarget *target, JsonObject *report)
{
    gboolean ended;

    if (report != NULL)
        g_hash_table_insert(self->reports, target->name, json_object_ref(report));
    if (self->order->json)
        ended =
            report != NULL ? dcc_json_get_object(report, "result") != NULL : target->error == NULL;
    else if (self->targets.many)
        ended = cli_end_report_print_line(target, report);
    else
        ended = cli_end_report_print(target, report);
    if (self->order->json && target->error != NULL)
        cli_fail(target->error);
    if (!ended)
        self->status =
            MAX(self->status, target->error != NULL ? cli_exit_status(target->error) : CLI_TIMEOUT);
}

static void
tell_failure(Ending *self, CliTarget *target, const GError *error)
{
    g_clear_error(&target->error);
    target->error = g_error_copy(error);
    tell(self, target, NULL);
}

/* The last resort: no session can be had that would do it in order. */
static void
kill_without_session(Ending *self, CliTarget *target, const GError *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) status = NULL;

    if (!dcc_instance_kill_tree(self->targets.runtime, target->name, FORCE_MS, &error)) {
        tell_failure(self, target, error);
        return;
    }
    cli_warn("%s: ended by its shim alone: %s", target->name, why->message);
    target->ended_now = TRUE;
    status = dcc_instance_get_status(self->targets.runtime, target->name, NULL);
    if (status != NULL) {
        g_clear_pointer(&target->status, json_object_unref);
        target->status = g_steal_pointer(&status);
    }
    tell(self, target, NULL);
}

/* It may have ended by itself before it heard of us. */
static gboolean
has_ended_meanwhile(Ending *self, CliTarget *target)
{
    g_autoptr(JsonObject) status =
        dcc_instance_get_status(self->targets.runtime, target->name, NULL);

    if (status == NULL || !cli_status_is_over(status))
        return FALSE;
    g_clear_pointer(&target->status, json_object_unref);
    target->status = g_steal_pointer(&status);
    return TRUE;
}

static void
set_silent_error(CliTarget *target, GError **error)
{
    g_autofree char *pid = cli_status_pid(target->status, "session_pid");

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_TIMEOUT,
                "the session of '%s' (pid %s) does not answer; 'dcchost kill %s' ends the "
                "application without it, and without saving; 'kill -KILL %s' and 'dcchost adopt "
                "%s' give it another session",
                target->name,
                pid,
                target->name,
                pid,
                target->name);
}

/* Ends the session that does not answer; another one then does what was wanted. */
static void
go_past_session(Ending *self, CliTarget *target)
{
    g_autoptr(GError) error = NULL;

    if (!self->order->force)
        set_silent_error(target, &error);
    else if (dcc_instance_end_session(self->targets.runtime, target->name, &error)) {
        cli_warn("%s: its session did not answer and was ended", target->name);
        g_ptr_array_add(self->adopt, target->name);
    } else if (dcc_error_is_busy(error)) {
        kill_without_session(self, target, error);
        return;
    }
    if (error != NULL)
        tell_failure(self, target, error);
}

static void
sort_out(Ending *self)
{
    for (guint i = 0; i < self->targets.list->len; i++) {
        CliTarget *target = self->targets.list->pdata[i];

        if (target->status == NULL || cli_status_is_over(target->status)) {
            if (!self->order->all)
                tell(self, target, NULL);
        } else if (cli_status_is_silent(target->status))
            go_past_session(self, target);
        else if (!dcc_json_get_boolean(target->status, "attended", FALSE))
            g_ptr_array_add(self->adopt, target->name);
        else
            g_ptr_array_add(self->ask, target->name);
    }
}

static void
on_adopted(const char *name, const GError *error, gpointer data)
{
    Ending *self = data;
    CliTarget *target = cli_targets_find(&self->targets, name);

    if (error == NULL || dcc_error_is_busy(error)) /* another command was faster */
        g_ptr_array_add(self->ask, target->name);
    else if (has_ended_meanwhile(self, target))
        tell(self, target, NULL);
    else if (self->order->force)
        kill_without_session(self, target, error);
    else
        tell_failure(self, target, error);
}

static void
adopt_unattended(Ending *self)
{
    if (self->adopt->len == 0)
        return;
    g_ptr_array_add(self->adopt, NULL);
    cli_session_process_adopt_all(
        self->targets.runtime, (const char *const *)self->adopt->pdata, on_adopted, self);
    g_ptr_array_set_size(self->adopt, 0);
}

static void
on_answer(
    DccClientGroup *group, const char *name, JsonObject *report, const GError *error, gpointer data)
{
    Ending *self = data;
    CliTarget *target = cli_targets_find(&self->targets, name);

    if (report != NULL)
        tell(self, target, report);
    else if (has_ended_meanwhile(self, target))
        tell(self, target, NULL);
    else if (!dcc_error_is_timeout(error))
        tell_failure(self, target, error);
    else if (self->order->force && dcc_instance_is_attended(self->targets.runtime, name))
        g_ptr_array_add(self->ask, target->name); /* it is at it */
    else
        go_past_session(self, target);
}

static JsonObject *
make_params(const CliEnding *order)
{
    JsonObject *params = json_object_new();

    json_object_set_boolean_member(params, "wait", TRUE);
    if (order->timeout_ms > 0)
        json_object_set_int_member(params, "timeout_ms", order->timeout_ms);
    return params;
}

static void
give_order(Ending *self)
{
    g_autoptr(DccClientGroup) group = dcc_client_group_new(self->targets.runtime);
    gint64 patience = self->order->force ? FORCE_MS : -1;

    if (self->order->timeout_ms > 0)
        patience = self->order->timeout_ms + MARGIN_MS;
    for (guint i = 0; i < self->ask->len; i++)
        dcc_client_group_add(
            group, self->ask->pdata[i], self->order->verb, make_params(self->order));
    g_ptr_array_set_size(self->ask, 0);
    dcc_client_group_run(group, patience, on_answer, self);
}

/* Until the sessions have closed: the names are free then. */
static void
await_farewell(Ending *self)
{
    gint64 until = g_get_monotonic_time() + FAREWELL_MS * 1000;
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, self->reports);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autofree char *dir =
            g_build_filename(dcc_runtime_get_path(self->targets.runtime), name, NULL);

        while (g_file_test(dir, G_FILE_TEST_EXISTS) && g_get_monotonic_time() < until)
            g_usleep(LOOK_US);
    }
}

static void
print_json(Ending *self)
{
    g_autoptr(JsonArray) list = json_array_new();

    for (guint i = 0; i < self->targets.list->len; i++) {
        CliTarget *target = self->targets.list->pdata[i];
        g_autoptr(JsonObject) object =
            cli_end_report_to_json(target, g_hash_table_lookup(self->reports, target->name));

        if (!self->targets.many && target->error == NULL)
            cli_out_object(object);
        json_object_set_string_member(object, "name", target->name);
        json_array_add_object_element(list, g_steal_pointer(&object));
    }
    if (self->targets.many)
        cli_out_array(list);
}

static void
end_targets(Ending *self)
{
    sort_out(self);
    while (self->adopt->len > 0 || self->ask->len > 0) {
        adopt_unattended(self);
        give_order(self);
    }
    await_farewell(self);
    if (self->order->json)
        print_json(self);
    else if (self->targets.many && self->targets.list->len == 0)
        cli_out_text("nothing is running\n");
}

int
cli_ending_run(const CliEnding *order)
{
    Ending self = {.order = order};
    g_autoptr(GHashTable) reports =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)json_object_unref);
    g_autoptr(GPtrArray) adopt = g_ptr_array_new(), ask = g_ptr_array_new();
    g_autofree char *verb = g_strconcat("dcchost ", order->verb, NULL);
    g_autoptr(GError) error = NULL;

    self.reports = reports;
    self.adopt = adopt;
    self.ask = ask;
    cli_out_set_byproduct();
    if (cli_targets_check_all(order->all, order->names, &error) &&
        cli_targets_open(&self.targets, order->names, order->all, &error))
        end_targets(&self);
    else
        self.status = cli_options_fail(verb, error);
    cli_targets_clear(&self.targets);
    return self.status;
}
