/* A thousand children and one descriptor that tells of their ends, once each. */
#include "dcc-exit-watch.h"
#include "dcc-pidfd.h"
#include "dcc-spawn.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_CHILDREN 1000

static const char *hands;

typedef struct {
    DccChild child;
    guint id;
    guint told;
    guint *total;
} One;

static void
on_exit_of(int pidfd, gpointer data)
{
    One *one = data;

    g_assert_true(dcc_pidfd_has_ended(pidfd));
    one->told++;
    (*one->total)++;
}

static DccChild
start(void)
{
    const char *argv[] = {hands, "wait", NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GError) error = NULL;
    DccChild child;

    dcc_spawn(&spawn, &child, NULL, &error);
    g_assert_no_error(error);
    return child;
}

static gboolean
on_deadline(gpointer data)
{
    g_error("the ends were not told in time");
    return G_SOURCE_REMOVE;
}

static void
test_thousand(void)
{
    struct rlimit limit;
    DccExitWatch *watch = dcc_exit_watch_ref_default();
    g_autofree One *all = g_new0(One, N_CHILDREN);
    guint total = 0;
    guint n = N_CHILDREN;
    guint deadline;

    getrlimit(RLIMIT_NOFILE, &limit);
    n = MIN(n, (guint)(MIN(limit.rlim_cur, 1000000) - 50) / 2);
    g_test_message("%u children", n);
    for (guint i = 0; i < n; i++) {
        all[i].total = &total;
        all[i].child = start();
        all[i].id = dcc_exit_watch_add(watch, all[i].child.process, on_exit_of, &all[i], NULL);
        g_assert_cmpuint(all[i].id, !=, 0);
    }
    /* One is taken back and must not be told. */
    dcc_exit_watch_remove(watch, all[0].id);
    deadline = g_timeout_add_seconds(30, on_deadline, NULL);
    for (guint i = 0; i < n; i++)
        kill(all[i].child.pid, SIGKILL);
    while (total < n - 1)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    for (guint i = 0; i < n; i++) {
        int status = 0;

        g_assert_cmpuint(all[i].told, ==, i == 0 ? 0 : 1);
        while (!dcc_pidfd_reap(all[i].child.process, &status)) {
        }
        g_assert_cmphex(status, ==, SIGKILL);
        close(all[i].child.process);
    }
    dcc_exit_watch_unref(watch);
}

static void
test_latency(void)
{
    DccExitWatch *watch = dcc_exit_watch_ref_default();
    gint64 spent = 0;

    for (int i = 0; i < 50; i++) {
        guint total = 0;
        One one = {start(), 0, 0, &total};
        gint64 began;

        dcc_exit_watch_add(watch, one.child.process, on_exit_of, &one, NULL);
        began = g_get_monotonic_time();
        kill(one.child.pid, SIGKILL);
        while (total == 0)
            g_main_context_iteration(NULL, TRUE);
        spent += g_get_monotonic_time() - began;
        dcc_pidfd_reap(one.child.process, NULL);
        close(one.child.process);
    }
    g_test_message("kill to callback: %.0f us", (double)spent / 50);
    dcc_exit_watch_unref(watch);
}

typedef struct {
    DccExitWatch *watch;
    guint other;
    gboolean told;
} Rude;

static void
remove_other(int pidfd, gpointer data)
{
    Rude *rude = data;

    rude->told = TRUE;
    dcc_exit_watch_remove(rude->watch, rude->other);
    dcc_exit_watch_unref(rude->watch);
}

/* The callback takes another one back and lets go of the last reference. */
static void
test_rude_callback(void)
{
    DccChild a = start();
    DccChild b = start();
    Rude rude = {dcc_exit_watch_ref_default(), 0, FALSE};
    Rude never = {NULL, 0, FALSE};

    g_assert_true(rude.watch == dcc_exit_watch_ref_default());
    dcc_exit_watch_unref(rude.watch);
    dcc_exit_watch_add(rude.watch, a.process, remove_other, &rude, NULL);
    rude.other = dcc_exit_watch_add(rude.watch, b.process, remove_other, &never, NULL);
    kill(a.pid, SIGKILL);
    while (!rude.told)
        g_main_context_iteration(NULL, TRUE);
    kill(b.pid, SIGKILL);
    for (DccChild *child = (DccChild[]){a, b, {0}}; child->pid != 0; child++) {
        while (!dcc_pidfd_reap(child->process, NULL)) {
        }
        close(child->process);
    }
    g_assert_false(never.told);
}

static void
test_bad_fd(void)
{
    DccExitWatch *watch = dcc_exit_watch_ref_default();
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(dcc_exit_watch_add(watch, -1, on_exit_of, NULL, &error), ==, 0);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    dcc_exit_watch_remove(watch, 12345);
    dcc_exit_watch_unref(watch);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/process/exit-watch/thousand", test_thousand);
    g_test_add_func("/process/exit-watch/latency", test_latency);
    g_test_add_func("/process/exit-watch/rude-callback", test_rude_callback);
    g_test_add_func("/process/exit-watch/bad-fd", test_bad_fd);
    return g_test_run();
}
