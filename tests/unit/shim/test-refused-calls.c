/* A kernel or a sandbox that refuses calls of the pidfd family or its kin, named by $DENY:
 * everything works all the same, but for what cannot be known. */
#include "life.h"

#include "dcc-deny.h"
#include "dcc-proc.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_end(gconstpointer data)
{
    DccShimOrder order = (DccShimOrder)GPOINTER_TO_INT(data);
    g_autoptr(Life) life = life_new();

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    dcc_shim_link_order(life->link, order);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_cmphex(
        life_record(life).wait_status, ==, order == DCC_SHIM_KILL_TREE ? SIGKILL : SIGTERM);
    /* The shim was reaped, too. */
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

static void
test_tree(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "tree", "1", NULL);
    life_until_logged(life, "ready");
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_record(life).tree_empty);
}

static void
test_attach(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    life_detach(life);
    life_attach(life);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_STARTED);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
}

static gboolean
has_shim_ended(Life *life, gpointer data)
{
    DccProc proc;

    return !dcc_proc_read(life_record(life).shim.pid, &proc) || proc.state == 'Z';
}

/* Without its shim: it is not taken for dead, and can be ended. */
static void
test_orphan(gconstpointer detached)
{
    g_autoptr(Life) life = life_new();
    DccProc proc;

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    if (detached != NULL)
        life_detach(life);
    kill((pid_t)life_record(life).shim.pid, SIGKILL);
    life_until(life, has_shim_ended, NULL);
    if (detached != NULL)
        life_attach(life);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_false(life_was_told(life, DCC_SHIM_EXITED));
    g_assert_true(dcc_proc_read(life_record(life).main.pid, &proc));
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_EMPTY);
    g_assert_true(life_record(life).exited != life_record(life).lost);
}

/* What started it may take a moment to end. */
static gboolean
is_alone(Life *life, gpointer data)
{
    g_autoptr(GArray) left = dcc_shim_link_list_left(life->link);

    return left->len == 1;
}

/* What the main process left behind ends by itself. */
static void
test_orphan_left(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) left = NULL;
    DccProc proc;

    life_start(life, "daemon", NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    kill((pid_t)life_record(life).shim.pid, SIGKILL);
    life_wait(life, DCC_SHIM_GONE);
    life_until(life, is_alone, NULL);
    left = dcc_shim_link_list_left(life->link);
    g_assert_true(dcc_proc_read(g_array_index(left, DccShimMember, 0).pid, &proc));
    g_assert_cmpint(dcc_proc_signal(&proc, SIGKILL), ==, 0);
    life_wait(life, DCC_SHIM_EMPTY);
    g_assert_true(life_record(life).tree_empty);
}

int
main(int argc, char **argv)
{
    int answer = g_strcmp0(g_getenv("DENY_BY"), "EPERM") == 0 ? EPERM : ENOSYS;
    g_auto(GStrv) calls = NULL;

    life_init(&argc, &argv);
    g_assert_nonnull(g_getenv("DENY"));
    calls = g_strsplit(g_getenv("DENY"), "+", 0);
    for (guint i = 0; calls[i] != NULL; i++)
        if (!dcc_deny(calls[i], answer)) {
            g_print("1..0 # SKIP no seccomp here\n");
            return 0;
        }
    g_test_add_data_func("/shim/refused/term", GINT_TO_POINTER(DCC_SHIM_TERM), test_end);
    g_test_add_data_func("/shim/refused/term-tree", GINT_TO_POINTER(DCC_SHIM_TERM_TREE), test_end);
    g_test_add_data_func("/shim/refused/kill", GINT_TO_POINTER(DCC_SHIM_KILL_TREE), test_end);
    g_test_add_func("/shim/refused/tree", test_tree);
    g_test_add_func("/shim/refused/attach", test_attach);
    g_test_add_func("/shim/refused/orphan-left", test_orphan_left);
    g_test_add_data_func("/shim/refused/orphan", NULL, test_orphan);
    g_test_add_data_func("/shim/refused/orphan-found", "", test_orphan);
    return g_test_run();
}
