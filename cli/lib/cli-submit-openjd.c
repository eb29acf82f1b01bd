/* A render as a job template of Open Job Description: one step, a task a chunk of frames.
 *
 * A command of a template is a list of words, so no shell is in between and nothing is quoted. Two
 * braces in a row begin or end an expression, and there is no way to write them otherwise. */
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

/* (transfer full) */
static JsonArray *
make_args(const CliSubmission *self, GError **error)
{
    g_autoptr(JsonArray) args = json_array_new();

    if (!add_words(args, self->before + 1, error))
        return NULL;
    json_array_add_string_element(args, "--frames");
    json_array_add_string_element(args, "{{Task.Param.Frames}}");
    if (self->resume)
        json_array_add_string_element(args, "--resume");
    if (!add_words(args, self->after, error))
        return NULL;
    return g_steal_pointer(&args);
}

/* (transfer full) */
static JsonObject *
make_script(const CliSubmission *self, GError **error)
{
    JsonArray *args = make_args(self, error);
    JsonObject *script, *actions, *run, *cancelation;

    if (args == NULL)
        return NULL;
    cancelation = json_object_new();
    json_object_set_string_member(cancelation, "mode", "NOTIFY_THEN_TERMINATE");
    json_object_set_int_member(cancelation, "notifyPeriodInSeconds", NOTICE_S);
    run = json_object_new();
    json_object_set_string_member(run, "command", self->before[0]);
    json_object_set_array_member(run, "args", args);
    json_object_set_object_member(run, "cancelation", cancelation);
    actions = json_object_new();
    json_object_set_object_member(actions, "onRun", run);
    script = json_object_new();
    json_object_set_object_member(script, "actions", actions);
    return script;
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

JsonObject *
cli_submit_openjd_template(const CliSubmission *self, GError **error)
{
    g_autofree char *name = g_strndup(self->name, MAX_NAME);
    guint n_tasks = g_strv_length(self->chunks);
    JsonObject *template, *step, *script;
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
    script = make_script(self, error);
    if (script == NULL)
        return NULL;
    step = json_object_new();
    json_object_set_string_member(step, "name", "Render");
    json_object_set_object_member(step, "parameterSpace", make_parameters(self));
    json_object_set_object_member(step, "script", script);
    steps = json_array_new();
    json_array_add_object_element(steps, step);
    template = json_object_new();
    json_object_set_string_member(template, "specificationVersion", SPECIFICATION);
    json_object_set_string_member(template, "name", name);
    json_object_set_array_member(template, "steps", steps);
    return template;
}
