/* What of the shim is another thing on each system. */
#pragma once

#include "dcc-shim-wire.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Nothing but the kernel's own ends the shim from here on. A descriptor that is readable when a child has
 * changed; -1 with errno. */
int
dcc_shim_system_guard(void);
void
dcc_shim_system_drain_guard(int fd);
/* In the child, before its exec: every signal as it is by default, none blocked. */
void
dcc_shim_system_reset_signals(void);
/* Orphans of what is below the shim become its children, where the system can do that. */
void
dcc_shim_system_adopt_orphans(void);
/* How often it has to be looked at whether any are left, once the main process has ended; -1: the end of
 * each is told. */
int
dcc_shim_system_look_ms(void);
/* TRUE: it has no children, and so the application has left nothing. FALSE also where that proves nothing. */
bool
dcc_shim_system_has_nobody(void);
/* What belongs to the application now, as dcc_proc_descendants() lists. */
size_t
dcc_shim_system_collect(
    const DccShimSlot *slot, DccProc *list, size_t max, DccProcSkip skip, void *data);
/* As waitid() with WNOHANG; TRUE: there was one. usage->ru_maxrss is in KiB; 0 not known. */
bool
dcc_shim_system_wait(idtype_t kind, int64_t pid, siginfo_t *info, int what, struct rusage *usage);
/* No program that is executed gets a descriptor from this one on. */
void
dcc_shim_system_close_at_exec(int first);
/* As pipe(); not inherited. */
bool
dcc_shim_system_pipe(int fds[2]);
/* Gives the pipe room for a burst, as far as the system lets it. */
void
dcc_shim_system_widen_pipe(int fd);
/* In the child, before it waits for whatever the shim has to do first: it gets this signal when the shim
 * is dead, where the system can do that. */
void
dcc_shim_system_end_with_shim(int sig);
/* What process lists are to show. */
void
dcc_shim_system_set_name(const char *name);
/* The system is to choose this process before its parent when memory runs out. */
void
dcc_shim_system_raise_oom_score(int add);
