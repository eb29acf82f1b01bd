/* dcchost adopt: starts a session for instances that run without one. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-session-process.h"
#include "cli-status.h"
#include "cli-targets.h"
#include "dcc-instance.h"
#include "dcc-json.h"

static void
tell(const char *name, JsonObject *status)
{
    JsonObject *result = dcc_json_get_object(status, "result");
    g_autofree char *state = cli_status_state(status);
    g_autofree char *pid = cli_status_pid(status, "pid");
    g_autofree char *session = cli_status_pid(status, "session_pid");
    g_autofree char *end = result != NULL ? cli_sentence_result(result) : NULL;

    cli_out("%s: adopted, %s, pid %s, session %s\n", name, state, pid, session);
    if (end != NULL)
        cli_out("  last end: %s\n", end);
}

/* Asked only once: of those that are to be adopted it is not known yet how they stand then. */
static void
on_adopted(const char *name, const GError *error, gpointer data)
{
    CliTarget *target = cli_targets_find(data, name);

    if (error != NULL)
        target->error = g_error_copy(error);
}

/* With --all those alone that have no session; a name that has one is a slip that is told. */
static void
adopt(CliTargets *targets, gboolean all)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = targets->list->len; i > 0; i--) {
        CliTarget *target = targets->list->pdata[i - 1];

        if (target->status != NULL && all &&
            dcc_json_get_boolean(target->status, "attended", FALSE))
            g_ptr_array_remove_index(targets->list, i - 1);
        else if (target->error == NULL)
            g_ptr_array_insert(names, 0, target->name);
    }
    g_ptr_array_add(names, NULL);
    cli_session_process_adopt_all(
        targets->runtime, (const char *const *)names->pdata, on_adopted, targets);
}

/* How each stands by now. */
static void
refresh(CliTargets *targets)
{
    for (guint i = 0; i < targets->list->len; i++) {
        CliTarget *target = targets->list->pdata[i];

        g_clear_pointer(&target->status, json_object_unref);
        if (target->error == NULL)
            target->status =
                dcc_instance_get_status(targets->runtime, target->name, &target->error);
    }
}

/* The worst of all is what a script is told. */
static void
note_failure(CliTarget *target, int *status)
{
    int failure = cli_fail(target->error);

    *status = MAX(*status, failure);
}

static int
print(CliTargets *targets, gboolean json)
{
    g_autoptr(JsonArray) list = json_array_new();
    int status = CLI_DONE;

    for (guint i = 0; i < targets->list->len; i++) {
        CliTarget *target = targets->list->pdata[i];

        if (target->error != NULL)
            note_failure(target, &status);
        else if (!json)
            tell(target->name, target->status);
        else if (targets->many)
            json_array_add_object_element(list, json_object_ref(target->status));
        else
            cli_out_object(target->status);
    }
    if (json && targets->many)
        cli_out_array(list);
    else if (targets->many && targets->list->len == 0)
        cli_out_text("nothing runs without a session\n");
    return status;
}

int
cmd_adopt(char **argv)
{
    gboolean json = FALSE, all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Everything that runs without a session", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "The status object; of several a list", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[NAME...]",
        "Give a session to an instance that runs without one.",
        "Its session was killed, or the machine was short of memory: the application ran on,\n"
        "unattended. Verbs that need a session adopt by themselves.",
        0,
        G_MAXUINT};
    g_auto(CliTargets) targets = {NULL};
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    cli_out_set_byproduct();
    if (!cli_targets_check_all(all, argv + 1, &error) ||
        !cli_targets_open(&targets, argv + 1, all, &error))
        return cli_options_fail("dcchost adopt", error);
    adopt(&targets, all);
    refresh(&targets);
    return print(&targets, json);
}
