/* Starting and ending children where a kernel or a sandbox lacks what is usually there. */
#include "dcc-child.h"
#include "dcc-exit-status.h"
#include "dcc-fds.h"
#include "dcc-launcher.h"
#include "dcc-own-process.h"
#include "dcc-sealed-file.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HIGH_FD 700

static const char *hands;

static const SandboxRule no_close_range = {SYS_close_range, 0, ENOSYS};
static const SandboxRule no_high_close = {SYS_close, 0x7ffff000, 0};
static const SandboxRule no_listing = {SYS_getdents64, 0, EACCES};
static const SandboxRule no_clone_with_pidfd = {SYS_clone, CLONE_PIDFD, EPERM};
static const SandboxRule no_pidfd = {SYS_pidfd_open, 0, ENOSYS};

/* A descriptor that is not to be inherited, opened before the limit was set. */
static void
open_above_the_limit(void)
{
    const struct rlimit low = {64, 64};

    g_assert_cmpint(dup2(STDERR_FILENO, HIGH_FD), ==, HIGH_FD);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &low), ==, 0);
}

/* (transfer full): what the child has open. */
static char *
list_open(void)
{
    const char *argv[] = {hands, "state", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = dcc_command_run(argv, NULL, 20000, 4096, NULL, &error);

    g_assert_no_error(error);
    return g_strndup(text, strcspn(text, "\n"));
}

static void
test_listed(void)
{
    g_autofree char *open = NULL;

    open_above_the_limit();
    sandbox_refuse(&no_close_range, 1);
    open = list_open();
    g_assert_cmpstr(open, ==, "fds 0 1 2");
}

/* The limit is not counted up to, nor down from: a container's may be a thousand million. */
static void
test_limit_not_counted(void)
{
    const SandboxRule rules[] = {no_close_range, no_high_close};
    const char *argv[] = {hands, "exit", "0", NULL};
    struct rlimit limit;
    int status = -1;

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    limit.rlim_cur = limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    sandbox_refuse(rules, G_N_ELEMENTS(rules));
    g_free(dcc_command_run(argv, NULL, 20000, 4096, &status, NULL));
    g_assert_true(dcc_exit_status_is_success(status));
}

static void
test_not_listed(void)
{
    const SandboxRule rules[] = {no_close_range, no_listing};
    gint64 began = g_get_monotonic_time();
    g_autofree char *open = NULL;

    open_above_the_limit();
    sandbox_refuse(rules, G_N_ELEMENTS(rules));
    open = list_open();
    g_assert_cmpstr(open, ==, "fds 0 1 2");
    g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_USEC_PER_SEC);
}

static gboolean
may_mount(void)
{
    const char *argv[] = {"/usr/bin/unshare", "--mount", "true", NULL};
    int status = -1;

    g_free(dcc_command_run(argv, NULL, 10000, 1000, &status, NULL));
    return dcc_exit_status_is_success(status);
}

/* In a process of its own. */
static void
hide_proc(void)
{
    g_assert_cmpint(unshare(CLONE_NEWNS), ==, 0);
    g_assert_cmpint(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
    g_assert_cmpint(mount("none", "/proc", "tmpfs", 0, NULL), ==, 0);
}

/* Without /proc there is no list and no path to a descriptor, and a program still starts and ends.
 */
static void
test_no_proc(void)
{
    const char *argv[] = {hands, "exit", "0", NULL};
    const char *slow[] = {"/bin/sh", "-c", "sleep 1000", NULL};
    g_autofree char *program = NULL;
    g_autofree char *itself = g_file_read_link("/proc/self/exe", NULL);
    g_autoptr(GError) error = NULL;
    int fd = open(hands, O_RDONLY | O_CLOEXEC);
    int status = -1;

    hide_proc();
    sandbox_refuse(&no_close_range, 1);
    g_free(dcc_command_run(argv, NULL, 20000, 1000, &status, NULL));
    g_assert_true(dcc_exit_status_is_success(status));
    g_assert_null(dcc_command_run(slow, NULL, 100, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
    g_assert_cmpint(dcc_sealed_file_copy(fd, "name", 100), ==, -1);
    program = dcc_own_process_get_program();
    /* A sanitizer wants it back. */
    g_assert_cmpint(umount2("/proc", MNT_DETACH), ==, 0);
    g_assert_cmpstr(program, ==, itself);
}

/* A child without a handle is waited for all the same, and not until the time is over. */
static void
test_no_handles(void)
{
    const SandboxRule rules[] = {no_clone_with_pidfd, no_pidfd};
    const char *argv[] = {"/bin/sh", "-c", "echo out; exit 3", NULL};
    const char *slow[] = {"/bin/sh", "-c", "sleep 1000 & sleep 1000", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gint64 began = g_get_monotonic_time();
    DccExitStatus end;
    int status = 0;

    sandbox_refuse(rules, G_N_ELEMENTS(rules));
    text = dcc_command_run(argv, NULL, 60000, 1000, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "out\n");
    end = dcc_exit_status_decode(status);
    g_assert_cmpint(end.kind, ==, DCC_RESULT_EXITED);
    g_assert_cmpint(end.code, ==, 3);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 30 * G_USEC_PER_SEC);
    g_assert_null(dcc_command_run(slow, NULL, 100, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
}

/* A launcher's child that cannot be watched is not left behind, and its name is free. */
static void
test_launched_without_handles(void)
{
    const SandboxRule rules[] = {no_clone_with_pidfd, no_pidfd};
    const char *argv[] = {"/bin/sleep", "20", NULL};
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();

    sandbox_refuse(rules, G_N_ELEMENTS(rules));
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(dcc_launcher_launch(launcher, "a", argv, NULL, NULL, &error), ==, 0);
        g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
        g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
        g_assert_cmpint(errno, ==, ECHILD);
    }
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 0);
}

/* Without /proc to look for its session in, a command that is too slow ends all the same. */
static void
test_nothing_listed(void)
{
    const char *slow[] = {"/bin/sh", "-c", "sleep 1000", NULL};
    g_autoptr(GError) error = NULL;

    sandbox_refuse(&no_listing, 1);
    g_assert_null(dcc_command_run(slow, NULL, 100, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
}

/* A program that ignores SIGCHLD gets no exit to read: it is not taken for a good one. */
static void
test_ignored_children(void)
{
    const char *argv[] = {hands, "exit", "7", NULL};
    DccExitStatus end;
    int status = 0;

    signal(SIGCHLD, SIG_IGN);
    g_free(dcc_command_run(argv, NULL, 20000, 1000, &status, NULL));
    end = dcc_exit_status_decode(status);
    if (dcc_process_ref_can_read_exit())
        g_assert_cmpint(end.code, ==, 7);
    else
        g_assert_cmpint(end.kind, ==, DCC_RESULT_LOST);
}

static void
close_standard(int first, int last)
{
    for (int fd = first; fd <= last; fd++)
        close(fd);
}

/* Whatever this program opens next, it is not what is written to for people to see. */
static void
test_guard(void)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    int write_errno;
    gboolean guarded;
    int next;

    close_standard(STDIN_FILENO, STDERR_FILENO);
    dcc_fds_guard_standard();
    guarded = dcc_fds_is_open(STDIN_FILENO) && dcc_fds_is_open(STDOUT_FILENO) &&
              dcc_fds_is_open(STDERR_FILENO);
    next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    write_errno = write(STDOUT_FILENO, "x", 1) < 0 ? errno : 0;
    dup2(saved, STDERR_FILENO);
    g_assert_true(guarded);
    g_assert_cmpint(next, >, STDERR_FILENO);
    /* That nobody hears it goes on being noticed. */
    g_assert_cmpint(write_errno, ==, EBADF);
}

static void
test_guard_takes_nothing(void)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);

    close(before);
    dcc_fds_guard_standard();
    g_assert_cmpint(open("/dev/null", O_RDONLY | O_CLOEXEC), ==, before);
}

/* A program without standard output passes on what it has not: the child is started all the same.
 */
static void
test_passed_on(const SandboxRule *rules, guint n)
{
    DccSpawn spawn = {.argv = (const char *[]){hands, "exit", "5", NULL},
                      .stdin_fd = STDIN_FILENO,
                      .stdout_fd = STDOUT_FILENO,
                      .stderr_fd = STDERR_FILENO};
    DccChild child = {-1, -1};
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    gboolean started;

    sandbox_refuse(rules, n);
    close_standard(STDIN_FILENO, STDERR_FILENO);
    started = dcc_spawn(&spawn, &child, NULL, NULL);
    dup2(saved, STDERR_FILENO);
    g_assert_true(started);
    g_assert_cmpint(dcc_exit_status_decode(dcc_child_reap(&child)).code, ==, 5);
}

static void
test_passed_on_by_clone(void)
{
    test_passed_on(NULL, 0);
}

static void
test_passed_on_by_posix_spawn(void)
{
    test_passed_on(&no_clone_with_pidfd, 1);
}

/* Filters and limits cannot be taken back: each test has a process of its own. */
static void
run_alone(gconstpointer data)
{
    const char *name = data;

    if (g_str_has_suffix(name, "no-proc/subprocess") && !may_mount()) {
        g_test_skip("this user may not mount");
        return;
    }
    if (!sandbox_is_possible()) {
        g_test_skip("this kernel has no system call filters");
        return;
    }
    g_test_trap_subprocess(name, 60 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestFunc func;
    } tests[] = {
        {"closing/listed", test_listed},
        {"closing/limit-not-counted", test_limit_not_counted},
        {"closing/not-listed", test_not_listed},
        {"closing/no-proc", test_no_proc},
        {"command/no-handles", test_no_handles},
        {"launcher/no-handles", test_launched_without_handles},
        {"command/nothing-listed", test_nothing_listed},
        {"command/ignored-children", test_ignored_children},
        {"standard/guarded", test_guard},
        {"standard/taken-nothing", test_guard_takes_nothing},
        {"standard/passed-on-by-clone", test_passed_on_by_clone},
        {"standard/passed-on-by-posix-spawn", test_passed_on_by_posix_spawn},
    };

    g_test_init(&argc, &argv, NULL);
    hands = g_getenv("HANDS");
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *inner = g_strdup_printf("/platform/%s/subprocess", tests[i].name);
        g_autofree char *outer = g_strdup_printf("/platform/%s", tests[i].name);

        g_test_add_func(inner, tests[i].func);
        g_test_add_data_func(outer, g_intern_string(inner), run_alone); /* most never run */
    }
    return g_test_run();
}
