/* What a client tells of a task; see the header. */
#include "dcc-task-news.h"

#include "dcc-error.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include <string.h>

static guint
read_count(JsonObject *params, const char *member)
{
    return (guint)CLAMP(dcc_json_get_int(params, member, 0), 0, G_MAXINT);
}

/* Milliseconds; -1: not known. */
static gint64
read_seconds(JsonObject *params, const char *member)
{
    double seconds = dcc_json_get_double(params, member, -1);

    return seconds >= 0 && seconds < 1e9 ? (gint64)(seconds * 1000) : -1;
}

JsonObject *
dcc_task_news_read_frame(JsonObject *params, gint64 peak_bytes, GError **error)
{
    g_autofree char *file = dcc_json_get_bytes(params, "file");
    const char *check = dcc_json_get_string(params, "check", "");
    gint64 frame = dcc_json_get_int(params, "frame", G_MININT64);
    DccFrameNews news = {.frame = (int)frame,
                         .file = file,
                         .check = check,
                         .detail = dcc_json_get_string(params, "detail", ""),
                         .ms = read_seconds(params, "seconds"),
                         .peak_bytes = peak_bytes,
                         .size = dcc_json_get_int(params, "size", -1),
                         .done = read_count(params, "done"),
                         .of = read_count(params, "of")};

    if (file != NULL && frame >= G_MININT && frame <= G_MAXINT &&
        (strcmp(check, "whole") == 0 || strcmp(check, "unchecked") == 0))
        return dcc_event_frame(&news);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "'frame' needs a frame, its file, and a check that is whole or unchecked");
    return NULL;
}

static void
copy_text(JsonObject *from, JsonObject *to, const char *member)
{
    const char *text = dcc_json_get_string(from, member, NULL);

    if (text != NULL)
        json_object_set_string_member(to, member, text);
    else
        json_object_set_null_member(to, member);
}

static JsonArray *
copy_failures(JsonArray *failures)
{
    JsonArray *copy = json_array_new();

    for (guint i = 0; failures != NULL && i < json_array_get_length(failures); i++) {
        JsonNode *node = json_array_get_element(failures, i);
        JsonObject *kept;

        if (!JSON_NODE_HOLDS_OBJECT(node))
            continue;
        kept = json_object_new();
        copy_text(json_node_get_object(node), kept, "frames");
        copy_text(json_node_get_object(node), kept, "reason");
        json_array_add_object_element(copy, kept);
    }
    return copy;
}

JsonObject *
dcc_task_news_read_rendered(JsonObject *params, GError **error)
{
    static const char *const lists[] = {"unchecked", "missing", "failed"};
    JsonObject *status;

    if (dcc_json_get_string(params, "verdict", NULL) == NULL) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "'rendered' needs a verdict");
        return NULL;
    }
    status = json_object_new();
    copy_text(params, status, "verdict");
    json_object_set_int_member(status, "frames", read_count(params, "frames"));
    json_object_set_int_member(status, "done", read_count(params, "done"));
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        copy_text(params, status, lists[i]);
    json_object_set_array_member(
        status, "failures", copy_failures(dcc_json_get_array(params, "failures")));
    return status;
}
