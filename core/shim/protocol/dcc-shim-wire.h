/* What a shim and the session's end of it (dcc-shim-link) agree on: files, messages, the exit
 * record.
 *
 * Plain C, no GLib: the shim includes it too. Both sides are always of one build but for an upgrade
 * under a running application, so everything carries a version and nothing read is trusted. */
#pragma once

#include "dcc-proc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCC_SHIM_FILE_RECORD  "exit"
#define DCC_SHIM_FILE_OUTPUT  "out.fifo"
#define DCC_SHIM_FILE_SOCKET  "shim.sock"
#define DCC_SHIM_FD_SESSION   3 /* the first client's socket, inherited */
#define DCC_SHIM_FD_LOCK      4 /* the name's lock, inherited; it only has to stay open */
#define DCC_SHIM_MAX_DAEMONS  32
#define DCC_SHIM_MAX_ENDED    16
#define DCC_SHIM_MAX_TIES     4
#define DCC_SHIM_RECORD_BYTES 8192
#define DCC_SHIM_SLOT_BYTES   4096
#define DCC_SHIM_MAGIC        0x44434353u /* "SCCD" */
#define DCC_SHIM_VERSION      2

/* One message of the control socket, a SOCK_SEQPACKET: whole or not at all. From the shim `what` is
 * a DccShimNews, to the shim a DccShimOrder. There is nothing else in it: the facts are in the
 * record. */
typedef struct {
    uint32_t magic;
    uint16_t version;
    uint16_t what;
} DccShimMessage;

/* The same numbers as DccShimNews and DccShimOrder in dcc-shim-link.h; asserted there. */
enum {
    NEWS_STARTED,
    NEWS_REFUSED,
    NEWS_EXITED,
    NEWS_EMPTY,
    NEWS_PAUSED,
    NEWS_RESUMED,
    NEWS_DEGRADED,
    NEWS_OUTPUT, /* not again before the client has taken the one before it */
    N_NEWS
};
enum { ORDER_TERM, ORDER_TERM_TREE, ORDER_KILL_TREE, ORDER_LEAVE, ORDER_CONT, N_ORDERS };

typedef struct {
    int64_t pid;
    uint64_t start_ticks;
    uint64_t pidfs_inode;
} DccShimId;

/* Of the ended ones that are not named; what comes after them is counted no more. */
#define DCC_SHIM_MAX_COUNTED 200

/* A process of the tree, not the main one, that was sent a signal to end it. */
typedef struct {
    int32_t pid;
    int32_t signal; /* the last one */
    char comm[16];
    char command[80]; /* its command line, cut */
} DccShimEnded;

typedef enum {
    DCC_PHASE_PREPARED = 1, /* written by the session before there is a shim */
    DCC_PHASE_SPAWNED,      /* the main process exists and waits for its go */
    DCC_PHASE_STARTED,      /* its exec succeeded */
    DCC_PHASE_REFUSED,      /* it did not: stage, errno_code */
    DCC_PHASE_ENDED,        /* the main process is gone */
} DccShimPhase;

/* What a process ends with, as a shell's would, that could not become the application. */
#define DCC_SHIM_NOT_BEGUN 127

/* One of two slots of the record file. The older one is overwritten, so a torn write leaves the
 * other. */
typedef struct {
    uint32_t magic;
    uint16_t version;
    uint16_t size;
    uint64_t sequence;
    char boot_id[40];
    DccShimId shim;
    DccShimId main;
    uint32_t phase; /* DccShimPhase */
    int32_t errno_code;
    char stage[16];
    int32_t status_known; /* wait_status holds; else the phase ENDED means: how is not known */
    int32_t wait_status;
    int32_t tree_empty;
    int32_t last_signal; /* the last one of ours to the main process; 0 none */
    int64_t started;     /* wall clock, microseconds since 1970 */
    int64_t ended;
    int64_t log_dropped;
    /* What a session needs that takes over from a dead shim. */
    int64_t log_size;
    int32_t log_files;
    int32_t first_signal;
    uint32_t n_daemons;
    char daemons[DCC_SHIM_MAX_DAEMONS][16];
    char run[DCC_RUN_NUMBER_LENGTH + 4]; /* what dcc_proc_read_run() finds in the application */
    uint32_t n_beside;                   /* all of them, as far as they can be counted */
    DccShimEnded beside[DCC_SHIM_MAX_ENDED];
    int32_t beside_more[DCC_SHIM_MAX_COUNTED]; /* pids of those after them: each is counted once */
    uint32_t peak_kib; /* of memory, by the kernel's count at the end; 0 not known */
    uint32_t crc;      /* of all bytes before it */
} DccShimSlot;

_Static_assert(sizeof(DccShimSlot) == offsetof(DccShimSlot, crc) + sizeof(uint32_t), "padding");

_Static_assert(sizeof(DccShimSlot) <= DCC_SHIM_SLOT_BYTES, "a slot outgrew its half of the record");

/* The next sequence number, and the checksum: it may be written. */
void
dcc_shim_slot_seal(DccShimSlot *slot);
/* Whether what was read is a slot that was written whole, by this version. */
bool
dcc_shim_slot_is_sane(const DccShimSlot *slot);
/* Whether a process that is ended now would be named, not only counted, and is not yet. */
bool
dcc_shim_slot_would_name(DccShimSlot *slot, int64_t pid);
/* Puts a process, not the main one, on the list of those that were ended. TRUE: the slot is to be
 * written. */
bool
dcc_shim_slot_note_ended(DccShimSlot *slot, const DccShimEnded *ended);

/* What is noted of a run: nothing else writes to a slot. Times are the wall clock's, in microseconds
 * since 1970; texts that are too long are cut. */

/* A run of which there is nothing yet. */
void
dcc_shim_slot_prepare(DccShimSlot *slot, const char *boot_id);
void
dcc_shim_slot_note_shim(DccShimSlot *slot, const DccShimId *shim, const char *run);
void
dcc_shim_slot_note_log(DccShimSlot *slot, int64_t size, int32_t files);
void
dcc_shim_slot_note_first_signal(DccShimSlot *slot, int sig);
/* What is more than DCC_SHIM_MAX_DAEMONS is left out. */
void
dcc_shim_slot_note_daemon(DccShimSlot *slot, const char *name);
void
dcc_shim_slot_note_spawned(DccShimSlot *slot, const DccShimId *main, int64_t now);
void
dcc_shim_slot_note_started(DccShimSlot *slot);
/* Nothing of it is left. */
void
dcc_shim_slot_note_refused(DccShimSlot *slot, const char *stage, int errno_code, int64_t now);
/* known: wait_status holds. */
void
dcc_shim_slot_note_exit(DccShimSlot *slot, bool known, int wait_status, int64_t now);
void
dcc_shim_slot_note_peak(DccShimSlot *slot, int64_t kib);
void
dcc_shim_slot_note_empty(DccShimSlot *slot);
/* To the main process. TRUE: it is another one than the last, so the slot is to be written. */
bool
dcc_shim_slot_note_signal(DccShimSlot *slot, int sig);
void
dcc_shim_slot_note_dropped(DccShimSlot *slot, int64_t bytes);
/* The list of those that were ended begins anew. */
void
dcc_shim_slot_forget_ended(DccShimSlot *slot);

/* Gives the file room for both slots. FALSE with errno. */
bool
dcc_shim_record_reserve(int fd);
/* What was written is on the disk. */
void
dcc_shim_record_sync(int fd);
/* Writes *slot with the next sequence number into the older half. FALSE with errno when that
 * failed. */
bool
dcc_shim_slot_write(int fd, DccShimSlot *slot);
/* The newest sound slot of the file; FALSE when there is none. */
bool
dcc_shim_slot_read(int fd, DccShimSlot *slot);

/* Whether it is no part of the application's tree: a daemon that the plan lets go on, or part of
 * another instance that was started from inside this one. What descends from it is none either. */
bool
dcc_shim_slot_is_apart(const DccShimSlot *slot, const DccProc *proc);
/* dcc_proc_signal() for a process of the tree. What is sent it and is not the main process goes
 * on the list of those that were ended; *changed becomes TRUE when the slot is to be written. */
int
dcc_shim_slot_signal(DccShimSlot *slot, const DccProc *proc, int sig, bool *changed);
