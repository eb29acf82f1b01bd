/* After kill-tree nothing is left, whatever the application started; what was released lives on. */
#include "life.h"

#include "dcc-identity.h"
#include "dcc-proc.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Anybody who has our private pipe for its output: an observer that asks neither shim nor link. */
static bool
has_our_pipe(const DccProc *proc, void *data)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/fd/1", (gint64)proc->pid);
    const struct stat *pipe = data;
    struct stat st;

    return stat(path, &st) == 0 && st.st_dev == pipe->st_dev && st.st_ino == pipe->st_ino;
}

static guint
count_ours(Life *life)
{
    g_autofree char *path = g_build_filename(life->dir, "out.fifo", NULL);
    static DccProc list[512];
    struct stat st;

    g_assert_cmpint(stat(path, &st), ==, 0);
    return (guint)dcc_proc_scan(list, G_N_ELEMENTS(list), has_our_pipe, &st);
}

static void
test_tree(void)
{
    g_autoptr(Life) life = life_new();
    gint64 began;

    life_start(life, "tree", "3", NULL);
    life_until_logged(life, "ready");
    g_assert_cmpuint(count_ours(life), >=, 3);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM_TREE);
    began = g_get_monotonic_time();
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    g_test_message("a tree of forkers was gone after %.1f ms",
                   (double)(g_get_monotonic_time() - began) / 1000);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmpuint(count_ours(life), ==, 0);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGKILL);
    g_assert_true(life_record(life).our_signal);
    g_assert_true(life_record(life).tree_empty);
}

static void
test_often(void)
{
    for (int i = 0; i < 10; i++)
        test_tree();
}

static void
test_left_behind(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) left = NULL;

    life_start(life, "daemon", NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
    g_assert_false(life_record(life).tree_empty);
    left = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(left->len, >=, 1);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
    g_assert_false(life_record(life).our_signal);
}

static gboolean
is_one_left(Life *life, gpointer data)
{
    return count_ours(life) == 1;
}

static gboolean
is_released_there(Life *life, gpointer data)
{
    g_autofree char *fifo = g_build_filename(life->dir, "out.fifo", NULL);
    static DccProc list[512];
    struct stat st;
    gsize n;

    g_assert_cmpint(stat(fifo, &st), ==, 0);
    n = dcc_proc_scan(list, G_N_ELEMENTS(list), has_our_pipe, &st);
    for (gsize i = 0; i < n; i++)
        if (strcmp(list[i].comm, "released") == 0)
            return TRUE;
    return FALSE;
}

/* A helper that its users share, as a licence server is, under a name of its own. */
static void
test_released(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *daemon = g_build_filename(life->dir, "released", NULL);
    g_autofree char *script = g_strdup_printf("'%s' daemon & exec '%s' tree 0", daemon, life_hands);
    const char *daemons[] = {"another", "released", NULL};
    static DccProc list[64];
    struct stat st;
    gsize n;
    g_autofree char *fifo = g_build_filename(life->dir, "out.fifo", NULL);

    g_assert_cmpint(symlink(life_hands, daemon), ==, 0);
    life->start.daemons = daemons;
    life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_until_logged(life, "ready");
    life_until(life, is_released_there, NULL); /* before its exec it has no name of its own */
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_true(life_record(life).tree_empty);
    life_until(life, is_one_left, NULL);
    g_assert_cmpint(stat(fifo, &st), ==, 0);
    n = dcc_proc_scan(list, G_N_ELEMENTS(list), has_our_pipe, &st);
    g_assert_cmpuint(n, ==, 1);
    g_assert_cmpstr(list[0].comm, ==, "released");
    g_assert_cmpint(dcc_proc_signal(&list[0], SIGKILL), ==, 0);
}

static gboolean
is_none_left(Life *life, gpointer data)
{
    return count_ours(life) == 0;
}

static void
test_leave(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) left = NULL;
    DccProc proc;

    life_start(life, "daemon", NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    left = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(left->len, ==, 1);
    dcc_shim_link_order(life->link, DCC_SHIM_LEAVE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_false(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_true(dcc_proc_read(g_array_index(left, gint64, 0), &proc));
    g_assert_cmpint(dcc_proc_signal(&proc, SIGKILL), ==, 0);
    life_until(life, is_none_left, NULL);
}

/* Rubbish, silence and a crowd on the control socket change nothing. */
static void
test_strange_clients(void)
{
    g_autoptr(Life) life = life_new();
    DccShimLink *crowd[12];

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    for (guint i = 0; i < G_N_ELEMENTS(crowd); i++)
        crowd[i] = dcc_shim_link_attach(life->dir, life->log, NULL);
    dcc_shim_link_order(life->link, (DccShimOrder)77);
    for (guint i = 0; i < G_N_ELEMENTS(crowd); i++)
        g_clear_object(&crowd[i]);
    life_detach(life);
    life_attach(life);
    life_wait(life, DCC_SHIM_STARTED);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
}

int
main(int argc, char **argv)
{
    life_init(&argc, &argv);
    g_test_add_func("/shim/kill/tree", test_tree);
    g_test_add_func("/shim/kill/often", test_often);
    g_test_add_func("/shim/kill/left-behind", test_left_behind);
    g_test_add_func("/shim/kill/released", test_released);
    g_test_add_func("/shim/kill/leave", test_leave);
    g_test_add_func("/shim/kill/strange-clients", test_strange_clients);
    return g_test_run();
}
