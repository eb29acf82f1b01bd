/* The terminal that a person looks at. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In columns; 0: not known, or no terminal. */
guint
dcc_terminal_get_width(int fd);

G_END_DECLS
