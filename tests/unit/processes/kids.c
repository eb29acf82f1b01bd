/* Children for tests; see the header. */
#include "kids.h"
#include "dcc-pidfd.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

DccChild
kids_start(const char *hands, const char *mode, const char *argument)
{
    const char *argv[] = {hands, mode, argument, NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    g_autoptr(GError) error = NULL;
    DccChild child;

    dcc_spawn(&spawn, &child, NULL, &error);
    g_assert_no_error(error);
    return child;
}

void
kids_wait_for_end(const DccChild *child)
{
    struct pollfd fd = {child->process, POLLIN, 0};

    g_assert_cmpint(poll(&fd, 1, 20000), ==, 1);
}

void
kids_reap(DccChild *child)
{
    kids_wait_for_end(child);
    dcc_pidfd_reap(child->process, NULL);
    close(child->process);
    child->process = -1;
}

gint64
kids_start_stranger(const char *hands, const char *mode, const char *argument)
{
    g_autofree char *script = g_strdup_printf(
        "'%s' %s %s >/dev/null 2>&1 & echo $!", hands, mode, argument != NULL ? argument : "");
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    g_autoptr(GError) error = NULL;
    int fds[2];
    char text[32] = {0};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stderr_fd = -1};
    DccChild shell;

    g_assert_cmpint(pipe(fds), ==, 0);
    spawn.stdout_fd = fds[1];
    dcc_spawn(&spawn, &shell, NULL, &error);
    g_assert_no_error(error);
    close(fds[1]);
    g_assert_cmpint(read(fds[0], text, sizeof text - 1), >, 0);
    close(fds[0]);
    kids_reap(&shell);
    return g_ascii_strtoll(text, NULL, 10);
}

gboolean
kids_start_as(gint64 pid)
{
#ifdef SYS_clone3
    pid_t wish = (pid_t)pid;
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (guint64)(gsize)&wish, .set_tid_size = 1};
    long child = syscall(SYS_clone3, &args, sizeof args);

    if (child == 0)
        for (;;)
            pause();
    return child > 0;
#else
    return FALSE;
#endif
}
