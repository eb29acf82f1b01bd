/* Descriptors: pipes, flags, and the three that every program expects to have.
 *
 * Threading: any. */
#pragma once

#include "dcc-error.h"

G_BEGIN_DECLS

/* Takes the places of standard input, output and error where this process was started without them,
 * so that nothing it opens lands there and is written to by mistake. Reading from and writing to
 * them goes on failing, and so goes on being noticed. First thing in main(). */
void
dcc_fds_guard_standard(void);
gboolean
dcc_fds_is_open(int fd);
gboolean
dcc_fds_is_pipe(int fd);
/* No program that this one executes gets it. */
void
dcc_fds_set_private(int fd);
/* fds[0] is for reading, fds[1] for writing; neither is inherited. Error FAILED. */
gboolean
dcc_fds_open_pipe(int fds[2], GError **error);
void
dcc_fds_set_nonblocking(int fd);
/* How dcc_fds_wait() is told a pipe, which is to be read, with G_IO_IN; -1: none. */
gint64
dcc_fds_of_pipe(int fd);
/* As g_poll(): of sockets and flags, which stand for themselves, and of pipes. What is negative is passed over. */
int
dcc_fds_wait(GPollFD *fds, guint n, int timeout_ms);
/* Waits for whoever reads. FALSE with errno. */
gboolean
dcc_fds_write_all(int fd, const char *bytes, gsize n);
/* What was written is on disk, its length included. FALSE with errno. */
gboolean
dcc_fds_sync(int fd);
/* What there is at that place of a file; 0 behind its end. -1 with errno. Where it is read and written next may be changed
 * by that: what is appended goes to the end all the same. */
gssize
dcc_fds_read_at(int fd, gint64 offset, void *bytes, gsize n);
/* Closes it, if it is one, and makes it -1. */
void
dcc_fds_close(int *fd);

/* A flag for other main loops: a descriptor that is readable while the flag is up. -1: there are
 * none left. */
int
dcc_fds_open_flag(gboolean up);
void
dcc_fds_set_flag(int fd, gboolean up);
/* As dcc_fds_close(): where descriptors and sockets are two things, it is the latter. */
void
dcc_fds_close_flag(int *fd);

G_END_DECLS
