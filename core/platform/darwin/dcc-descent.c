/* Orphans become children of launchd, as all that a person starts is; one list of all processes costs no more than a
 * walk from there. So there are no walks. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-descent.h"

gboolean
dcc_descent_walk(DccDescent *self, DccDescentVisit visit, gpointer data, gboolean *sure)
{
    *sure = FALSE;
    return FALSE;
}

void
dcc_descent_clear(DccDescent *self)
{
    g_clear_pointer(&self->dead, g_hash_table_unref);
}
