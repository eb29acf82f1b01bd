/* What the operating system can do of what we need, for people who look into a machine.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* advice: what to do; NULL: nothing. */
typedef void (*DccSystemFunc)(
    const char *what, gboolean good, const char *text, const char *advice, gpointer data);

/* Tells one thing after the other. */
void
dcc_system_check(DccSystemFunc func, gpointer data);
/* How many descriptors this process may have; 0: not known. */
guint64
dcc_system_get_descriptor_limit(void);
/* What may still be written below path, in bytes. FALSE with errno. */
gboolean
dcc_system_get_free_bytes(const char *path, guint64 *bytes);
/* How many processes the system has killed for want of memory since it was started; 0 also where it
 * does not tell. */
guint64
dcc_system_count_memory_kills(void);
/* Gives back to the system what was freed: after much was held for a moment by who lives long. */
void
dcc_system_trim_memory(void);
/* (transfer full): what a call that starts or opens something failed with; where the machine is
 * out of something, which limit that is, how high it is here, and what to do. */
char *
dcc_system_explain(int errno_code);

G_END_DECLS
