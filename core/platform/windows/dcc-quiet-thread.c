/* No handler of the program around us runs in a thread of ours: there are no signals. Threading:
 * any. */
#include "dcc-quiet-thread.h"

GThread *
dcc_quiet_thread_new(const char *name, GThreadFunc func, gpointer data, GError **error)
{
    return g_thread_try_new(name, func, data, error);
}
