/* What happened to one instance.
 *
 * A full disk must not cost a follower an event: memory first, disk second, and the caller is told
 * when the second failed. Lines are appended whole, so a torn one (power cut) is one line that is
 * no JSON: it is passed over when the file is read.
 */
#include "dcc-journal.h"

#include "dcc-json.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (4 * 1024 * 1024)
#define MAX_NUMBER     (G_GINT64_CONSTANT(1) << 53) /* what is beyond is damage */

struct _DccJournal {
    char *path;
    char *deaths_path;
    GQueue *ring; /* JsonObject, oldest first */
    gint64 last;
};

char *
dcc_journal_time(gint64 wall_us)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(wall_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%03dZ", text, (int)(wall_us % G_USEC_PER_SEC / 1000));
}

static void
rotate(const char *path)
{
    g_autofree char *old = g_strconcat(path, ".1", NULL);

    g_rename(path, old);
}

/* A line that was torn must not take the next one with it. */
static gboolean
is_torn(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char last = '\n';

    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static gboolean
append_line(const char *path, JsonObject *object)
{
    g_autofree char *text = dcc_json_to_line(object);
    g_autofree char *line = g_strconcat("\n", text, "\n", NULL);
    const char *from = line + 1;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    gboolean done;

    if (fd < 0)
        return FALSE;
    if (is_torn(fd))
        from = line;
    done = write(fd, from, strlen(from)) == (gssize)strlen(from);
    close(fd);
    return done;
}

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

static void
keep(DccJournal *self, JsonObject *event)
{
    g_queue_push_tail(self->ring, json_object_ref(event));
    if (g_queue_get_length(self->ring) > DCC_JOURNAL_RING)
        json_object_unref(g_queue_pop_head(self->ring));
}

static void
load(DccJournal *self)
{
    g_autoptr(JsonArray) events = dcc_journal_read_file(self->path, 0);

    for (guint i = 0; i < json_array_get_length(events); i++) {
        JsonObject *event = json_array_get_object_element(events, i);

        keep(self, event);
        self->last = MAX(self->last, dcc_json_get_int(event, "seq", 0));
    }
}

DccJournal *
dcc_journal_open(DccInstanceDir *instance_dir, gboolean fresh)
{
    DccJournal *self = g_new0(DccJournal, 1);

    self->path = dcc_instance_dir_get_state_file(instance_dir, DCC_INSTANCE_DIR_EVENTS);
    self->deaths_path = dcc_instance_dir_get_state_file(instance_dir, DCC_INSTANCE_DIR_DEATHS);
    self->ring = g_queue_new();
    if (fresh)
        rotate(self->path);
    else
        load(self);
    return self;
}

void
dcc_journal_free(DccJournal *self)
{
    if (self == NULL)
        return;
    g_queue_free_full(self->ring, (GDestroyNotify)json_object_unref);
    g_free(self->path);
    g_free(self->deaths_path);
    g_free(self);
}

static void
rotate_when_large(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && st.st_size > MAX_FILE_BYTES)
        rotate(path);
}

gboolean
dcc_journal_add(DccJournal *self, JsonObject *event, gboolean transient)
{
    g_autofree char *time = dcc_journal_time(g_get_real_time());

    json_object_set_string_member(event, "time", time);
    if (transient) {
        json_object_set_int_member(event, "seq", self->last);
        return TRUE;
    }
    json_object_set_int_member(event, "seq", ++self->last);
    keep(self, event);
    rotate_when_large(self->path);
    return append_line(self->path, event);
}

JsonArray *
dcc_journal_list(DccJournal *self, gint64 since, gint64 *gap)
{
    JsonArray *events = json_array_new();
    JsonObject *oldest = g_queue_peek_head(self->ring);

    since = MAX(since, 0); /* numbers begin at 1 */
    *gap = oldest != NULL ? MAX(0, dcc_json_get_int(oldest, "seq", 0) - since - 1) : 0;
    for (GList *l = self->ring->head; l != NULL; l = l->next)
        if (dcc_json_get_int(l->data, "seq", 0) > since)
            json_array_add_object_element(events, json_object_ref(l->data));
    return events;
}

gboolean
dcc_journal_has(DccJournal *self, const char *type, const char *incarnation)
{
    for (GList *l = self->ring->tail; l != NULL; l = l->prev)
        if (g_str_equal(dcc_json_get_string(l->data, "type", ""), type) &&
            g_strcmp0(dcc_json_get_string(l->data, "incarnation", NULL), incarnation) == 0)
            return TRUE;
    return FALSE;
}

gint64
dcc_journal_get_last(DccJournal *self)
{
    return self->last;
}

/* Twice the tally is let grow before it is cut back, so that most deaths cost one append. */
static void
trim_deaths(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0, from = 0;
    guint lines = 0;

    if (!g_file_get_contents(path, &text, &length, NULL))
        return;
    for (gsize i = 0; i < length; i++)
        lines += text[i] == '\n';
    if (lines < 2 * DCC_JOURNAL_DEATHS)
        return;
    for (guint skip = lines - DCC_JOURNAL_DEATHS; skip > 0; from++)
        skip -= text[from] == '\n';
    g_file_set_contents_full(
        path, text + from, (gssize)(length - from), G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

gboolean
dcc_journal_add_death(DccJournal *self, JsonObject *death)
{
    gboolean done = append_line(self->deaths_path, death);

    trim_deaths(self->deaths_path);
    return done;
}
