/* How to start an application: argv, environment, files to bring along, how readiness is told.
 *
 * Contract: filled in by an adapter, unchanged after. All strings are bytes; no shell is involved.
 * Threading: one thread at a time while it is filled.
 */
#include "dcc-launch-plan.h"

#include <string.h>

#include "dcc-strings.h"

typedef enum {
    STEP_SET,
    STEP_UNSET,
    STEP_PREPEND,
} StepKind;

typedef struct {
    StepKind kind;
    char *key;
    char *value;
} EnvStep;

typedef struct {
    char *name;
    GBytes *content;
} PlanFile;

struct _DccLaunchPlan {
    GObject parent_instance;
    GPtrArray *argv;
    GPtrArray *env_steps; /* EnvStep */
    char *cwd;
    GPtrArray *files; /* PlanFile */
    DccReadiness readiness;
    int first_frame;
    int last_frame;
    int frame_step;
    GPtrArray *daemons;
};

G_DEFINE_TYPE(DccLaunchPlan, dcc_launch_plan, G_TYPE_OBJECT)

static void
env_step_free(gpointer data)
{
    EnvStep *step = data;

    g_free(step->key);
    g_free(step->value);
    g_free(step);
}

static void
plan_file_free(gpointer data)
{
    PlanFile *file = data;

    g_free(file->name);
    g_bytes_unref(file->content);
    g_free(file);
}

static void
dcc_launch_plan_finalize(GObject *object)
{
    DccLaunchPlan *self = DCC_LAUNCH_PLAN(object);

    g_ptr_array_unref(self->argv);
    g_ptr_array_unref(self->env_steps);
    g_free(self->cwd);
    g_ptr_array_unref(self->files);
    g_ptr_array_unref(self->daemons);
    G_OBJECT_CLASS(dcc_launch_plan_parent_class)->finalize(object);
}

static void
dcc_launch_plan_class_init(DccLaunchPlanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_launch_plan_finalize;
}

static void
dcc_launch_plan_init(DccLaunchPlan *self)
{
    self->argv = dcc_strings_new();
    self->env_steps = g_ptr_array_new_with_free_func(env_step_free);
    self->files = g_ptr_array_new_with_free_func(plan_file_free);
    self->readiness = DCC_READINESS_SETTLE;
    self->daemons = dcc_strings_new();
}

DccLaunchPlan *
dcc_launch_plan_new(const char *executable)
{
    g_return_val_if_fail(executable != NULL, NULL);

    DccLaunchPlan *self = g_object_new(DCC_TYPE_LAUNCH_PLAN, NULL);

    dcc_strings_add(self->argv, executable);
    return self;
}

void
dcc_launch_plan_add_arg(DccLaunchPlan *self, const char *arg)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(arg != NULL);

    dcc_strings_add(self->argv, arg);
}

void
dcc_launch_plan_add_args(DccLaunchPlan *self, ...)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    va_list args;

    va_start(args, self);
    for (const char *arg = va_arg(args, const char *); arg != NULL;
         arg = va_arg(args, const char *))
        dcc_strings_add(self->argv, arg);
    va_end(args);
}

void
dcc_launch_plan_add_argv(DccLaunchPlan *self, const char *const *args)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    for (gsize i = 0; args != NULL && args[i] != NULL; i++)
        dcc_strings_add(self->argv, args[i]);
}

const char *const *
dcc_launch_plan_get_argv(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    return dcc_strings_peek(self->argv);
}

static gboolean
is_env_key(const char *key)
{
    return key != NULL && *key != '\0' && strchr(key, '=') == NULL;
}

static void
add_step(DccLaunchPlan *self, StepKind kind, const char *key, const char *value)
{
    EnvStep *step = g_new0(EnvStep, 1);

    step->kind = kind;
    step->key = g_strdup(key);
    step->value = g_strdup(value);
    g_ptr_array_add(self->env_steps, step);
}

void
dcc_launch_plan_set_env(DccLaunchPlan *self, const char *key, const char *value)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_env_key(key) && value != NULL);

    add_step(self, STEP_SET, key, value);
}

void
dcc_launch_plan_unset_env(DccLaunchPlan *self, const char *key)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_env_key(key));

    add_step(self, STEP_UNSET, key, NULL);
}

void
dcc_launch_plan_prepend_env(DccLaunchPlan *self, const char *key, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_env_key(key) && path != NULL);

    add_step(self, STEP_PREPEND, key, path);
}

static char **
apply_step(char **env, const EnvStep *step)
{
    if (step->kind == STEP_UNSET)
        return g_environ_unsetenv(env, step->key);

    const char *old = g_environ_getenv(env, step->key);

    if (step->kind == STEP_SET || old == NULL || *old == '\0')
        return g_environ_setenv(env, step->key, step->value, TRUE);

    g_autofree char *joined = g_strconcat(step->value, ":", old, NULL);

    return g_environ_setenv(env, step->key, joined, TRUE);
}

char **
dcc_launch_plan_apply_env(DccLaunchPlan *self, const char *const *base)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    char **env = base != NULL ? g_strdupv((char **)base) : g_new0(char *, 1);

    for (guint i = 0; i < self->env_steps->len; i++)
        env = apply_step(env, g_ptr_array_index(self->env_steps, i));
    return env;
}

void
dcc_launch_plan_set_cwd(DccLaunchPlan *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    dcc_string_replace(&self->cwd, path);
}

const char *
dcc_launch_plan_get_cwd(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    return self->cwd;
}

/* Below the private directory and nowhere else: no part may be empty, "." or "..". */
static gboolean
is_file_name(const char *name)
{
    if (name == NULL)
        return FALSE;

    g_auto(GStrv) parts = g_strsplit(name, "/", -1);

    for (gsize i = 0; parts[i] != NULL; i++)
        if (*parts[i] == '\0' || g_str_equal(parts[i], ".") || g_str_equal(parts[i], ".."))
            return FALSE;
    return parts[0] != NULL;
}

void
dcc_launch_plan_add_file(DccLaunchPlan *self, const char *name, GBytes *content)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_file_name(name));
    g_return_if_fail(content != NULL);

    PlanFile *file = g_new0(PlanFile, 1);

    file->name = g_strdup(name);
    file->content = g_bytes_ref(content);
    g_ptr_array_add(self->files, file);
}

guint
dcc_launch_plan_get_n_files(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), 0);

    return self->files->len;
}

const char *
dcc_launch_plan_get_file(DccLaunchPlan *self, guint i, GBytes **content)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);
    g_return_val_if_fail(i < self->files->len, NULL);

    PlanFile *file = g_ptr_array_index(self->files, i);

    if (content != NULL)
        *content = file->content;
    return file->name;
}

void
dcc_launch_plan_set_readiness(DccLaunchPlan *self, DccReadiness readiness)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    self->readiness = readiness;
}

DccReadiness
dcc_launch_plan_get_readiness(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), DCC_READINESS_SETTLE);

    return self->readiness;
}

void
dcc_launch_plan_set_frames(DccLaunchPlan *self, int first, int last, int step)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    self->first_frame = first;
    self->last_frame = last;
    self->frame_step = step;
}

void
dcc_launch_plan_get_frames(DccLaunchPlan *self, int *first, int *last, int *step)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    if (first != NULL)
        *first = self->first_frame;
    if (last != NULL)
        *last = self->last_frame;
    if (step != NULL)
        *step = self->frame_step;
}

void
dcc_launch_plan_add_daemon(DccLaunchPlan *self, const char *comm)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(comm != NULL && *comm != '\0');

    dcc_strings_add(self->daemons, comm);
}

const char *const *
dcc_launch_plan_get_daemons(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    return dcc_strings_peek(self->daemons);
}
