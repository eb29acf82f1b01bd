/* Following a log: every line once and in order, whatever happens to the file meanwhile. */
#include "dcc-deny.h"
#include "dcc-log-reader.h"
#include "dcc-ring.h"
#include "dcc-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *dir;
    char *path;
    GPtrArray *lines;
    DccLogReader *reader;
    guint turns; /* of the main loop, that others had */
} Scratch;

#define FLOOD (2 * 1024 * 1024)

static void
set_up(Scratch *scratch, gconstpointer data)
{
    scratch->dir = g_dir_make_tmp("log-XXXXXX", NULL);
    scratch->path = g_build_filename(scratch->dir, "log", NULL);
    scratch->lines = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Scratch *scratch, gconstpointer data)
{
    g_clear_object(&scratch->reader);
    for (int i = 0; i < 20; i++) {
        g_autofree char *name =
            i == 0 ? g_strdup(scratch->path) : g_strdup_printf("%s.%d", scratch->path, i);

        g_unlink(name);
    }
    g_assert_cmpint(g_rmdir(scratch->dir), ==, 0);
    g_ptr_array_unref(scratch->lines);
    g_free(scratch->path);
    g_free(scratch->dir);
}

static void
on_line(const char *line, gpointer data)
{
    Scratch *scratch = data;

    g_assert_true(g_utf8_validate(line, -1, NULL));
    g_ptr_array_add(scratch->lines, g_strdup(line));
}

static void
follow(Scratch *scratch, gint64 offset)
{
    g_autoptr(GError) error = NULL;

    g_clear_object(&scratch->reader);
    scratch->reader = dcc_log_reader_follow(scratch->path, offset, on_line, scratch, &error);
    g_assert_no_error(error);
}

static void
put(Scratch *scratch, const char *text)
{
    FILE *file = fopen(scratch->path, "a");

    g_assert_nonnull(file);
    fwrite(text, 1, strlen(text), file);
    fclose(file);
}

static gboolean
on_deadline(gpointer data)
{
    g_error("the lines did not come");
    return G_SOURCE_REMOVE;
}

static void
until_lines(Scratch *scratch, guint n)
{
    guint deadline = g_timeout_add_seconds(20, on_deadline, NULL);

    while (scratch->lines->len < n)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(scratch->lines->len, ==, n);
}

#define LINE(i) ((char *)g_ptr_array_index(scratch->lines, i))

static void
test_appears(Scratch *scratch, gconstpointer data)
{
    follow(scratch, 0);
    put(scratch, "one\ntw");
    until_lines(scratch, 1);
    put(scratch, "o\r\n\nthree");
    until_lines(scratch, 3);
    g_assert_cmpstr(LINE(0), ==, "one");
    g_assert_cmpstr(LINE(1), ==, "two");
    g_assert_cmpstr(LINE(2), ==, "");
    g_assert_cmpint(dcc_log_reader_get_total(scratch->reader), ==, 15);
    g_assert_cmpint(dcc_log_reader_get_offset(scratch->reader), ==, 10);
    dcc_log_reader_drain(scratch->reader, FALSE);
    g_assert_cmpuint(scratch->lines->len, ==, 3);
    dcc_log_reader_drain(scratch->reader, TRUE);
    g_assert_cmpstr(LINE(3), ==, "three");
    g_assert_cmpint(dcc_log_reader_get_offset(scratch->reader), ==, 15);
}

static void
test_offsets(Scratch *scratch, gconstpointer data)
{
    put(scratch, "one\ntwo\n");
    follow(scratch, 4);
    dcc_log_reader_drain(scratch->reader, FALSE);
    g_assert_cmpuint(scratch->lines->len, ==, 1);
    g_assert_cmpstr(LINE(0), ==, "two");
    follow(scratch, -1);
    put(scratch, "three\n");
    until_lines(scratch, 2);
    g_assert_cmpstr(LINE(1), ==, "three");
}

/* A fast writer in a small ring, and a reader that comes late now and then: as long as it is not
 * overtaken, each line once. */
static void
test_rotation(Scratch *scratch, gconstpointer data)
{
    DccRing ring;

    g_assert_true(dcc_ring_init(&ring, scratch->path, 2000, 10));
    follow(scratch, 0);
    for (guint i = 0; i < 5000; i++) {
        g_autofree char *line = g_strdup_printf("line number %u\n", i);

        dcc_ring_write(&ring, line, strlen(line));
        if (i % 500 == 499) /* some seven files further */
            dcc_log_reader_drain(scratch->reader, FALSE);
    }
    until_lines(scratch, 5000);
    for (guint i = 0; i < 5000; i++)
        g_assert_cmpint(atoi(LINE(i) + strlen("line number ")), ==, (int)i);
    dcc_ring_close(&ring);
}

/* Overtaken: what is still there is read, in order, and nothing twice. */
static void
test_overtaken(Scratch *scratch, gconstpointer data)
{
    DccRing ring;
    int last = -1;

    g_assert_true(dcc_ring_init(&ring, scratch->path, 1000, 3));
    follow(scratch, 0);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *line = g_strdup_printf("line number %u\n", i);

        dcc_ring_write(&ring, line, strlen(line));
        if (i == 10)
            dcc_log_reader_drain(scratch->reader, FALSE);
    }
    dcc_log_reader_drain(scratch->reader, FALSE);
    for (guint i = 0; i < scratch->lines->len; i++) {
        int number = atoi(LINE(i) + strlen("line number "));

        g_assert_cmpint(number, >, last);
        last = number;
    }
    g_assert_cmpint(last, ==, 999);
    dcc_ring_close(&ring);
}

static void
test_truncated(Scratch *scratch, gconstpointer data)
{
    put(scratch, "one\ntwo\n");
    follow(scratch, 0);
    until_lines(scratch, 2);
    g_assert_cmpint(truncate(scratch->path, 0), ==, 0);
    put(scratch, "new\n");
    until_lines(scratch, 3);
    g_assert_cmpstr(LINE(2), ==, "new");
}

static void
test_deleted(Scratch *scratch, gconstpointer data)
{
    put(scratch, "one\n");
    follow(scratch, 0);
    until_lines(scratch, 1);
    g_unlink(scratch->path);
    put(scratch, "new\n");
    until_lines(scratch, 2);
    g_assert_cmpstr(LINE(1), ==, "new");
}

static void
test_rubbish(Scratch *scratch, gconstpointer data)
{
    FILE *file = fopen(scratch->path, "w");
    const char bytes[] = "a\xff\x00z\nb\n";

    fwrite(bytes, 1, sizeof bytes - 1, file);
    for (int i = 0; i < 300 * 1024; i++)
        putc('l', file);
    fputs("\nend\n", file);
    fclose(file);
    follow(scratch, 0);
    until_lines(scratch, 4);
    g_assert_cmpstr(LINE(0), ==, "a\xef\xbf\xbd\xef\xbf\xbdz");
    g_assert_cmpstr(LINE(1), ==, "b");
    g_assert_cmpuint(strlen(LINE(2)), ==, 64 * 1024);
    g_assert_cmpstr(LINE(3), ==, "end");
}

static gboolean
on_turn(gpointer data)
{
    Scratch *scratch = data;

    scratch->turns++;
    return scratch->lines->len < FLOOD ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Others get their turn while a flood is read. */
static void
test_flood(Scratch *scratch, gconstpointer data)
{
    g_autofree char *block = g_strnfill(FLOOD, '\n');

    put(scratch, block);
    follow(scratch, 0);
    g_timeout_add(0, on_turn, scratch);
    until_lines(scratch, FLOOD);
    g_assert_cmpuint(scratch->turns, >, 3);
}

static void
let_go(const char *line, gpointer data)
{
    Scratch *scratch = data;

    g_ptr_array_add(scratch->lines, g_strdup(line));
    g_clear_object(&scratch->reader);
}

static void
test_receiver_lets_go(Scratch *scratch, gconstpointer data)
{
    put(scratch, "one\ntwo\nthree\n");
    scratch->reader = dcc_log_reader_follow(scratch->path, 0, let_go, scratch, NULL);
    until_lines(scratch, 1);
    g_assert_null(scratch->reader);
}

static guint
count_inotify(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    const char *name;
    guint n = 0;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename("/proc/self/fd", name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);

        n += g_strcmp0(target, "anon_inode:inotify") == 0;
    }
    return n;
}

/* One that watches nothing: it opens no descriptor but the log's and looks when it is told to. */
static void
test_told(Scratch *scratch, gconstpointer data)
{
    guint before = dcc_test_count_fds();

    scratch->reader = dcc_log_reader_new(scratch->path, 0, on_line, scratch);
    put(scratch, "one\n");
    until_lines(scratch, 1); /* what there is at first */
    g_assert_cmpuint(count_inotify(), ==, 0);
    g_assert_cmpuint(dcc_test_count_fds(), <=, before + 1);
    put(scratch, "two\nthree\n");
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(scratch->lines->len, ==, 1);
    dcc_log_reader_look(scratch->reader);
    until_lines(scratch, 3);
}

/* A flood is read in pieces there, too. */
static void
test_told_flood(Scratch *scratch, gconstpointer data)
{
    g_autofree char *block = g_strnfill(FLOOD, '\n');

    scratch->reader = dcc_log_reader_new(scratch->path, 0, on_line, scratch);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    put(scratch, block);
    g_timeout_add(0, on_turn, scratch);
    dcc_log_reader_look(scratch->reader);
    g_assert_cmpuint(scratch->lines->len, <, FLOOD);
    until_lines(scratch, FLOOD);
    g_assert_cmpuint(scratch->turns, >, 3);
}

/* Somebody else holds a reference meanwhile: that is no reason for the receiver to hear more, and
 * none to hear less. */
static void
test_second_reference(Scratch *scratch, gconstpointer data)
{
    g_autoptr(DccLogReader) second = NULL;

    put(scratch, "one\ntwo\n");
    scratch->reader = dcc_log_reader_new(scratch->path, 0, on_line, scratch);
    second = g_object_ref(scratch->reader);
    g_clear_object(&scratch->reader);
    dcc_log_reader_drain(second, FALSE);
    g_assert_cmpuint(scratch->lines->len, ==, 2);
}

/* No inotify instance can be had: it is noticed all the same. Last, for that stays so. */
static void
test_no_inotify(Scratch *scratch, gconstpointer data)
{
    if (!dcc_deny("inotify_init1", EMFILE)) {
        g_test_skip("no seccomp here");
        return;
    }
    follow(scratch, 0);
    g_assert_cmpuint(count_inotify(), ==, 0);
    put(scratch, "one\n");
    until_lines(scratch, 1);
    put(scratch, "two\n");
    until_lines(scratch, 2);
}

static void
test_no_directory(Scratch *scratch, gconstpointer data)
{
    g_autofree char *path = g_build_filename(scratch->dir, "missing", "log", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_log_reader_follow(path, 0, on_line, scratch, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
}

static void
test_tail(Scratch *scratch, gconstpointer data)
{
    g_auto(GStrv) none = dcc_log_tail(scratch->path, 5);
    g_auto(GStrv) few = NULL;
    g_auto(GStrv) all = NULL;
    DccRing ring;

    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_true(dcc_ring_init(&ring, scratch->path, 100, 5));
    for (guint i = 0; i < 20; i++) {
        g_autofree char *line = g_strdup_printf("line number %u\n", i);

        dcc_ring_write(&ring, line, strlen(line));
    }
    dcc_ring_close(&ring);
    few = dcc_log_tail(scratch->path, 12);
    g_assert_cmpuint(g_strv_length(few), ==, 12);
    g_assert_cmpstr(few[0], ==, "line number 8");
    g_assert_cmpstr(few[11], ==, "line number 19");
    all = dcc_log_tail(scratch->path, 100);
    g_assert_cmpuint(g_strv_length(all), ==, 20);
    put(scratch, "unfinished");
    g_strfreev(few);
    few = dcc_log_tail(scratch->path, 1);
    g_assert_cmpstr(few[0], ==, "unfinished");
}

#define ADD(name, func)                                                                            \
    g_test_add("/process/log-reader/" name, Scratch, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("appears", test_appears);
    ADD("offsets", test_offsets);
    ADD("rotation", test_rotation);
    ADD("overtaken", test_overtaken);
    ADD("truncated", test_truncated);
    ADD("deleted", test_deleted);
    ADD("rubbish", test_rubbish);
    ADD("flood", test_flood);
    ADD("receiver-lets-go", test_receiver_lets_go);
    ADD("told", test_told);
    ADD("told-flood", test_told_flood);
    ADD("second-reference", test_second_reference);
    ADD("no-directory", test_no_directory);
    ADD("tail", test_tail);
    ADD("no-inotify", test_no_inotify);
    return g_test_run();
}
