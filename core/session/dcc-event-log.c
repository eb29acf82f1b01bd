/* Where everything is told; see the header. */
#include "dcc-event-log.h"

#include "dcc-events.h"
#include "dcc-json.h"

struct _DccEventLog {
    DccJournal *journal;
    GPtrArray *degraded;
    DccEventSink sink;
    gpointer data;
};

DccEventLog *
dcc_event_log_new(DccInstanceDir *dir, gboolean fresh, DccEventSink sink, gpointer data)
{
    DccEventLog *self = g_new0(DccEventLog, 1);

    self->journal = dcc_journal_open(dir, fresh);
    self->degraded = g_ptr_array_new_with_free_func(g_free);
    self->sink = sink;
    self->data = data;
    return self;
}

void
dcc_event_log_free(DccEventLog *self)
{
    if (self == NULL)
        return;
    dcc_journal_free(self->journal);
    g_ptr_array_unref(self->degraded);
    g_free(self);
}

void
dcc_event_log_silence(DccEventLog *self)
{
    self->sink = NULL;
}

static gboolean
is_transient(JsonObject *event)
{
    return g_str_equal(dcc_json_get_string(event, "type", ""), "progress");
}

void
dcc_event_log_tell(DccEventLog *self, JsonObject *event)
{
    gboolean kept = dcc_journal_add(self->journal, event, is_transient(event));

    if (self->sink != NULL)
        self->sink(event, self->data);
    json_object_unref(event);
    if (!kept)
        dcc_event_log_degraded(self, "the journal of events cannot be written");
}

static gboolean
note_degraded(DccEventLog *self, const char *what)
{
    if (g_ptr_array_find_with_equal_func(self->degraded, what, g_str_equal, NULL))
        return FALSE;
    g_ptr_array_add(self->degraded, g_strdup(what));
    return TRUE;
}

void
dcc_event_log_degraded(DccEventLog *self, const char *what)
{
    if (note_degraded(self, what))
        dcc_event_log_tell(self, dcc_event_degraded(what));
}

GPtrArray *
dcc_event_log_get_degraded(DccEventLog *self)
{
    return self->degraded;
}

void
dcc_event_log_restore_degraded(DccEventLog *self, const char *const *what)
{
    for (guint i = 0; what != NULL && what[i] != NULL; i++)
        note_degraded(self, what[i]);
}

void
dcc_event_log_add_death(DccEventLog *self, JsonObject *event)
{
    if (!dcc_journal_add_death(self->journal, event))
        dcc_event_log_degraded(self, "the tally of ends cannot be written");
}

DccJournal *
dcc_event_log_get_journal(DccEventLog *self)
{
    return self->journal;
}
