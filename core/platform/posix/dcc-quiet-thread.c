/* Threads that leave signals to the program around them; see the header.
 *
 * A handler that runs in one of ours may find that program's thread-local state missing, and a
 * signal that is to interrupt its main thread would be lost here. Threading: any. */
#include "dcc-quiet-thread.h"

#include <signal.h>

GThread *
dcc_quiet_thread_new(const char *name, GThreadFunc func, gpointer data, GError **error)
{
    GThread *thread;
    sigset_t all;
    sigset_t old;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    thread = g_thread_try_new(name, func, data, error);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return thread;
}
