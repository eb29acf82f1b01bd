/* Processes to be measured: `crowd pause` lives until it is ended, and computes a little at each
 * SIGUSR1; `crowd nursery N` has N such children, says their pids, and reaps them as they end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
wake(int sig)
{
    (void)sig;
}

static void
live(void)
{
    for (;;)
        pause();
}

static void
nurse(int n)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < n; i++) {
        pid_t pid = fork();

        if (pid == 0)
            live();
        printf("%d\n", (int)pid);
    }
    fflush(stdout);
    live();
}

int
main(int argc, char **argv)
{
    signal(SIGUSR1, wake);
    if (argc == 2 && strcmp(argv[1], "pause") == 0)
        live();
    if (argc == 3 && strcmp(argv[1], "nursery") == 0)
        nurse(atoi(argv[2]));
    return 2;
}
