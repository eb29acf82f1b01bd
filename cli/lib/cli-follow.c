/* The events of one session in one stream: those the session lists, those it sends, and, where it
 * ended faster than we could listen, those it left on disk. */
#include "cli-follow.h"

#include "dcc-client.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <string.h>

#define ANSWER_MS   10000
#define FAREWELL_MS 1500

struct _CliFollow {
    DccRuntime *runtime;
    char *name;
    DccClient *client; /* NULL: all there will be is listed */
    JsonArray *listed;
    guint next;
    gint64 last; /* sequence number of the last event handed out */
    gint64 gap;
};

static void
set_listed(CliFollow *self, JsonArray *events)
{
    g_clear_pointer(&self->listed, json_array_unref);
    self->listed = events != NULL ? json_array_ref(events) : json_array_new();
    self->next = 0;
}

static gboolean
ask(CliFollow *self, GError **error)
{
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *params;

    self->client = dcc_client_new(self->runtime, self->name, error);
    if (self->client == NULL)
        return FALSE;
    params = json_object_new();
    json_object_set_int_member(params, "since", self->last);
    json_object_set_boolean_member(params, "follow", TRUE);
    answer = dcc_client_call(self->client, "events", params, ANSWER_MS, error);
    if (answer == NULL)
        return FALSE;
    set_listed(self, dcc_json_get_array(answer, "events"));
    self->gap = dcc_json_get_int(answer, "gap", 0);
    return TRUE;
}

/* The session is not there. When it ended in order the rest of its story is on disk, with the last
 * word. */
static gboolean
read_rest(CliFollow *self)
{
    g_autoptr(JsonArray) events =
        dcc_instance_read_events(self->runtime, self->name, self->last, NULL);
    guint n = events != NULL ? json_array_get_length(events) : 0;
    JsonNode *end = n > 0 ? json_array_get_element(events, n - 1) : NULL;

    if (end == NULL || !JSON_NODE_HOLDS_OBJECT(end) ||
        strcmp(dcc_json_get_string(json_node_get_object(end), "type", ""), "ended") != 0)
        return FALSE;
    g_clear_object(&self->client);
    set_listed(self, events);
    return TRUE;
}

CliFollow *
cli_follow_new(DccRuntime *runtime, const char *name, gint64 since, GError **error)
{
    g_autoptr(CliFollow) self = g_new0(CliFollow, 1);
    g_autoptr(GError) local = NULL;

    self->runtime = g_object_ref(runtime);
    self->name = g_strdup(name);
    self->last = since;
    if (!ask(self, &local) && !read_rest(self)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    return g_steal_pointer(&self);
}

static JsonObject *
take_listed(CliFollow *self)
{
    JsonNode *node;

    if (self->next >= json_array_get_length(self->listed))
        return NULL;
    node = json_array_get_element(self->listed, self->next++);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_dup_object(node) : json_object_new();
}

static JsonObject *
take_next(CliFollow *self, gint64 timeout_ms, GError **error)
{
    g_autoptr(GError) local = NULL;
    JsonObject *event = take_listed(self);

    if (event == NULL && self->client != NULL)
        event = dcc_client_next_event(self->client, timeout_ms, &local);
    if (event == NULL && dcc_error_is_gone(local) && read_rest(self))
        event = take_listed(self);
    if (event != NULL)
        return event;
    if (local != NULL)
        g_propagate_error(error, g_steal_pointer(&local));
    else
        g_set_error(error, DCC_ERROR, DCC_ERROR_GONE, "%s has ended", self->name);
    return NULL;
}

JsonObject *
cli_follow_next(CliFollow *self, gint64 timeout_ms, GError **error)
{
    JsonObject *event = take_next(self, timeout_ms, error);

    if (event != NULL)
        self->last = MAX(self->last, dcc_json_get_int(event, "seq", 0));
    return event;
}

int
cli_follow_get_fd(CliFollow *self)
{
    return self->client != NULL ? dcc_client_get_fd(self->client) : -1;
}

gint64
cli_follow_get_gap(CliFollow *self)
{
    return self->gap;
}

void
cli_follow_finish(CliFollow *self)
{
    JsonObject *event = NULL;

    do {
        g_clear_pointer(&event, json_object_unref);
        event = cli_follow_next(self, FAREWELL_MS, NULL);
    } while (event != NULL);
}

void
cli_follow_free(CliFollow *self)
{
    g_clear_object(&self->client);
    g_clear_object(&self->runtime);
    g_clear_pointer(&self->listed, json_array_unref);
    g_free(self->name);
    g_free(self);
}
