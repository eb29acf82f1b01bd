/* Bytes between programs, through the descriptors that one was started with: none is changed on its way, and whoever has
 * made them not wait is waited for all the same.
 *
 * Threading: any, one thread for each direction. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Waits for some. 0: there will be none any more. -1 with errno. */
gssize
dcc_bytes_read(int fd, void *bytes, gsize n);
/* Waits for whoever reads. FALSE with errno. */
gboolean
dcc_bytes_write(int fd, const void *bytes, gsize n);

G_END_DECLS
