/* What the bodies below posix/ ask their system about other processes. */
#pragma once

#include "dcc-proc.h"

#include <glib.h>

G_BEGIN_DECLS

/* Whether the environment it was started with has this setting ("NAME=value"). FALSE also where it may
 * not be read. */
gboolean
dcc_process_has_mark(gint64 pid, const char *mark);

/* Of several processes, added up. */
typedef struct {
    gint64 cpu_us; /* user and system time, and of its waited-for children where that is told */
    gint64 rss_bytes;
    gint64
        io_bytes; /* read and written so far, as far as it is told; -1: of one of them it may not be read */
} DccProcessUsage;

void
dcc_process_add_usage(const DccProc *proc, DccProcessUsage *sum);
/* The most memory it has had so far, in bytes; -1: not known. */
gint64
dcc_process_read_peak(gint64 pid);
/* (transfer full): what it waits in; NULL: that is not told. */
char *
dcc_process_read_wait(gint64 pid);

G_END_DECLS
