/* How to start an application: argv, environment, files to bring along, how readiness is told.
 *
 * Contract: filled in by an adapter, unchanged after. All strings are bytes; no shell is involved.
 * Threading: one thread at a time while it is filled.
 */
#include "dcc-launch-plan.h"

#include "dcc-launch-plan-private.h"

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
    gboolean job;
    gboolean says_job;
    int first_frame;
    int last_frame;
    int frame_step;
    GPtrArray *daemons;
};

/**
 * DccLaunchPlan:
 *
 * How an application is started: arguments, changes to the environment, files to bring along, how
 * readiness is told. All strings are bytes; no shell is involved.
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_new:
 * @executable: (type filename): the program to run; it becomes argv[0]
 *
 * A plan that runs @executable without arguments, in the environment of the session, and takes
 * it for ready when it has lived for the settle time.
 *
 * Returns: (transfer full): a new #DccLaunchPlan
 *
 * Since: 1.0
 */
DccLaunchPlan *
dcc_launch_plan_new(const char *executable)
{
    g_return_val_if_fail(executable != NULL, NULL);

    DccLaunchPlan *self = g_object_new(DCC_TYPE_LAUNCH_PLAN, NULL);

    dcc_strings_add(self->argv, executable);
    return self;
}

/**
 * dcc_launch_plan_add_arg:
 * @self: a #DccLaunchPlan
 * @arg: (type filename): an argument
 *
 * Adds one argument. It is handed through byte for byte; no shell sees it.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_add_arg(DccLaunchPlan *self, const char *arg)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(arg != NULL);

    dcc_strings_add(self->argv, arg);
}

/**
 * dcc_launch_plan_add_args: (skip)
 * @self: a #DccLaunchPlan
 * @...: arguments, then %NULL
 *
 * Adds arguments up to a %NULL.
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_add_argv:
 * @self: a #DccLaunchPlan
 * @args: (array zero-terminated=1) (element-type filename) (nullable): arguments
 *
 * Adds arguments.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_add_argv(DccLaunchPlan *self, const char *const *args)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    for (gsize i = 0; args != NULL && args[i] != NULL; i++)
        dcc_strings_add(self->argv, args[i]);
}

/**
 * dcc_launch_plan_get_argv:
 * @self: a #DccLaunchPlan
 *
 * The command line; argv[0] is the executable.
 *
 * Returns: (array zero-terminated=1) (element-type filename) (transfer none): the command line,
 *   until the next argument is added
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_set_env:
 * @self: a #DccLaunchPlan
 * @key: a name without '='
 * @value: (type filename): its value
 *
 * A step that sets a variable.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_set_env(DccLaunchPlan *self, const char *key, const char *value)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_env_key(key) && value != NULL);

    add_step(self, STEP_SET, key, value);
}

/**
 * dcc_launch_plan_unset_env:
 * @self: a #DccLaunchPlan
 * @key: a name without '='
 *
 * A step that removes a variable.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_unset_env(DccLaunchPlan *self, const char *key)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(is_env_key(key));

    add_step(self, STEP_UNSET, key, NULL);
}

/**
 * dcc_launch_plan_prepend_env:
 * @self: a #DccLaunchPlan
 * @key: a name without '='
 * @path: (type filename): a path
 *
 * A step that puts a path before those that a variable holds, with a colon between.
 *
 * Since: 1.0
 */
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

    g_autofree char *joined = g_strconcat(step->value, G_SEARCHPATH_SEPARATOR_S, old, NULL);

    return g_environ_setenv(env, step->key, joined, TRUE);
}

/**
 * dcc_launch_plan_apply_env:
 * @self: a #DccLaunchPlan
 * @environment: (array zero-terminated=1) (element-type filename) (nullable): an environment, left
 * alone
 *
 * The environment after the steps, in the order in which they were added.
 *
 * Returns: (array zero-terminated=1) (element-type filename) (transfer full): a new environment
 *
 * Since: 1.0
 */
char **
dcc_launch_plan_apply_env(DccLaunchPlan *self, const char *const *environment)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    char **env = environment != NULL ? g_strdupv((char **)environment) : g_new0(char *, 1);

    for (guint i = 0; i < self->env_steps->len; i++)
        env = apply_step(env, g_ptr_array_index(self->env_steps, i));
    return env;
}

/**
 * dcc_launch_plan_set_cwd:
 * @self: a #DccLaunchPlan
 * @path: (type filename) (nullable): a directory, or %NULL for the request's or the session's
 *   own
 *
 * Says where to start.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_set_cwd(DccLaunchPlan *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    dcc_string_replace(&self->cwd, path);
}

/**
 * dcc_launch_plan_get_cwd:
 * @self: a #DccLaunchPlan
 *
 * Where to start.
 *
 * Returns: (type filename) (nullable): a directory
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_add_file:
 * @self: a #DccLaunchPlan
 * @name: (type filename): a relative path without "..", which may hold directories
 * @content: what to write
 *
 * A file that the core is to write below the launch's private directory before the start.
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_get_n_files:
 * @self: a #DccLaunchPlan
 *
 * How many files are to be written.
 *
 * Returns: a count
 *
 * Since: 1.0
 */
guint
dcc_launch_plan_get_n_files(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), 0);

    return self->files->len;
}

/**
 * dcc_launch_plan_get_file:
 * @self: a #DccLaunchPlan
 * @i: which, from 0
 * @content: (out) (optional) (transfer none): what to write
 *
 * One of the files to be written.
 *
 * Returns: (type filename): its relative path
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_set_readiness:
 * @self: a #DccLaunchPlan
 * @readiness: a way
 *
 * Says how the core learns that the application is ready. The default is %DCC_READINESS_SETTLE.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_set_readiness(DccLaunchPlan *self, DccReadiness readiness)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    self->readiness = readiness;
}

/**
 * dcc_launch_plan_get_readiness:
 * @self: a #DccLaunchPlan
 *
 * How the core learns that the application is ready.
 *
 * Returns: a way
 *
 * Since: 1.0
 */
DccReadiness
dcc_launch_plan_get_readiness(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), DCC_READINESS_SETTLE);

    return self->readiness;
}

/**
 * dcc_launch_plan_set_job:
 * @self: a #DccLaunchPlan
 * @job: %TRUE where it does its work and ends
 *
 * Says that this run ends by itself when its work is done: a render, a script. A short one may be
 * over before it was seen ready, and an end that the adapter calls clean is a success then.
 * Anything else that ends with code 0 before it is ready has failed to start. Of a plan that is
 * never told, a run without a window and with arguments is taken for a job, and that is told in its
 * events: which arguments bring work, and which are mere options, only the adapter knows.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_set_job(DccLaunchPlan *self, gboolean job)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    self->job = job;
    self->says_job = TRUE;
}

/**
 * dcc_launch_plan_is_job:
 * @self: a #DccLaunchPlan
 *
 * Whether this run ends by itself when its work is done.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
dcc_launch_plan_is_job(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), FALSE);

    return self->job;
}

gboolean
dcc_launch_plan_says_job(DccLaunchPlan *self)
{
    return self->says_job;
}

/**
 * dcc_launch_plan_set_frames:
 * @self: a #DccLaunchPlan
 * @first: the first frame
 * @last: the last frame
 * @step: the distance from one to the next; 0 says that it is not known
 *
 * Says which frames this run is to render, so that progress can be shown in per cent.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_set_frames(DccLaunchPlan *self, int first, int last, int step)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));

    self->first_frame = first;
    self->last_frame = last;
    self->frame_step = step;
}

/**
 * dcc_launch_plan_get_frames:
 * @self: a #DccLaunchPlan
 * @first: (out) (optional): the first frame
 * @last: (out) (optional): the last frame
 * @step: (out) (optional): the distance; 0 when nothing is known
 *
 * The frames this run is to render.
 *
 * Since: 1.0
 */
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

/**
 * dcc_launch_plan_add_daemon:
 * @self: a #DccLaunchPlan
 * @comm: the name of its process, as the kernel has it
 *
 * Names a shared daemon that outlives the application by design: it is released, never killed.
 *
 * Since: 1.0
 */
void
dcc_launch_plan_add_daemon(DccLaunchPlan *self, const char *comm)
{
    g_return_if_fail(DCC_IS_LAUNCH_PLAN(self));
    g_return_if_fail(comm != NULL && *comm != '\0');

    dcc_strings_add(self->daemons, comm);
}

/**
 * dcc_launch_plan_get_daemons:
 * @self: a #DccLaunchPlan
 *
 * The daemons that outlive the application by design.
 *
 * Returns: (array zero-terminated=1) (transfer none): names of processes
 *
 * Since: 1.0
 */
const char *const *
dcc_launch_plan_get_daemons(DccLaunchPlan *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_PLAN(self), NULL);

    return dcc_strings_peek(self->daemons);
}
