/* Processes that are left behind. Each ends by itself after the lifetime, so that a test that fails
 * leaves the machine as it was. Grown before there is a second thread. */
#include "fake-dcc.h"
#include "fake-system.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REFORK_PAUSE_MS 2

static void
ignore_term(void)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
}

static void
live_on(const FakeOptions *options)
{
    alarm((unsigned)options->lifetime);
    fake_sleep(FAKE_NEVER);
}

static void
tell(const char *kind)
{
    char word[64];

    snprintf(word, sizeof word, "left-%s", kind);
    fake_oracle(word, 0);
}

/* A new process each few milliseconds, the old one gone: a kill by number always comes too late. */
static void
refork(const FakeOptions *options)
{
    int64_t end = fake_now() + options->lifetime * 1000;

    ignore_term();
    while (options->lifetime == 0 || fake_now() < end) {
        fake_sleep(REFORK_PAUSE_MS);
        pid_t child = fork();
        if (child > 0)
            _exit(0);
        if (child < 0)
            fake_sleep(REFORK_PAUSE_MS);
    }
    _exit(0);
}

static void
live_as(const char *kind, const FakeOptions *options)
{
    if (strcmp(kind, "refork") == 0) {
        tell(kind);
        refork(options);
    }
    if (strcmp(kind, "setsid") == 0) {
        setsid();
        ignore_term();
    }
    if (strcmp(kind, "ignore-term") == 0)
        ignore_term();
    tell(kind);
    if (strcmp(kind, "stopped") == 0)
        raise(SIGSTOP);
    live_on(options);
}

static bool
is_orphan(const char *kind)
{
    return strcmp(kind, "double-fork") == 0 || strcmp(kind, "setsid") == 0 ||
           strcmp(kind, "daemon") == 0 || strcmp(kind, "hold-stdout") == 0;
}

/* TRUE in the process that is to live on. An orphan's parent is gone when this returns in the
 * caller. */
static bool
branch(const char *kind)
{
    pid_t child = fork();

    if (child != 0) {
        if (child > 0 && is_orphan(kind))
            waitpid(child, NULL, 0);
        return false;
    }
    if (is_orphan(kind) && fork() != 0)
        _exit(0);
    return true;
}

static void
keep_only(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; i < 3; i++)
        if (i != fd)
            dup2(null, i);
}

void
fake_tree_grow(const FakeOptions *options)
{
    fflush(stdout);
    for (int i = 0; i < options->n_tree; i++)
        if (branch(options->tree[i]))
            live_as(options->tree[i], options);
    if (options->hold_stdout && branch("hold-stdout")) {
        keep_only(1);
        tell("hold-stdout");
        live_on(options);
    }
    if (options->daemon && branch("daemon")) {
        setsid();
        ignore_term();
        keep_only(-1);
        prctl(PR_SET_NAME, options->daemon);
        tell("daemon");
        live_on(options);
    }
}

int
fake_wrapper_run(char **argv)
{
    int n = 0, status;

    for (char **arg = argv; *arg; arg++)
        if (strcmp(*arg, "--wrapper") != 0)
            argv[n++] = *arg;
    argv[n] = NULL;

    pid_t child = fork();
    if (child == 0) {
        execv("/proc/self/exe", argv);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 126;
    if (WIFSIGNALED(status)) {
        fake_oracle("exit", 128 + WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    fake_oracle("exit", WEXITSTATUS(status));
    return WEXITSTATUS(status);
}
