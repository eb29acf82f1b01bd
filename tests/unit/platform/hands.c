/* A child for tests that does one thing as it is told: hands MODE [ARGUMENT]... */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void
nap(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Until it is killed; or for as long as any test may take, for a test may be killed itself. */
static _Noreturn void
idle(void)
{
    nap(100000);
    _exit(0);
}

/* What it was given, NUL-terminated: arguments, "", environment, "", directory. */
static int
dump(int argc, char **argv)
{
    FILE *file = fopen(argv[2], "w");
    char cwd[4096];

    for (int i = 3; i < argc; i++)
        fprintf(file, "a%s%c", argv[i], 0);
    for (int i = 0; environ[i] != NULL; i++)
        fprintf(file, "e%s%c", environ[i], 0);
    fprintf(file, "c%s%c", getcwd(cwd, sizeof cwd), 0);
    return fclose(file);
}

/* Descriptors, signals and session, as text. */
static int
state(char **argv)
{
    struct sigaction action;
    DIR *dir = opendir("/proc/self/fd");
    FILE *file;
    sigset_t mask;

    printf("fds");
    for (int fd = 0; fd < 1024; fd++)
        if (fd != dirfd(dir) && fcntl(fd, F_GETFD) >= 0)
            printf(" %d", fd);
    closedir(dir);
    printf("\nnot default");
    for (int sig = 1; sig < NSIG; sig++)
        if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            printf(" %d", sig);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    printf("\nblocked");
    for (int sig = 1; sig < NSIG; sig++)
        if (sigismember(&mask, sig) == 1)
            printf(" %d", sig);
    printf("\nleader %d\n", getsid(0) == getpid() && getpgrp() == getpid());
    fflush(stdout);
    file = argv[2] != NULL ? fopen(argv[2], "w") : NULL;
    return file != NULL ? fclose(file) : 0;
}

/* A chain of processes, each of which forks and ends: whoever is looked at is gone already. */
static void
run_away(void)
{
    for (int i = 0; i < 20000; i++) {
        setsid();
        nap(2);
        if (fork() != 0)
            _exit(0);
    }
    _exit(0);
}

static void
be_daemon(void)
{
    if (fork() > 0)
        return;
    setsid();
    pid_t between = getpid();
    if (fork() != 0)
        _exit(0);
    signal(SIGTERM, SIG_IGN);
    while (getppid() == between) /* so that whoever reads the word finds one process and not two */
        usleep(1000);
    printf("daemon\n");
    fflush(stdout);
    idle();
}

/* Every bad habit at once, `depth` generations deep. */
static _Noreturn void
tree(int depth)
{
    signal(SIGTERM, SIG_IGN);
    do {
        be_daemon();
        if (fork() == 0)
            raise(SIGSTOP);
        if (fork() == 0)
            run_away();
    } while (depth-- > 0 && fork() == 0);
    printf("ready\n");
    fflush(stdout);
    idle();
}

static int
flood(long long bytes)
{
    static char block[65536];
    size_t n;

    memset(block, 'x', sizeof block);
    for (int i = 79; i < (int)sizeof block; i += 80)
        block[i] = '\n';
    for (; bytes > 0; bytes -= (long long)n) {
        n = bytes < (long long)sizeof block ? (size_t)bytes : sizeof block;
        if (write(1, block, n) != (ssize_t)n)
            return 1;
    }
    return 0;
}

/* Writes a number every few milliseconds, for ever; ends with 3 when that fails. */
static int
talk(void)
{
    char text[32];

    signal(SIGPIPE, SIG_IGN);
    for (int i = 0;; i++) {
        int n = snprintf(text, sizeof text, "line %d\n", i);

        if (write(1, text, (size_t)n) != n)
            return 3;
        nap(5);
    }
}

int
main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    int n = argc > 2 ? atoi(argv[2]) : 0;

    if (strcmp(mode, "exit") == 0)
        return n;
    if (strcmp(mode, "dump") == 0)
        return dump(argc, argv);
    if (strcmp(mode, "state") == 0)
        return state(argv);
    if (strcmp(mode, "tree") == 0)
        tree(n);
    if (strcmp(mode, "silent") == 0) {
        close(1);
        close(2);
        nap(n);
    }
    if (strcmp(mode, "hold") == 0 && fork() == 0)
        idle();
    if (strcmp(mode, "flood") == 0)
        return flood(atoll(argv[2]));
    if (strcmp(mode, "talk") == 0)
        return talk();
    if (strcmp(mode, "signal") == 0)
        syscall(SYS_kill, getpid(), n);
    if (strcmp(mode, "stop") == 0)
        raise(SIGSTOP);
    if (strcmp(mode, "daemon") == 0 || strcmp(mode, "daemon-and-wait") == 0)
        be_daemon();
    if (strcmp(mode, "daemon-and-wait") == 0 || strcmp(mode, "wait") == 0 ||
        strcmp(mode, "stop") == 0)
        idle();
    return 0;
}
