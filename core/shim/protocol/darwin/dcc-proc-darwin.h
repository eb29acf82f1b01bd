/* What Darwin's bodies ask of each other; plain C, no GLib. */
#pragma once

#include "dcc-proc.h"

/* What a process was started with, as KERN_PROCARGS2 has it: mapped, not allocated. */
typedef struct {
    char *text;
    size_t mapped;
    size_t arguments;   /* where they begin in text */
    size_t environment; /* where it begins */
    size_t end;
} DccProcArguments;

/* FALSE: it is gone, another user's, or protected by the system. */
bool
dcc_proc_arguments_read(int64_t pid, DccProcArguments *self);
void
dcc_proc_arguments_clear(DccProcArguments *self);

/* Mach's units of time in nanoseconds. */
uint64_t
dcc_proc_ns(uint64_t mach_time);
/* The house's number of one of the system's signals; the number itself where the house has none. */
int
dcc_proc_house_signal(int system);
/* Of a process that has ended. TRUE: the kernel has told how (wait(2)'s word), which it tells of children of
 * this process alone. The descriptor stays readable. */
bool
dcc_pidfd_take_exit(int pidfd, int *wait_status);
