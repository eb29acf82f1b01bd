/* What happened is kept in order, whatever the disk does to it. */
#include "book.h"
#include "dcc-event-ring.h"
#include "dcc-json.h"

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

static void
test_sequence(void)
{
    g_autoptr(Book) book = book_new();
    gint64 gap = -1;

    for (guint life = 0; life < 3; life++) {
        g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, life == 0);

        for (guint i = 0; i < 5; i++)
            g_assert_true(book_add(journal, "x", FALSE));
        g_assert_cmpint(dcc_journal_get_last(journal), ==, (life + 1) * 5);
        g_assert_cmpuint(book_count(journal, 0, &gap), ==, (life + 1) * 5);
        g_assert_cmpint(gap, ==, 0);
        g_assert_cmpuint(book_count(journal, 4, &gap), ==, life * 5 + 1);
    }
    book_flush(book);
    book_assert_numbers(book->events, 1, 15);
}

static void
test_fresh(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *former = g_strconcat(book->events, ".1", NULL);
    g_autoptr(DccJournal) first = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(DccJournal) second = NULL;

    book_add(first, "former", FALSE);
    second = dcc_journal_open(book->instance_dir, TRUE);
    g_assert_cmpint(dcc_journal_get_last(second), ==, 0);
    book_add(second, "now", FALSE);
    book_flush(book);
    book_assert_numbers(former, 1, 1);
    book_assert_numbers(book->events, 1, 1);
}

static void
test_transient(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(JsonObject) event = json_object_new();
    gint64 gap;

    book_add(journal, "x", FALSE);
    g_assert_true(dcc_journal_add(journal, event, TRUE));
    g_assert_cmpint(dcc_json_get_int(event, "seq", 0), ==, 1);
    g_assert_nonnull(dcc_json_get_string(event, "time", NULL));
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 1);
    book_flush(book);
    book_assert_numbers(book->events, 1, 1);
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

    for (guint i = 0; i < DCC_EVENT_RING_EVENTS + 10; i++)
        book_add(journal, "x", FALSE);
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, DCC_EVENT_RING_EVENTS);
    g_assert_cmpint(gap, ==, 10);
    g_assert_cmpuint(book_count(journal, 4, &gap), ==, DCC_EVENT_RING_EVENTS);
    g_assert_cmpint(gap, ==, 6);
    g_assert_cmpuint(book_count(journal, 10, &gap), ==, DCC_EVENT_RING_EVENTS);
    g_assert_cmpint(gap, ==, 0);
    g_assert_cmpuint(book_count(journal, DCC_EVENT_RING_EVENTS + 10, &gap), ==, 0);
    g_assert_cmpint(gap, ==, 0);
    g_assert_cmpuint(book_count(journal, G_MAXINT64, &gap), ==, 0);
    g_assert_cmpuint(book_count(journal, -5, &gap), ==, DCC_EVENT_RING_EVENTS);
    g_assert_cmpint(gap, ==, 10);
    g_assert_cmpuint(book_count(journal, G_MININT64, &gap), ==, DCC_EVENT_RING_EVENTS);
    g_assert_cmpint(gap, ==, 10);
}

/* Events may be long: memory is bounded by their bytes, and the newest is there whatever its size. */
static void
test_gap_of_long_ones(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autofree char *text = g_strnfill(DCC_EVENT_RING_BYTES / 8, 'x');
    g_autofree char *longest = g_strnfill(2 * DCC_EVENT_RING_BYTES, 'x');
    g_autoptr(JsonArray) newest = NULL;
    gint64 gap;

    for (guint i = 0; i < 20; i++)
        book_add(journal, text, FALSE);
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 7); /* each is a little more than its text */
    g_assert_cmpint(gap, ==, 13);
    newest = dcc_journal_list(journal, 0, DCC_EVENT_RING_BYTES / 2, &gap);
    g_assert_cmpuint(json_array_get_length(newest), ==, 3);
    g_assert_cmpint(gap, ==, 17);
    g_assert_cmpint(dcc_json_get_int(json_array_get_object_element(newest, 2), "seq", 0), ==, 20);
    book_add(journal, longest, FALSE);
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 1);
    g_assert_cmpint(gap, ==, 20);
}

/* Which ends are listed is known of as many as the list may have, and no more is held. */
static void
test_ends_are_bounded(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    for (int i = 0; i <= 2 * DCC_JOURNAL_DEATHS; i++) {
        g_autofree char *incarnation = g_strdup_printf("run-%d-", i);
        g_autoptr(JsonObject) event = json_object_new();

        json_object_set_string_member(event, "incarnation", incarnation);
        dcc_journal_add_death(journal, event);
    }
    g_assert_false(dcc_journal_has(journal, "exit", "run-0-"));
    g_assert_true(dcc_journal_has(journal, "exit", "run-1-"));
    g_assert_true(dcc_journal_has(journal, "exit", "run-200-"));
    g_assert_false(dcc_journal_has(journal, "exit", NULL));
    book_flush(book);
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
        book_add(before, "x", FALSE);
    book_flush(book);
    book_append(book->events, damage->bytes, damage->length);
    after = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(after), ==, 5);
    g_assert_true(book_add(after, "y", FALSE));
    g_assert_true(book_add(after, "z", FALSE));
    g_assert_cmpuint(book_count(after, 0, &gap), ==, 7);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 7);
    book_flush(book);
    book_assert_numbers(book->events, 1, 7);
}

/* Refused by the disk, kept in memory. */
static void
test_unwritable(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);
    g_autoptr(JsonObject) death = json_object_new();
    gint64 gap;

    book_flush(book);
    g_assert_cmpint(mkdir(book->events, 0700), ==, 0);
    g_assert_cmpint(mkdir(book->deaths, 0700), ==, 0);
    book_add(journal, "x", FALSE);
    book_flush(book);
    g_assert_false(book_add(journal, "y", FALSE)); /* the one before was not written */
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 2);
    book_has_written(book);
    /* told now, where the thread is quick, or else later */
    g_assert_false(dcc_journal_add_death(journal, death) && book_has_written(book));
}

static void
test_link_is_not_followed(void)
{
    g_autoptr(Book) book = book_new();
    g_autofree char *precious = dcc_test_world_write(book->world, "precious", "gold\n", -1);
    g_autofree char *content = NULL;
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    book_flush(book);
    g_assert_cmpint(symlink(precious, book->events), ==, 0);
    g_assert_false(book_add(journal, "x", FALSE) && book_has_written(book));
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
    g_assert_false(book_add(journal, "x", FALSE) && book_has_written(book));
    g_assert_cmpuint(book_count(journal, 0, &gap), ==, 1);
    g_chmod(dcc_instance_dir_get_state_dir(book->instance_dir), 0700);
    g_assert_cmpint(setresuid(saved_uid(), saved_uid(), saved_uid()), ==, 0);
    g_chmod(dcc_instance_dir_get_state_dir(book->instance_dir), 0700);
    book_add(journal, "y", FALSE);
    g_assert_true(book_has_written(book));
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
        book_flush(book);
        lines = book_count_lines(book->deaths);
        g_assert_cmpuint(lines, <=, 200);
        g_assert_cmpuint(lines, >=, MIN(i, 100));
        assert_last_death(book->deaths, i);
    }
}

/* A session may be killed after it has told an exit and before it has listed it. */
static void
test_exit_without_death(void)
{
    g_autoptr(Book) book = book_new();
    DccJournal *journal = dcc_journal_open(book->instance_dir, TRUE);

    for (int i = 0; i < 3; i++) {
        g_autoptr(JsonObject) event = json_object_new();

        json_object_set_string_member(event, "type", i < 2 ? "exit" : "state");
        json_object_set_string_member(event, "incarnation", i == 0 ? "first" : "second");
        json_object_set_object_member(event, "result", json_object_new());
        g_assert_true(dcc_journal_add(journal, event, FALSE));
        if (i == 0)
            g_assert_true(dcc_journal_add_death(journal, event));
    }
    book_flush(book);
    dcc_journal_free(journal);
    for (int i = 0; i < 2; i++) { /* once */
        journal = dcc_journal_open(book->instance_dir, FALSE);
        book_flush(book);
        g_assert_cmpuint(book_count_lines(book->deaths), ==, 2);
        g_assert_true(dcc_journal_has(journal, "exit", "second"));
        dcc_journal_free(journal);
    }
}

/* A damaged tally is trimmed, too. */
static void
test_deaths_with_nul(void)
{
    g_autoptr(Book) book = book_new();
    g_autoptr(DccJournal) journal = dcc_journal_open(book->instance_dir, TRUE);

    book_append(book->deaths, "\0\0\n", 3);
    for (guint i = 1; i <= 450; i++)
        add_death(journal, i);
    book_flush(book);
    g_assert_cmpuint(book_count_lines(book->deaths), <=, 200);
    g_assert_cmpuint(book_count_lines(book->deaths), >=, 100);
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
        g_assert_true(book_add(journal, text, FALSE));
    book_flush(book);
    g_assert_cmpint(stat(book->events, &st), ==, 0);
    g_assert_cmpint(st.st_size, <, 5 * 1024 * 1024);
    g_assert_cmpint(stat(former, &st), ==, 0);
    g_assert_cmpint(st.st_size, <, 5 * 1024 * 1024);
    again = dcc_journal_open(book->instance_dir, FALSE);
    g_assert_cmpint(dcc_journal_get_last(again), ==, 150);
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
    g_test_add_func("/journal/gap-of-long-ones", test_gap_of_long_ones);
    g_test_add_func("/journal/ends-are-bounded", test_ends_are_bounded);
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *path = g_strconcat("/journal/damaged/", damages[i].name, NULL);

        g_test_add_data_func(path, &damages[i], test_damaged);
    }
    g_test_add_func("/journal/unwritable", test_unwritable);
    g_test_add_func("/journal/link", test_link_is_not_followed);
    g_test_add_func("/journal/read-only", test_read_only_directory);
    g_test_add_func("/journal/deaths", test_deaths);
    g_test_add_func("/journal/deaths-after-exit", test_exit_without_death);
    g_test_add_func("/journal/deaths-with-nul", test_deaths_with_nul);
    g_test_add_func("/journal/rotation", test_rotation);
    return g_test_run();
}
