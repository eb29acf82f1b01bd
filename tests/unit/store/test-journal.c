/* What happened is kept in order, whatever the disk does to it. */
#include "dcc-journal-rate.h"
#include "dcc-journal.h"
#include "dcc-json.h"
#include "dcc-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

/* Who we were before we became somebody else. */
static uid_t
saved_uid(void)
{
    uid_t real, effective, saved;

    g_assert_cmpint(getresuid(&real, &effective, &saved), ==, 0);
    return saved;
}

typedef struct {
    DccTestWorld *world;
    DccRuntime *runtime;
    DccInstanceDir *instance_dir;
    char *events;
    char *deaths;
} Book;

static Book *
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

static void
book_free(Book *self)
{
    dcc_instance_dir_free(self->instance_dir);
    g_object_unref(self->runtime);
    dcc_test_world_free(self->world);
    g_free(self->events);
    g_free(self->deaths);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Book, book_free)

/* A failure is known when the thread has met it. */
static gboolean
has_written(DccJournal *journal)
{
    g_autoptr(JsonObject) event = json_object_new();

    g_assert_true(dcc_journal_flush(journal, 60000));
    return dcc_journal_add(journal, event, FALSE);
}

static gboolean
add(DccJournal *journal, const char *text, gboolean transient)
{
    g_autoptr(JsonObject) event = json_object_new();

    json_object_set_string_member(event, "type", "output");
    json_object_set_string_member(event, "text", text);
    return dcc_journal_add(journal, event, transient);
}

static guint
count(DccJournal *journal, gint64 since, gint64 *gap)
{
    g_autoptr(JsonArray) events = dcc_journal_list(journal, since, gap);

    return json_array_get_length(events);
}

static void
flush(Book *book)
{
    g_assert_true(dcc_store_writer_flush(dcc_instance_dir_get_writer(book->instance_dir), 60000));
}

/* On disk: the numbers are these, in order. */
static void
assert_numbers(const char *path, gint64 first, gint64 last)
{
    g_autoptr(JsonArray) events = dcc_journal_read_file(path, 0);

    g_assert_cmpuint(json_array_get_length(events), ==, last - first + 1);
    for (gint64 i = first; i <= last; i++)
        g_assert_cmpint(
            dcc_json_get_int(json_array_get_object_element(events, (guint)(i - first)), "seq", 0),
            ==,
            i);
}

static void
test_sequence(void)
{
    g_autoptr(Book) book = book_new();
    gint64 gap = -1;

    for (guint life = 0; life < 3; life++) {
        g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, life == 0);

        for (guint i = 0; i < 5; i++)
            g_assert_true(add(journal, "x", FALSE));
        g_assert_cmpint(dcc_journal_get_last(journal), ==, (life + 1) * 5);
        g_assert_cmpuint(count(journal, 0, &gap), ==, (life + 1) * 5);
        g_assert_cmpint(gap, ==, 0);
        g_assert_cmpuint(count(journal, 4, &gap), ==, life * 5 + 1);
    }
    flush(book);
    assert_numbers(book->events, 1, 15);
}

static void
test_fresh(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *former = g_strconcat(book->events, ".1", NULL);
    g_autoptr(DccJournal) first = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) second = NULL;

    add(first, "former", FALSE);
    second = dcc_journal_open(book->instance_dir, TRUE);
    g_assert_cmpint(dcc_journal_get_last(second), ==, 0);
    add(second, "now", FALSE);
    flush(book);
    assert_numbers(former, 1, 1);
    assert_numbers(book->events, 1, 1);
}

static void
test_transient(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(JsonObject) event = json_object_new();
    gint64 gap;

    add(journal, "x", FALSE);
    g_assert_true(dcc_journal_add(journal, event, TRUE));
    g_assert_cmpint(dcc_json_get_int(event, "seq", 0), ==, 1);
    g_assert_nonnull(dcc_json_get_string(event, "time", NULL));
    g_assert_cmpuint(count(journal, 0, &gap), ==, 1);
    flush(book);
    assert_numbers(book->events, 1, 1);
}

static void
test_time(void)
{
    g_autofree char *zero = dcc_journal_time(0);
    g_autofree char *some = dcc_journal_time(G_GINT64_CONSTANT(1700000000123456));

    g_assert_cmpstr(zero, ==, "1970-01-01T00:00:00.000Z");
    g_assert_cmpstr(some, ==, "2023-11-14T22:13:20.123Z");
}

/* Who asks for more than is kept is told how many are missing. */
static void
test_gap(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    gint64 gap;

    for (guint i = 0; i < DCC_JOURNAL_RING + 10; i++)
        add(journal, "x", FALSE);
    g_assert_cmpuint(count(journal, 0, &gap), ==, DCC_JOURNAL_RING);
    g_assert_cmpint(gap, ==, 10);
    g_assert_cmpuint(count(journal, 4, &gap), ==, DCC_JOURNAL_RING);
    g_assert_cmpint(gap, ==, 6);
    g_assert_cmpuint(count(journal, 10, &gap), ==, DCC_JOURNAL_RING);
    g_assert_cmpint(gap, ==, 0);
    g_assert_cmpuint(count(journal, DCC_JOURNAL_RING + 10, &gap), ==, 0);
    g_assert_cmpint(gap, ==, 0);
    g_assert_cmpuint(count(journal, G_MAXINT64, &gap), ==, 0);
    g_assert_cmpuint(count(journal, -5, &gap), ==, DCC_JOURNAL_RING);
    g_assert_cmpint(gap, ==, 10);
    g_assert_cmpuint(count(journal, G_MININT64, &gap), ==, DCC_JOURNAL_RING);
    g_assert_cmpint(gap, ==, 10);
}

static void
append(const char *path, const void *bytes, gsize length)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

    g_assert_cmpint(write(fd, bytes, length), ==, (gssize)length);
    close(fd);
}

typedef struct {
    const char *name;
    const char *bytes;
    gsize length;
} Damage;

static const Damage damages[] = {
    {"torn", "{\"seq\":6,\"type\":\"ou", 19},
    {"torn-word", "{", 1},
    {"nul", "\0\0\0\0\0\0\0\0", 8},
    {"nul-lines", "\0\0\n\0\0\n", 6},
    {"no-json", "what is this\n", 13},
    {"list", "[1,2]\n", 6},
    {"not-utf8", "{\"seq\":6,\"type\":\"\xff\"}\n", 21},
    {"no-number", "{\"type\":\"exit\"}\n", 16},
    {"a-word", "{\"seq\":\"six\"}\n", 14},
    {"negative", "{\"seq\":-9223372036854775808}\n", 29},
    {"largest", "{\"seq\":9223372036854775807}\n", 28},
};

/* A power cut leaves half a line or a block of NUL bytes: what was before and what comes after is
 * still there, numbered on. */
static void
test_damaged(gconstpointer data)
{
    const Damage *damage = data;
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) before = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) after = NULL;
    g_autoptr(DccJournal) again = NULL;
    gint64 gap;

    for (guint i = 0; i < 5; i++)
        add(before, "x", FALSE);
    flush(book);
    append(book->events, damage->bytes, damage->length);
    after = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(after), ==, 5);
    g_assert_true(add(after, "y", FALSE));
    g_assert_true(add(after, "z", FALSE));
    g_assert_cmpuint(count(after, 0, &gap), ==, 7);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 7);
    flush(book);
    assert_numbers(book->events, 1, 7);
}

/* Refused by the disk, kept in memory. */
static void
test_unwritable(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(JsonObject) death = json_object_new();
    gint64 gap;

    flush(book);
    g_assert_cmpint(mkdir(book->events, 0700), ==, 0);
    add(journal, "x", FALSE);
    g_assert_false(has_written(journal));
    g_assert_false(has_written(journal));
    flush(book);
    g_assert_cmpint(rmdir(book->events), ==, 0);
    g_assert_cmpint(mkdir(book->deaths, 0700), ==, 0);
    g_assert_false(has_written(journal)); /* of the one before */
    g_assert_true(has_written(journal));
    g_assert_cmpuint(count(journal, 0, &gap), ==, 5);
    dcc_journal_add_death(journal, death);
    g_assert_false(has_written(journal));
}

static void
test_link_is_not_followed(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *precious = dcc_test_world_write(book->world, "precious", "gold\n", -1);
    g_autofree char *content = NULL;
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    flush(book);
    g_assert_cmpint(symlink(precious, book->events), ==, 0);
    add(journal, "x", FALSE);
    g_assert_false(has_written(journal));
    g_assert_true(g_file_get_contents(precious, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "gold\n");
}

static void
limit_then_add(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = NULL;
    gint64 gap;

    if (geteuid() == 0) {
        g_assert_cmpint(chown(dcc_test_world_get_path(book->world), NOBODY, NOBODY), ==, 0);
        g_assert_cmpint(setresuid(NOBODY, NOBODY, 0), ==, 0);
    }
    g_chmod(dcc_instance_dir_get_state_dir(book->instance_dir), 0500);
    journal = dcc_journal_open(book->instance_dir, TRUE);
    add(journal, "x", FALSE);
    g_assert_false(has_written(journal));
    g_assert_cmpuint(count(journal, 0, &gap), ==, 2);
    flush(book);
    g_chmod(dcc_instance_dir_get_state_dir(book->instance_dir), 0700);
    g_assert_cmpint(setresuid(saved_uid(), saved_uid(), saved_uid()), ==, 0);
    g_chmod(dcc_instance_dir_get_state_dir(book->instance_dir), 0700);
    add(journal, "y", FALSE);
    g_assert_true(has_written(journal));
}

static void
test_read_only_directory(void)
{
    if (g_test_subprocess()) {
        limit_then_add();
        return;
    }
    g_test_trap_subprocess(NULL, 20 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

static guint
count_lines(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    guint n = 0;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (gsize i = 0; i < length; i++)
        n += text[i] == '\n';
    return n;
}

static void
add_death(DccJournal *journal, guint n)
{
    g_autoptr(JsonObject) death = json_object_new();

    json_object_set_int_member(death, "n", n);
    g_assert_true(dcc_journal_add_death(journal, death));
}

static void
assert_last_death(const char *path, guint n)
{
    g_autofree char *text = NULL;
    g_autofree char *last = g_strdup_printf("{\"n\":%u}\n", n);

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_suffix(text, last) || *text == '\0');
}

static void
test_deaths(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    for (guint i = 1; i <= 450; i++) {
        guint lines;

        add_death(journal, i);
        flush(book);
        lines = count_lines(book->deaths);
        g_assert_cmpuint(lines, <=, 200);
        g_assert_cmpuint(lines, >=, MIN(i, 100));
        assert_last_death(book->deaths, i);
    }
}

/* A damaged tally is trimmed, too. */
static void
test_deaths_with_nul(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    append(book->deaths, "\0\0\n", 3);
    for (guint i = 1; i <= 450; i++)
        add_death(journal, i);
    flush(book);
    g_assert_cmpuint(count_lines(book->deaths), <=, 200);
    g_assert_cmpuint(count_lines(book->deaths), >=, 100);
}

static void
test_rotation(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) again = NULL;
    g_autofree char *former = g_strconcat(book->events, ".1", NULL);
    g_autofree char *text = g_strnfill(64 * 1024, 'x');
    struct stat st;

    for (guint i = 0; i < 150; i++)
        g_assert_true(add(journal, text, FALSE));
    flush(book);
    g_assert_cmpint(stat(book->events, &st), ==, 0);
    g_assert_cmpint(st.st_size, <, 5 * 1024 * 1024);
    g_assert_cmpint(stat(former, &st), ==, 0);
    g_assert_cmpint(st.st_size, <, 5 * 1024 * 1024);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 150);
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
        add(journal, text, FALSE);
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
    flush(book);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    g_assert_false(dcc_journal_has(again, "exit", "two"));
    g_assert_cmpint(dcc_journal_get_last(again), ==, last);
    g_assert_cmpuint(count(again, 0, &gap), ==, last);
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
    add(journal, "x", FALSE);
    add(journal, "y", FALSE);
    flush(book);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpuint(count(again, 0, &gap), ==, 2);
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
    add(journal, "x", FALSE);
    flush(book);
    g_assert_cmpint(rename(book->events, former), ==, 0);
    append(spool, "e {\"seq\":3,\"type\":\"started\"}\n", 30);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 3);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    g_assert_cmpuint(count(again, 0, &gap), ==, 3);
}

static gint64
get_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
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

    append(book->events, "{\"seq\":1,\"type\":\"x\"}\n", 23);
    append(spool, left, strlen(left));
    journal = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(journal, "exit", "one"));
    add(journal, "y", FALSE);
    flush(book);
    assert_numbers(book->events, 1, 3);
    g_assert_cmpuint(count_lines(book->deaths), ==, 1);
    g_assert_cmpint(get_size(spool), ==, 0);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 3);
    flush(book);
    g_assert_cmpuint(count_lines(book->deaths), ==, 1);
}

/* An asker sees it, too, and changes nothing. */
static void
test_read_while_on_the_way(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *spool = dcc_instance_dir_get_path(book->instance_dir, DCC_INSTANCE_DIR_SPOOL);
    g_autoptr(JsonArray) events = NULL;

    append(book->events, "{\"seq\":1,\"type\":\"x\"}\n", 23);
    append(spool, "e {\"seq\":2,\"type\":\"y\"}\n", 25);
    events = dcc_journal_read_run(book->events, spool, 1);
    g_assert_cmpuint(json_array_get_length(events), ==, 1);
    g_assert_cmpint(get_size(spool), ==, 25);
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
        g_assert_true(add(journal, "x", FALSE));
    g_assert_false(dcc_journal_flush(journal, 10));
    g_assert_false(g_file_test(book->events, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(count_lines(spool), ==, 100);
    g_mutex_lock(&gate.mutex);
    gate.open = TRUE;
    g_cond_signal(&gate.cond);
    g_mutex_unlock(&gate.mutex);
    g_assert_true(dcc_journal_flush(journal, 60000));
    assert_numbers(book->events, 1, 100);
    g_assert_cmpint(get_size(spool), ==, 0);
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

    flush(book);
    g_assert_cmpint(mkdir(book->events, 0700), ==, 0);
    g_assert_cmpint(mkdir(book->deaths, 0700), ==, 0);
    dcc_journal_set_failed_func(journal, on_failed, told);
    g_assert_true(add(journal, "x", FALSE));
    g_assert_true(dcc_journal_add_death(journal, death));
    dcc_test_wait_for(told->len == 2, 20000);
    g_assert_cmpstr(told->pdata[0], ==, "the journal of events");
    g_assert_cmpstr(told->pdata[1], ==, "the list of ends");
    add(journal, "y", FALSE);
    flush(book);
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

    flush(book);
    g_assert_cmpint(mkdir(book->events, 0700), ==, 0);
    add_exit(journal, "one");
    flush(book);
    g_assert_cmpint(rmdir(book->events), ==, 0);
    g_clear_pointer(&journal, dcc_journal_free);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_true(dcc_journal_has(again, "exit", "one"));
    flush(book);
    assert_numbers(book->events, 1, 1);
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
    flush(book);
    assert_numbers(book->events, 1, DCC_JOURNAL_BURST);
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

    flush(book);
    g_assert_cmpint(unlink(spool), ==, 0);
    dcc_store_writer_push(writer, "gate", wait_at_gate, &gate, NULL);
    add(journal, "x", FALSE);
    g_assert_cmpuint(count_lines(spool), ==, 1);
    g_mutex_lock(&gate.mutex);
    gate.open = TRUE;
    g_cond_signal(&gate.cond);
    g_mutex_unlock(&gate.mutex);
    flush(book);
    g_assert_cmpint(get_size(spool), ==, 0);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/journal/sequence", test_sequence);
    g_test_add_func("/journal/fresh", test_fresh);
    g_test_add_func("/journal/transient", test_transient);
    g_test_add_func("/journal/time", test_time);
    g_test_add_func("/journal/gap", test_gap);
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *path = g_strconcat("/journal/damaged/", damages[i].name, NULL);

        g_test_add_data_func(path, &damages[i], test_damaged);
    }
    g_test_add_func("/journal/unwritable", test_unwritable);
    g_test_add_func("/journal/link", test_link_is_not_followed);
    g_test_add_func("/journal/read-only", test_read_only_directory);
    g_test_add_func("/journal/deaths", test_deaths);
    g_test_add_func("/journal/deaths-with-nul", test_deaths_with_nul);
    g_test_add_func("/journal/rotation", test_rotation);
    g_test_add_func("/journal/exit-in-rotated-file", test_exit_in_rotated_file);
    g_test_add_func("/journal/former-run-is-another", test_former_run_is_another);
    g_test_add_func("/journal/death-in-rotation", test_death_in_rotation);
    g_test_add_func("/journal/killed-before-it-was-written", test_killed_before_it_was_written);
    g_test_add_func("/journal/read-while-on-the-way", test_read_while_on_the_way);
    g_test_add_func("/journal/slow-disk", test_slow_disk);
    g_test_add_func("/journal/failure-is-told", test_failure_is_told);
    g_test_add_func("/journal/failed-stays-in-spool", test_failed_stays_in_spool);
    g_test_add_func("/journal/health-is-kept", test_health_is_kept);
    g_test_add_func("/journal/rate", test_rate);
    g_test_add_func("/journal/spool-follows", test_spool_follows);
    return g_test_run();
}
