/* Who a pid is, and how a process ended. */
#include "dcc-identity.h"
#include "dcc-pidfd.h"
#include "dcc-spawn.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hands;

static DccChild
start(const char *mode, const char *argument)
{
    const char *argv[] = {hands, mode, argument, NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    DccChild child;

    g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    return child;
}

static void
reap(DccChild *child)
{
    siginfo_t info;

    g_assert_cmpint(waitid(P_PID, (id_t)child->pid, &info, WEXITED), ==, 0);
    close(child->process);
}

static void
test_self(void)
{
    DccIdentity self;
    int pidfd;

    g_assert_true(dcc_identity_read(getpid(), &self));
    g_assert_cmpuint(strlen(self.boot_id), ==, 36);
    g_assert_cmpuint(self.start_ticks, >, 0);
    g_assert_true(dcc_identity_is_alive(&self));
    pidfd = dcc_identity_open(&self);
    g_assert_cmpint(pidfd, >=, 0);
    close(pidfd);
    g_assert_false(dcc_identity_read(0, &self));
    g_assert_false(dcc_identity_read(-1, &self));
}

static void
test_strangers(void)
{
    DccIdentity self;
    DccIdentity other;

    dcc_identity_read(getpid(), &self);
    other = self;
    other.start_ticks++;
    g_assert_false(dcc_identity_is_alive(&other));
    other = self;
    other.boot_id[3] ^= 1;
    g_assert_false(dcc_identity_is_alive(&other));
    other = self;
    other.boot_id[0] = 0;
    g_assert_false(dcc_identity_is_alive(&other));
    if (self.pidfs_inode != 0) {
        other = self;
        other.pidfs_inode++;
        g_assert_false(dcc_identity_is_alive(&other));
    }
    /* A start time that was never known proves nothing. */
    other = self;
    other.start_ticks = 0;
    g_assert_false(dcc_identity_is_alive(&other));
}

static void
test_zombie(void)
{
    DccChild child = start("exit", "9");
    DccIdentity identity;
    int status = 0;

    waitid(P_PID, (id_t)child.pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
    g_assert_true(dcc_identity_read(child.pid, &identity));
    g_assert_false(dcc_identity_is_alive(&identity));
    g_assert_true(dcc_pidfd_has_ended(child.process));
    g_assert_false(dcc_pidfd_is_reaped(child.process));
    g_assert_true(dcc_pidfd_read_exit(child.process, &status));
    g_assert_cmphex(status, ==, 9 << 8);
    /* Reading is not reaping. */
    g_assert_true(dcc_pidfd_reap(child.process, &status));
    g_assert_cmphex(status, ==, 9 << 8);
    g_assert_false(dcc_identity_is_alive(&identity));
    g_assert_cmpint(dcc_identity_open(&identity), ==, -1);
    close(child.process);
}

static void
test_alive_tells_nothing(void)
{
    DccChild child = start("wait", NULL);
    int status = 77;

    g_assert_false(dcc_pidfd_read_exit(child.process, &status));
    g_assert_false(dcc_pidfd_reap(child.process, &status));
    g_assert_cmpint(status, ==, 77);
    kill(child.pid, SIGKILL);
    reap(&child);
}

/* Somebody else in this process took the wait, as a careless library does. */
static void
test_stolen_wait(void)
{
    DccChild child = start("exit", "8");
    int status = 0;

    g_assert_cmpint(waitpid(child.pid, NULL, 0), ==, child.pid);
    if (dcc_pidfd_can_read_exit()) {
        g_assert_true(dcc_pidfd_read_exit(child.process, &status));
        g_assert_cmphex(status, ==, 8 << 8);
    } else {
        g_assert_false(dcc_pidfd_read_exit(child.process, &status));
        g_test_message("this kernel does not tell");
    }
    close(child.process);
}

/* By the number alone: whoever has it now. */
#define STRANGERS 2000

/* Each of its children waits for a byte, and is reaped the moment it has ended. */
static void
raise_strangers(int in, int out)
{
    for (int i = 0; i < STRANGERS; i++) {
        char byte;
        pid_t pid = fork();

        if (pid == 0)
            _exit(read(in, &byte, 1) == 1 ? 5 : 6);
        if (pid < 0 || write(out, &pid, sizeof pid) != sizeof pid || waitpid(pid, NULL, 0) != pid)
            _exit(1);
    }
    _exit(0);
}

/* Whoever reaps it, and whenever: what has ended is told. */
static void
test_reaped_while_asked(void)
{
    int to[2], from[2];
    pid_t parent, pid;

    if (!dcc_pidfd_can_read_exit()) {
        g_test_skip("this kernel does not tell");
        return;
    }
    g_assert_true(pipe(to) == 0 && pipe(from) == 0);
    parent = fork();
    if (parent == 0) {
        close(to[1]); /* it ends with us */
        raise_strangers(to[0], from[1]);
    }
    for (int i = 0; i < STRANGERS; i++) {
        GPollFD end = {.events = G_IO_IN};
        int status = 0;

        g_assert_cmpint(read(from[0], &pid, sizeof pid), ==, sizeof pid);
        end.fd = dcc_pidfd_open(pid);
        g_assert_cmpint(write(to[1], "", 1), ==, 1);
        g_assert_cmpint(g_poll(&end, 1, -1), ==, 1);
        g_assert_true(dcc_pidfd_read_exit(end.fd, &status));
        g_assert_cmphex(status, ==, 5 << 8);
        close(end.fd);
    }
    g_assert_cmpint(waitpid(parent, NULL, 0), ==, parent);
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(from[i]);
    }
}

static void
test_numbers(void)
{
    DccChild child = start("exit", "0");
    DccIdentity self;

    g_assert_true(dcc_identity_read(getpid(), &self));
    g_assert_cmpuint(dcc_identity_read_start(getpid()), ==, self.start_ticks);
    g_assert_true(dcc_identity_is_pid_alive(getpid()));
    waitid(P_PID, (id_t)child.pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
    g_assert_false(dcc_identity_is_pid_alive(child.pid));
    g_assert_cmpuint(dcc_identity_read_start(child.pid), >, 0);
    reap(&child);
    g_assert_false(dcc_identity_is_pid_alive(child.pid));
    g_assert_cmpuint(dcc_identity_read_start(child.pid), ==, 0);
}

static void
test_age(void)
{
    gint64 began = g_get_monotonic_time();
    DccChild child = start("wait", NULL);
    DccIdentity identity;
    gint64 age_ms;

    g_assert_true(dcc_identity_read(child.pid, &identity));
    do
        age_ms = dcc_identity_get_age_ms(&identity);
    while (age_ms < 50);
    /* In hundredths of a second it was told when it started. */
    g_assert_cmpint(age_ms, <=, (g_get_monotonic_time() - began) / 1000 + 20);
    g_assert_cmpint((g_get_monotonic_time() - began) / 1000, >=, 50 - 20);
    identity.boot_id[3] ^= 1;
    g_assert_cmpint(dcc_identity_get_age_ms(&identity), ==, -1);
    dcc_identity_read(child.pid, &identity);
    identity.start_ticks = 0;
    g_assert_cmpint(dcc_identity_get_age_ms(&identity), ==, -1);
    identity.start_ticks = G_MAXINT64 / 1000000;
    g_assert_cmpint(dcc_identity_get_age_ms(&identity), ==, -1);
    kill((pid_t)child.pid, SIGKILL);
    reap(&child);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/process/identity/self", test_self);
    g_test_add_func("/process/identity/strangers", test_strangers);
    g_test_add_func("/process/identity/zombie", test_zombie);
    g_test_add_func("/process/identity/alive-tells-nothing", test_alive_tells_nothing);
    g_test_add_func("/process/identity/stolen-wait", test_stolen_wait);
    g_test_add_func("/process/identity/reaped-while-asked", test_reaped_while_asked);
    g_test_add_func("/process/identity/numbers", test_numbers);
    g_test_add_func("/process/identity/age", test_age);
    return g_test_run();
}
