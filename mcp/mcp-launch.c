/* Launching: what is asked for is checked against what agents may do here, the environment is the
 * user's, and what is launched says who has launched it.
 *
 * A client hands its servers hardly more than HOME and PATH, and an application that is to open a
 * window needs to know where: see dcc-login.h.
 */
#include "mcp-act.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-login.h"
#include "mcp-verb.h"
#include "mcp-wait.h"
#include <string.h>

#define DEFAULT_WAIT_S 40

/* Scenes can carry scripts; what keeps an application from running them. Of others none is known:
 * docs/security.md says so. */
static const struct {
    const char *app, *option;
} distrust[] = {{"blender", "--disable-autoexec"}};

static void
add_option(GPtrArray *args, const char *option, const char *value)
{
    if (value != NULL)
        g_ptr_array_add(args, g_strconcat(option, "=", value, NULL));
}

static void
add_flag(GPtrArray *args, McpCall *call, const char *argument, const char *option)
{
    if (mcp_call_get_flag(call, argument))
        g_ptr_array_add(args, g_strdup(option));
}

/* Three questions that are not answered, and no progress for as long. */
static void
add_hang(GPtrArray *args, McpCall *call)
{
    gint64 after = mcp_call_get_int(call, "hang_after_s", 0);
    const struct {
        const char *setting;
        gint64 ms;
    } times[] = {{"probe-period", after * 1000 / 3},
                 {"probe-timeout", MIN(5000, after * 1000 / 3)},
                 {"progress-window", after * 1000}};

    if (after == 0)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(times); i++)
        g_ptr_array_add(
            args,
            g_strdup_printf("--set=%s=%" G_GINT64_FORMAT "ms", times[i].setting, times[i].ms));
    g_ptr_array_add(args, g_strdup("--set=probe-failures=3"));
}

static void
add_distrust(GPtrArray *args, McpCall *call)
{
    const char *app = mcp_call_get_text(call, "app");

    for (guint i = 0; !call->policy->trust_scenes && i < G_N_ELEMENTS(distrust); i++) {
        if (strcmp(distrust[i].app, app) != 0)
            continue;
        g_ptr_array_add(args, g_strdup("--"));
        g_ptr_array_add(args, g_strdup(distrust[i].option));
    }
}

/* An application is one word of letters and the like, and no option. */
static gboolean
check_word(const char *what, const char *word, GError **error)
{
    if (word == NULL || (*word != '-' && *word != '\0'))
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "'%s' is no %s", word, what);
    return FALSE;
}

/* A path that agents may use, as an option; one that is left out is none. */
static gboolean
add_path(GPtrArray *args, McpCall *call, const char *argument, const char *option, GError **error)
{
    const char *path = mcp_call_get_text(call, argument);
    g_autofree char *resolved = path != NULL ? mcp_policy_resolve(call->policy, path, error) : NULL;

    add_option(args, option, resolved);
    return path == NULL || resolved != NULL;
}

/* (transfer full): the arguments of either verb. */
static GPtrArray *
make_args(const char *verb, McpCall *call, GError **error)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);

    if (!check_word("application", mcp_call_get_text(call, "app"), error))
        return NULL;
    g_ptr_array_add(args, g_strdup(verb));
    g_ptr_array_add(args, g_strdup(mcp_call_get_text(call, "app")));
    if (!add_path(args, call, "scene", "--file", error) ||
        !add_path(args, call, "output", "--output", error))
        return NULL;
    add_option(args, "--frames", mcp_call_get_text(call, "frames"));
    add_flag(args, call, "resume", "--resume");
    g_ptr_array_add(args, g_strdup("--json"));
    g_ptr_array_add(args, g_strdup("--no-tied")); /* the end of this server is not its end */
    add_option(args, "--launched-by", call->client);
    add_option(args, "--version", mcp_call_get_text(call, "version"));
    add_option(args, "--name", mcp_call_get_text(call, "name"));
    add_option(args, "--recover", mcp_call_get_text(call, "recover"));
    add_flag(args, call, "headless", "--headless");
    add_flag(args, call, "safe", "--safe");
    add_hang(args, call);
    add_distrust(args, call);
    g_ptr_array_add(args, NULL);
    return g_steal_pointer(&args);
}

/* The display that the window will open on; NULL: none is known. */
static const char *
find_display(char **environment)
{
    const char *wayland = g_environ_getenv(environment, "WAYLAND_DISPLAY");
    const char *x11 = g_environ_getenv(environment, "DISPLAY");

    return x11 != NULL && *x11 != '\0' ? x11 : wayland;
}

static gboolean
check_display(McpCall *call, const char *display, GError **error)
{
    if (display != NULL || mcp_call_get_flag(call, "headless"))
        return TRUE;
    g_set_error_literal(
        error,
        DCC_ERROR,
        DCC_ERROR_INVALID,
        "no display was found to open a window on: launch with {\"headless\":true}, "
        "or ask the user to log in to a desktop, or to put DISPLAY into the env "
        "block of this server's configuration");
    return FALSE;
}

static void
set_window(JsonObject *object, McpCall *call, const char *display, const char *from)
{
    JsonObject *window;

    if (mcp_call_get_flag(call, "headless") || display == NULL) {
        json_object_set_null_member(object, "window");
        return;
    }
    window = json_object_new();
    json_object_set_string_member(window, "display", display);
    json_object_set_string_member(window, "from", from);
    json_object_set_object_member(object, "window", window);
}

/* How it stands once it is ready, or has been waited for long enough. */
static JsonObject *
tell(McpCall *call, const char *name, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    gboolean wait = dcc_json_get_boolean(call->arguments, "wait_ready", TRUE);
    JsonObject *object;

    if (!cli_instance_open(&instance, name, error))
        return NULL;
    mcp_call_note(call, instance.runtime, name);
    mcp_call_limit(call, wait ? mcp_call_get_int(call, "timeout_s", DEFAULT_WAIT_S) : 0);
    object = mcp_wait_for(call, &instance, "ready", -1, error);
    if (object != NULL)
        json_object_set_string_member(object, "name", name);
    return object;
}

JsonObject *
mcp_act_launch(McpCall *call, GError **error)
{
    g_autoptr(GPtrArray) args = make_args("launch", call, error);
    g_auto(GStrv) environment = NULL;
    g_autofree char *from = NULL;
    g_autoptr(JsonNode) status = NULL;
    const char *display;
    JsonObject *object;

    if (args == NULL)
        return NULL;
    g_ptr_array_insert(args, 2, g_strdup("--detach"));
    environment = dcc_login_complete_environment(g_get_environ(), &from);
    display = find_display(environment);
    if (!check_display(call, display, error))
        return NULL;
    const McpVerb verb = {
        .args = (const char *const *)args->pdata, .environment = environment, .goes_on = TRUE};

    status = mcp_verb_run(call, &verb, error);
    if (status == NULL)
        return NULL;
    object = tell(call, dcc_json_get_string(json_node_get_object(status), "name", ""), error);
    if (object != NULL)
        set_window(object, call, display, from);
    return object;
}

/* Answers once it has begun; what becomes of it is waited for. */
JsonObject *
mcp_act_render(McpCall *call, GError **error)
{
    g_autoptr(GPtrArray) args = make_args("render", call, error);
    g_auto(CliInstance) instance = {NULL};
    g_auto(GStrv) environment = NULL;
    g_autofree char *from = NULL;
    g_autoptr(JsonNode) event = NULL;
    const char *name = mcp_call_get_text(call, "name");
    JsonObject *object;

    if (args == NULL)
        return NULL;
    environment = dcc_login_complete_environment(g_get_environ(), &from);
    const McpVerb verb = {.args = (const char *const *)args->pdata,
                          .environment = environment,
                          .goes_on = TRUE,
                          .answers_by_line = TRUE};

    event = mcp_verb_run(call, &verb, error);
    if (event == NULL)
        return NULL;
    name = name != NULL ? name : mcp_call_get_text(call, "app");
    if (!cli_instance_open(&instance, name, error))
        return NULL;
    mcp_call_note(call, instance.runtime, name);
    mcp_call_limit(call, 0);
    object = mcp_wait_for(call, &instance, "ended", -1, error);
    if (object != NULL)
        json_object_set_string_member(object, "name", name);
    return object;
}
