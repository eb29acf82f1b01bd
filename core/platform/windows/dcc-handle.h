/* Handles and the numbers that stand for them: the system promises that 32 bits say which handle it is, so the
 * neutral headers' int does.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline int
dcc_handle_to_number(gpointer handle)
{
    return (int)(gintptr)handle;
}

static inline gpointer
dcc_handle_from_number(int number)
{
    return (gpointer)(gintptr)number;
}

/* Of a descriptor of the C library; NULL: it is none, or closed. The descriptor's own, not to be closed. */
gpointer
dcc_handle_of_fd(int fd);
/* A copy for this process, with the same rights; NULL with errno. */
gpointer
dcc_handle_duplicate(gpointer handle, gboolean inherited);
/* A copy within another process, which is there as long as that one is, and nobody but the system knows of. FALSE with
 * errno. */
gboolean
dcc_handle_lend(gpointer handle, gpointer process);

G_END_DECLS
