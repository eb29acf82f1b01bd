/* A launch request as JSON and back. Only settings that somebody has set are written, so that a
 * later version's better default is not overruled by an old file. */
#include "dcc-request-json.h"

#include "dcc-error.h"
#include "dcc-fields.h"
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

/* The members of request.json. */
typedef struct {
    char *app;
    char *name;
    char *version;
    gboolean headless;
    gboolean safe;
    char *scene;
    char *cwd;
    char *launched_by;
    char **args;
    char **env;
    JsonObject *settings;
    char *frames; /* NULL: it is no render */
    char *output;
    char *expect;
} StoredRequest;

#define ROW(member, type, ...)                                                                     \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type,                                                 \
        .offset = G_STRUCT_OFFSET(StoredRequest, member), __VA_ARGS__                              \
    }

static const DccField fields[] = {
    ROW(app, TEXT, .required = TRUE),
    ROW(name, TEXT),
    ROW(version, TEXT),
    ROW(headless, BOOL),
    ROW(safe, BOOL),
    ROW(scene, BYTES),
    ROW(cwd, BYTES),
    ROW(launched_by, BYTES),
    ROW(args, BYTESV),
    ROW(env, BYTESV),
    ROW(settings, OBJECT),
    ROW(frames, TEXT),
    ROW(output, BYTES),
    ROW(expect, BYTES),
};

static const DccFieldTable table = DCC_FIELD_TABLE(StoredRequest, fields);

static const char *
get_text(DccFramePath *path)
{
    return path != NULL ? dcc_frame_path_get_text(path) : NULL;
}

JsonObject *
dcc_request_to_json(DccLaunchRequest *request)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonObject) settings = settings_to_json(dcc_launch_request_get_settings(request));
    DccRenderJob *job = dcc_launch_request_get_render(request);
    g_autofree char *frames =
        job != NULL ? dcc_frames_to_text(dcc_render_job_get_frames(job)) : NULL;
    /* Borrowed: writing changes nothing. */
    const StoredRequest stored = {
        .app = (char *)dcc_launch_request_get_app(request),
        .name = (char *)dcc_launch_request_get_name(request),
        .version = (char *)dcc_launch_request_get_version(request),
        .headless = dcc_launch_request_is_headless(request),
        .safe = dcc_launch_request_is_safe(request),
        .scene = (char *)dcc_launch_request_get_scene(request),
        .cwd = (char *)dcc_launch_request_get_cwd(request),
        .launched_by = (char *)dcc_launch_request_get_launched_by(request),
        .args = (char **)dcc_launch_request_get_args(request),
        .env = (char **)dcc_launch_request_get_env(request),
        .settings = settings,
        .frames = frames,
        .output = (char *)(job != NULL ? get_text(dcc_render_job_get_output(job)) : NULL),
        .expect = (char *)(job != NULL ? get_text(dcc_render_job_get_expect(job)) : NULL),
    };

    dcc_fields_write(&table, &stored, object);
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
read_env(DccLaunchRequest *request, char **env, GError **error)
{
    for (guint i = 0; env != NULL && env[i] != NULL; i++)
        if (!dcc_launch_request_add_env(request, env[i], error))
            return FALSE;
    return TRUE;
}

static gboolean
read_path(const char *text, DccFramePath **path, GError **error)
{
    *path = text != NULL ? dcc_frame_path_parse(text, error) : NULL;
    return text == NULL || *path != NULL;
}

static gboolean
read_render(DccLaunchRequest *request, const StoredRequest *stored, GError **error)
{
    g_autoptr(DccFrames) frames = NULL;
    g_autoptr(DccFramePath) output = NULL;
    g_autoptr(DccFramePath) expect = NULL;
    g_autoptr(DccRenderJob) job = NULL;

    if (stored->frames == NULL)
        return TRUE;
    frames = dcc_frames_parse(stored->frames, error);
    if (frames == NULL || !read_path(stored->output, &output, error) ||
        !read_path(stored->expect, &expect, error))
        return FALSE;
    job = dcc_render_job_new(frames, output, expect, error);
    dcc_launch_request_set_render(request, job);
    return job != NULL;
}

static DccLaunchRequest *
make_request(const StoredRequest *stored, GError **error)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new(stored->app);
    const char *name = stored->name != NULL ? stored->name : stored->app;

    if (!dcc_launch_request_set_name(request, name, error))
        return NULL;
    dcc_launch_request_set_version(request, stored->version);
    dcc_launch_request_set_headless(request, stored->headless);
    dcc_launch_request_set_safe(request, stored->safe);
    dcc_launch_request_set_scene(request, stored->scene);
    dcc_launch_request_set_cwd(request, stored->cwd);
    dcc_launch_request_set_launched_by(request, stored->launched_by);
    dcc_launch_request_set_args(request, (const char *const *)stored->args);
    if (!read_env(request, stored->env, error) ||
        !read_settings(request, stored->settings, error) || !read_render(request, stored, error))
        return NULL;
    return g_steal_pointer(&request);
}

DccLaunchRequest *
dcc_request_from_json(JsonObject *object, GError **error)
{
    StoredRequest stored = {0};
    g_autoptr(GError) problem = NULL;
    DccLaunchRequest *request;

    if (!dcc_fields_read(&table, object, 1, &stored, &problem)) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_INVALID, "the stored request: %s", problem->message);
        return NULL;
    }
    request = make_request(&stored, error);
    dcc_fields_clear(&table, &stored);
    return request;
}
