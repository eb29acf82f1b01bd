/* CPU and memory of one process, cheaply and again and again: one system call for one that did
 * nothing since, two for one that did. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    DCC_SAMPLE_GONE,
    DCC_SAMPLE_RUNNING,
    DCC_SAMPLE_ZOMBIE /* it has ended and has not been reaped */
} DccSampleStatus;

typedef struct {
    gint64 pid;
    guint64 start_ticks;
    gint64 cpu_ns; /* of the process's own clock, at at_ns */
    gint64 at_ns;
    gint64 rss_bytes;
    double percent;
    int statm_fd;      /* the system's, kept open; -1: none */
    guint8 status;     /* DccSampleStatus */
    guint8 idle_reads; /* in a row, without a look at its memory */
    gboolean has_cpu;
} DccSample;

/* Whoever has the pid now is the process from here on; nobody: it is stopped. */
void
dcc_sample_open(DccSample *self, gint64 pid, gboolean keep_fd);
void
dcc_sample_close(DccSample *self);
/* now_ns: the monotonic clock, not long ago. */
void
dcc_sample_read(DccSample *self, gint64 now_ns);
/* As of now, and nothing is remembered. */
gboolean
dcc_sample_is_alive(const DccSample *self);
gint64
dcc_sample_now(void);

G_END_DECLS
