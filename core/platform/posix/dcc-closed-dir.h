/* Opening a directory that an application may have closed even to its owner. */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* name: below the directory fd. It is opened up first where it is this user's and on this device; no
 * link is followed. -1 with errno. */
int
dcc_closed_dir_open(int fd, const char *name, dev_t device);

G_END_DECLS
