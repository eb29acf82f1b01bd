/* A launch request as JSON and back. Only settings that somebody has set are written, so that a
 * later version's better default is not overruled by an old file. */
#include "dcc-request-json.h"

#include "dcc-error.h"
#include "dcc-json.h"

static JsonObject *
settings_to_json(DccSettings *settings)
{
    g_autoptr(GPtrArray) names = dcc_settings_list_names();
    JsonObject *object = json_object_new();

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text = dcc_settings_format(settings, name);

        if (dcc_settings_is_set(settings, name))
            json_object_set_string_member(object, name, text);
    }
    return object;
}

static void
set_string(JsonObject *object, const char *member, const char *value)
{
    if (value != NULL)
        json_object_set_string_member(object, member, value);
}

static void
set_bytes(JsonObject *object, const char *member, const char *value)
{
    if (value != NULL)
        dcc_json_set_bytes(object, member, value);
}

JsonObject *
dcc_request_to_json(DccLaunchRequest *request)
{
    JsonObject *object = json_object_new();

    set_string(object, "app", dcc_launch_request_get_app(request));
    set_string(object, "name", dcc_launch_request_get_name(request));
    set_string(object, "version", dcc_launch_request_get_version(request));
    json_object_set_boolean_member(object, "headless", dcc_launch_request_is_headless(request));
    json_object_set_boolean_member(object, "safe", dcc_launch_request_is_safe(request));
    set_bytes(object, "scene", dcc_launch_request_get_scene(request));
    set_bytes(object, "cwd", dcc_launch_request_get_cwd(request));
    dcc_json_set_bytesv(object, "args", dcc_launch_request_get_args(request));
    dcc_json_set_bytesv(object, "env", dcc_launch_request_get_env(request));
    json_object_set_object_member(
        object, "settings", settings_to_json(dcc_launch_request_get_settings(request)));
    return object;
}

static gboolean
read_settings(DccLaunchRequest *request, JsonObject *object, GError **error)
{
    g_autoptr(GList) names = object != NULL ? json_object_get_members(object) : NULL;

    for (GList *l = names; l != NULL; l = l->next) {
        const char *text = dcc_json_get_string(object, l->data, "");

        if (!dcc_settings_parse(dcc_launch_request_get_settings(request), l->data, text, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_env(DccLaunchRequest *request, JsonObject *object, GError **error)
{
    g_auto(GStrv) env = dcc_json_get_bytesv(object, "env");

    for (guint i = 0; env != NULL && env[i] != NULL; i++)
        if (!dcc_launch_request_add_env(request, env[i], error))
            return FALSE;
    return TRUE;
}

DccLaunchRequest *
dcc_request_from_json(JsonObject *object, GError **error)
{
    const char *app = dcc_json_get_string(object, "app", NULL);
    g_autoptr(DccLaunchRequest) request = NULL;
    g_autofree char *scene = dcc_json_get_bytes(object, "scene");
    g_autofree char *cwd = dcc_json_get_bytes(object, "cwd");
    g_auto(GStrv) args = dcc_json_get_bytesv(object, "args");

    if (app == NULL) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "the stored request names no application");
        return NULL;
    }
    request = dcc_launch_request_new(app);
    if (!dcc_launch_request_set_name(request, dcc_json_get_string(object, "name", app), error))
        return NULL;
    dcc_launch_request_set_version(request, dcc_json_get_string(object, "version", NULL));
    dcc_launch_request_set_headless(request, dcc_json_get_boolean(object, "headless", FALSE));
    dcc_launch_request_set_safe(request, dcc_json_get_boolean(object, "safe", FALSE));
    dcc_launch_request_set_scene(request, scene);
    dcc_launch_request_set_cwd(request, cwd);
    dcc_launch_request_set_args(request, (const char *const *)args);
    if (!read_env(request, object, error) ||
        !read_settings(request, dcc_json_get_object(object, "settings"), error))
        return NULL;
    return g_steal_pointer(&request);
}
