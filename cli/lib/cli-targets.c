/* The instances that a verb for many is about. */
#include "cli-targets.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "dcc-instance.h"

/* What is about to be ended gets more time to answer than what is listed. */
#define QUIET_MS 5000

static void
target_free(gpointer data)
{
    CliTarget *target = data;

    g_free(target->name);
    g_clear_pointer(&target->status, json_object_unref);
    g_clear_error(&target->error);
    g_free(target);
}

static void
on_status(const char *name, JsonObject *status, const GError *error, gpointer data)
{
    CliTargets *self = data;
    CliTarget *target;

    if (cli_targets_find(self, name) != NULL) /* named twice */
        return;
    if (self->all && dcc_error_is_not_found(error)) /* a directory without an instance */
        return;
    target = g_new0(CliTarget, 1);
    target->name = g_strdup(name);
    target->status = status != NULL ? json_object_ref(status) : NULL;
    target->error = error != NULL ? g_error_copy(error) : NULL;
    g_ptr_array_add(self->list, target);
}

static char **
choose_names(CliTargets *self, char **names, gboolean all, GError **error)
{
    g_auto(CliInstance) only = {NULL};
    char *chosen[] = {NULL, NULL};

    if (all)
        return dcc_runtime_list_names(self->runtime, FALSE);
    for (char **p = names; *p != NULL; p++)
        if (!cli_instance_check_known(self->runtime, *p, error))
            return NULL;
    if (*names != NULL)
        return g_strdupv(names);
    if (!cli_instance_open(&only, NULL, error))
        return NULL;
    chosen[0] = only.name;
    return g_strdupv(chosen);
}

gboolean
cli_targets_open(CliTargets *self, char **names, gboolean all, GError **error)
{
    g_auto(GStrv) chosen = NULL;

    self->runtime = dcc_runtime_open(error);
    if (self->runtime == NULL)
        return FALSE;
    self->list = g_ptr_array_new_with_free_func(target_free);
    self->all = all;
    self->many = all || g_strv_length(names) > 1;
    chosen = choose_names(self, names, all, error);
    if (chosen == NULL)
        return FALSE;
    dcc_instance_get_statuses(
        self->runtime, (const char *const *)chosen, QUIET_MS, on_status, self);
    return TRUE;
}

CliTarget *
cli_targets_find(CliTargets *self, const char *name)
{
    for (guint i = 0; i < self->list->len; i++) {
        CliTarget *target = self->list->pdata[i];

        if (g_str_equal(target->name, name))
            return target;
    }
    return NULL;
}

void
cli_targets_clear(CliTargets *self)
{
    g_clear_pointer(&self->list, g_ptr_array_unref);
    g_clear_object(&self->runtime);
}

gboolean
cli_targets_check_all(gboolean all, char **names, GError **error)
{
    if (!all || *names == NULL)
        return TRUE;
    cli_set_usage_error(error, "--all and names do not go together: '%s'", *names);
    return FALSE;
}
