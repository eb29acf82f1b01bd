/* The newest events of one instance.
 *
 * Problem: as objects, 4,096 events are 5 MiB for as long as the session lives, and some that are
 * long are far more. Contract: they are kept as lines, bounded in number and in bytes, and become
 * objects for whoever asks. Threading: one thread.
 */
#include "dcc-event-ring.h"

#include <string.h>

typedef struct {
    gint64 number;
    gsize length; /* of the line */
    char *line;
} Entry;

struct _DccEventRing {
    GQueue entries; /* of Entry, oldest first */
    gsize bytes;
};

static void
entry_free(Entry *entry)
{
    g_free(entry->line);
    g_free(entry);
}

DccEventRing *
dcc_event_ring_new(void)
{
    DccEventRing *self = g_new0(DccEventRing, 1);

    g_queue_init(&self->entries);
    return self;
}

void
dcc_event_ring_clear(DccEventRing *self)
{
    g_queue_clear_full(&self->entries, (GDestroyNotify)entry_free);
    self->bytes = 0;
}

void
dcc_event_ring_free(DccEventRing *self)
{
    if (self == NULL)
        return;
    dcc_event_ring_clear(self);
    g_free(self);
}

static gboolean
is_too_much(DccEventRing *self)
{
    guint n = g_queue_get_length(&self->entries);

    return n > 1 && (n > DCC_EVENT_RING_EVENTS || self->bytes > DCC_EVENT_RING_BYTES);
}

void
dcc_event_ring_add(DccEventRing *self, gint64 number, char *line)
{
    Entry *entry = g_new(Entry, 1);

    *entry = (Entry){.number = number, .length = strlen(line), .line = line};
    g_queue_push_tail(&self->entries, entry);
    self->bytes += entry->length;
    while (is_too_much(self)) {
        Entry *oldest = g_queue_pop_head(&self->entries);

        self->bytes -= oldest->length;
        entry_free(oldest);
    }
}

/* The first of the newest ones that are wanted and fit; NULL: none do. */
static GList *
find_first(DccEventRing *self, gint64 since, gsize max_bytes)
{
    GList *first = NULL;
    gsize size = 0;

    for (GList *l = self->entries.tail; l != NULL; l = l->prev) {
        Entry *entry = l->data;

        size += entry->length + 1;
        if (entry->number <= since || size > max_bytes)
            break;
        first = l;
    }
    return first;
}

JsonArray *
dcc_event_ring_list(DccEventRing *self, gint64 since, gsize max_bytes, gint64 *gap)
{
    JsonArray *events = json_array_new();
    Entry *newest = g_queue_peek_tail(&self->entries);
    GList *first = find_first(self, MAX(since, 0), max_bytes); /* numbers begin at 1 */
    gint64 next = 0;

    if (newest != NULL)
        next = first != NULL ? ((Entry *)first->data)->number : newest->number + 1;
    *gap = MAX(0, next - MAX(since, 0) - 1);
    for (GList *l = first; l != NULL; l = l->next) {
        JsonObject *event = dcc_json_from_text(((Entry *)l->data)->line, -1, NULL);

        if (event != NULL)
            json_array_add_object_element(events, event);
    }
    return events;
}

gboolean
dcc_event_ring_has(DccEventRing *self, const char *type, const char *incarnation)
{
    for (GList *l = self->entries.tail; l != NULL; l = l->prev) {
        const char *line = ((Entry *)l->data)->line;
        g_autoptr(JsonObject) event = NULL;

        /* Most are passed over without being read. */
        if (strstr(line, incarnation != NULL ? incarnation : type) == NULL)
            continue;
        event = dcc_json_from_text(line, -1, NULL);
        if (g_str_equal(dcc_json_get_string(event, "type", ""), type) &&
            g_strcmp0(dcc_json_get_string(event, "incarnation", NULL), incarnation) == 0)
            return TRUE;
    }
    return FALSE;
}
