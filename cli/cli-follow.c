/* The events of one session in one stream. */
#include "cli-follow.h"

#include "cli-json.h"
#include "dcc-client.h"

#define ANSWER_MS   10000
#define FAREWELL_MS 1500

struct _CliFollow {
    DccClient *client;
    JsonArray *listed; /* what was there when we asked */
    guint next;
    gint64 gap;
};

CliFollow *
cli_follow_new(DccRuntime *runtime, const char *name, gint64 since, GError **error)
{
    g_autoptr(CliFollow) self = g_new0(CliFollow, 1);
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *params = json_object_new();
    JsonArray *events;

    json_object_set_int_member(params, "since", since);
    json_object_set_boolean_member(params, "follow", TRUE);
    self->client = dcc_client_new(runtime, name, error);
    if (self->client == NULL) {
        json_object_unref(params);
        return NULL;
    }
    answer = dcc_client_call(self->client, "events", params, ANSWER_MS, error);
    if (answer == NULL)
        return NULL;
    events = cli_json_array(answer, "events");
    self->listed = events != NULL ? json_array_ref(events) : json_array_new();
    self->gap = cli_json_int(answer, "gap", 0);
    return g_steal_pointer(&self);
}

JsonObject *
cli_follow_next(CliFollow *self, gint64 timeout_ms, GError **error)
{
    if (self->next < json_array_get_length(self->listed)) {
        JsonNode *node = json_array_get_element(self->listed, self->next++);

        return JSON_NODE_HOLDS_OBJECT(node) ? json_node_dup_object(node) : json_object_new();
    }
    return dcc_client_next_event(self->client, timeout_ms, error);
}

int
cli_follow_get_fd(CliFollow *self)
{
    return dcc_client_get_fd(self->client);
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
    g_clear_pointer(&self->listed, json_array_unref);
    g_free(self);
}
