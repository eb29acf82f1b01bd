/* A render as a job template of Open Job Description: one step, a task a chunk of frames.
 *
 * A command of a template is a list of words, so nothing is quoted. Two braces in a row begin or end an
 * expression, and there is no way to write them otherwise. No shell is in between, but where an instance
 * is up for a session: its name is to have the session's, which only a variable says. The words reach
 * that shell as arguments. */
#include "cli-submission.h"

#include "dcc-error.h"
#include <string.h>

#define SPECIFICATION "jobtemplate-2023-09"
#define MAX_TASKS     1024
#define MAX_NAME      128
/* What dcchost allows itself below OpenJD fits in: cli-engine.c. */
#define NOTICE_S 120

static gboolean
has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p))
            return TRUE;
    return FALSE;
}

static gboolean
check_word(const char *word, GError **error)
{
    g_autofree char *shown = NULL;

    if (g_utf8_validate(word, -1, NULL) && !has_control(word) && strstr(word, "{{") == NULL &&
        strstr(word, "}}") == NULL)
        return TRUE;
    shown = g_utf8_make_valid(word, -1);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "'%s' cannot stand in a template: it has two braces in a row, a control character, "
                "or is no UTF-8",
                shown);
    return FALSE;
}

static gboolean
add_words(JsonArray *args, char **words, GError **error)
{
    for (char **p = words; *p != NULL; p++) {
        if (!check_word(*p, error))
            return FALSE;
        json_array_add_string_element(args, *p);
    }
    return TRUE;
}

/* $0 is the application; what is before the name, and the words that follow, are the command's. */
#define IN_SESSION "exec %s %s %s\"$0-${OPENJD_SESSION_WORKING_DIR##*/}\" \"$@\""

/* (transfer full): the instance of the session is named behind `option`. */
static JsonObject *
make_action_in_session(char **words, const char *app, const char *option, GError **error)
{
    g_autofree char *text = g_strdup_printf(IN_SESSION, words[0], words[1], option);
    g_autoptr(JsonArray) args = json_array_new();
    JsonObject *action;

    json_array_add_string_element(args, "-c");
    json_array_add_string_element(args, text);
    if (!check_word(app, error))
        return NULL;
    json_array_add_string_element(args, app);
    if (!add_words(args, words + 2, error))
        return NULL;
    action = json_object_new();
    json_object_set_string_member(action, "command", "sh");
    json_object_set_array_member(action, "args", g_steal_pointer(&args));
    return action;
}

/* (transfer full) */
static JsonObject *
make_action(char **words, GError **error)
{
    g_autoptr(JsonArray) args = json_array_new();
    JsonObject *action;

    if (!add_words(args, words + 1, error))
        return NULL;
    action = json_object_new();
    json_object_set_string_member(action, "command", words[0]);
    json_object_set_array_member(action, "args", g_steal_pointer(&args));
    return action;
}

/* (transfer full) */
static JsonObject *
make_run(const CliSubmission *self, GError **error)
{
    JsonObject *cancelation, *run;
    JsonArray *args;

    if (self->enter != NULL)
        run = make_action_in_session(self->before, self->app, "--in ", error);
    else
        run = make_action(self->before, error);
    if (run == NULL)
        return NULL;
    args = json_object_get_array_member(run, "args");
    json_array_add_string_element(args, "--frames");
    json_array_add_string_element(args, "{{Task.Param.Frames}}");
    if (self->resume)
        json_array_add_string_element(args, "--resume");
    if (!add_words(args, self->after, error)) {
        json_object_unref(run);
        return NULL;
    }
    cancelation = json_object_new();
    json_object_set_string_member(cancelation, "mode", "NOTIFY_THEN_TERMINATE");
    json_object_set_int_member(cancelation, "notifyPeriodInSeconds", NOTICE_S);
    json_object_set_object_member(run, "cancelation", cancelation);
    return run;
}

/* (transfer full); actions: (transfer full) */
static JsonObject *
make_script(JsonObject *actions)
{
    JsonObject *script = json_object_new();

    json_object_set_object_member(script, "actions", actions);
    return script;
}

/* (transfer full): what is up while the session is. */
static JsonArray *
make_environments(const CliSubmission *self, GError **error)
{
    JsonObject *environment, *actions, *on_exit;
    g_autoptr(JsonObject) on_enter =
        make_action_in_session(self->enter, self->app, "--name ", error);
    JsonArray *environments;

    if (on_enter == NULL)
        return NULL;
    actions = json_object_new();
    json_object_set_object_member(actions, "onEnter", g_steal_pointer(&on_enter));
    on_exit = make_action_in_session(self->leave, self->app, "", error);
    json_object_set_object_member(actions, "onExit", on_exit);
    environment = json_object_new();
    json_object_set_string_member(environment, "name", "dcchost");
    json_object_set_object_member(environment, "script", make_script(actions));
    environments = json_array_new();
    json_array_add_object_element(environments, environment);
    return environments;
}

/* (transfer full) */
static JsonObject *
make_parameters(const CliSubmission *self)
{
    JsonObject *space = json_object_new(), *parameter = json_object_new();
    JsonArray *definitions = json_array_new(), *range = json_array_new();

    for (char **p = self->chunks; *p != NULL; p++)
        json_array_add_string_element(range, *p);
    json_object_set_string_member(parameter, "name", "Frames");
    json_object_set_string_member(parameter, "type", "STRING");
    json_object_set_array_member(parameter, "range", range);
    json_array_add_object_element(definitions, parameter);
    json_object_set_array_member(space, "taskParameterDefinitions", definitions);
    return space;
}

/* (transfer full) */
static JsonObject *
make_step(const CliSubmission *self, GError **error)
{
    g_autoptr(JsonObject) step = json_object_new();
    JsonObject *actions, *run = make_run(self, error);
    JsonArray *environments;

    if (run == NULL)
        return NULL;
    actions = json_object_new();
    json_object_set_object_member(actions, "onRun", run);
    json_object_set_string_member(step, "name", "Render");
    json_object_set_object_member(step, "parameterSpace", make_parameters(self));
    json_object_set_object_member(step, "script", make_script(actions));
    if (self->enter == NULL)
        return g_steal_pointer(&step);
    environments = make_environments(self, error);
    if (environments == NULL)
        return NULL;
    json_object_set_array_member(step, "stepEnvironments", environments);
    return g_steal_pointer(&step);
}

JsonObject *
cli_submit_openjd_template(const CliSubmission *self, GError **error)
{
    g_autofree char *name = g_strndup(self->name, MAX_NAME);
    guint n_tasks = g_strv_length(self->chunks);
    JsonObject *template, *step;
    JsonArray *steps;

    if (n_tasks > MAX_TASKS) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "%u tasks are more than a template may have (%d); a larger --chunk helps",
                    n_tasks,
                    MAX_TASKS);
        return NULL;
    }
    step = make_step(self, error);
    if (step == NULL)
        return NULL;
    steps = json_array_new();
    json_array_add_object_element(steps, step);
    template = json_object_new();
    json_object_set_string_member(template, "specificationVersion", SPECIFICATION);
    json_object_set_string_member(template, "name", name);
    json_object_set_array_member(template, "steps", steps);
    return template;
}
