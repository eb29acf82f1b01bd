/* What happened to one instance.
 *
 * A full or slow disk must not cost a follower an event: memory first, the runtime directory
 * second, the state directory by a thread.
 *
 * Threading: the thread that opened it.
 */
#include "dcc-journal.h"

#include "dcc-death.h"
#include "dcc-event-ring.h"
#include "dcc-journal-rate.h"
#include "dcc-json.h"
#include "dcc-spool.h"
#include "dcc-store-file.h"
#include "dcc-system.h"

#include <string.h>

#define MAX_FILE_BYTES (4 * 1024 * 1024)
#define FLUSH_MS       5000

/* Which file a line is for. */
#define EVENT 'e'
#define DEATH 'd'

struct _DccJournal {
    DccStoreWriter *writer;
    DccSpool *spool;
    char *path;
    char *deaths_path;
    char *spool_path;
    DccEventRing *ring;
    GQueue *ends; /* incarnations in the list of ends, oldest first */
    gint64 last;
    DccJournalRate health_rate;
    gboolean tells;
};

typedef struct {
    DccSpool *spool;
    char *path;
    char *line;
    char kind;
} Line;

char *
dcc_journal_time(gint64 wall_us)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(wall_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%03dZ", text, (int)(wall_us % G_USEC_PER_SEC / 1000));
}

static void
free_line(gpointer data)
{
    Line *line = data;

    dcc_spool_unref(line->spool);
    g_free(line->path);
    g_free(line->line);
    g_free(line);
}

/* Twice the list is let grow before it is cut back, so that most ends cost one append. */
static void
trim_deaths(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0, from = 0;
    guint lines = 0;

    if (!dcc_store_file_read(path, &text, &length))
        return;
    for (gsize i = 0; i < length; i++)
        lines += text[i] == '\n';
    if (lines < 2 * DCC_JOURNAL_DEATHS)
        return;
    for (guint skip = lines - DCC_JOURNAL_DEATHS; skip > 0; from++)
        skip -= text[from] == '\n';
    dcc_store_file_replace(path, text + from, length - from, DCC_STORE_STATE, NULL);
}

static gboolean
write_line(gpointer data, GError **error)
{
    Line *line = data;
    gboolean done = dcc_store_file_append(
        line->path, line->line, line->kind == EVENT ? MAX_FILE_BYTES : 0, error);

    dcc_spool_settle(line->spool, done);
    if (done && line->kind == DEATH)
        trim_deaths(line->path);
    return done;
}

/* It is in the spool. */
static void
send(DccJournal *self, char kind, const char *text)
{
    Line *line = g_new0(Line, 1);

    line->spool = dcc_spool_ref(self->spool);
    line->path = g_strdup(kind == EVENT ? self->path : self->deaths_path);
    line->line = g_strdup(text);
    line->kind = kind;
    dcc_store_writer_push(self->writer,
                          kind == EVENT ? "the journal of events" : "the list of ends",
                          write_line,
                          line,
                          free_line);
}

static gboolean
is_in_order(DccJournal *self)
{
    return self->tells || !dcc_store_writer_has_failed(self->writer);
}

static gboolean
has_end(DccJournal *self, const char *incarnation)
{
    return g_queue_find_custom(self->ends, incarnation, (GCompareFunc)strcmp) != NULL;
}

/* As many as the list itself may have. FALSE: it is in there already. */
static gboolean
note_end(DccJournal *self, const char *incarnation)
{
    if (has_end(self, incarnation))
        return FALSE;
    g_queue_push_tail(self->ends, g_strdup(incarnation));
    if (g_queue_get_length(self->ends) > 2 * DCC_JOURNAL_DEATHS)
        g_free(g_queue_pop_head(self->ends));
    return TRUE;
}

/* What is loaded of the run. */
typedef struct {
    DccJournal *journal;
    JsonObject *exit; /* the last one */
} Loaded;

static void
load_event(JsonObject *event, gint64 number, gpointer data)
{
    Loaded *loaded = data;

    dcc_event_ring_add(loaded->journal->ring, number, dcc_json_to_line(event));
    loaded->journal->last = number;
    if (!g_str_equal(dcc_json_get_string(event, "type", ""), "exit"))
        return;
    g_clear_pointer(&loaded->exit, json_object_unref);
    loaded->exit = json_object_ref(event);
}

static void
load_ends(DccJournal *self)
{
    GPtrArray *notes = dcc_death_notes_read(self->deaths_path);

    for (guint i = 0; i < notes->len; i++) {
        DccDeathNote *note = g_ptr_array_index(notes, i);

        if (note->incarnation != NULL)
            note_end(self, note->incarnation);
        dcc_fields_free(&dcc_death_note_table, note);
    }
    g_ptr_array_unref(notes);
}

/* A line that an earlier session had on its way: TRUE where it has not arrived. */
static gboolean
is_missing(DccJournal *self, const DccSpoolLine *line, gint64 arrived)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(line->line, -1, NULL);
    const char *incarnation = dcc_json_get_string(object, "incarnation", NULL);

    if (line->kind == EVENT)
        return dcc_json_get_int(object, "seq", 0) > arrived;
    return line->kind == DEATH && incarnation != NULL && note_end(self, incarnation);
}

static void
send_spooled(DccJournal *self, GPtrArray *lines, gint64 arrived)
{
    for (guint i = 0; i < lines->len; i++) {
        const DccSpoolLine *line = g_ptr_array_index(lines, i);

        if (is_missing(self, line, arrived))
            send(self, line->kind, line->line);
        else
            dcc_spool_settle(self->spool, TRUE);
    }
}

/* A session may have been killed after it had told an exit and before it had listed it. */
static void
list_last_exit(DccJournal *self, JsonObject *event)
{
    const char *incarnation =
        event != NULL ? dcc_json_get_string(event, "incarnation", NULL) : NULL;

    if (incarnation != NULL && !has_end(self, incarnation))
        dcc_journal_add_death(self, event);
}

/* What an earlier session of this run has left. */
static void
load(DccJournal *self, GPtrArray *left)
{
    Loaded loaded = {self, NULL};
    gint64 arrived;

    load_ends(self);
    arrived = dcc_journal_each_of_run(self->path, self->spool_path, load_event, &loaded);
    send_spooled(self, left, arrived);
    list_last_exit(self, loaded.exit);
    g_clear_pointer(&loaded.exit, json_object_unref);
    dcc_system_trim_memory();
}

static gboolean
rotate(gpointer path, GError **error)
{
    dcc_store_file_rotate(path);
    return TRUE;
}

/* behind: lines of an earlier run are still on their way, and are read together with those of this
 * one. Then the numbers go on, so that nobody takes the one for the other. */
static void
begin_run(DccJournal *self, gboolean behind)
{
    dcc_store_writer_push(
        self->writer, "the journal of events", rotate, g_strdup(self->path), g_free);
    dcc_event_ring_clear(self->ring);
    if (!behind)
        self->last = 0;
}

DccJournal *
dcc_journal_open(DccInstanceDir *instance_dir, gboolean fresh)
{
    DccJournal *self = g_new0(DccJournal, 1);
    g_autoptr(GPtrArray) left = NULL;

    self->writer = dcc_instance_dir_get_writer(instance_dir);
    self->path = dcc_instance_dir_get_state_file(instance_dir, DCC_INSTANCE_DIR_EVENTS);
    self->deaths_path = dcc_instance_dir_get_state_file(instance_dir, DCC_INSTANCE_DIR_DEATHS);
    self->ring = dcc_event_ring_new();
    self->ends = g_queue_new();
    dcc_store_writer_flush(self->writer, FLUSH_MS);
    self->spool_path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_SPOOL);
    self->spool = dcc_spool_open(self->spool_path, &left);
    if (!fresh || left->len > 0)
        load(self, left);
    if (fresh)
        begin_run(self, left->len > 0);
    return self;
}

void
dcc_journal_free(DccJournal *self)
{
    if (self == NULL)
        return;
    if (self->tells)
        dcc_store_writer_set_failed_func(self->writer, NULL, NULL);
    dcc_spool_unref(self->spool);
    dcc_event_ring_free(self->ring);
    g_queue_free_full(self->ends, g_free);
    g_free(self->path);
    g_free(self->deaths_path);
    g_free(self->spool_path);
    g_free(self);
}

void
dcc_journal_set_failed_func(DccJournal *self, DccJournalFailed func, gpointer user_data)
{
    self->tells = func != NULL;
    dcc_store_writer_set_failed_func(self->writer, func, user_data);
}

gboolean
dcc_journal_flush(DccJournal *self, gint64 timeout_ms)
{
    return dcc_store_writer_flush(self->writer, timeout_ms);
}

/* What is kept of an event that is one of many. */
static gboolean
is_kept(DccJournal *self, JsonObject *event)
{
    gint64 passed = 0;

    if (!g_str_equal(dcc_json_get_string(event, "type", ""), "health") ||
        !dcc_journal_rate_allows(&self->health_rate, g_get_monotonic_time(), &passed))
        return FALSE;
    if (passed > 0)
        json_object_set_int_member(event, "passed", passed);
    return TRUE;
}

gboolean
dcc_journal_add(DccJournal *self, JsonObject *event, gboolean transient)
{
    g_autofree char *time = dcc_journal_time(g_get_real_time());
    g_autofree char *line = NULL;

    json_object_set_string_member(event, "time", time);
    if (transient && !is_kept(self, event)) {
        json_object_set_int_member(event, "seq", self->last);
        return TRUE;
    }
    json_object_set_int_member(event, "seq", ++self->last);
    line = dcc_json_to_line(event);
    dcc_spool_add(self->spool, EVENT, line);
    send(self, EVENT, line);
    dcc_event_ring_add(self->ring, self->last, g_steal_pointer(&line));
    return is_in_order(self);
}

gboolean
dcc_journal_add_death(DccJournal *self, JsonObject *death)
{
    const char *incarnation = dcc_json_get_string(death, "incarnation", NULL);
    g_autofree char *line = dcc_json_to_line(death);

    if (incarnation != NULL)
        note_end(self, incarnation);
    dcc_spool_add(self->spool, DEATH, line);
    send(self, DEATH, line);
    return is_in_order(self);
}

JsonArray *
dcc_journal_list(DccJournal *self, gint64 since, gsize max_bytes, gint64 *gap)
{
    return dcc_event_ring_list(self->ring, since, max_bytes, gap);
}

gboolean
dcc_journal_has(DccJournal *self, const char *type, const char *incarnation)
{
    return dcc_event_ring_has(self->ring, type, incarnation) ||
           (incarnation != NULL && g_str_equal(type, "exit") && has_end(self, incarnation));
}

void
dcc_journal_each(DccJournal *self, DccJournalEventFunc func, gpointer data)
{
    dcc_journal_each_of_run(self->path, self->spool_path, func, data);
}

gint64
dcc_journal_get_last(DccJournal *self)
{
    return self->last;
}
