/* The threads of a process that does not answer.
 *
 * Problem: "it hangs" is not enough to mend anything; where in the kernel each thread waits, and
 * what it has used of the processor, is known without disturbing it. Contract: nothing is stopped,
 * signalled or traced, so the application does not notice; what the kernel keeps to itself
 * (hardened machines, other users) is shown as "-", never guessed. Threading: any.
 */
#include "dcc-threads.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first thread is listed first; what is far down the list explains no hang. */
#define MAX_THREADS 512

/* "-" where it cannot be read or says nothing. */
static char *
read_word(const char *task, const char *name)
{
    g_autofree char *path = g_build_filename(task, name, NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL) || *g_strstrip(text) == '\0')
        return g_strdup("-");
    return g_utf8_make_valid(text, -1);
}

/* The number alone: its arguments are addresses in somebody's memory. */
static char *
read_syscall(const char *task)
{
    g_autofree char *text = read_word(task, "syscall");

    return g_strndup(text, strcspn(text, " "));
}

/* The name may hold spaces and brackets; what follows its last bracket does not. */
static gboolean
read_times(const char *task, char *state, double *cpu_s)
{
    g_autofree char *text = read_word(task, "stat");
    const char *rest = strrchr(text, ')');
    unsigned long user = 0, system = 0;

    if (rest == NULL ||
        sscanf(
            rest, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", state, &user, &system) !=
            3)
        return FALSE;
    *cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return TRUE;
}

static void
add_thread(GString *text, gint64 pid, const char *tid)
{
    g_autofree char *task = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/task/%s", pid, tid);
    g_autofree char *name = read_word(task, "comm");
    g_autofree char *wchan = read_word(task, "wchan");
    g_autofree char *call = read_syscall(task);
    double cpu_s = 0;
    char state = '?';

    if (read_times(task, &state, &cpu_s))
        g_string_append_printf(text,
                               "thread %s (%s) state %c cpu %.2f s wchan %s syscall %s\n",
                               tid,
                               name,
                               state,
                               cpu_s,
                               wchan,
                               call);
}

char *
dcc_threads_describe(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/task", pid);
    g_autoptr(GDir) tasks = g_dir_open(path, 0, NULL);
    GString *text = g_string_new(NULL);
    const char *tid;
    guint n = 0;

    while (tasks != NULL && n < MAX_THREADS && (tid = g_dir_read_name(tasks)) != NULL) {
        add_thread(text, pid, tid);
        n++;
    }
    if (text->len == 0)
        g_string_append(text, "not available: the process is gone\n");
    else if (n == MAX_THREADS)
        g_string_append_printf(text, "only the first %d threads are listed\n", MAX_THREADS);
    return g_string_free(text, FALSE);
}
