/* What is no part of an application's tree: another instance that was started from inside it, and
 * daemons that its plan lets live on; and what is told of those that are. */
#include "life.h"

#include "dcc-proc.h"
#include "dcc-shim-files.h"
#include "dcc-stray.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTER "11111111-2222-3333-4444-555555555555"
#define INNER "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

/* The command that starts an instance in inner->dir, as a session does: in a session of its own and
 * with its own number. */
static char *
inner_command(Life *inner, const char *run)
{
    g_assert_true(dcc_shim_files_prepare(inner->dir, NULL));
    return g_strdup_printf("DCCHOST_INCARNATION=%s '%s' --dir '%s' --log '%s' --log-size 0 "
                           "--log-files 1 --signal 15 --oom 0 -- '%s' daemon-and-wait "
                           "3</dev/null &",
                           run,
                           life_shim,
                           inner->dir,
                           inner->log,
                           life_hands);
}

/* An application in which an instance was started; both run. */
static void
start_both(Life *outer, Life *inner)
{
    g_autofree char *command = inner_command(inner, INNER);
    g_autofree char *script = g_strdup_printf("%s exec '%s' tree 1", command, life_hands);

    life_set_run(outer, OUTER);
    life_start_argv(outer, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_until_logged(outer, "ready");
    life_until_logged(inner, "daemon");
}

static void
end_inner(Life *inner)
{
    DccIdentity main = life_record(inner).main;

    g_assert_true(dcc_identity_is_alive(&main));
    life_attach(inner);
    dcc_shim_link_order(inner->link, DCC_SHIM_KILL_TREE);
    life_wait(inner, DCC_SHIM_EMPTY);
}

static gboolean
is_listed(GArray *pids, gint64 pid)
{
    for (guint i = 0; i < pids->len; i++)
        if (g_array_index(pids, gint64, i) == pid)
            return TRUE;
    return FALSE;
}

/* Every signal to the tree passes it by, it is not counted, and the outer one is over without it.
 */
static void
test_nested(void)
{
    g_autoptr(Life) outer = life_new();
    g_autoptr(Life) inner = life_new();
    g_autoptr(GArray) tree = NULL;

    start_both(outer, inner);
    tree = dcc_shim_link_list_tree(outer->link);
    g_assert_true(is_listed(tree, life_record(outer).main.pid));
    g_assert_false(is_listed(tree, life_record(inner).main.pid));
    g_assert_false(is_listed(tree, life_record(inner).shim.pid));
    dcc_shim_link_order(outer->link, DCC_SHIM_TERM_TREE);
    dcc_shim_link_order(outer->link, DCC_SHIM_KILL_TREE);
    life_wait(outer, DCC_SHIM_GONE);
    g_assert_true(life_was_told(outer, DCC_SHIM_EMPTY));
    end_inner(inner);
    life_wait(inner, DCC_SHIM_GONE);
}

/* Its shim dies, and what it held becomes the outer shim's child. */
static void
test_nested_without_shim(void)
{
    g_autoptr(Life) outer = life_new();
    g_autoptr(Life) inner = life_new();

    start_both(outer, inner);
    life_kill_shim(inner);
    dcc_shim_link_order(outer->link, DCC_SHIM_KILL_TREE);
    life_wait(outer, DCC_SHIM_GONE);
    g_assert_true(life_was_told(outer, DCC_SHIM_EMPTY));
    end_inner(inner);
}

/* The outer shim dies: the session's own search keeps off as well. */
static void
test_nested_in_orphan(void)
{
    g_autoptr(Life) outer = life_new();
    g_autoptr(Life) inner = life_new();

    start_both(outer, inner);
    life_kill_shim(outer);
    life_wait(outer, DCC_SHIM_GONE);
    dcc_shim_link_order(outer->link, DCC_SHIM_TERM_TREE);
    dcc_shim_link_order(outer->link, DCC_SHIM_KILL_TREE);
    life_wait(outer, DCC_SHIM_EMPTY);
    end_inner(inner);
    life_wait(inner, DCC_SHIM_GONE);
}

/* No rubbish makes a process another instance's, and no session of its own does. */
static void
test_not_nested(void)
{
    const char *settings[] = {"DCCHOST_INCARNATION=" OUTER,
                              "DCCHOST_INCARNATION=",
                              "DCCHOST_INCARNATION=mine",
                              "XDCCHOST_INCARNATION=" INNER,
                              "-u DCCHOST_INCARNATION"};

    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(Life) life = life_new();
        g_autofree char *script = g_strdup_printf(
            "env %s setsid '%s' daemon; exec '%s' wait", settings[i], life_hands, life_hands);
        g_autoptr(GArray) ended = NULL;
        guint total = 0;

        life_set_run(life, OUTER);
        life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
        life_until_logged(life, "daemon");
        dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
        life_wait(life, DCC_SHIM_GONE);
        ended = dcc_shim_link_list_ended(life->link, &total);
        g_assert_cmpuint(total, >=, 1);
    }
}

static void
assert_daemon_ended(Life *life)
{
    g_autoptr(GArray) ended = NULL;
    const DccShimMember *member;
    guint total = 0;

    ended = dcc_shim_link_list_ended(life->link, &total);
    g_assert_cmpuint(total, ==, 1);
    g_assert_cmpuint(ended->len, ==, 1);
    member = &g_array_index(ended, DccShimMember, 0);
    g_assert_cmpstr(member->name, ==, "encoder");
    g_assert_nonnull(strstr(member->command, "/encoder daemon"));
    g_assert_cmpint(member->signal, ==, SIGKILL);
    g_assert_cmpint(member->pid, >, 1);
}

/* With a shim and without. */
static void
test_ended(gconstpointer without_shim)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *encoder = life_make_program(life, "encoder");
    g_autoptr(GArray) before = NULL;

    life_start_argv(life, (const char *[]){encoder, "daemon", NULL});
    life_wait(life, DCC_SHIM_EXITED);
    life_until_logged(life, "daemon");
    before = dcc_shim_link_list_ended(life->link, NULL);
    g_assert_cmpuint(before->len, ==, 0);
    if (without_shim != NULL) {
        life_kill_shim(life);
        life_wait(life, DCC_SHIM_GONE);
    }
    dcc_shim_link_order(life->link, DCC_SHIM_TERM_TREE);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    assert_daemon_ended(life);
    life_wait(life, DCC_SHIM_GONE);
}

/* Many are counted, and the first are named; the main process is not among them. */
static void
test_many_ended(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) ended = NULL;
    g_autofree char *script = g_strdup_printf(
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1000 & done; "
        "exec '%s' daemon-and-wait",
        life_hands);
    guint total = 0;

    life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_until_logged(life, "daemon");
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    ended = dcc_shim_record_list_ended(life->dir, &total);
    g_assert_cmpuint(total, ==, 21);
    g_assert_cmpuint(ended->len, ==, 16);
    for (guint i = 0; i < ended->len; i++)
        g_assert_cmpint(g_array_index(ended, DccShimMember, i).pid, !=, life_record(life).main.pid);
}

static gboolean
has_worked(Life *life, gpointer data)
{
    g_autoptr(GArray) left = dcc_shim_link_list_left(life->link);
    gboolean worked = FALSE;

    for (guint i = 0; i < left->len; i++) {
        const DccShimMember *member = &g_array_index(left, DccShimMember, i);

        g_assert_cmpint(member->pid, !=, life_record(life).main.pid);
        if (strcmp(member->name, "sleep") == 0)
            g_assert_cmpuint(member->cpu_ticks, <, 5);
        else
            worked = worked || (member->cpu_ticks >= 5 && member->written >= 5000);
    }
    return worked && left->len == 2;
}

/* One that works and one that was forgotten can be told apart. */
static void
test_left(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *script = g_strdup_printf(
        "sleep 1000 & (while :; do echo line of output; done) & exec '%s' wait", life_hands);

    life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_wait(life, DCC_SHIM_STARTED);
    life_until(life, has_worked, NULL);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
}

static void
kill_left_daemon(gint64 pid)
{
    DccProc proc;

    g_assert_true(dcc_proc_read(pid, &proc));
    g_assert_cmpstr(proc.comm, ==, "licence-server-"); /* the kernel keeps 15 bytes */
    g_assert_cmpint(dcc_proc_signal(&proc, SIGKILL), ==, 0);
}

static gint64
read_pid(Life *life)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(life->log, &text, NULL, NULL));
    return g_ascii_strtoll(strstr(text, "pid ") + 4, NULL, 10);
}

/* It has its name from the moment on that it is executed, and is not known by it before. */
static gboolean
has_executed_daemon(Life *life, gpointer data)
{
    DccProc proc;

    return dcc_proc_read(read_pid(life), &proc) && strcmp(proc.comm, "licence-server-") == 0;
}

/* A daemon's name that is longer than what the kernel keeps of it, with a shim and without. */
static void
test_long_name(gconstpointer without_shim)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *daemon = life_make_program(life, "licence-server-for-all");
    g_autofree char *script =
        g_strdup_printf("'%s' wait & echo pid $!; exec '%s' daemon-and-wait", daemon, life_hands);
    const char *daemons[] = {"licence-server-for-all", NULL};

    life->start.daemons = daemons;
    life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_until_logged(life, "daemon");
    life_until(life, has_executed_daemon, NULL);
    if (without_shim != NULL) {
        life_kill_shim(life);
        life_wait(life, DCC_SHIM_GONE);
    }
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_EMPTY);
    kill_left_daemon(read_pid(life));
    life_wait(life, DCC_SHIM_GONE);
}

static gboolean
is_main_dead(Life *life, gpointer data)
{
    DccIdentity main = life_record(life).main;

    return !dcc_identity_is_alive(&main);
}

/* Main process and shim are killed at once, with their session. Of the children one has nothing of
 * us but the environment. */
static void
start_and_lose(Life *life, const char *more)
{
    g_autofree char *script = g_strdup_printf(
        "%s setsid sh -c 'exec sleep 1000' >/dev/null 2>&1 & exec '%s' daemon-and-wait",
        more,
        life_hands);

    life_set_run(life, OUTER);
    life_start_argv(life, (const char *[]){"/bin/sh", "-c", script, NULL});
    life_until_logged(life, "daemon");
    life_detach(life);
    life_kill_shim(life);
}

static gboolean
are_two_left(Life *life, gpointer data)
{
    g_autoptr(GArray) left = dcc_stray_list(life->dir);

    return left->len == 2;
}

static void
test_strays(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GArray) attended = NULL;
    g_autoptr(GArray) ended = NULL;
    g_autoptr(GArray) left = NULL;
    g_autoptr(GError) error = NULL;

    start_and_lose(life, "");
    attended = dcc_stray_list(life->dir);
    g_assert_cmpuint(attended->len, ==, 0); /* the main process lives: adopt it */
    kill((pid_t)life_record(life).main.pid, SIGKILL);
    life_until(life, is_main_dead, NULL);
    life_until(life, are_two_left, NULL);
    g_assert_true(dcc_stray_end(life->dir, 50, 10000, &ended, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ended->len, ==, 2);
    left = dcc_stray_list(life->dir);
    g_assert_cmpuint(left->len, ==, 0);
}

/* Another instance that was started from inside it, and a process that is nobody's, live on. */
static void
test_strays_and_others(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(Life) inner = life_new();
    g_autofree char *command = inner_command(inner, INNER);
    g_autoptr(GArray) ended = NULL;

    start_and_lose(life, command);
    life_until_logged(inner, "daemon");
    kill((pid_t)life_record(life).main.pid, SIGKILL);
    life_until(life, is_main_dead, NULL);
    g_assert_true(dcc_stray_end(life->dir, 0, 10000, &ended, NULL));
    g_assert_cmpuint(ended->len, ==, 2);
    end_inner(inner);
    life_wait(inner, DCC_SHIM_GONE);
}

/* This process carries the run's number, as a session does that is started from a shell which the
 * dead application had opened: neither it nor the shell is ended. */
static void
test_strays_and_ourselves(void)
{
    g_autoptr(Life) life = life_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *script = g_strdup_printf(
        "DCCHOST_INCARNATION=%s '%s' --end-strays '%s'; exit $?", OUTER, self, life->dir);
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", script, NULL};
    int status = -1;

    start_and_lose(life, "");
    kill((pid_t)life_record(life).main.pid, SIGKILL);
    life_until(life, is_main_dead, NULL);
    life_until(life, are_two_left, NULL);
    g_setenv("DCCHOST_INCARNATION", OUTER, TRUE);
    g_assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error));
    g_unsetenv("DCCHOST_INCARNATION");
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--end-strays") == 0)
        return dcc_stray_end(argv[2], 0, 10000, NULL, NULL) ? 0 : 1;
    life_init(&argc, &argv);
    g_test_add_func("/shim/apart/nested", test_nested);
    g_test_add_func("/shim/apart/nested-without-shim", test_nested_without_shim);
    g_test_add_func("/shim/apart/nested-in-orphan", test_nested_in_orphan);
    g_test_add_func("/shim/apart/not-nested", test_not_nested);
    g_test_add_data_func("/shim/apart/ended", NULL, test_ended);
    g_test_add_data_func("/shim/apart/ended-without-shim", "", test_ended);
    g_test_add_func("/shim/apart/many-ended", test_many_ended);
    g_test_add_func("/shim/apart/left", test_left);
    g_test_add_data_func("/shim/apart/long-name", NULL, test_long_name);
    g_test_add_data_func("/shim/apart/long-name-without-shim", "", test_long_name);
    g_test_add_func("/shim/apart/strays", test_strays);
    g_test_add_func("/shim/apart/strays-and-others", test_strays_and_others);
    g_test_add_func("/shim/apart/strays-and-ourselves", test_strays_and_ourselves);
    return g_test_run();
}
