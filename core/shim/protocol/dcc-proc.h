/* What /proc and pidfds say about processes. Plain C without allocation: shared by the shim and the
 * process layer, so that there is one reading of /proc/PID/stat in the house. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t pid;
    int64_t ppid;
    int64_t sid;
    uint64_t start_ticks;
    uint64_t cpu_ticks; /* user and system, and of its waited-for children */
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
/* Every process that wanted() says TRUE for. One that was listed and is gone when it is read has
 * state 'X' and nothing else but its number. */
size_t
dcc_proc_scan(DccProc *list, size_t max, DccProcSkip wanted, void *data);

int
dcc_pidfd_open(int64_t pid);
/* -1 when it has been reaped. */
int64_t
dcc_proc_pid_of_pidfd(int pidfd);
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
