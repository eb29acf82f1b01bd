/* Session and shim die in every order: the application lives on, and its end is still known, or
 * said to be lost. */
#include "life.h"

#include "dcc-identity.h"
#include "dcc-shim-wire.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
kill_shim(Life *life)
{
    int pidfd;
    DccIdentity shim = life_record(life).shim;

    g_assert_true((pidfd = dcc_identity_open(&shim)) >= 0);
    close(pidfd);
    kill((pid_t)shim.pid, SIGKILL);
}

static gboolean
is_shim_dead(Life *life, gpointer data)
{
    DccIdentity shim = life_record(life).shim;

    return !dcc_identity_is_alive(&shim);
}

static gint64
log_bytes(Life *life)
{
    g_autofree char *text = NULL;
    gsize n = 0;

    g_file_get_contents(life->log, &text, &n, NULL);
    return (gint64)n;
}

static gboolean
has_grown(Life *life, gpointer data)
{
    return log_bytes(life) > *(gint64 *)data;
}

static void
until_it_grows(Life *life)
{
    gint64 now = log_bytes(life);

    life_until(life, has_grown, &now);
}

static void
test_session_dies(void)
{
    g_autoptr(Life) life = life_new();
    DccIdentity main;

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    life_detach(life);
    until_it_grows(life);
    main = life_record(life).main;
    g_assert_true(dcc_identity_is_alive(&main));
    life_attach(life);
    g_assert_true(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_STARTED);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGTERM);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
}

/* The shim has written the end down, and is stopped before it can say so to whoever attaches: that
 * is told from the record. */
static void
test_end_on_record(void)
{
    g_autoptr(Life) life = life_new();
    pid_t shim;

    life_start(life, "daemon", NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    shim = (pid_t)dcc_shim_link_get_pid(life->link);
    life_detach(life);
    kill(shim, SIGSTOP);
    life_attach(life);
    life_wait(life, DCC_SHIM_EXITED);
    g_assert_true(life_was_told(life, DCC_SHIM_STARTED));
    g_assert_false(life_was_told(life, DCC_SHIM_EMPTY));
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    kill(shim, SIGCONT);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
}

/* Nobody was there when it ended. */
static void
test_end_unattended(void)
{
    g_autoptr(Life) life = life_new();
    DccIdentity main;

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    main = life_record(life).main;
    life_detach(life);
    kill((pid_t)main.pid, SIGUSR1);
    life_until(life, is_shim_dead, NULL);
    life_attach(life);
    g_assert_false(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(life_was_told(life, DCC_SHIM_EXITED));
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_true(life_record(life).exited);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGUSR1);
    g_assert_cmpint(life_record(life).ended, >, life_record(life).started);
}

/* Known where the kernel tells it or the zombie shows it, else lost; but never 0. */
static void
assert_known_or_lost(Life *life, int wait_status)
{
    DccShimRecord record = life_record(life);

    g_assert_true(record.exited != record.lost);
    if (dcc_process_ref_can_read_exit())
        g_assert_true(record.exited);
    if (record.exited)
        g_assert_cmphex(record.wait_status, ==, wait_status);
    else
        g_test_message("this kernel does not tell; it was said to be lost");
}

static void
test_shim_dies(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    kill_shim(life);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_false(dcc_shim_link_is_owned(life->link));
    g_assert_false(life_was_told(life, DCC_SHIM_EXITED));
    until_it_grows(life);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_EMPTY);
    g_assert_true(life_was_told(life, DCC_SHIM_EXITED));
    assert_known_or_lost(life, SIGTERM);
}

static void
test_both_die(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) tree = NULL;

    life_start(life, "talk", NULL);
    life_until_logged(life, "line 1");
    life_detach(life);
    kill_shim(life);
    life_until(life, is_shim_dead, NULL);
    life_attach(life);
    g_assert_false(dcc_shim_link_is_owned(life->link));
    life_wait(life, DCC_SHIM_GONE);
    until_it_grows(life);
    tree = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(tree->len, ==, 1);
    g_assert_cmpint(g_array_index(tree, gint64, 0), ==, life_record(life).main.pid);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    assert_known_or_lost(life, SIGKILL);
    g_assert_false(life_record(life).lost && life_record(life).exited);
}

/* A tree with every bad habit, and no shim to hold its roots. */
static void
test_orphan_tree(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) left = NULL;

    life_start(life, "daemon", NULL);
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    kill_shim(life);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_false(life_was_told(life, DCC_SHIM_EMPTY));
    left = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(left->len, ==, 1);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    g_assert_true(life_record(life).tree_empty);
    g_assert_cmphex(life_record(life).wait_status, ==, 0);
}

/* A session that is a subreaper gets the application itself, and so the truth, on any kernel. */
static void
test_shim_dies_below_subreaper(void)
{
    g_autoptr(Life) life = life_new();

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    kill_shim(life);
    life_wait(life, DCC_SHIM_GONE);
    kill((pid_t)life_record(life).main.pid, SIGUSR2);
    life_wait(life, DCC_SHIM_EMPTY);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    g_assert_true(life_record(life).exited);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGUSR2);
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

static void
forge(Life *life, void (*change)(DccShimSlot *slot))
{
    g_autofree char *path = g_build_filename(life->dir, "exit", NULL);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    DccShimSlot slot;

    g_assert_true(dcc_shim_slot_read(fd, &slot));
    change(&slot);
    g_assert_true(dcc_shim_slot_write(fd, &slot));
    close(fd);
}

static void
another_boot(DccShimSlot *slot)
{
    slot->boot_id[0] = slot->boot_id[0] == '0' ? '1' : '0';
}

static void
another_start(DccShimSlot *slot)
{
    slot->main.start_ticks--;
    slot->shim.start_ticks--;
}

/* The pid of the record is alive, but it is not who the record means: hands off. */
static void
assert_stranger_is_left_alone(void (*change)(DccShimSlot *slot))
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) tree = NULL;
    DccIdentity main;

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    main = life_record(life).main;
    life_detach(life);
    kill_shim(life);
    life_until(life, is_shim_dead, NULL);
    forge(life, change);
    if (change == another_start) {
        g_autofree char *fifo = g_build_filename(life->dir, "out.fifo", NULL);

        unlink(fifo); /* or that proves it to be ours after all */
    }
    life_attach(life);
    tree = dcc_shim_link_list_tree(life->link);
    g_assert_cmpuint(tree->len, ==, 0);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    g_assert_true(life_record(life).lost);
    g_assert_true(dcc_identity_is_alive(&main));
    kill((pid_t)main.pid, SIGKILL);
}

static void
test_strangers(void)
{
    assert_stranger_is_left_alone(another_boot);
    assert_stranger_is_left_alone(another_start);
}

/* Killed at any moment of its first milliseconds. */
static void
test_shim_dies_early(void)
{
    for (int i = 0; i < 30; i++) {
        g_autoptr(Life) life = life_new();

        life_start(life, "wait", NULL);
        g_usleep((gulong)(i * 100));
        kill((pid_t)dcc_shim_link_get_pid(life->link), SIGKILL);
        life_wait(life, DCC_SHIM_GONE);
        if (life_record(life).spawned && !life_record(life).refused) {
            dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
            life_wait(life, DCC_SHIM_EMPTY);
            g_assert_true(life_record(life).exited || life_record(life).lost);
        } else {
            g_assert_true(life_was_told(life, DCC_SHIM_REFUSED));
        }
    }
}

int
main(int argc, char **argv)
{
    life_init(&argc, &argv);
    g_test_add_func("/shim/deaths/session", test_session_dies);
    g_test_add_func("/shim/deaths/end-on-record", test_end_on_record);
    g_test_add_func("/shim/deaths/end-unattended", test_end_unattended);
    g_test_add_func("/shim/deaths/shim", test_shim_dies);
    g_test_add_func("/shim/deaths/both", test_both_die);
    g_test_add_func("/shim/deaths/orphan-tree", test_orphan_tree);
    g_test_add_func("/shim/deaths/below-subreaper", test_shim_dies_below_subreaper);
    g_test_add_func("/shim/deaths/strangers", test_strangers);
    g_test_add_func("/shim/deaths/early", test_shim_dies_early);
    return g_test_run();
}
