/* Orders reach the shim whatever stands in the way, a failed start leaves nothing, and nothing but
 * SIGKILL ends the shim before its time. */
#include "life.h"

#include "dcc-deny.h"
#include "dcc-proc.h"
#include "dcc-shim-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t
shim_pid(Life *life)
{
    return (pid_t)dcc_shim_link_get_pid(life->link);
}

static gboolean
is_stopped(Life *life, gpointer data)
{
    DccProc proc;

    return dcc_proc_read(life_record(life).shim.pid, &proc) && proc.state == 'T';
}

/* More than the socket holds, to a shim that does not read. */
static void
fill_socket(Life *life)
{
    kill(shim_pid(life), SIGSTOP);
    life_until(life, is_stopped, NULL);
    for (int i = 0; i < 5000; i++)
        dcc_shim_link_order(life->link, DCC_SHIM_CONT);
}

/* The order that found no room is sent as soon as there is some: nobody hangs up, nobody redials.
 */
static void
test_no_room(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *socket = g_build_filename(life->dir, DCC_SHIM_FILE_SOCKET, NULL);

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    g_assert_cmpint(g_unlink(socket), ==, 0);
    fill_socket(life);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    kill(shim_pid(life), SIGCONT);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
}

static gboolean
is_main_dead(Life *life, gpointer data)
{
    DccProc proc;

    return !dcc_proc_read(life_record(life).main.pid, &proc) ||
           proc.start_ticks != life_record(life).main.start_ticks || proc.state == 'Z';
}

static gboolean
is_tree_empty(Life *life, gpointer data)
{
    return life_record(life).tree_empty;
}

enum { REACHABLE, FULL, FULL_AND_NO_NAME, DEAD, DEAD_AND_KNOWN };

/* A session that gives up what it started, whatever state the shim is in. */
static void
test_abandon(gconstpointer data)
{
    int how = GPOINTER_TO_INT(data);
    g_autoptr(Life) life = life_new();
    g_autofree char *socket = g_build_filename(life->dir, DCC_SHIM_FILE_SOCKET, NULL);
    pid_t shim;

    life_expect_killed_children(life);
    life_start(life, "tree", "1", NULL);
    life_until_logged(life, "ready");
    shim = shim_pid(life);
    if (how == FULL || how == FULL_AND_NO_NAME)
        fill_socket(life);
    if (how == FULL_AND_NO_NAME)
        g_assert_cmpint(g_unlink(socket), ==, 0);
    if (how == DEAD)
        kill(shim, SIGKILL);
    if (how == DEAD_AND_KNOWN) {
        life_kill_shim(life);
        life_wait(life, DCC_SHIM_GONE);
    }
    dcc_shim_link_abandon(g_steal_pointer(&life->link));
    if (how == FULL_AND_NO_NAME)
        life_until(life, is_main_dead, NULL);
    if (how != DEAD && how != DEAD_AND_KNOWN) {
        kill(shim, SIGCONT);
        life_until(life, is_tree_empty, NULL);
        g_assert_cmphex(life_record(life).wait_status, ==, SIGKILL);
    }
    life_until(life, is_main_dead, NULL);
}

static void
abandon(DccShimLink *link, int news, Life *life)
{
    if (news == DCC_SHIM_STARTED)
        dcc_shim_link_abandon(g_steal_pointer(&life->link));
}

static void
drop(DccShimLink *link, int news, Life *life)
{
    if (news == GPOINTER_TO_INT(g_object_get_data(G_OBJECT(link), "when")))
        g_clear_object(&life->link);
}

static void
test_abandon_in_news(void)
{
    g_autoptr(Life) life = life_new();
    guint n;

    life_start(life, "wait", NULL);
    g_signal_connect_after(life->link, "news", G_CALLBACK(abandon), life);
    life_until(life, is_tree_empty, NULL);
    n = life->news->len;
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(life->news->len, ==, n);
    g_assert_false(life_was_told(life, DCC_SHIM_EXITED));
}

static gboolean
is_dropped(Life *life, gpointer data)
{
    return life->link == NULL;
}

/* The last reference is dropped by whoever hears a news, of whatever kind. */
static void
test_drop_in_news(void)
{
    const DccShimNews all[] = {
        DCC_SHIM_STARTED, DCC_SHIM_OUTPUT, DCC_SHIM_EXITED, DCC_SHIM_EMPTY, DCC_SHIM_GONE};

    for (guint i = 0; i < 2 * G_N_ELEMENTS(all); i++) {
        g_autoptr(Life) life = life_new();
        DccShimNews when = all[i / 2];

        /* Odd: without a shim, where what comes after GONE is told by the link itself. */
        if (i % 2 == 1 && (when == DCC_SHIM_STARTED || when == DCC_SHIM_GONE))
            continue;
        life_start(life, "talk", NULL);
        life_until_logged(life, "line 1");
        if (i % 2 == 1) {
            life_kill_shim(life);
            life_wait(life, DCC_SHIM_GONE);
        } else {
            life_detach(life);
            life_attach(life);
        }
        g_object_set_data(G_OBJECT(life->link), "when", GINT_TO_POINTER(when));
        g_signal_connect_after(life->link, "news", G_CALLBACK(drop), life);
        if (when != DCC_SHIM_STARTED && when != DCC_SHIM_OUTPUT)
            dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
        life_until(life, is_dropped, NULL);
        kill((pid_t)life_record(life).main.pid, SIGKILL);
        life_until(life, is_main_dead, NULL);
    }
}

static bool
has_our_lock(const DccProc *proc, void *data)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%" G_GINT64_FORMAT "/cmdline", (gint64)proc->pid);
    g_autofree char *text = NULL;
    gsize n = 0;

    return proc->pid != getpid() && g_file_get_contents(path, &text, &n, NULL) &&
           memmem(text, n, data, strlen(data)) != NULL;
}

static guint
count_started(Life *life)
{
    static DccProc list[64];

    return (guint)dcc_proc_scan(list, G_N_ELEMENTS(list), has_our_lock, life->dir);
}

static gboolean
has_no_child(Life *life, gpointer data)
{
    return waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

/* Whose link was dropped ends, and is reaped, a little later. */
static void
wait_for_earlier_shims(void)
{
    g_autoptr(Life) life = life_new();

    life_until(life, has_no_child, NULL);
}

/* Out of descriptors at each point of a start in turn: it succeeds, or nothing is left of it. */
static void
test_failed_start(void)
{
    struct rlimit before;
    guint failed = 0;
    gboolean started = FALSE;

    wait_for_earlier_shims();
    getrlimit(RLIMIT_NOFILE, &before);
    g_main_context_iteration(NULL, FALSE); /* GLib's own descriptors are not what is tested */
    for (rlim_t limit = 3; limit < 64 && !started; limit++) {
        g_autoptr(Life) life = life_new();
        struct rlimit low = {limit, before.rlim_max};

        setrlimit(RLIMIT_NOFILE, &low);
        life_start_argv(life, (const char *[]){life_hands, "wait", life->dir, NULL});
        setrlimit(RLIMIT_NOFILE, &before);
        started = life->link != NULL;
        if (started) {
            dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
            life_wait(life, DCC_SHIM_GONE);
            continue;
        }
        failed++;
        g_assert_nonnull(life->error);
        g_assert_cmpuint(count_started(life), ==, 0);
        g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
        g_assert_cmpint(errno, ==, ECHILD);
    }
    g_assert_true(started);
    g_assert_cmpuint(failed, >, 3);
}

/* The shim was started and no pidfd can be watched: it is known by its number. Last, for that stays so. */
static void
test_unwatchable(void)
{
    g_autoptr(Life) life = life_new();

    if (!dcc_deny("epoll_ctl", ENOSPC)) {
        g_test_skip("no seccomp here");
        return;
    }
    life_start_argv(life, (const char *[]){life_hands, "tree", "1", life->dir, NULL});
    g_assert_no_error(life->error);
    g_assert_nonnull(life->link);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    life_until_logged(life, "ready");
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_cmpuint(count_started(life), ==, 0);
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_true(life_record(life).tree_empty);
}

/* What a farm or a shutdown sends to every process: the shim goes on until the end is on record. */
static void
test_every_signal(void)
{
    g_autoptr(Life) life = life_new();
    pid_t shim;

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    shim = shim_pid(life);
    for (int sig = 1; sig < NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            kill(shim, sig);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    kill((pid_t)life_record(life).main.pid, SIGTERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_true(life_record(life).exited);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
}

/* From its first moment: whenever they come, the application is started and ends as it does, or
 * nothing was started and that is said. */
static void
test_signals_at_the_start(void)
{
    for (int i = 0; i < 30; i++) {
        g_autoptr(Life) life = life_new();
        const int sigs[] = {SIGTERM, SIGINT, SIGHUP};

        life_start(life, "exit", "5", NULL);
        g_usleep((gulong)(i * 50));
        kill(shim_pid(life), sigs[i % 3]);
        life_wait(life, DCC_SHIM_GONE);
        if (life_record(life).exited)
            g_assert_cmphex(life_record(life).wait_status, ==, 5 << 8);
        else
            g_assert_true(life_was_told(life, DCC_SHIM_REFUSED));
    }
}

int
main(int argc, char **argv)
{
    life_init(&argc, &argv);
    g_test_add_func("/shim/orders/no-room", test_no_room);
    g_test_add_data_func("/shim/orders/abandon", GINT_TO_POINTER(REACHABLE), test_abandon);
    g_test_add_data_func("/shim/orders/abandon-full", GINT_TO_POINTER(FULL), test_abandon);
    g_test_add_data_func(
        "/shim/orders/abandon-no-name", GINT_TO_POINTER(FULL_AND_NO_NAME), test_abandon);
    g_test_add_data_func("/shim/orders/abandon-dead", GINT_TO_POINTER(DEAD), test_abandon);
    g_test_add_data_func(
        "/shim/orders/abandon-known-dead", GINT_TO_POINTER(DEAD_AND_KNOWN), test_abandon);
    g_test_add_func("/shim/orders/abandon-in-news", test_abandon_in_news);
    g_test_add_func("/shim/orders/drop-in-news", test_drop_in_news);
    g_test_add_func("/shim/orders/failed-start", test_failed_start);
    g_test_add_func("/shim/orders/every-signal", test_every_signal);
    g_test_add_func("/shim/orders/signals-at-the-start", test_signals_at_the_start);
    g_test_add_func("/shim/orders/unwatchable", test_unwatchable);
    return g_test_run();
}
