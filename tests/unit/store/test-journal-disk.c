/* What was told is known to the next session, and a disk that is slow or full costs nobody a wait.
 */
#include "book.h"
#include "dcc-journal-rate.h"
#include "dcc-json.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
append_text(const char *path, const char *text)
{
    book_append(path, text, strlen(text));
}

static void
add_exit(DccJournal *journal, const char *incarnation)
{
    g_autoptr(JsonObject) event = json_object_new();

    json_object_set_string_member(event, "type", "exit");
    json_object_set_string_member(event, "incarnation", incarnation);
    dcc_journal_add(journal, event, FALSE);
}

/* So much that the file is set aside. */
static void
fill(DccJournal *journal)
{
    g_autofree char *text = g_strnfill(64 * 1024, 'x');

    for (guint i = 0; i < 70; i++)
        book_add(journal, text, FALSE);
}

/* An end that was told is known to the next session, also where the file was set aside since. */
static void
test_exit_in_rotated_file(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) again = NULL;
    g_autoptr(JsonArray) events = NULL;
    gint64 last, gap;

    add_exit(journal, "one");
    fill(journal);
    last = dcc_journal_get_last(journal);
    book_flush(book);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    g_assert_false(dcc_journal_has(again, "exit", "two"));
    g_assert_cmpint(dcc_journal_get_last(again), ==, last);
    /* The disk has all of it, the memory the newest. */
    g_assert_cmpuint(book_count(again, 0, &gap), ==, last - gap);
    g_assert_cmpint(gap, <, last);
    events = dcc_journal_read_run(book->events, NULL, 0);
    g_assert_cmpuint(json_array_get_length(events), ==, last);
}

/* The former run's file has its place, but is no part of this one. */
static void
test_former_run_is_another(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) former = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) journal = NULL;
    g_autoptr(DccJournal) again = NULL;
    gint64 gap;

    add_exit(former, "former");
    journal = dcc_journal_open(book->instance_dir, TRUE);
    book_add(journal, "x", FALSE);
    book_add(journal, "y", FALSE);
    book_flush(book);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpuint(book_count(again, 0, &gap), ==, 2);
    g_assert_false(dcc_journal_has(again, "exit", "former"));
}

/* The session died when it had set the file aside and not yet begun the next one. */
static void
test_death_in_rotation(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *former = g_strconcat(book->events, ".1", NULL);
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) again = NULL;
    gint64 gap;

    add_exit(journal, "one");
    book_add(journal, "x", FALSE);
    book_flush(book);
    g_assert_cmpint(g_rename(book->events, former), ==, 0);
    append_text(spool, "e {\"seq\":3,\"type\":\"started\"}\n");
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 3);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    g_assert_cmpuint(book_count(again, 0, &gap), ==, 3);
}

/* What a session had told and its thread had not yet written, when it was killed. */
static void
test_killed_before_it_was_written(void)
{
    static const char left[] = "e {\"seq\":1,\"type\":\"x\"}\n"
                               "e {\"seq\":2,\"type\":\"exit\",\"incarnation\":\"one\"}\n"
                               "d {\"incarnation\":\"one\",\"result\":{}}\n"
                               "e {\"seq\":3,\"type\":\"to";
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(DccJournal) journal = NULL;
    g_autoptr(DccJournal) again = NULL;

    append_text(book->events, "{\"seq\":1,\"type\":\"x\"}\n");
    append_text(spool, left);
    journal = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(journal, "exit", "one"));
    book_add(journal, "y", FALSE);
    book_flush(book);
    book_assert_numbers(book->events, 1, 3);
    g_assert_cmpuint(book_count_lines(book->deaths), ==, 1);
    g_assert_cmpint(book_get_size(spool), ==, 0);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 3);
    book_flush(book);
    g_assert_cmpuint(book_count_lines(book->deaths), ==, 1);
}

/* An asker sees it, too, and changes nothing. */
static void
test_read_while_on_the_way(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(JsonArray) events = NULL;

    append_text(book->events, "{\"seq\":1,\"type\":\"x\"}\n");
    append_text(spool, "e {\"seq\":2,\"type\":\"y\"}\n");
    events = dcc_journal_read_run(book->events, spool, 1);
    g_assert_cmpuint(json_array_get_length(events), ==, 1);
    g_assert_cmpuint(book_count_lines(spool), ==, 1);
}

typedef struct {
    GMutex mutex;
    GCond cond;
    gboolean open;
} Gate;

static gboolean
wait_at_gate(gpointer data, GError **error)
{
    Gate *gate = data;

    g_mutex_lock(&gate->mutex);
    while (!gate->open)
        g_cond_wait(&gate->cond, &gate->mutex);
    g_mutex_unlock(&gate->mutex);
    return TRUE;
}

/* A file server that does not answer: events are told, numbered and safe all the same. */
static void
test_slow_disk(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    DccStoreWriter *writer = dcc_instance_dir_get_writer(book->instance_dir);
    Gate gate = {0};

    dcc_store_writer_push(writer, "gate", wait_at_gate, &gate, NULL);
    for (guint i = 0; i < 100; i++)
        g_assert_true(book_add(journal, "x", FALSE));
    g_assert_false(dcc_journal_flush(journal, 10));
    g_assert_false(g_file_test(book->events, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(book_count_lines(spool), ==, 100);
    g_mutex_lock(&gate.mutex);
    gate.open = TRUE;
    g_cond_signal(&gate.cond);
    g_mutex_unlock(&gate.mutex);
    g_assert_true(dcc_journal_flush(journal, 60000));
    book_assert_numbers(book->events, 1, 100);
    g_assert_cmpint(book_get_size(spool), ==, 0);
}

static void
on_failed(const char *what, const GError *error, gpointer data)
{
    GPtrArray *told = data;

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "jsonl"));
    g_ptr_array_add(told, (gpointer)what);
}

static void
test_failure_is_told(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(GPtrArray) told = g_ptr_array_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(JsonObject) death = json_object_new();

    book_flush(book);
    g_assert_cmpint(g_mkdir(book->events, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(book->deaths, 0700), ==, 0);
    dcc_journal_set_failed_func(journal, on_failed, told);
    g_assert_true(book_add(journal, "x", FALSE));
    g_assert_true(dcc_journal_add_death(journal, death));
    dcc_test_wait_for(told->len == 2, 20000);
    g_assert_cmpstr(told->pdata[0], ==, "the journal of events");
    g_assert_cmpstr(told->pdata[1], ==, "the list of ends");
    book_add(journal, "y", FALSE);
    book_flush(book);
    dcc_journal_set_failed_func(journal, NULL, NULL);
    dcc_test_turn();
    g_assert_cmpuint(told->len, ==, 2);
}

/* What a full disk did not take is there for the next session. */
static void
test_failed_stays_in_spool(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) again = NULL;

    book_flush(book);
    g_assert_cmpint(g_mkdir(book->events, 0700), ==, 0);
    add_exit(journal, "one");
    book_flush(book);
    g_assert_cmpint(rmdir(book->events), ==, 0);
    g_clear_pointer(&journal, dcc_journal_free);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    book_flush(book);
    book_assert_numbers(book->events, 1, 1);
}

/* A run begins while lines of the former one have not arrived: until they have, both are read
 * together, and a number says whose a line is. */
static void
test_former_run_on_the_way(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(DccJournal) journal = NULL;
    g_autoptr(JsonArray) events = NULL;
    gint64 gap;

    append_text(book->events, "{\"seq\":1,\"type\":\"started\"}\n");
    append_text(spool, "e {\"seq\":2,\"type\":\"exit\",\"incarnation\":\"one\"}\n");
    journal = dcc_journal_open(book->instance_dir, TRUE);
    book_add(journal, "x", FALSE);
    g_assert_cmpint(dcc_journal_get_last(journal), ==, 3);
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 1);
    events = dcc_journal_read_run(book->events, spool, dcc_journal_get_last(journal) - 1);
    g_assert_cmpuint(json_array_get_length(events), ==, 1);
    book_flush(book);
}

static gint64
add_health(DccJournal *journal, gint64 *passed)
{
    g_autoptr(JsonObject) event = json_object_new();

    json_object_set_string_member(event, "type", "health");
    g_assert_true(dcc_journal_add(journal, event, TRUE));
    *passed = dcc_json_get_int(event, "passed", 0);
    return dcc_json_get_int(event, "seq", 0);
}

static void
test_health_is_kept(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    gint64 passed;

    for (gint64 i = 1; i <= DCC_JOURNAL_BURST; i++)
        g_assert_cmpint(add_health(journal, &passed), ==, i);
    for (guint i = 0; i < 10; i++)
        g_assert_cmpint(add_health(journal, &passed), ==, DCC_JOURNAL_BURST);
    book_flush(book);
    book_assert_numbers(book->events, 1, DCC_JOURNAL_BURST);
}

/* Times are of a clock that begins anywhere. */
static void
test_rate(void)
{
    DccJournalRate rate = {0};
    gint64 now = G_GINT64_CONSTANT(123456789), passed;

    for (guint i = 0; i < DCC_JOURNAL_BURST; i++)
        g_assert_true(dcc_journal_rate_allows(&rate, now, &passed));
    g_assert_false(dcc_journal_rate_allows(&rate, now, &passed));
    g_assert_false(dcc_journal_rate_allows(&rate, now + DCC_JOURNAL_PERIOD_US - 1, &passed));
    g_assert_true(dcc_journal_rate_allows(&rate, now + DCC_JOURNAL_PERIOD_US, &passed));
    g_assert_cmpint(passed, ==, 2);
    g_assert_false(dcc_journal_rate_allows(&rate, now + DCC_JOURNAL_PERIOD_US, &passed));
    now += 1000 * DCC_JOURNAL_PERIOD_US;
    for (guint i = 0; i < DCC_JOURNAL_BURST; i++)
        g_assert_true(dcc_journal_rate_allows(&rate, now, &passed));
    g_assert_false(dcc_journal_rate_allows(&rate, now, &passed));
}

/* The runtime directory was taken away and made anew: the next line is kept there. */
static void
test_spool_follows(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    DccStoreWriter *writer = dcc_instance_dir_get_writer(book->instance_dir);
    Gate gate = {0};

    book_flush(book);
    g_assert_cmpint(unlink(spool), ==, 0);
    dcc_store_writer_push(writer, "gate", wait_at_gate, &gate, NULL);
    book_add(journal, "x", FALSE);
    g_assert_cmpuint(book_count_lines(spool), ==, 1);
    g_mutex_lock(&gate.mutex);
    gate.open = TRUE;
    g_cond_signal(&gate.cond);
    g_mutex_unlock(&gate.mutex);
    book_flush(book);
    g_assert_cmpint(book_get_size(spool), ==, 0);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/journal-disk/exit-in-rotated-file", test_exit_in_rotated_file);
    g_test_add_func("/journal-disk/former-run-is-another", test_former_run_is_another);
    g_test_add_func("/journal-disk/death-in-rotation", test_death_in_rotation);
    g_test_add_func("/journal-disk/killed-before-it-was-written",
                    test_killed_before_it_was_written);
    g_test_add_func("/journal-disk/read-while-on-the-way", test_read_while_on_the_way);
    g_test_add_func("/journal-disk/slow-disk", test_slow_disk);
    g_test_add_func("/journal-disk/failure-is-told", test_failure_is_told);
    g_test_add_func("/journal-disk/failed-stays-in-spool", test_failed_stays_in_spool);
    g_test_add_func("/journal-disk/former-run-on-the-way", test_former_run_on_the_way);
    g_test_add_func("/journal-disk/health-is-kept", test_health_is_kept);
    g_test_add_func("/journal-disk/rate", test_rate);
    g_test_add_func("/journal-disk/spool-follows", test_spool_follows);
    return g_test_run();
}
