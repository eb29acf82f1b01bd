/* A process tree as /proc shows it. */
#include "dcc-process-scan.h"
#include "dcc-spawn.h"
#include "dcc-tree.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hands;

static DccChild
start(const char *script)
{
    const char *argv[] = {"/bin/sh", "-c", script, hands, NULL};
    DccSpawn spawn = {
        .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .new_session = TRUE};
    DccChild child;

    g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    return child;
}

static void
finish(DccChild *child)
{
    kill(-child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(child->process);
}

/* Waits until the tree has that many members. */
static GArray *
list_of(gint64 root, guint n)
{
    for (int i = 0; i < 2000; i++) {
        g_autoptr(GArray) pids = dcc_tree_list(root);

        if (pids->len == n)
            return g_steal_pointer(&pids);
        g_usleep(2000);
    }
    g_error("the tree never had %u members", n);
}

static void
test_list(void)
{
    DccChild child = start("(\"$0\" wait & \"$0\" wait; :) & wait");
    g_autoptr(GArray) pids = list_of(child.pid, 4);
    g_autoptr(GArray) none = NULL;
    g_auto(GStrv) lines = dcc_tree_describe((const gint64 *)pids->data, pids->len);

    g_assert_cmpint(g_array_index(pids, gint64, 0), ==, child.pid);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
    g_assert_true(g_ascii_isdigit(lines[3][0]));
    g_assert_nonnull(strchr(lines[3], ' '));
    finish(&child);
    none = dcc_tree_list(child.pid);
    g_assert_cmpuint(none->len, ==, 0);
}

static void
test_sample(void)
{
    DccChild child = start("\"$0\" wait & while :; do :; done");
    g_autoptr(GArray) pids = list_of(child.pid, 2);
    DccTreeSample first = dcc_tree_sample(child.pid);
    DccTreeSample second = first;

    g_assert_true(first.valid);
    g_assert_false(first.stopped);
    g_assert_cmpuint(first.n_processes, ==, 2);
    g_assert_cmpint(first.rss_bytes, >, 100000);
    g_assert_cmpint(first.io_bytes, >, 0);
    for (int i = 0; i < 1000 && second.cpu_us <= first.cpu_us; i++) {
        g_usleep(2000);
        second = dcc_tree_sample(child.pid);
    }
    g_assert_cmpint(second.cpu_us, >, first.cpu_us);
    g_assert_cmpuint(second.digest, ==, first.digest);
    kill((pid_t)g_array_index(pids, gint64, 1), SIGKILL);
    g_clear_pointer(&pids, g_array_unref);
    pids = list_of(child.pid, 1);
    second = dcc_tree_sample(child.pid);
    g_assert_cmpuint(second.digest, !=, first.digest);
    kill(child.pid, SIGSTOP);
    waitid(P_PID, (id_t)child.pid, &(siginfo_t){0}, WSTOPPED);
    g_assert_true(dcc_tree_sample(child.pid).stopped);
    finish(&child);
    g_assert_false(dcc_tree_sample(child.pid).valid);
}

static void
test_gone(void)
{
    g_auto(GStrv) lines = dcc_tree_describe((gint64[]){99999999}, 1);

    g_assert_cmpstr(lines[0], ==, "99999999 gone");
    g_assert_false(dcc_tree_sample(99999999).valid);
}

/* One that nobody has reaped may have forked while we looked for the first time, and not since; one
 * that was gone when it was read may have at any time. */
static void
test_look(void)
{
    DccChild child = start("exit 0");
    DccProc proc;
    DccProc gone = {.pid = child.pid, .state = 'X'};
    DccProc living;
    g_auto(DccProcessScan) look = {0};

    g_assert_true(dcc_proc_read(getpid(), &living));
    do
        g_assert_true(dcc_proc_read(child.pid, &proc));
    while (dcc_process_scan_is_living(&proc));
    g_assert_true(dcc_process_scan_is_sure(&(DccProcessScan){&living, 1, NULL}, 0));
    g_assert_false(dcc_process_scan_is_sure(&(DccProcessScan){&proc, 1, NULL}, proc.start_ticks));
    g_assert_true(
        dcc_process_scan_is_sure(&(DccProcessScan){&proc, 1, NULL}, proc.start_ticks + 1));
    g_assert_false(dcc_process_scan_is_sure(&(DccProcessScan){&gone, 1, NULL}, G_MAXUINT64));
    dcc_process_scan_take(&look, NULL, NULL);
    g_assert_null(look.dead);
    dcc_process_scan_take(&look, NULL, NULL);
    g_assert_true(
        dcc_process_scan_is_sure(&(DccProcessScan){&proc, 1, look.dead}, proc.start_ticks));
    g_assert_false(
        dcc_process_scan_is_sure(&(DccProcessScan){&gone, 1, look.dead}, proc.start_ticks));
    proc.state = 'S';
    g_assert_false(dcc_process_scan_is_sure(&(DccProcessScan){&proc, 1, NULL}, proc.start_ticks));
    finish(&child);
    g_assert_false(dcc_process_scan_is_sure(&(DccProcessScan){&proc, 1, NULL}, proc.start_ticks));
}

static GArray *
find_by(const char *name, const char *setting)
{
    const char *const names[] = {"nobody", name, NULL};

    return dcc_tree_find(names, setting);
}

/* A spawn is over when the child has let go of our memory; the kernel gives it its new name and
 * environment a moment later. */
static GArray *
find_in_time(const char *name, const char *setting)
{
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    GArray *found = find_by(name, setting);

    while (found->len == 0 && g_get_monotonic_time() < end) {
        g_array_unref(found);
        g_usleep(1000);
        found = find_by(name, setting);
    }
    return found;
}

static void
assert_not_found(const char *name, const char *setting)
{
    g_autoptr(GArray) found = find_by(name, setting);

    g_assert_cmpuint(found->len, ==, 0);
}

/* By name and by a setting that it inherited; neither alone will do. No other run has this one. */
static void
test_find(void)
{
    g_autofree char *mark = g_strdup_printf("MARK=of-test-%d-whole", (int)getpid());
    g_autofree char *piece = g_strndup(mark, strlen(mark) - strlen("-whole"));
    const char *argv[] = {hands, "wait", NULL};
    const char *envp[] = {"FIRST=1", mark, "LAST=", NULL};
    DccSpawn spawn = {.argv = argv, .envp = envp, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GArray) found = NULL;
    DccChild child;

    spawn.new_session = TRUE;
    g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    found = find_in_time("hands", mark);
    g_assert_cmpuint(found->len, ==, 1);
    g_assert_cmpint(g_array_index(found, gint64, 0), ==, child.pid);
    assert_not_found("hand", mark);
    assert_not_found("hands", piece);
    assert_not_found("hands", mark + 1);
    finish(&child);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/process/tree/list", test_list);
    g_test_add_func("/process/tree/sample", test_sample);
    g_test_add_func("/process/tree/gone", test_gone);
    g_test_add_func("/process/tree/look", test_look);
    g_test_add_func("/process/tree/find", test_find);
    return g_test_run();
}
