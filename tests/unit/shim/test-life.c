/* Starts and ends under a shim: what the application is given, and that its end is told as it was.
 */
#include "life.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
end_of(const char *mode, int number)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *text = g_strdup_printf("%d", number);
    DccShimRecord record;

    life_start(life, mode, text, NULL);
    life_wait(life, DCC_SHIM_GONE);
    record = life_record(life);
    g_assert_true(record.exited);
    g_assert_true(record.tree_empty);
    g_assert_true(life_was_told(life, DCC_SHIM_STARTED));
    g_assert_true(life_was_told(life, DCC_SHIM_EXITED));
    g_assert_true(life_was_told(life, DCC_SHIM_EMPTY));
    g_assert_cmpuint(life->news->len, ==, 4);
    g_assert_false(record.our_signal);
    return record.wait_status;
}

static void
test_every_code(void)
{
    for (int code = 0; code < 256; code++)
        g_assert_cmphex(end_of("exit", code), ==, code << 8);
}

static gboolean
kills(int sig)
{
    switch (sig) {
    case SIGCHLD:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGURG:
    case SIGWINCH:
        return FALSE;
    default:
        return TRUE;
    }
}

static void
test_every_signal(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        if (kills(sig))
            g_assert_cmphex(end_of("signal", sig) & ~0x80, ==, sig);
}

/* Not what we think the core bit should be, but what the kernel tells a parent about the same
 * death. */
static void
test_core_bit(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *script = g_strdup_printf("ulimit -c unlimited; exec %s signal 11", life_hands);
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    int expected = 0;

    g_assert_true(g_spawn_sync(life->dir,
                               (char **)argv,
                               NULL,
                               G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL,
                               NULL,
                               NULL,
                               NULL,
                               &expected,
                               NULL));
    life->start.cwd = life->dir;
    life_start_argv(life, argv);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, expected);
}

static void
refused(const char *program, const char *cwd, const char *stage, int errno_code)
{
    g_autoptr(Life) life = life_new();
    const char *argv[] = {program, NULL};
    DccShimRecord record;

    life->start.cwd = cwd;
    life_start_argv(life, argv);
    life_wait(life, DCC_SHIM_GONE);
    record = life_record(life);
    g_assert_true(life_was_told(life, DCC_SHIM_REFUSED));
    g_assert_false(life_was_told(life, DCC_SHIM_STARTED));
    g_assert_false(life_was_told(life, DCC_SHIM_EXITED));
    g_assert_true(record.refused);
    g_assert_false(record.exited);
    g_assert_cmpstr(record.stage, ==, stage);
    g_assert_cmpint(record.errno_code, ==, errno_code);
}

static void
test_refused(void)
{
    refused("/nonexistent/program", "/", "exec", ENOENT);
    refused("/etc/passwd", "/", "exec", EACCES);
    refused("/tmp", "/", "exec", EACCES);
    refused("/bin/true", "/nonexistent", "chdir", ENOENT);
    refused("/bin/true", "/etc/passwd", "chdir", ENOTDIR);
}

static void
test_no_shim(void)
{
    g_autoptr(Life) life = life_new();

    life->start.shim = "/nonexistent/dcchost-shim";
    life_start_argv(life, (const char *[]){"/bin/true", NULL});
    g_assert_null(life->link);
    g_assert_error(life->error, DCC_ERROR, DCC_ERROR_START);
    g_assert_cmpint(life->errno_code, ==, ENOENT);
    g_assert_nonnull(strstr(life->error->message, "/nonexistent/dcchost-shim"));
}

static void
append(GString *expected, char kind, const char *text)
{
    g_string_append_c(expected, kind);
    g_string_append(expected, text);
    g_string_append_c(expected, 0);
}

static void
test_bytes(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *file = g_build_filename(life->dir, "dump", NULL);
    g_autofree char *cwd = g_build_filename(life->dir, "d\xff r\n", NULL);
    g_autofree char *big = g_strnfill(100 * 1024, 'b');
    g_autoptr(GString) expected = g_string_new(NULL);
    g_autofree char *got = NULL;
    const char *odd[] = {"", "\xff\xfe", "two\nlines", "'\"$x *", "--", "--dir", big, NULL};
    const char *env[] = {"A=", "B=\xff\n=", "LD_PRELOAD=", "PATH=/bin", NULL};
    const char *argv[12] = {life_hands, "dump", file};
    gsize n;

    g_assert_cmpint(g_mkdir(cwd, 0700), ==, 0);
    memcpy(argv + 3, odd, sizeof odd);
    life->start.envp = env;
    life->start.cwd = cwd;
    life_start_argv(life, argv);
    life_wait(life, DCC_SHIM_GONE);
    for (int i = 0; odd[i] != NULL; i++)
        append(expected, 'a', odd[i]);
    for (int i = 0; env[i] != NULL; i++)
        append(expected, 'e', env[i]);
    append(expected, 'c', cwd);
    g_assert_true(g_file_get_contents(file, &got, &n, NULL));
    g_assert_cmpmem(got, n, expected->str, expected->len);
    g_rmdir(cwd);
}

static void
test_clean_state(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *log = NULL;
    int stray = open("/dev/null", O_RDWR); /* not close-on-exec */

    signal(SIGHUP, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    life_start(life, "state", NULL);
    life_wait(life, DCC_SHIM_GONE);
    signal(SIGHUP, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    close(stray);
    g_assert_true(g_file_get_contents(life->log, &log, NULL, NULL));
    g_assert_cmpstr(log, ==, "fds 0 1 2\nnot default\nblocked\nleader 1\n");
    g_assert_true(life_record(life).exited);
}

static void
test_paused(void)
{
    g_autoptr(Life) life = life_new();

    life_start(life, "stop", NULL);
    life_wait(life, DCC_SHIM_PAUSED);
    g_assert_false(life_was_told(life, DCC_SHIM_EXITED));
    kill((pid_t)life_record(life).main.pid, SIGCONT);
    life_wait(life, DCC_SHIM_RESUMED);
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGKILL);
}

static void
test_first_signal(void)
{
    g_autoptr(Life) life = life_new();

    life->start.first_signal = SIGINT;
    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    dcc_shim_link_order(life->link, DCC_SHIM_TERM);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_cmphex(life_record(life).wait_status, ==, SIGINT);
    g_assert_true(life_record(life).our_signal);
}

static void
test_oom_score(void)
{
    g_autoptr(Life) life = life_new();
    const char *argv[] = {"/bin/cat", "/proc/self/oom_score_adj", NULL};
    g_autofree char *own = NULL;
    g_autofree char *log = NULL;

    life->start.oom_score = 200;
    life_start_argv(life, argv);
    life_wait(life, DCC_SHIM_GONE);
    g_assert_true(g_file_get_contents("/proc/self/oom_score_adj", &own, NULL, NULL));
    g_assert_true(g_file_get_contents(life->log, &log, NULL, NULL));
    g_assert_cmpint(atoi(log), ==, MIN(atoi(own) + 200, 1000));
}

static void
test_small(void)
{
    g_autoptr(Life) life = life_new();
    g_autofree char *path = NULL;
    g_autofree char *status = NULL;
    const char *line;

    life_start(life, "wait", NULL);
    life_wait(life, DCC_SHIM_STARTED);
    path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/status", dcc_shim_link_get_pid(life->link));
    g_assert_true(g_file_get_contents(path, &status, NULL, NULL));
    line = strstr(status, "VmRSS:");
    g_assert_nonnull(line);
    g_test_message("the shim's %.24s", line);
#ifndef __SANITIZE_ADDRESS__
    g_assert_cmpint(atoi(line + 6), <, 2048);
#endif
    dcc_shim_link_order(life->link, DCC_SHIM_KILL_TREE);
    life_wait(life, DCC_SHIM_GONE);
}

static guint
count_fds(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static void
test_many_lives(void)
{
    guint before = 0;

    for (int i = 0; i < 300; i++) {
        gboolean by_signal = i % 3 == 0;

        if (by_signal)
            g_assert_cmphex(
                end_of("signal", i % 2 ? SIGKILL : SIGTERM), ==, i % 2 ? SIGKILL : SIGTERM);
        else
            g_assert_cmphex(end_of("exit", i % 256), ==, i % 256 << 8);
        if (i == 0)
            before = count_fds();
    }
    g_assert_cmpuint(count_fds(), ==, before);
    /* Not one child left, alive or dead. */
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

int
main(int argc, char **argv)
{
    life_init(&argc, &argv);
    g_test_add_func("/shim/life/every-code", test_every_code);
    g_test_add_func("/shim/life/every-signal", test_every_signal);
    g_test_add_func("/shim/life/core-bit", test_core_bit);
    g_test_add_func("/shim/life/refused", test_refused);
    g_test_add_func("/shim/life/no-shim", test_no_shim);
    g_test_add_func("/shim/life/bytes", test_bytes);
    g_test_add_func("/shim/life/clean-state", test_clean_state);
    g_test_add_func("/shim/life/paused", test_paused);
    g_test_add_func("/shim/life/first-signal", test_first_signal);
    g_test_add_func("/shim/life/oom-score", test_oom_score);
    g_test_add_func("/shim/life/small", test_small);
    g_test_add_func("/shim/life/many-lives", test_many_lives);
    return g_test_run();
}
