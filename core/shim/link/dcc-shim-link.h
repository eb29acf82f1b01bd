/* The session's end of a shim: starts one, hears of it, tells it what to do, reads its record.
 *
 * Where there is no shim (Windows) the link is the application's parent itself, as far as can be: windows/.
 *
 * Threading: the thread-default main context at the time it is made. */
#pragma once

#include "dcc-identity.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_SHIM_LINK (dcc_shim_link_get_type())
G_DECLARE_FINAL_TYPE(DccShimLink, dcc_shim_link, DCC, SHIM_LINK, GObject)

typedef enum {
    DCC_SHIM_STARTED, /* the application's exec succeeded */
    DCC_SHIM_REFUSED, /* it could not be started: see stage and errno_code of the record */
    DCC_SHIM_EXITED,  /* the main process ended: see the record, which has exited or lost */
    DCC_SHIM_EMPTY,   /* no process of the tree is left (but released daemons) */
    DCC_SHIM_PAUSED,  /* the main process was stopped */
    DCC_SHIM_RESUMED,
    DCC_SHIM_DEGRADED, /* the log cannot be written; output is dropped and counted */
    DCC_SHIM_OUTPUT,   /* there is something new in the log; not told again while that has not been
                          heard */
    DCC_SHIM_GONE,     /* the shim itself ended; after EMPTY that is in order */
} DccShimNews;

typedef enum {
    DCC_SHIM_TERM,      /* the plan's first signal and SIGCONT to the main process */
    DCC_SHIM_TERM_TREE, /* SIGTERM and SIGCONT to every process of the tree */
    DCC_SHIM_KILL_TREE, /* SIGKILL and reap until nothing is left */
    DCC_SHIM_LEAVE,     /* let go: forget the remaining tree, end when the main process has ended */
    DCC_SHIM_CONT, /* SIGCONT to the main process: paused, it could not even be asked to save */
} DccShimOrder;

typedef struct {
    const char *shim; /* path of the dcchost-shim; NULL where there is none, see below */
    const char *dir;  /* the instance's runtime directory */
    const char *log_path;
    gint64 log_size;
    gint64 log_files;
    int lock_fd; /* the name's lock, inherited by the shim */
    int first_signal;
    int oom_score;
    const char *const *daemons; /* comm names to release */
    const char *const *ties; /* "PID:START": when one is gone, the shim sees to the end; or NULL */
    int orphan_signal;       /* to the main process where the shim dies; 0: it lives on */
    const char *const *argv;
    const char *const *envp;
    const char *cwd;
} DccShimStart;

/* What the shim wrote down; kept in DIR/exit and readable after everything else is dead. */
typedef struct {
    gboolean spawned; /* main is valid */
    DccIdentity main;
    DccIdentity shim;
    gboolean refused;
    char stage[16]; /* "chdir", "exec", "spawn" */
    int errno_code;
    gboolean exited;
    int wait_status; /* as of waitid's raw status word */
    gboolean lost;   /* the main process ended, and how is not known */
    gboolean tree_empty;
    gint64 started; /* wall clock, microseconds since 1970 */
    gint64 ended;
    gint64 peak_bytes;   /* of memory, of its largest process by the kernel's count; -1 not known */
    gint64 log_dropped;  /* bytes of output that could not be kept */
    gboolean our_signal; /* the last signal we sent it before the end was the one it died by */
} DccShimRecord;

/* A process of the tree that is not the main one. */
typedef struct {
    gint64 pid;
    char name[16];       /* as the kernel has it, at most 15 bytes; any bytes */
    char command[80];    /* its command line, cut; any bytes, and perhaps secrets: redact it */
    guint64 start_ticks; /* since boot; 0 of one that was ended */
    guint64 cpu_ticks;   /* user and system time so far; 0 of one that was ended */
    gint64 written;      /* bytes written so far, to whatever; -1 not known */
    int signal;          /* what it was sent last; 0 of one that is left */
} DccShimMember;

/* *shim (transfer full): what sessions start as the parent of an application; NULL on a system where they do without.
 * FALSE: it is not there. */
gboolean
dcc_shim_link_find_shim(char **shim, GError **error);
/* Signal: "news" (DccShimNews as int). The handler may drop the last reference.
 *
 * On failure nothing is left of what was started. */
DccShimLink *
dcc_shim_link_start(const DccShimStart *start, int *errno_code, GError **error);
/* A link to a shim that another session started; also where the shim is dead and the application
 * lives: then the main process is watched by its pidfd and its output drained to the log. */
DccShimLink *
dcc_shim_link_attach(const char *dir, const char *log_path, GError **error);
/* Asks only; the answer is news. Without a shim the orders act by pidfd on what is provably the
 * tree. */
void
dcc_shim_link_order(DccShimLink *self, DccShimOrder order);
/* (transfer full): asks for the end of the whole tree and drops the link, which tells nothing more.
 * Reliable also when the shim has not read its earlier orders, does not run, or cannot be reached:
 * for a session that ends and does not hand over what it started. Blocks for some milliseconds at
 * most where the shim is dead. */
void
dcc_shim_link_abandon(DccShimLink *self);
/* The record as it is now. */
gboolean
dcc_shim_link_read(DccShimLink *self, DccShimRecord *record);
gint64
dcc_shim_link_get_pid(DccShimLink *self);
/* FALSE when the shim is dead and the application goes on without; where there is none, when another session has started
 * it. */
gboolean
dcc_shim_link_is_owned(DccShimLink *self);
/* (transfer full, element-type gint64): what is left of the tree now. Released daemons are no part
 * of it, nor is another instance that was started from inside this one. */
GArray *
dcc_shim_link_list_tree(DccShimLink *self);
/* (transfer full, element-type DccShimMember): the same but for the main process, with what tells a
 * process that works (a crash reporter, an encoder) from one that was forgotten: looked at twice,
 * it has used CPU time or written, or not. */
GArray *
dcc_shim_link_list_left(DccShimLink *self);
/* (transfer full, element-type DccShimMember): what was sent SIGTERM or SIGKILL beside the main
 * process, the first 16. *total: how many there were; may be NULL. Complete when EMPTY is told. */
GArray *
dcc_shim_link_list_ended(DccShimLink *self, guint *total);

/* The record of DIR/exit without a link; FALSE when there is none or it is damaged. */
gboolean
dcc_shim_record_read(const char *dir, DccShimRecord *record);
/* As dcc_shim_link_list_ended(), of DIR/exit without a link. */
GArray *
dcc_shim_record_list_ended(const char *dir, guint *total);
/* Before another run is put on record, so that the end of the last one is not taken for its. */
void
dcc_shim_record_remove(const char *dir);

G_END_DECLS
