/* What the system says about processes, on Linux by /proc and pidfds. Plain C without allocation: shared
 * by the shim and the process layer, so that there is one reading of /proc/PID/stat in the house. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t pid;
    int64_t ppid;
    int64_t sid;
    uint64_t start_ticks; /* when it started; the unit is the system's */
    uint64_t cpu_ticks;   /* user and system, and of its waited-for children */
    int64_t rss_pages;
    int64_t threads;
    int exit_code; /* of a zombie, as wait(2) has it; 0 also where it may not be seen */
    char state;
    char comm[16];
} DccProc;

/* TRUE: leave this process and all below it out. */
typedef bool (*DccProcSkip)(const DccProc *proc, void *data);

bool
dcc_proc_read(int64_t pid, DccProc *proc);
/* Descendants of root, parents before children, root itself not among them; at most max. */
size_t
dcc_proc_descendants(int64_t root, DccProc *list, size_t max, DccProcSkip skip, void *data);
/* The number of every process there is. */
void
dcc_proc_each(void (*func)(int64_t pid, void *data), void *data);
/* Every process that wanted() says TRUE for. One that was listed and is gone when it is read has
 * state 'X' and nothing else but its number. */
size_t
dcc_proc_scan(DccProc *list, size_t max, DccProcSkip wanted, void *data);

/* As the kernel keeps names: their first 15 bytes count. */
bool
dcc_proc_has_name(const char *comm, const char *name);
/* FALSE: /proc cannot be read. func() must not open or close any. */
bool
dcc_proc_each_own_fd(void (*func)(int fd));
/* The command line, its arguments with a blank between them, cut to size; "" where it cannot be
 * read. */
void
dcc_proc_read_command(int64_t pid, char *text, size_t size);

/* Which run a process belongs to. A session gives each run a random number (a UUID in lower case)
 * in the environment of its application; what the application starts inherits it. The process of a
 * session has a number of its own in its environment.
 *
 * It is no secret, and an application that wants to may give its children another. That is asking
 * for them to be let alone, and it cannot happen by accident. */
#define DCC_RUN_VARIABLE      "DCCHOST_INCARNATION"
#define DCC_RUN_NUMBER_LENGTH 36

/* FALSE and "": it has none, or its environment may not be read. */
bool
dcc_proc_read_run(int64_t pid, char run[DCC_RUN_NUMBER_LENGTH + 1]);
/* TRUE: it and what descends from it belong to an instance that was started from inside this one.
 * run: this run's number; "" it has none. */
bool
dcc_proc_is_of_another_run(const DccProc *proc, int64_t main_pid, const char *run);

/* The system's number of one of the house's signals (dcc-signals.h). */
int
dcc_proc_signal_number(int house);

/* dcc-proc-signal.c. A pidfd is Linux's; where there are none it is another descriptor that is readable
 * once the process has ended, and close() is its end as well. Any one call of the pidfd family may be missing (an old kernel, a seccomp
 * profile): what can be done without it, is. */
int
dcc_pidfd_open(int64_t pid);
/* Not inherited; -1 with errno. */
int
dcc_pidfd_dup(int pidfd);
/* -1 when it has been reaped. */
int64_t
dcc_proc_pid_of_pidfd(int pidfd);
/* 0; -1 with errno: ESRCH it is gone. */
int
dcc_pidfd_signal(int pidfd, int sig);
/* All of the group that it leads or, when it is dead, has led: none of them can fork meanwhile.
 * EINVAL before Linux 6.9. */
int
dcc_pidfd_signal_group(int pidfd, int sig);
/* The inode number that no other process of this boot has had; 0 where the kernel has no such
 * thing. */
uint64_t
dcc_pidfd_inode(int pidfd);
/* Sends only if the pid still is the process that was read. 0 sent; else an errno: ESRCH it is
 * gone. */
int
dcc_proc_signal(const DccProc *proc, int sig);
