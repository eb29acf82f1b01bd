/* The events of one instance on disk.
 *
 * Lines are appended whole, so a torn one (power cut) is one line that is no JSON: it is passed
 * over. A run begins a new file and numbers from 1; a file that grew too large was set aside as
 * PATH.1 within the run, and its numbers go on in PATH.
 */
#include "dcc-journal-file.h"

#include "dcc-json.h"
#include "dcc-spool.h"

#include <string.h>

#define MAX_NUMBER (G_GINT64_CONSTANT(1) << 53) /* what is beyond is damage */

/* NULL: it is no event, or not one of these. */
static JsonObject *
read_event(const char *line, gsize length, gint64 since)
{
    g_autoptr(JsonObject) event =
        length > 0 ? dcc_json_from_text(line, (gssize)length, NULL) : NULL;
    gint64 number = event != NULL ? dcc_json_get_int(event, "seq", 0) : 0;

    return number > since && number < MAX_NUMBER ? g_steal_pointer(&event) : NULL;
}

/* By its length: a power cut may leave NUL bytes in it. */
JsonArray *
dcc_journal_read_file(const char *path, gint64 since)
{
    JsonArray *events = json_array_new();
    g_autofree char *text = NULL;
    gsize length = 0, next;

    if (!g_file_get_contents(path, &text, &length, NULL))
        return events;
    for (gsize from = 0; from < length; from = next) {
        const char *stop = memchr(text + from, '\n', length - from);
        gsize end = stop != NULL ? (gsize)(stop - text) : length;
        JsonObject *event = read_event(text + from, end - from, since);

        if (event != NULL)
            json_array_add_object_element(events, event);
        next = end + 1;
    }
    return events;
}

static gint64
get_number(JsonArray *events, guint i)
{
    return dcc_json_get_int(json_array_get_object_element(events, i), "seq", 0);
}

/* What was on its way, where it did not arrive. */
static void
add_spooled(JsonArray *events, const char *path)
{
    g_autoptr(GPtrArray) lines = dcc_spool_read(path);
    guint n = json_array_get_length(events);
    gint64 last = n > 0 ? get_number(events, n - 1) : 0;

    for (guint i = 0; i < lines->len; i++) {
        const DccSpoolLine *line = g_ptr_array_index(lines, i);
        JsonObject *event =
            line->kind == 'e' ? read_event(line->line, strlen(line->line), last) : NULL;

        if (event == NULL)
            continue;
        last = dcc_json_get_int(event, "seq", 0);
        json_array_add_object_element(events, event);
    }
}

/* Where the numbers of a file begin that go on to its last one, which is followed by next;
 * its length: none do. */
static guint
find_run(JsonArray *events, gint64 next)
{
    guint n = json_array_get_length(events), first = n;

    while (first > 0 && get_number(events, first - 1) == next - 1) {
        first--;
        next--;
    }
    return first;
}

/* (transfer full): the older part of the run that goes on with events. */
static JsonArray *
add_older(const char *path, JsonArray *events)
{
    g_autofree char *old = g_strconcat(path, ".1", NULL);
    gint64 next = json_array_get_length(events) > 0 ? get_number(events, 0) : 1;
    g_autoptr(JsonArray) older = NULL;
    JsonArray *all;

    if (next <= 1)
        return json_array_ref(events);
    older = dcc_journal_read_file(old, 0);
    all = json_array_new();
    for (guint i = find_run(older, next); i < json_array_get_length(older); i++)
        json_array_add_object_element(all,
                                      json_object_ref(json_array_get_object_element(older, i)));
    for (guint i = 0; i < json_array_get_length(events); i++)
        json_array_add_object_element(all,
                                      json_object_ref(json_array_get_object_element(events, i)));
    return all;
}

JsonArray *
dcc_journal_read_run(const char *path, const char *spool, gint64 since)
{
    g_autoptr(JsonArray) events = dcc_journal_read_file(path, 0);
    g_autoptr(JsonArray) all = NULL;
    JsonArray *wanted;

    if (spool != NULL)
        add_spooled(events, spool);
    all = add_older(path, events);
    wanted = json_array_new();
    for (guint i = 0; i < json_array_get_length(all); i++)
        if (get_number(all, i) > since)
            json_array_add_object_element(wanted,
                                          json_object_ref(json_array_get_object_element(all, i)));
    return wanted;
}
