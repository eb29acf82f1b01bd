/* What a client's configuration has to say of this server: a table of clients, and three shapes.
 *
 * The program is named by its path, because a client's PATH is its own. Of the environment what
 * clients do not hand on and dcchost goes by is written down; not the display, which is another one
 * after the next login and is looked for at each launch.
 */
#include "mcp-config.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include <string.h>

typedef enum { SHAPE_SERVERS, SHAPE_VSCODE, SHAPE_CODEX, SHAPE_OPENCODE, SHAPE_ZED } Shape;

static const struct {
    const char *client;
    const char *file;
    Shape shape;
} clients[] = {
    {"claude-code", ".mcp.json in the project", SHAPE_SERVERS},
    {"claude-desktop", "claude_desktop_config.json", SHAPE_SERVERS},
    {"cursor", "~/.cursor/mcp.json", SHAPE_SERVERS},
    {"windsurf", "~/.codeium/windsurf/mcp_config.json", SHAPE_SERVERS},
    {"lm-studio", "mcp.json, which its settings open", SHAPE_SERVERS},
    {"gemini-cli", "~/.gemini/settings.json", SHAPE_SERVERS},
    {"copilot-cli", "~/.copilot/mcp-config.json", SHAPE_SERVERS},
    {"vscode", ".vscode/mcp.json", SHAPE_VSCODE},
    {"codex", "~/.codex/config.toml", SHAPE_CODEX},
    {"zed", "settings.json", SHAPE_ZED},
    {"opencode", "opencode.json", SHAPE_OPENCODE},
};

static const char *const variables[] = {"DCCHOST_ADAPTER_PATH",
                                        "DCCHOST_BLENDER_EXECUTABLE",
                                        "DCCHOST_HOUDINI_EXECUTABLE",
                                        "DCCHOST_MAYA_EXECUTABLE",
                                        "DCCHOST_SHIM",
                                        "XDG_STATE_HOME",
                                        "XDG_DATA_HOME",
                                        "XDG_CACHE_HOME",
                                        "XDG_RUNTIME_DIR",
                                        "ADSKFLEX_LICENSE_FILE",
                                        "LM_LICENSE_FILE",
                                        "SESI_LMHOST"};

static JsonObject *
make_environment(void)
{
    JsonObject *object = json_object_new();

    for (guint i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *value = g_getenv(variables[i]);

        if (value != NULL && *value != '\0' && g_utf8_validate(value, -1, NULL))
            json_object_set_string_member(object, variables[i], value);
    }
    return object;
}

/* (transfer full): program: NULL: without it. */
static JsonArray *
make_words(const char *program, const char *const *options)
{
    JsonArray *words = json_array_new();

    if (program != NULL)
        json_array_add_string_element(words, program);
    json_array_add_string_element(words, "mcp");
    for (; *options != NULL; options++)
        json_array_add_string_element(words, *options);
    return words;
}

static JsonObject *
nest(JsonObject *inner, const char *outer_name, const char *inner_name)
{
    JsonObject *outer = json_object_new(), *middle = json_object_new();

    json_object_set_object_member(middle, inner_name, inner);
    json_object_set_object_member(outer, outer_name, middle);
    return outer;
}

static JsonObject *
make_object(Shape shape, const char *program, const char *const *options)
{
    JsonObject *server = json_object_new();

    if (shape == SHAPE_OPENCODE) {
        json_object_set_string_member(server, "type", "local");
        json_object_set_array_member(server, "command", make_words(program, options));
        json_object_set_object_member(server, "environment", make_environment());
        return nest(server, "mcp", "dcchost");
    }
    if (shape == SHAPE_VSCODE)
        json_object_set_string_member(server, "type", "stdio");
    json_object_set_string_member(server, "command", program);
    json_object_set_array_member(server, "args", make_words(NULL, options));
    json_object_set_object_member(server, "env", make_environment());
    return nest(server,
                shape == SHAPE_VSCODE ? "servers"
                : shape == SHAPE_ZED  ? "context_servers"
                                      : "mcpServers",
                "dcchost");
}

static char *
object_to_text(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    json_object_unref(object);
    return json_to_string(node, TRUE);
}

/* A TOML string is written as one of JSON's. */
static char *
quote(const char *text)
{
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

    return json_to_string(node, FALSE);
}

static char *
make_toml(const char *program, const char *const *options)
{
    g_autoptr(JsonArray) words = make_words(NULL, options);
    g_autoptr(JsonNode) list = json_node_init_array(json_node_alloc(), words);
    g_autoptr(JsonObject) environment = make_environment();
    g_autofree char *command = quote(program), *args = json_to_string(list, FALSE);
    GString *text = g_string_new(NULL);
    JsonObjectIter iter;
    const char *name;
    JsonNode *value;

    g_string_append_printf(text, "[mcp_servers.dcchost]\ncommand = %s\nargs = %s\n", command, args);
    if (json_object_get_size(environment) > 0)
        g_string_append(text, "\n[mcp_servers.dcchost.env]\n");
    json_object_iter_init(&iter, environment);
    while (json_object_iter_next(&iter, &name, &value)) {
        g_autofree char *quoted = quote(json_node_get_string(value));

        g_string_append_printf(text, "%s = %s\n", name, quoted);
    }
    g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

static void
set_unknown(const char *client, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
        g_ptr_array_add(names, (gpointer)clients[i].client);
    g_ptr_array_add(names, NULL);
    list = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "no client called '%s' is known; there are: %s",
                client,
                list);
}

char *
mcp_config_make(const char *program,
                const char *client,
                const char *const *options,
                const char **file,
                GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++) {
        if (strcmp(clients[i].client, client) != 0)
            continue;
        *file = clients[i].file;
        return clients[i].shape == SHAPE_CODEX
                   ? make_toml(program, options)
                   : object_to_text(make_object(clients[i].shape, program, options));
    }
    set_unknown(client, error);
    return NULL;
}
