/* The abstract adapter: who it is, and what is answered for one that does not answer.
 *
 * Contract: a slot that a subclass leaves alone keeps the default below, so the smallest adapter
 * answers one question, where the application is. The wrappers that ask the questions are in
 * dcc-adapter-ask.c.
 * Threading: an adapter belongs to the thread that made it.
 */
#include "dcc-adapter-private.h"
#include "dcc-json.h"
#include <signal.h>
#include <string.h>

/* A main thread that has not turned for this long is asked about again before anybody acts on it.
 */
#define RESPONSIVE_MS 5000

typedef struct {
    char *id;
    char *title;
    char *failure; /* of the question being asked */
} DccAdapterPrivate;

enum { PROP_ID = 1, PROP_TITLE, N_PROPS };

static GParamSpec *properties[N_PROPS];

/**
 * DccAdapter:
 *
 * Answers questions about one application: where it is, how it is started, how it is asked to
 * save and quit, what its output and its end mean. It never spawns, waits, kills or writes.
 * Derive from it, in C or in Python, and answer what you know: each question has a default.
 *
 * Since: 1.0
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(DccAdapter, dcc_adapter, G_TYPE_OBJECT)

/* Modules built against another minor must find every slot where they left it. */
G_STATIC_ASSERT(sizeof(DccAdapterClass) ==
                sizeof(GObjectClass) + DCC_ADAPTER_N_SLOTS * sizeof(gpointer));

static GListModel *
default_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    return G_LIST_MODEL(g_list_store_new(DCC_TYPE_INSTALLATION));
}

static gsize
version_length(const char *text)
{
    gsize length = strspn(text, "0123456789.");

    while (length > 0 && text[length - 1] == '.')
        length--;
    return memchr(text, '.', length) ? length : 0;
}

/* The first dotted number: what nearly every --version prints first. */
static char *
default_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    for (const char *p = output; *p;) {
        gsize length = g_ascii_isdigit(*p) ? version_length(p) : 0;

        if (length > 0)
            return g_strndup(p, length);
        p += g_ascii_isdigit(*p) ? strspn(p, "0123456789.") : 1;
    }
    return NULL;
}

static DccLaunchPlan *
default_plan_launch(DccAdapter *self,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    GError **error)
{
    g_autoptr(DccLaunchPlan) plan =
        dcc_launch_plan_new(dcc_installation_get_executable(installation));
    const char *scene = dcc_launch_request_get_scene(request);
    const char *const *args = dcc_launch_request_get_args(request);

    if (scene)
        dcc_launch_plan_add_arg(plan, scene);
    if (args)
        dcc_launch_plan_add_argv(plan, args);
    return g_steal_pointer(&plan);
}

static DccProbePlan *
default_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_none();
}

static DccHealth
judge_health(gint64 age_ms, const char *busy)
{
    if (busy)
        return DCC_HEALTH_BUSY;
    if (age_ms < 0)
        return DCC_HEALTH_UNKNOWN;
    return age_ms < RESPONSIVE_MS ? DCC_HEALTH_OK : DCC_HEALTH_UNRESPONSIVE;
}

static DccProbeReply *
default_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(reply, -1, error);
    g_autoptr(DccProbeReply) answer = NULL;
    const char *busy, *scene;
    gint64 age_ms;

    if (!object)
        return NULL;
    busy = dcc_json_get_string(object, "busy", NULL);
    scene = dcc_json_get_string(object, "scene", NULL);
    age_ms = MAX(dcc_json_get_int(object, "main_thread_age_ms", -1), -1);
    answer = dcc_probe_reply_new(judge_health(age_ms, busy), age_ms);
    if (busy)
        dcc_probe_reply_set_busy(answer, busy);
    if (scene)
        dcc_probe_reply_set_scene(answer, scene);
    return g_steal_pointer(&answer);
}

static DccStopPlan *
default_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return dcc_stop_plan_new();
}

static DccOutputEvent *
default_read_line(DccAdapter *self, const char *line)
{
    return NULL;
}

static gboolean
is_crash_signal(int signal)
{
    switch (signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGSYS:
    case SIGTRAP:
    case SIGQUIT:
        return TRUE;
    default:
        return FALSE;
    }
}

/* Somebody ended it by a polite signal (a log-out, a service manager, a person): that is a quit,
 * not a crash, and it is not brought back. */
static gboolean
is_polite_signal(int signal)
{
    return signal == SIGTERM || signal == SIGHUP || signal == SIGINT;
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    int signal = dcc_exit_info_get_signal(info);
    g_autofree char *reason =
        g_strdup_printf("ended by signal %d (%s)", signal, g_strsignal(signal));

    if (dcc_exit_info_was_requested(info) && dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(DCC_VERDICT_CLEAN, reason);
    if (is_polite_signal(signal))
        return dcc_verdict_new(DCC_VERDICT_CANCELLED, reason);
    return dcc_verdict_new(is_crash_signal(signal) ? DCC_VERDICT_CRASH : DCC_VERDICT_KILLED,
                           reason);
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    g_autofree char *reason = g_strdup_printf("exited with code %d", code);

    return dcc_verdict_new(code == 0 ? DCC_VERDICT_CLEAN : DCC_VERDICT_FAILED, reason);
}

static DccVerdict *
default_judge_exit(DccAdapter *self, DccExitInfo *info)
{
    const char *text = NULL;

    /* It never was ready, and its scene is to blame, whatever the code. */
    if (dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && !dcc_exit_info_was_ready(info) &&
        !dcc_exit_info_was_requested(info) &&
        dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text))
        return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, text ? text : "see the log");
    if (dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0)
        return judge_code(info);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &text))
        return dcc_verdict_new(DCC_VERDICT_OOM, text ? text : "memory ran out");
    switch (dcc_exit_info_get_kind(info)) {
    case DCC_RESULT_EXITED:
        return judge_code(info);
    case DCC_RESULT_SIGNALED:
        return judge_signal(info);
    default:
        text = dcc_exit_info_get_reason(info);
        return dcc_verdict_new(DCC_VERDICT_UNKNOWN, text ? text : "nobody saw how it ended");
    }
}

static GListModel *
default_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error)
{
    return G_LIST_MODEL(g_list_store_new(DCC_TYPE_RESCUE_FILE));
}

static gboolean
copy_settings(DccSettings *from, DccSettings *to, GError **error)
{
    g_autoptr(GPtrArray) names = dcc_settings_list_names();

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text = NULL;

        if (!dcc_settings_is_set(from, name))
            continue;
        text = dcc_settings_format(from, name);
        if (!dcc_settings_parse(to, name, text, error))
            return FALSE;
    }
    return TRUE;
}

/* The same wish with another scene: a request is not changed once it was handed over. */
static DccLaunchRequest *
request_with_scene(DccLaunchRequest *request, const char *scene, GError **error)
{
    const char *app = dcc_launch_request_get_app(request);
    g_autoptr(DccLaunchRequest) copy = dcc_launch_request_new(app);
    const char *name = dcc_launch_request_get_name(request);
    const char *const *env = dcc_launch_request_get_env(request);

    if (g_strcmp0(name, app) != 0 && !dcc_launch_request_set_name(copy, name, error))
        return NULL;
    for (guint i = 0; env && env[i]; i++) {
        if (!dcc_launch_request_add_env(copy, env[i], error))
            return NULL;
    }
    if (!copy_settings(
            dcc_launch_request_get_settings(request), dcc_launch_request_get_settings(copy), error))
        return NULL;
    dcc_launch_request_set_version(copy, dcc_launch_request_get_version(request));
    dcc_launch_request_set_headless(copy, dcc_launch_request_is_headless(request));
    dcc_launch_request_set_safe(copy, dcc_launch_request_is_safe(request));
    dcc_launch_request_set_scene(copy, scene);
    dcc_launch_request_set_cwd(copy, dcc_launch_request_get_cwd(request));
    dcc_launch_request_set_args(copy, dcc_launch_request_get_args(request));
    dcc_launch_request_set_private_dir(copy, dcc_launch_request_get_private_dir(request));
    dcc_launch_request_set_temp_dir(copy, dcc_launch_request_get_temp_dir(request));
    return g_steal_pointer(&copy);
}

static DccLaunchPlan *
default_plan_recovery(DccAdapter *self,
                      DccInstallation *installation,
                      DccLaunchRequest *request,
                      DccRescueFile *file,
                      GError **error)
{
    g_autoptr(DccLaunchRequest) again =
        request_with_scene(request, dcc_rescue_file_get_path(file), error);

    return again ? dcc_adapter_plan_launch(self, installation, again, error) : NULL;
}

static void
take_string(char **field, const GValue *value)
{
    /* A subclass may name itself in its init function: what g_object_new() sets later comes second.
     */
    if (!*field)
        *field = g_value_dup_string(value);
}

static void
dcc_adapter_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(DCC_ADAPTER(object));

    switch (id) {
    case PROP_ID:
        take_string(&priv->id, value);
        break;
    case PROP_TITLE:
        take_string(&priv->title, value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void
dcc_adapter_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    switch (id) {
    case PROP_ID:
        g_value_set_string(value, dcc_adapter_get_id(DCC_ADAPTER(object)));
        break;
    case PROP_TITLE:
        g_value_set_string(value, dcc_adapter_get_title(DCC_ADAPTER(object)));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void
dcc_adapter_finalize(GObject *object)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(DCC_ADAPTER(object));

    g_free(priv->id);
    g_free(priv->title);
    g_free(priv->failure);
    G_OBJECT_CLASS(dcc_adapter_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *object_class)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

    /**
     * DccAdapter:id:
     *
     * The name of the application in commands: lower-case letters, digits and '-'. A subclass may
     * set it in its init function; an adapter without one takes the name that it is registered
     * under.
     *
     * Since: 1.0
     */
    properties[PROP_ID] = g_param_spec_string("id", "Id", "Name in commands", NULL, flags);
    /**
     * DccAdapter:title:
     *
     * What people call the application; the id where nothing was given.
     *
     * Since: 1.0
     */
    properties[PROP_TITLE] = g_param_spec_string("title", "Title", "Name for people", NULL, flags);
    g_object_class_install_properties(object_class, N_PROPS, properties);
}

static void
dcc_adapter_class_init(DccAdapterClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = dcc_adapter_set_property;
    object_class->get_property = dcc_adapter_get_property;
    object_class->finalize = dcc_adapter_finalize;
    install_properties(object_class);

    klass->find_installations = default_find_installations;
    klass->read_version = default_read_version;
    klass->plan_launch = default_plan_launch;
    klass->plan_probe = default_plan_probe;
    klass->read_probe = default_read_probe;
    klass->plan_stop = default_plan_stop;
    klass->read_line = default_read_line;
    klass->judge_exit = default_judge_exit;
    klass->list_rescue_files = default_list_rescue_files;
    klass->plan_recovery = default_plan_recovery;
}

static void
dcc_adapter_init(DccAdapter *self)
{
}

/**
 * dcc_adapter_id_is_valid:
 * @id: (nullable): a word
 *
 * Whether an adapter may have this id: lower-case letters, digits and '-', a letter first, at most
 * 64. It becomes a file name and a word on command lines.
 *
 * Returns: %TRUE if it may
 * Since: 1.0
 */
gboolean
dcc_adapter_id_is_valid(const char *id)
{
    gsize length = id ? strlen(id) : 0;

    return length > 0 && length <= 64 && g_ascii_islower(id[0]) &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/**
 * dcc_adapter_set_failure:
 * @self: an adapter
 * @what: (nullable): one line for people; %NULL: it has not failed after all
 *
 * Says, while a question is being answered, that it could not be: whatever is returned then does
 * not count, and the answer is refused with these words, in the name of the adapter and the
 * question. For language bindings, whose methods raise, and for questions that return no error.
 *
 * Since: 1.0
 */
void
dcc_adapter_set_failure(DccAdapter *self, const char *what)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_if_fail(DCC_IS_ADAPTER(self));

    g_free(priv->failure);
    priv->failure = g_strdup(what);
}

char *
dcc_adapter_take_failure(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    return g_steal_pointer(&priv->failure);
}

gboolean
dcc_adapter_adopt_id(DccAdapter *self, const char *id)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    if (!priv->id)
        priv->id = g_strdup(id);
    return g_strcmp0(priv->id, id) == 0;
}

/**
 * dcc_adapter_get_id:
 * @self: an adapter
 *
 * The name of the application in commands ("blender").
 *
 * Returns: (transfer none) (nullable): the id; %NULL for an adapter that was given none and is not
 * in a registry yet Since: 1.0
 */
const char *
dcc_adapter_get_id(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);

    return priv->id;
}

/**
 * dcc_adapter_get_title:
 * @self: an adapter
 *
 * What people call the application ("Blender").
 *
 * Returns: (transfer none) (nullable): the title, or the id where it has none
 * Since: 1.0
 */
const char *
dcc_adapter_get_title(DccAdapter *self)
{
    DccAdapterPrivate *priv = dcc_adapter_get_instance_private(self);

    g_return_val_if_fail(DCC_IS_ADAPTER(self), NULL);

    return priv->title ? priv->title : priv->id;
}
