/* The log of an application's output: a file and its older ones (path.1, path.2, ...), bounded in
 * all.
 *
 * Plain C without allocation. One writer at a time: the shim, or the session that took over from a
 * dead one. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char path[PATH_MAX];
    int64_t limit; /* bytes in one file; 0 no limit */
    int files;     /* how many files, the current one among them */
    int fd;
    int64_t dropped;  /* bytes lost because a write failed */
    int64_t unmarked; /* of these, not yet confessed in the log */
    int error;        /* errno of the last write; 0 it went well */
} DccRing;

bool
dcc_ring_init(DccRing *ring, const char *path, int64_t limit, int files);
/* Never fails, never blocks on anything but the disk: what cannot be written is counted. */
void
dcc_ring_write(DccRing *ring, const char *data, size_t n);
void
dcc_ring_close(DccRing *ring);

/* Moves what is in the pipe to the log, `limit` bytes at most; not `all`: what there is at first,
 * and the caller is told of the rest when it comes. The bytes moved; -1: the pipe has no
 * writer any more. */
int64_t
dcc_ring_drain(DccRing *ring, int pipe_fd, int64_t limit, bool all);
/* What the pipe may hold. */
int64_t
dcc_ring_pipe_size(int pipe_fd);
