/* The threads of a process as libproc tells of them; see the header. What each waits in is not told. Of another user's
 * process nothing is. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-threads.h"

#include <libproc.h>
#include <mach/thread_info.h>

#define MAX_THREADS 512

static char
letter_of(int run_state)
{
    switch (run_state) {
    case TH_STATE_RUNNING:
        return 'R';
    case TH_STATE_STOPPED:
    case TH_STATE_HALTED:
        return 'T';
    case TH_STATE_UNINTERRUPTIBLE:
        return 'D';
    default:
        return 'S';
    }
}

static void
add_thread(GString *text, gint64 pid, guint64 handle)
{
    struct proc_threadinfo info;

    if (proc_pidinfo((int)pid, PROC_PIDTHREADINFO, handle, &info, sizeof info) != (int)sizeof info)
        return;
    g_string_append_printf(text,
                           "thread %" G_GINT64_MODIFIER "x (%s) state %c cpu %.2f s wchan - "
                           "syscall -\n",
                           handle,
                           info.pth_name[0] != '\0' ? info.pth_name : "-",
                           letter_of(info.pth_run_state),
                           (double)(info.pth_user_time + info.pth_system_time) / 1e9);
}

char *
dcc_threads_describe(gint64 pid)
{
    GString *text = g_string_new(NULL);
    guint64 handles[MAX_THREADS];
    int bytes = proc_pidinfo((int)pid, PROC_PIDLISTTHREADS, 0, handles, (int)sizeof handles);

    for (int i = 0; i < bytes / (int)sizeof handles[0]; i++)
        add_thread(text, pid, handles[i]);
    if (text->len == 0)
        g_string_append(text, "not available: the process is gone, or another user's\n");
    else if (bytes == (int)sizeof handles)
        g_string_append_printf(text, "only the first %d threads are listed\n", MAX_THREADS);
    return g_string_free(text, FALSE);
}
