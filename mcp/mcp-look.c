/* Tools that look, and change nothing. */
#include "mcp-look.h"

#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-log-reader.h"
#include "mcp-advice.h"
#include "mcp-clean.h"
#include "mcp-verb.h"
#include <string.h>

#define DEFAULT_LINES  50
#define SEARCHED_LINES 20000
/* What a client takes of one result: some cut it at 25,000 tokens. */
#define MAX_LOG_BYTES  (32 * 1024)
#define DEFAULT_EVENTS 50

/* (transfer full): what the verb prints of one word, which may be missing. */
static JsonNode *
run_verb(McpCall *call, const char *verb, const char *word, GError **error)
{
    const char *args[] = {verb, "--json", word, NULL};
    const McpVerb order = {.args = args};

    return mcp_verb_run(call, &order, error);
}

static JsonObject *
wrap_list(McpCall *call, const char *verb, const char *word, const char *member, GError **error)
{
    g_autoptr(JsonNode) node = run_verb(call, verb, word, error);
    JsonObject *object;

    if (node == NULL)
        return NULL;
    object = json_object_new();
    json_object_set_member(object, member, g_steal_pointer(&node));
    return object;
}

/* The verb's one object of the instance that is meant. */
static JsonObject *
ask_of_instance(McpCall *call, const char *verb, GError **error)
{
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonNode) node = NULL;

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    node = run_verb(call, verb, instance.name, error);
    return node != NULL ? json_node_dup_object(node) : NULL;
}

JsonObject *
mcp_look_applications(McpCall *call, GError **error)
{
    return wrap_list(call, "list", mcp_call_get_text(call, "app"), "applications", error);
}

JsonObject *
mcp_look_instances(McpCall *call, GError **error)
{
    return wrap_list(
        call, "ps", mcp_call_get_flag(call, "ended") ? "--all" : NULL, "instances", error);
}

JsonObject *
mcp_look_doctor(McpCall *call, GError **error)
{
    return wrap_list(call, "doctor", mcp_call_get_text(call, "app"), "checks", error);
}

JsonObject *
mcp_look_status(McpCall *call, GError **error)
{
    return ask_of_instance(call, "status", error);
}

JsonObject *
mcp_look_probe(McpCall *call, GError **error)
{
    return ask_of_instance(call, "probe", error);
}

/* Commands for people become calls of tools. */
static void
translate_advice(JsonObject *why)
{
    JsonArray *lines = dcc_json_get_array(why, "do"), *calls = json_array_new();

    for (guint i = 0; lines != NULL && i < json_array_get_length(lines); i++)
        json_array_add_object_element(
            calls, mcp_advice_to_object(json_array_get_string_element(lines, i)));
    json_object_set_array_member(why, "do", calls);
}

JsonObject *
mcp_look_why(McpCall *call, GError **error)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *why;

    if (mcp_call_get_text(call, "name") != NULL) {
        why = ask_of_instance(call, "why", error);
    } else { /* the newest bad end of any */
        node = run_verb(call, "why", NULL, error);
        why = node != NULL ? json_node_dup_object(node) : NULL;
    }
    if (why != NULL)
        translate_advice(why);
    return why;
}

static gboolean
holds(const char *line, const char *folded)
{
    g_autofree char *valid = NULL, *plain = NULL;

    if (folded == NULL)
        return TRUE;
    valid = g_utf8_make_valid(line, -1);
    plain = g_utf8_casefold(valid, -1);
    return strstr(plain, folded) != NULL;
}

/* The newest that are wanted and fit. One that is longer than a text may be is cut, not left out. */
static JsonArray *
choose_lines(char **lines, const char *wanted, gint64 n, gboolean *truncated)
{
    g_autofree char *folded = wanted != NULL ? g_utf8_casefold(wanted, -1) : NULL;
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    JsonArray *array = json_array_new();
    gsize size = 0;

    for (guint i = g_strv_length(lines); i > 0; i--) {
        if (!holds(lines[i - 1], folded))
            continue;
        size += MIN(strlen(lines[i - 1]), MCP_CLEAN_MAX_TEXT) + 1;
        *truncated = chosen->len == n || size > MAX_LOG_BYTES;
        if (*truncated)
            break;
        g_ptr_array_add(chosen, lines[i - 1]);
    }
    for (guint i = chosen->len; i > 0; i--) {
        g_autofree char *valid = g_utf8_make_valid(chosen->pdata[i - 1], -1);

        json_array_add_string_element(array, valid);
    }
    return array;
}

JsonObject *
mcp_look_logs(McpCall *call, GError **error)
{
    const char *wanted = mcp_call_get_text(call, "grep");
    gint64 n = mcp_call_get_int(call, "lines", DEFAULT_LINES);
    g_auto(CliInstance) instance = {NULL};
    g_autofree char *path = NULL, *resource = NULL;
    g_auto(GStrv) lines = NULL;
    gboolean truncated = FALSE;
    JsonObject *object;
    JsonArray *chosen;

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    path = dcc_instance_get_log_path(instance.runtime, instance.name);
    lines = dcc_log_tail(path, wanted != NULL ? SEARCHED_LINES : (guint)n + 1);
    chosen = lines != NULL ? choose_lines(lines, wanted, n, &truncated) : json_array_new();
    resource = g_strdup_printf("dcchost://instance/%s/log", instance.name);
    object = json_object_new();
    json_object_set_string_member(object, "name", instance.name);
    json_object_set_array_member(object, "lines", chosen);
    json_object_set_boolean_member(object, "truncated", truncated);
    json_object_set_string_member(object, "resource", resource);
    return object;
}

static gint64
get_seq(JsonArray *events, guint i)
{
    return dcc_json_get_int(json_array_get_object_element(events, i), "seq", 0);
}

/* Asked from the beginning, the newest are what is wanted; asked since one, those that follow it. */
static JsonObject *
choose_events(JsonArray *all, gint64 since, guint limit)
{
    guint n = json_array_get_length(all);
    guint first = since == 0 && n > limit ? n - limit : 0;
    guint end = MIN(n, first + limit);
    gint64 next = since, gap = 0;
    JsonObject *object = json_object_new();
    JsonArray *events = json_array_new();

    for (guint i = first; i < end; i++) {
        json_array_add_element(events, json_node_copy(json_array_get_element(all, i)));
        next = get_seq(all, i);
    }
    if (end > first)
        gap = MAX(0, get_seq(all, first) - since - 1);
    json_object_set_array_member(object, "events", events);
    json_object_set_int_member(object, "next", next);
    json_object_set_int_member(object, "gap", gap);
    json_object_set_boolean_member(object, "more", end < n);
    return object;
}

JsonObject *
mcp_look_events(McpCall *call, GError **error)
{
    gint64 since = mcp_call_get_int(call, "since", 0);
    guint limit = (guint)mcp_call_get_int(call, "limit", DEFAULT_EVENTS);
    g_auto(CliInstance) instance = {NULL};
    g_autoptr(JsonArray) all = NULL;
    JsonObject *object;

    if (!mcp_call_open(call, &instance, error))
        return NULL;
    all = dcc_instance_read_events(instance.runtime, instance.name, since, error);
    if (all == NULL)
        return NULL;
    object = choose_events(all, since, limit);
    json_object_set_string_member(object, "name", instance.name);
    return object;
}
