/* Where everything is told; see the header. */
#include "dcc-event-log.h"

#include "dcc-events.h"
#include "dcc-json.h"

/* Some texts are an agent's, which may have ever new ones. */
#define MAX_DEGRADED 50
#define MORE         "there is more of that, which is no longer told"

struct _DccEventLog {
    DccJournal *journal;
    GPtrArray *degraded;
    DccEventSink sink;
    gpointer data;
};

/* What was told could not be kept. */
static void
on_failed(const char *what, const GError *error, gpointer data)
{
    g_autofree char *text = g_strdup_printf("%s cannot be written", what);

    dcc_event_log_degraded(data, text);
}

DccEventLog *
dcc_event_log_new(DccInstanceDir *dir, gboolean fresh, DccEventSink sink, gpointer data)
{
    DccEventLog *self = g_new0(DccEventLog, 1);

    self->journal = dcc_journal_open(dir, fresh);
    dcc_journal_set_failed_func(self->journal, on_failed, self);
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
    dcc_journal_set_failed_func(self->journal, NULL, NULL);
    dcc_journal_free(self->journal);
    g_ptr_array_unref(self->degraded);
    g_free(self);
}

static gboolean
is_transient(JsonObject *event)
{
    const char *type = dcc_json_get_string(event, "type", "");

    return g_str_equal(type, "progress") || g_str_equal(type, "health");
}

void
dcc_event_log_tell(DccEventLog *self, JsonObject *event)
{
    dcc_journal_add(self->journal, event, is_transient(event));
    if (self->sink != NULL)
        self->sink(event, self->data);
    json_object_unref(event);
}

static gboolean
note_degraded(DccEventLog *self, const char *what)
{
    if (self->degraded->len >= MAX_DEGRADED ||
        g_ptr_array_find_with_equal_func(self->degraded, what, g_str_equal, NULL))
        return FALSE;
    g_ptr_array_add(self->degraded, g_strdup(what));
    return TRUE;
}

void
dcc_event_log_degraded(DccEventLog *self, const char *what)
{
    const char *text = self->degraded->len == MAX_DEGRADED - 1 ? MORE : what;

    if (note_degraded(self, text))
        dcc_event_log_tell(self, dcc_event_degraded(text));
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
    dcc_journal_add_death(self->journal, event);
}

DccJournal *
dcc_event_log_get_journal(DccEventLog *self)
{
    return self->journal;
}
