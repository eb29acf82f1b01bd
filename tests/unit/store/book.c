#include "book.h"

#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-json.h"

#include <unistd.h>

Book *
book_new(void)
{
    Book *self = g_new0(Book, 1);

    self->world = dcc_test_world_new();
    self->runtime = dcc_runtime_open(NULL);
    self->instance_dir = dcc_instance_dir_open(self->runtime, "book", TRUE, NULL);
    g_assert_nonnull(self->instance_dir);
    self->events = dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_EVENTS);
    self->deaths = dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_DEATHS);
    return self;
}

void
book_free(Book *self)
{
    dcc_instance_dir_free(self->instance_dir);
    g_object_unref(self->runtime);
    dcc_test_world_free(self->world);
    g_free(self->events);
    g_free(self->deaths);
    g_free(self);
}

gboolean
book_has_written(Book *self)
{
    DccStoreWriter *writer = dcc_instance_dir_get_writer(self->instance_dir);

    book_flush(self);
    return !dcc_store_writer_has_failed(writer);
}

gboolean
book_add(DccJournal *journal, const char *text, gboolean transient)
{
    g_autoptr(JsonObject) event = json_object_new();

    json_object_set_string_member(event, "type", "output");
    json_object_set_string_member(event, "text", text);
    return dcc_journal_add(journal, event, transient);
}

guint
book_count(DccJournal *journal, gint64 since, gint64 *gap)
{
    g_autoptr(JsonArray) events = dcc_journal_list(journal, since, G_MAXSIZE, gap);

    return json_array_get_length(events);
}

void
book_flush(Book *book)
{
    g_assert_true(dcc_store_writer_flush(dcc_instance_dir_get_writer(book->instance_dir), 60000));
}

void
book_assert_numbers(const char *path, gint64 first, gint64 last)
{
    g_autoptr(JsonArray) events = dcc_journal_read_file(path, 0);

    g_assert_cmpuint(json_array_get_length(events), ==, last - first + 1);
    for (gint64 i = first; i <= last; i++)
        g_assert_cmpint(
            dcc_json_get_int(json_array_get_object_element(events, (guint)(i - first)), "seq", 0),
            ==,
            i);
}

void
book_append(const char *path, const void *bytes, gsize length)
{
    int fd = dcc_file_open_to_append(path);

    g_assert_cmpint(write(fd, bytes, length), ==, (gssize)length);
    close(fd);
}

guint
book_count_lines(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    guint n = 0;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (gsize i = 0; i < length; i++)
        n += text[i] == '\n';
    return n;
}

gint64
book_get_size(const char *path)
{
    DccFileFacts facts;

    return dcc_file_facts_read(path, &facts) ? facts.size : -1;
}
