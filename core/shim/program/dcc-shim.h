/* The insides of dcchost-shim: one struct, handed round. */
#pragma once

#include "dcc-proc.h"
#include "dcc-ring.h"
#include "dcc-shim-wire.h"

#include <sys/types.h>

#define DCC_SHIM_MAX_CLIENTS 8
#define DCC_SHIM_MAX_TREE    1024 /* looked at in one pass; what is beyond comes with the next one */

typedef struct {
    const char *dir;
    const char *log;
    const char *cwd;
    int64_t log_size;
    int log_files;
    int first_signal;
    int oom_score;
    const char *daemons[DCC_SHIM_MAX_DAEMONS];
    unsigned n_daemons;
    char **argv;
} ShimOptions;

typedef struct {
    ShimOptions options;
    DccShimSlot record;
    DccRing ring;
    int dir_fd;
    int record_fd;
    int signal_fd;
    int listen_fd;
    int output_fd; /* -1: nobody can write any more */
    int exec_fd;   /* the child's end of it closes at exec, or tells why not; -1 afterwards */
    int main_fd;   /* pidfd */
    int clients[DCC_SHIM_MAX_CLIENTS];
    bool paused;
    bool degraded;
    bool leaving;
    bool over;
    unsigned kill_passes; /* 0: not killing */
    int kill_wait_ms;     /* the pause after the last pass */
    int64_t kill_due_ms;  /* of the monotonic clock: the next pass; -1: only SIGCHLD brings it */
    DccProc tree[DCC_SHIM_MAX_TREE];
} Shim;

/* dcc-shim-options.c */
bool
dcc_shim_options_parse(ShimOptions *options, int argc, char **argv);
/* dcc-shim-start.c */
bool
dcc_shim_start(Shim *shim);
void
dcc_shim_exec_told(Shim *shim);
/* dcc-shim-clients.c */
bool
dcc_shim_listen(Shim *shim);
void
dcc_shim_accept(Shim *shim);
void
dcc_shim_hear(Shim *shim, unsigned client);
void
dcc_shim_tell(Shim *shim, unsigned news);
/* dcc-shim-tree.c */
void
dcc_shim_order(Shim *shim, unsigned order);
/* One pass of killing; sets when the next one is due. */
void
dcc_shim_kill_pass(Shim *shim);
bool
dcc_shim_tree_is_empty(Shim *shim);
/* dcchost-shim.c */
void
dcc_shim_reap(Shim *shim);
void
dcc_shim_write_record(Shim *shim, bool sync);
int64_t
dcc_shim_wall_clock(void);
int64_t
dcc_shim_monotonic_ms(void);
