/* What can be read by an address.
 *
 * An address is a name, a kind, and for a bundle its number and one of three files: nothing of it
 * becomes a path before it has been looked at. What is read is a plain file of the user's, cut to a
 * size that a model can take, and cleaned. A bundle's environment.txt is not among the files: it may
 * hold secrets under harmless names.
 */
#include "mcp-resources.h"

#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-log-reader.h"
#include "mcp-clean.h"
#include <string.h>
#include <unistd.h>

#define SCHEME     "dcchost://instance/"
#define MAX_BYTES  (64 * 1024)
#define MAX_LINES  400
#define MAX_EVENTS 200
#define MAX_LISTED 100
#define BUNDLES    "crashes"

static const struct {
    const char *kind, *name, *mime, *about;
} kinds[] = {
    {"log", "log", "text/plain", "The last lines that the application printed"},
    {"events", "events", "application/x-ndjson", "The last events, one JSON object a line"},
};

static const struct {
    const char *file, *name, *mime, *about;
} bundle_files[] = {
    {"death.json", "crash-death", "application/json", "How a run ended badly, and what says so"},
    {"log.txt", "crash-log", "text/plain", "The end of its output"},
    {"resources.tsv", "crash-resources", "text/tab-separated-values", "What it used before"},
};

static JsonObject *
describe(const char *member, const char *uri, const char *name, const char *about, const char *mime)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, member, uri);
    json_object_set_string_member(object, "name", name);
    json_object_set_string_member(object, "description", about);
    json_object_set_string_member(object, "mimeType", mime);
    return object;
}

JsonArray *
mcp_resources_list_templates(void)
{
    JsonArray *list = json_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *uri = g_strconcat(SCHEME "{name}/", kinds[i].kind, NULL);

        json_array_add_object_element(
            list, describe("uriTemplate", uri, kinds[i].name, kinds[i].about, kinds[i].mime));
    }
    for (guint i = 0; i < G_N_ELEMENTS(bundle_files); i++) {
        g_autofree char *uri = g_strconcat(SCHEME "{name}/crash/{id}/", bundle_files[i].file, NULL);

        json_array_add_object_element(list,
                                      describe("uriTemplate",
                                               uri,
                                               bundle_files[i].name,
                                               bundle_files[i].about,
                                               bundle_files[i].mime));
    }
    return list;
}

static void
add_instance(JsonArray *list, DccRuntime *runtime, const char *instance)
{
    g_autoptr(JsonObject) death = dcc_instance_read_death(runtime, instance);
    g_autofree char *bundle = death != NULL ? dcc_json_get_bytes(death, "bundle") : NULL;

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *uri = g_strconcat(SCHEME, instance, "/", kinds[i].kind, NULL);
        g_autofree char *name = g_strconcat(instance, " ", kinds[i].name, NULL);

        json_array_add_object_element(list,
                                      describe("uri", uri, name, kinds[i].about, kinds[i].mime));
    }
    for (guint i = 0; bundle != NULL && i < G_N_ELEMENTS(bundle_files); i++) {
        g_autofree char *id = g_path_get_basename(bundle);
        g_autofree char *uri =
            g_strconcat(SCHEME, instance, "/crash/", id, "/", bundle_files[i].file, NULL);
        g_autofree char *name = g_strconcat(instance, " ", bundle_files[i].name, NULL);

        json_array_add_object_element(
            list, describe("uri", uri, name, bundle_files[i].about, bundle_files[i].mime));
    }
}

JsonArray *
mcp_resources_list(void)
{
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_auto(GStrv) names = runtime != NULL ? dcc_runtime_list_names(runtime, TRUE) : NULL;
    JsonArray *list = json_array_new();

    for (char **p = names; p != NULL && *p != NULL && p - names < MAX_LISTED; p++)
        add_instance(list, runtime, *p);
    return list;
}

/* (transfer full) (nullable): the end of a plain file of the user's. */
static char *
read_end(const char *path)
{
    int fd = dcc_file_open_to_read(path);
    g_autofree char *text = NULL;
    DccFileFacts facts;
    gssize n = -1;

    if (fd < 0)
        return NULL;
    if (dcc_file_facts_read_open(fd, &facts) && facts.kind == DCC_FILE_REGULAR && facts.is_ours) {
        text = g_malloc(MAX_BYTES + 1);
        n = dcc_fds_read_at(fd, MAX(0, facts.size - MAX_BYTES), text, MAX_BYTES);
    }
    close(fd);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    return g_steal_pointer(&text);
}

static char *
read_log(DccRuntime *runtime, const char *name)
{
    g_autofree char *path = dcc_instance_get_log_path(runtime, name);
    g_auto(GStrv) lines = dcc_log_tail(path, MAX_LINES);

    return lines != NULL ? g_strjoinv("\n", lines) : NULL;
}

static char *
read_events(DccRuntime *runtime, const char *name)
{
    g_autoptr(JsonArray) events = dcc_instance_read_events(runtime, name, 0, NULL);
    guint n = events != NULL ? json_array_get_length(events) : 0;
    GString *text;

    if (events == NULL)
        return NULL;
    text = g_string_new(NULL);
    for (guint i = n > MAX_EVENTS ? n - MAX_EVENTS : 0; i < n; i++) {
        g_autofree char *line = dcc_json_to_line(json_array_get_object_element(events, i));

        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

/* As dcc-bundle.h makes it: letters, digits and '-'. */
static gboolean
is_bundle_id(const char *id)
{
    for (const char *p = id; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '-')
            return FALSE;
    return *id != '\0';
}

static char *
read_bundle(DccRuntime *runtime, const char *name, const char *id, guint file)
{
    g_autofree char *log = dcc_instance_get_log_path(runtime, name);
    g_autofree char *state = g_path_get_dirname(log);
    g_autofree char *path = g_build_filename(state, BUNDLES, id, bundle_files[file].file, NULL);

    return read_end(path);
}

/* (transfer full) (nullable): parts: NAME, "log" | "events" | "crash", ID, FILE. */
static char *
read_parts(DccRuntime *runtime, char **parts, const char **mime)
{
    guint n = g_strv_length(parts);

    for (guint i = 0; n == 2 && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(parts[1], kinds[i].kind) != 0)
            continue;
        *mime = kinds[i].mime;
        return i == 0 ? read_log(runtime, parts[0]) : read_events(runtime, parts[0]);
    }
    if (n != 4 || strcmp(parts[1], "crash") != 0 || !is_bundle_id(parts[2]))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(bundle_files); i++) {
        if (strcmp(parts[3], bundle_files[i].file) != 0)
            continue;
        *mime = bundle_files[i].mime;
        return read_bundle(runtime, parts[0], parts[2], i);
    }
    return NULL;
}

JsonObject *
mcp_resources_read(const McpCall *call, const char *uri, GError **error)
{
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(error);
    g_auto(GStrv) parts = NULL;
    g_autofree char *text = NULL, *clean = NULL;
    const char *mime = NULL;
    JsonObject *object;
    gsize length;

    if (runtime == NULL)
        return NULL;
    parts = g_strsplit(g_str_has_prefix(uri, SCHEME) ? uri + strlen(SCHEME) : "", "/", 5);
    if (parts[0] != NULL && cli_instance_check_known(runtime, parts[0], NULL))
        text = read_parts(runtime, parts, &mime);
    if (text == NULL) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "there is no resource %s", uri);
        return NULL;
    }
    mcp_call_note(call, runtime, parts[0]);
    length = strlen(text);
    clean = mcp_clean_text(text + (length > MAX_BYTES ? length - MAX_BYTES : 0), MAX_BYTES);
    object = json_object_new();
    json_object_set_string_member(object, "uri", uri);
    json_object_set_string_member(object, "mimeType", mime);
    json_object_set_string_member(object, "text", clean);
    return object;
}
