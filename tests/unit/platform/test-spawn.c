/* Starting a child: what it gets, what it does not get, and why it did not start. */
#include "dcc-identity.h"
#include "dcc-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hands;

static int
wait_for(DccChild *child)
{
    int status = 0;

    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    close(child->process);
    return status;
}

/* Runs it with its output in a pipe. */
static char *
output_of(DccSpawn *spawn, int *status)
{
    GString *text = g_string_new(NULL);
    DccChild child;
    GError *error = NULL;
    char buffer[256];
    gssize n;
    int fds[2];

    g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
    spawn->stdin_fd = spawn->stderr_fd = -1;
    spawn->stdout_fd = fds[1];
    dcc_spawn(spawn, &child, NULL, &error);
    g_assert_no_error(error);
    close(fds[1]);
    while ((n = read(fds[0], buffer, sizeof buffer)) > 0)
        g_string_append_len(text, buffer, n);
    close(fds[0]);
    *status = wait_for(&child);
    return g_string_free(text, FALSE);
}

static void
on_signal(int sig)
{
}

static void
test_clean(void)
{
    const char *argv[] = {hands, "state", NULL};
    DccSpawn spawn = {.argv = argv, .new_session = TRUE};
    g_autofree char *text = NULL;
    int stray = open("/dev/null", O_RDONLY);
    sigset_t set;
    int status;

    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, on_signal);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    text = output_of(&spawn, &status);
    g_assert_cmpstr(text, ==, "fds 0 1 2\nnot default\nblocked\nleader 1\n");
    g_assert_cmphex(status, ==, 0);
    /* And ours are as they were. */
    sigprocmask(SIG_SETMASK, NULL, &set);
    g_assert_true(sigismember(&set, SIGUSR2));
    g_assert_true(signal(SIGHUP, SIG_DFL) == SIG_IGN);
    g_assert_true(signal(SIGUSR1, SIG_DFL) == on_signal);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    close(stray);
}

/* Sources and targets overlap in the worst way: each is where another one has to go. */
static void
test_kept_fds(void)
{
    const char *argv[] = {"/bin/sh", "-c", "cat <&3; cat <&4; cat <&5", NULL};
    g_autofree char *text = NULL;
    int pipes[3][2];
    int keep[3];
    int status;
    DccSpawn spawn = {.argv = argv, .keep_fds = keep, .n_keep_fds = 3};

    for (int i = 0; i < 3; i++) {
        char digit = (char)('a' + i);

        g_assert_true(g_unix_open_pipe(pipes[i], FD_CLOEXEC, NULL));
        g_assert_cmpint(write(pipes[i][1], &digit, 1), ==, 1);
        close(pipes[i][1]);
        keep[i] = fcntl(pipes[i][0], F_DUPFD_CLOEXEC, 20);
        close(pipes[i][0]);
    }
    /* 5 for the first, 3 for the second, 4 for the third */
    for (int i = 0; i < 3; i++) {
        int wanted = (i + 2) % 3 + 3;
        int saved = fcntl(wanted, F_GETFD) < 0 ? -1 : wanted;

        if (saved >= 0) {
            g_test_skip("somebody holds the low descriptors");
            return;
        }
        g_assert_cmpint(dup2(keep[i], wanted), ==, wanted);
        close(keep[i]);
        keep[i] = wanted;
    }
    text = output_of(&spawn, &status);
    g_assert_cmpstr(text, ==, "abc");
    for (int i = 0; i < 3; i++)
        close(keep[i]);
}

static void
refused(const char *program, const char *cwd, const char *stage, int errno_code)
{
    const char *argv[] = {program, NULL};
    DccSpawn spawn = {.argv = argv, .cwd = cwd, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GError) error = NULL;
    DccChild child;
    int code = 0;

    g_assert_false(dcc_spawn(&spawn, &child, &code, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_START);
    g_assert_true(g_str_has_prefix(error->message, stage));
    g_assert_cmpint(code, ==, errno_code);
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

static void
test_refused(void)
{
    refused("/nonexistent", NULL, "exec", ENOENT);
    refused("/etc/passwd", NULL, "exec", EACCES);
    refused("/bin/true", "/nonexistent", "chdir", ENOENT);
    refused("/bin/true", "/etc/passwd", "chdir", ENOTDIR);
}

static void
test_too_big(void)
{
    g_autofree char *big = g_strnfill(200 * 1024, 'x');
    const char *argv[] = {"/bin/true", big, NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GError) error = NULL;
    DccChild child;
    int code = 0;

    g_assert_false(dcc_spawn(&spawn, &child, &code, &error));
    g_assert_cmpint(code, ==, E2BIG);
}

static void
test_many(void)
{
    const char *argv[] = {hands, "exit", "7", NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    gint64 spent = 0;

    for (int i = 0; i < 200; i++) {
        gint64 began = g_get_monotonic_time();
        DccChild child;

        g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
        spent += g_get_monotonic_time() - began;
        g_assert_cmpint(child.process, >=, 0);
        g_assert_cmphex(wait_for(&child), ==, 7 << 8);
    }
    g_test_message("one call: %.0f us", (double)spent / 200);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/process/spawn/kept-fds", test_kept_fds);
    g_test_add_func("/process/spawn/clean", test_clean);
    g_test_add_func("/process/spawn/refused", test_refused);
    g_test_add_func("/process/spawn/too-big", test_too_big);
    g_test_add_func("/process/spawn/many", test_many);
    return g_test_run();
}
