/* The application's output: kept whole within the ring's bounds, never a reason for the application
 * to wait, never a reason for its end to be told late. */
#include "life.h"

#include "dcc-log-reader.h"
#include "dcc-ring.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
ring_name(Life *life, int i)
{
    return i == 0 ? g_strdup(life->log) : g_strdup_printf("%s.%d", life->log, i);
}

static gint64
ring_size(Life *life, int i)
{
    g_autofree char *name = ring_name(life, i);
    struct stat st;

    return stat(name, &st) == 0 ? st.st_size : -1;
}

static void
test_flood(void)
{
    g_autoptr(Life) life = life_new();
    gint64 began = g_get_monotonic_time();

    life->start.log_size = 1000 * 1000;
    life->start.log_files = 3;
    life_start(life, "flood", "100000000", NULL);
    life_wait(life, DCC_SHIM_GONE);
    g_test_message("100 MB of output in %.0f ms", (double)(g_get_monotonic_time() - began) / 1000);
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
    g_assert_cmpint(life_record(life).log_dropped, ==, 0);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(ring_size(life, i), >, 0);
        g_assert_cmpint(ring_size(life, i), <=, 1000 * 1000);
    }
    g_assert_cmpint(ring_size(life, 3), ==, -1);
}

/* The last words are in the log when the end is told. */
static void
test_last_words(void)
{
    for (int i = 0; i < 20; i++) {
        g_autoptr(Life) life = life_new();

        life_start(life, "flood", "300000", NULL);
        life_wait(life, DCC_SHIM_EXITED);
        g_assert_cmpint(ring_size(life, 0), ==, 300000);
        life_wait(life, DCC_SHIM_GONE);
    }
}

static void
test_no_line_end(void)
{
    g_autoptr(Life) life = life_new();
    const char *argv[] = {"/bin/sh", "-c", "head -c 1000000 /dev/zero", NULL};

    life->start.log_size = 300 * 1000;
    life->start.log_files = 2;
    life_start_argv(life, argv);
    life_wait(life, DCC_SHIM_GONE);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(ring_size(life, i), >, 0);
        g_assert_cmpint(ring_size(life, i), <=, 300 * 1000);
    }
    g_assert_cmpint(life_record(life).log_dropped, ==, 0);
}

static void
test_held_stdout(void)
{
    g_autoptr(Life) life = life_new();
    gint64 began;

    life_start(life, "hold", NULL);
    began = g_get_monotonic_time();
    life_wait(life, DCC_SHIM_EXITED);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 2 * G_USEC_PER_SEC);
    g_assert_false(life_was_told(life, DCC_SHIM_EMPTY));
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
}

static gint64
cpu_ticks(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/stat", pid);
    g_autofree char *text = NULL;
    g_auto(GStrv) field = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    field = g_strsplit(text, " ", 16);
    return g_ascii_strtoll(field[13], NULL, 10) + g_ascii_strtoll(field[14], NULL, 10);
}

static void
test_closed_stdout(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "silent", "300", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    g_usleep(200 * 1000); /* what is measured: does anybody turn in circles meanwhile */
    g_assert_cmpint(cpu_ticks(dcc_shim_link_get_pid(life->link)), <, 5);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
}

static gboolean
is_renewed(Life *life, gpointer data)
{
    return ring_size(life, 0) > 0;
}

static void
test_deleted_log(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    g_assert_cmpint(g_unlink(life->log), ==, 0);
    life_until(life, is_renewed, NULL);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpint(life_record(life).log_dropped, ==, 0);
}

/* No log can be written there: the application does not feel it, and the loss is counted. */
static void
test_no_log(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *log = g_build_filename(life->dir, "missing", "log", NULL);

    life->start.log_path = log;
    life_start(life, "flood", "5000000", NULL);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_DEGRADED));
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
    g_assert_cmpint(life_record(life).log_dropped, ==, 5000000);
}

static void
test_link_is_not_followed(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *victim = g_build_filename(life->dir, "victim", NULL);
    struct stat st;

    g_assert_true(g_file_set_contents(victim, "x", 1, NULL));
    g_assert_cmpint(symlink(victim, life->log), ==, 0);
    life_start(life, "flood", "1000", NULL);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpint(stat(victim, &st), ==, 0);
    g_assert_cmpint(st.st_size, ==, 1);
    g_assert_cmpint(life_record(life).log_dropped, ==, 1000);
}

/* A disk that is full, and has room again. */
static void
test_full_disk(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *disk = g_build_filename(life->dir, "disk", NULL);
    g_autofree char *log = g_build_filename(disk, "log", NULL);
    g_autofree char *ballast = g_build_filename(disk, "ballast", NULL);
    g_autofree char *block = g_strnfill(60 * 1024, 'b');

    g_assert_cmpint(g_mkdir(disk, 0700), ==, 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=64k") != 0) {
        g_rmdir(disk);
        g_test_skip("only root may mount a small disk");
        return;
    }
    g_assert_true(g_file_set_contents(ballast, block, 60 * 1024, NULL));
    life->start.log_path = log;
    life_start(life, "talk", NULL);
    life_wait(life, DCC_SHIM_DEGRADED);
    g_assert_cmpint(g_unlink(ballast), ==, 0);
    g_free(life->log);
    life->log = g_strdup(log);
    life_until_logged(life, "bytes of output could not be kept here]");
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
    g_assert_cmpint(life_record(life).log_dropped, >, 0);
    g_assert_cmpint(umount2(disk, MNT_DETACH), ==, 0);
    g_rmdir(disk);
}

/* A limit on the size of files kills those who write beyond it, but not the shim. */
static void
test_size_limit(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *script = g_strdup_printf(
        "ulimit -f 64; exec '%s' --dir %s --log %s --log-size 0 --log-files 2 --signal 15 --oom 0 "
        "-- '%s' flood 1000000",
        life_shim,
        life->dir,
        life->log,
        life_hands);
    g_autofree char *wrapper = g_build_filename(life->dir, "wrapper", NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", script);

    g_assert_true(
        g_file_set_contents_full(wrapper, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    life->start.shim = wrapper;
    life_start(life, "unused", NULL);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_DEGRADED));
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
    g_assert_cmpint(life_record(life).log_dropped, >, 0);
}

static guint
count_news(Life *life, DccShimNews news)
{
    guint n = 0;

    for (guint i = 0; i < life->news->len; i++)
        n += g_array_index(life->news, int, i) == (int)news;
    return n;
}

/* A session that is busy for a while finds one word about output, however much there was. */
static void
test_told_once(void)
{
    g_autoptr(Life) life = life_new();
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    life->start.log_size = 0;
    life_start(life, "flood", "20000000", NULL);
    while (ring_size(life, 0) < 20000000) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpuint(count_news(life, DCC_SHIM_OUTPUT), >=, 1);
    /* Between two other news there is one at most. */
    g_assert_cmpuint(count_news(life, DCC_SHIM_OUTPUT), <=, 3);
}

static void
test_silence(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "exit", "0", NULL);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpuint(count_news(life, DCC_SHIM_OUTPUT), ==, 0);
}

typedef struct {
    Life *life;
    DccLogReader *reader;
    guint lines;
} Hearer;

static void
on_heard(const char *line, gpointer data)
{
    Hearer *hearer = data;

    hearer->lines++;
}

static void
on_output(DccShimLink *link, int news, Hearer *hearer)
{
    if (news == DCC_SHIM_OUTPUT)
        dcc_log_reader_look(hearer->reader);
}

static gboolean
has_heard_all(Life *life, gpointer data)
{
    const Hearer *hearer = data;

    return dcc_log_reader_get_total(hearer->reader) == 8000000;
}

/* A reader that looks only when it is told to misses nothing, whatever the pace. */
static void
test_told_enough(void)
{
    g_autoptr(Life) life = life_new();
    Hearer hearer = {.life = life};

    life->start.log_size = 1000 * 1000;
    life->start.log_files = 20;
    hearer.reader = dcc_log_reader_new(life->log, 0, on_heard, &hearer);
    life_start(life, "flood", "8000000", NULL);
    g_signal_connect(life->link, "news", G_CALLBACK(on_output), &hearer);
    life_until(life, has_heard_all, &hearer);
    life_wait(life, DCC_SHIM_GONE);
    g_object_unref(hearer.reader);
    g_signal_handlers_disconnect_by_data(life->link, &hearer);
}

static gboolean
has_heard_more(Life *life, gpointer data)
{
    Hearer *hearer = ((gpointer *)data)[0];
    guint n = *(guint *)((gpointer *)data)[1];

    return hearer->lines > n;
}

static void
until_heard_more(Hearer *hearer, guint n)
{
    guint now = hearer->lines + n;
    gpointer data[] = {hearer, &now};

    life_until(hearer->life, has_heard_more, data);
}

/* Line by line, to a session that comes later, and without a shim. */
static void
test_told_later(void)
{
    g_autoptr(Life) life = life_new();
    Hearer hearer = {.life = life};

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    life_detach(life);
    hearer.reader = dcc_log_reader_new(life->log, -1, on_heard, &hearer);
    life_attach(life);
    g_signal_connect(life->link, "news", G_CALLBACK(on_output), &hearer);
    until_heard_more(&hearer, 20);
    life_kill_shim(life);
    life_wait(life, DCC_SHIM_GONE);
    until_heard_more(&hearer, 20);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    g_signal_handlers_disconnect_by_data(life->link, &hearer);
    g_object_unref(hearer.reader);
}

static void
test_ring_keeps_lines(void)
{
    g_autoptr(Life) life = life_new();
    DccRing ring;

    g_assert_true(dcc_ring_init(&ring, life->log, 100, 3));
    for (int i = 0; i < 50; i++) {
        g_autofree char *line = g_strdup_printf("this is line %d of many\n", i);

        dcc_ring_write(&ring, line, strlen(line));
    }
    dcc_ring_close(&ring);
    for (int i = 0; i < 3; i++) {
        g_autofree char *name = ring_name(life, i);
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(name, &text, NULL, NULL));
        g_assert_true(g_str_has_prefix(text, "this is line "));
        g_assert_true(g_str_has_suffix(text, " of many\n"));
        g_assert_cmpuint(strlen(text), <=, 100);
    }
    g_assert_cmpint(ring_size(life, 3), ==, -1);
}

int
main(int argc, char **argv)
{
    life_init(&argc, &argv);
    g_test_add_func("/shim/output/flood", test_flood);
    g_test_add_func("/shim/output/last-words", test_last_words);
    g_test_add_func("/shim/output/no-line-end", test_no_line_end);
    g_test_add_func("/shim/output/held-stdout", test_held_stdout);
    g_test_add_func("/shim/output/closed-stdout", test_closed_stdout);
    g_test_add_func("/shim/output/deleted-log", test_deleted_log);
    g_test_add_func("/shim/output/no-log", test_no_log);
    g_test_add_func("/shim/output/link-is-not-followed", test_link_is_not_followed);
    g_test_add_func("/shim/output/full-disk", test_full_disk);
    g_test_add_func("/shim/output/size-limit", test_size_limit);
    g_test_add_func("/shim/output/told-once", test_told_once);
    g_test_add_func("/shim/output/silence", test_silence);
    g_test_add_func("/shim/output/told-enough", test_told_enough);
    g_test_add_func("/shim/output/told-later", test_told_later);
    g_test_add_func("/shim/output/ring-keeps-lines", test_ring_keeps_lines);
    return g_test_run();
}
