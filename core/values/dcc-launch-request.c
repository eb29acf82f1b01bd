/* What the user asks for: which application, with what, under which settings.
 *
 * Contract: filled in before it is handed over, unchanged after. Names are checked here, once; all
 * other strings are bytes and handed through. Threading: one thread at a time while it is filled.
 */
#include "dcc-launch-request.h"

#include <string.h>

#include "dcc-error.h"
#include "dcc-instance-name.h"
#include "dcc-strings.h"

struct _DccLaunchRequest {
    GObject parent_instance;
    char *app;
    char *name;
    char *version;
    gboolean headless;
    gboolean safe;
    char *scene;
    char *cwd;
    char *launched_by;
    GPtrArray *args;
    GPtrArray *env;
    DccSettings *settings;
    char *private_dir;
    char *temp_dir;
    DccRenderJob *render;
};

/**
 * DccLaunchRequest:
 *
 * What the user asks for: which application, with what, under which settings.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccLaunchRequest, dcc_launch_request, G_TYPE_OBJECT)

static void
dcc_launch_request_finalize(GObject *object)
{
    DccLaunchRequest *self = DCC_LAUNCH_REQUEST(object);

    g_free(self->app);
    g_free(self->name);
    g_free(self->version);
    g_free(self->scene);
    g_free(self->cwd);
    g_free(self->launched_by);
    g_ptr_array_unref(self->args);
    g_ptr_array_unref(self->env);
    g_object_unref(self->settings);
    g_free(self->private_dir);
    g_free(self->temp_dir);
    g_clear_object(&self->render);
    G_OBJECT_CLASS(dcc_launch_request_parent_class)->finalize(object);
}

static void
dcc_launch_request_class_init(DccLaunchRequestClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_launch_request_finalize;
}

static void
dcc_launch_request_init(DccLaunchRequest *self)
{
    self->args = dcc_strings_new();
    self->env = dcc_strings_new();
    self->settings = dcc_settings_new();
}

/**
 * dcc_launch_request_new:
 * @app: the id of an application: "blender"
 *
 * A request for @app with nothing special.
 *
 * Returns: (transfer full): a new #DccLaunchRequest
 *
 * Since: 1.0
 */
DccLaunchRequest *
dcc_launch_request_new(const char *app)
{
    g_return_val_if_fail(app != NULL, NULL);

    DccLaunchRequest *self = g_object_new(DCC_TYPE_LAUNCH_REQUEST, NULL);

    self->app = g_strdup(app);
    return self;
}

/**
 * dcc_launch_request_get_app:
 * @self: a #DccLaunchRequest
 *
 * The application asked for.
 *
 * Returns: its id
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_app(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->app;
}

/**
 * dcc_launch_request_set_name:
 * @self: a #DccLaunchRequest
 * @name: (nullable): a name
 * @error: where to put an error, or %NULL
 *
 * Gives the instance a name: letters, digits, '.', '_' and '-', at most 64, not beginning with
 * '.' or '-'. The error is %DCC_ERROR_INVALID.
 *
 * Returns: %TRUE if it is a name
 *
 * Since: 1.0
 */
gboolean
dcc_launch_request_set_name(DccLaunchRequest *self, const char *name, GError **error)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), FALSE);

    if (!dcc_instance_name_check(name, error))
        return FALSE;
    dcc_string_replace(&self->name, name);
    return TRUE;
}

/**
 * dcc_launch_request_get_name:
 * @self: a #DccLaunchRequest
 *
 * The name of the instance.
 *
 * Returns: the name, or the application's id where none was given
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_name(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->name != NULL ? self->name : self->app;
}

/**
 * dcc_launch_request_set_version:
 * @self: a #DccLaunchRequest
 * @version: (nullable): the beginning of one, or %NULL for the newest
 *
 * Asks for a version.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_version(DccLaunchRequest *self, const char *version)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    dcc_string_replace(&self->version, version);
}

/**
 * dcc_launch_request_get_version:
 * @self: a #DccLaunchRequest
 *
 * The version asked for.
 *
 * Returns: (nullable): the beginning of one
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_version(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->version;
}

/**
 * dcc_launch_request_set_headless:
 * @self: a #DccLaunchRequest
 * @headless: %TRUE for one without
 *
 * Asks for a run without a window.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_headless(DccLaunchRequest *self, gboolean headless)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    self->headless = headless;
}

/**
 * dcc_launch_request_is_headless:
 * @self: a #DccLaunchRequest
 *
 * Whether a run without a window is asked for.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
dcc_launch_request_is_headless(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), FALSE);

    return self->headless;
}

/**
 * dcc_launch_request_set_safe:
 * @self: a #DccLaunchRequest
 * @safe: %TRUE for a start in safe mode
 *
 * Asks for a start without the user's preferences, start-up scripts and plug-ins: what is left when
 * one of them may be what crashes. An adapter does what its application offers towards it.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_safe(DccLaunchRequest *self, gboolean safe)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    self->safe = safe;
}

/**
 * dcc_launch_request_is_safe:
 * @self: a #DccLaunchRequest
 *
 * Whether a start in safe mode is asked for.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
dcc_launch_request_is_safe(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), FALSE);

    return self->safe;
}

/**
 * dcc_launch_request_set_launched_by:
 * @self: a #DccLaunchRequest
 * @who: (nullable): a program that acts for the user, such as an agent; %NULL: the user
 *
 * Names who asks, for the status object: it changes nothing about the launch.
 *
 * Since: 1.1
 */
void
dcc_launch_request_set_launched_by(DccLaunchRequest *self, const char *who)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    dcc_string_replace(&self->launched_by, who);
}

/**
 * dcc_launch_request_get_launched_by:
 * @self: a #DccLaunchRequest
 *
 * Who asks.
 *
 * Returns: (nullable): a program that acts for the user; %NULL: the user
 *
 * Since: 1.1
 */
const char *
dcc_launch_request_get_launched_by(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->launched_by;
}

/**
 * dcc_launch_request_set_scene:
 * @self: a #DccLaunchRequest
 * @path: (type filename) (nullable): an absolute path
 *
 * Names the scene to open.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_scene(DccLaunchRequest *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));
    /* The application runs elsewhere: a relative path would name another file there. */
    g_return_if_fail(path == NULL || g_path_is_absolute(path));

    dcc_string_replace(&self->scene, path);
}

/**
 * dcc_launch_request_get_scene:
 * @self: a #DccLaunchRequest
 *
 * The scene to open.
 *
 * Returns: (type filename) (nullable): an absolute path
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_scene(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->scene;
}

/**
 * dcc_launch_request_set_render:
 * @self: a #DccLaunchRequest
 * @job: (nullable): what to render
 *
 * Makes it a render: the adapter is asked for its dcc_adapter_plan_render() instead of its launch.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_render(DccLaunchRequest *self, DccRenderJob *job)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    g_set_object(&self->render, job);
}

/**
 * dcc_launch_request_get_render:
 * @self: a #DccLaunchRequest
 *
 * What is to be rendered.
 *
 * Returns: (transfer none) (nullable): the job; %NULL: it is no render
 *
 * Since: 1.0
 */
DccRenderJob *
dcc_launch_request_get_render(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->render;
}

/**
 * dcc_launch_request_set_cwd:
 * @self: a #DccLaunchRequest
 * @path: (type filename) (nullable): a directory
 *
 * Says where to start.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_cwd(DccLaunchRequest *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    dcc_string_replace(&self->cwd, path);
}

/**
 * dcc_launch_request_get_cwd:
 * @self: a #DccLaunchRequest
 *
 * Where to start.
 *
 * Returns: (type filename) (nullable): a directory
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_cwd(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->cwd;
}

/**
 * dcc_launch_request_set_args:
 * @self: a #DccLaunchRequest
 * @args: (array zero-terminated=1) (element-type filename) (nullable): arguments
 *
 * The user's own arguments, handed through as they are.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_args(DccLaunchRequest *self, const char *const *args)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    g_autoptr(GPtrArray) old = self->args;

    self->args = dcc_strings_new();
    for (gsize i = 0; args != NULL && args[i] != NULL; i++)
        dcc_strings_add(self->args, args[i]);
}

/**
 * dcc_launch_request_get_args:
 * @self: a #DccLaunchRequest
 *
 * The user's own arguments.
 *
 * Returns: (array zero-terminated=1) (element-type filename) (transfer none): arguments, maybe none
 *
 * Since: 1.0
 */
const char *const *
dcc_launch_request_get_args(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return dcc_strings_peek(self->args);
}

static void
remove_key(GPtrArray *env, const char *setting, gsize key_length)
{
    for (guint i = 0; i + 1 < env->len; i++) {
        const char *old = g_ptr_array_index(env, i);

        if (strncmp(old, setting, key_length) == 0 && old[key_length] == '=') {
            g_ptr_array_remove_index(env, i);
            return;
        }
    }
}

/**
 * dcc_launch_request_add_env:
 * @self: a #DccLaunchRequest
 * @setting: (type filename): "KEY=VALUE"
 * @error: where to put an error, or %NULL
 *
 * Sets a variable in the environment of the application; the last word on a key wins. The error
 * is %DCC_ERROR_INVALID.
 *
 * Returns: %TRUE if it is KEY=VALUE
 *
 * Since: 1.0
 */
gboolean
dcc_launch_request_add_env(DccLaunchRequest *self, const char *setting, GError **error)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), FALSE);
    g_return_val_if_fail(setting != NULL, FALSE);

    const char *equals = strchr(setting, '=');

    if (equals == NULL || equals == setting) {
        g_autofree char *shown = g_utf8_make_valid(setting, -1);

        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "\"%s\" sets no environment variable: write KEY=VALUE, for example "
                    "OCIO=/show/config.ocio",
                    shown);
        return FALSE;
    }
    remove_key(self->env, setting, (gsize)(equals - setting));
    dcc_strings_add(self->env, setting);
    return TRUE;
}

/**
 * dcc_launch_request_get_env:
 * @self: a #DccLaunchRequest
 *
 * The user's own variables.
 *
 * Returns: (array zero-terminated=1) (element-type filename) (transfer none): "KEY=VALUE", maybe
 * none
 *
 * Since: 1.0
 */
const char *const *
dcc_launch_request_get_env(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return dcc_strings_peek(self->env);
}

/**
 * dcc_launch_request_get_settings:
 * @self: a #DccLaunchRequest
 *
 * The settings of this launch, to be read and to be changed.
 *
 * Returns: (transfer none): the settings, never %NULL
 *
 * Since: 1.0
 */
DccSettings *
dcc_launch_request_get_settings(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->settings;
}

/**
 * dcc_launch_request_set_private_dir:
 * @self: a #DccLaunchRequest
 * @path: (type filename) (nullable): a directory
 *
 * Says where the plan's files will be. Set by the core before an adapter sees the request.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_private_dir(DccLaunchRequest *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    dcc_string_replace(&self->private_dir, path);
}

/**
 * dcc_launch_request_get_private_dir:
 * @self: a #DccLaunchRequest
 *
 * Where the plan's files will be.
 *
 * Returns: (type filename) (nullable): a directory of this launch alone
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_private_dir(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->private_dir;
}

/**
 * dcc_launch_request_set_temp_dir:
 * @self: a #DccLaunchRequest
 * @path: (type filename) (nullable): a directory
 *
 * Says what the application gets as TMPDIR, TMP and TEMP. Set by the core before an adapter
 * sees the request.
 *
 * Since: 1.0
 */
void
dcc_launch_request_set_temp_dir(DccLaunchRequest *self, const char *path)
{
    g_return_if_fail(DCC_IS_LAUNCH_REQUEST(self));

    dcc_string_replace(&self->temp_dir, path);
}

/**
 * dcc_launch_request_get_temp_dir:
 * @self: a #DccLaunchRequest
 *
 * What the application gets as TMPDIR, TMP and TEMP.
 *
 * Returns: (type filename) (nullable): a directory of this launch alone
 *
 * Since: 1.0
 */
const char *
dcc_launch_request_get_temp_dir(DccLaunchRequest *self)
{
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(self), NULL);

    return self->temp_dir;
}
