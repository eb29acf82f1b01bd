/* Walking down from one launch; see the header.
 *
 * A process moves only upwards, and only when its parent ends: to the nearest ancestor that takes
 * orphans, or to process 1. Which ancestors do that is not to be seen, so the children of all of
 * them are listed, before the walk and, where it has found nobody, once more after it. Who belongs
 * and lives through both is below one that was listed first, or is new in the second list.
 *
 * Other children of this process that were started here are left out by the reaper's word: until it
 * has reaped one, the number is that child's own, and what is below it has another launch.
 *
 * Threading: any, a walk in one thread. */
#include "dcc-descent.h"

#include "dcc-process-scan.h"
#include "dcc-reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 4096
/* A tree that grows as fast as it is walked is left for the next walk. */
#define MOST_STEPS 65536

typedef struct {
    gint64 pid;
    gboolean parent_belongs;
} Step;

typedef struct {
    DccDescent *descent;
    GArray *ancestors; /* DccProc, this process first */
    GArray *steps;     /* Step */
    GHashTable *met;   /* numbers that have a step */
    guint n_members;
    gboolean sure;
} Walk;

static void
append_numbers(GArray *pids, char *text, gsize *kept)
{
    char *at = text;
    char *end;

    /* A number without a blank behind it may go on in the next piece. */
    for (; (end = strchr(at, ' ')) != NULL; at = end + 1) {
        gint64 pid = strtoll(at, NULL, 10);

        g_array_append_val(pids, pid);
    }
    *kept = strlen(at);
    memmove(text, at, *kept + 1);
}

static gboolean
list_of_thread(gint64 pid, const char *tid, GArray *pids)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%" G_GINT64_FORMAT "/task/%s/children", pid, tid);
    char text[CHUNK + 1];
    gsize kept = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return FALSE;
    while ((n = read(fd, text + kept, CHUNK - kept)) > 0) {
        text[kept + (gsize)n] = 0;
        append_numbers(pids, text, &kept);
    }
    close(fd);
    return n == 0;
}

static gboolean
list_of_threads(gint64 pid, GArray *pids)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/task", pid);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *tid;

    if (dir == NULL)
        return FALSE;
    /* A thread that has ended meanwhile has given its children to another one, or to the next walk.
     */
    while ((tid = g_dir_read_name(dir)) != NULL)
        list_of_thread(pid, tid, pids);
    g_dir_close(dir);
    return TRUE;
}

static gboolean
list_children(const DccProc *proc, GArray *pids)
{
    g_autofree char *tid = NULL;

    if (proc->threads > 1)
        return list_of_threads(proc->pid, pids);
    tid = g_strdup_printf("%" G_GINT64_FORMAT, proc->pid);
    return list_of_thread(proc->pid, tid, pids);
}

static gboolean
is_there(gint64 pid)
{
    return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

static gboolean
is_ancestor(const Walk *walk, gint64 pid)
{
    for (guint i = 0; i < walk->ancestors->len; i++)
        if (g_array_index(walk->ancestors, DccProc, i).pid == pid)
            return TRUE;
    return FALSE;
}

/* FALSE: one is there and cannot be read. */
static gboolean
find_ancestors(Walk *walk)
{
    gint64 pid = getpid();
    DccProc proc;

    while (pid > 0 && !is_ancestor(walk, pid)) {
        if (dcc_proc_read(pid, &proc)) {
            g_array_append_val(walk->ancestors, proc);
            pid = proc.ppid;
        } else if (is_there(pid)) {
            return FALSE;
        } else {
            walk->sure = FALSE;
            pid = 0;
        }
    }
    if (is_ancestor(walk, 1))
        return TRUE;
    /* This process came in from outside of its container; its orphans go to the first one there. */
    if (!dcc_proc_read(1, &proc))
        return FALSE;
    g_array_append_val(walk->ancestors, proc);
    return TRUE;
}

static void
add_step(Walk *walk, gint64 pid, gboolean parent_belongs)
{
    Step step = {pid, parent_belongs};

    if (g_hash_table_add(walk->met, GINT_TO_POINTER((gint)pid)))
        g_array_append_val(walk->steps, step);
}

/* FALSE: the children of one that is there cannot be had. Ancestors and children of other launches
 * are no part of the list. */
static gboolean
list_top(Walk *walk, GArray *pids)
{
    guint kept = 0;

    for (guint i = 0; i < walk->ancestors->len; i++) {
        const DccProc *proc = &g_array_index(walk->ancestors, DccProc, i);

        if (list_children(proc, pids))
            continue;
        if (is_there(proc->pid))
            return FALSE;
        walk->sure = FALSE;
    }
    for (guint i = 0; i < pids->len; i++)
        if (!is_ancestor(walk, g_array_index(pids, gint64, i)))
            g_array_index(pids, gint64, kept++) = g_array_index(pids, gint64, i);
    kept = dcc_reaper_leave_out((gint64 *)(gpointer)pids->data, kept, walk->descent->pid);
    g_array_set_size(pids, kept);
    return TRUE;
}

static gboolean
take_top(Walk *walk)
{
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(gint64));

    if (!list_top(walk, pids))
        return FALSE;
    /* The newest come last, and are taken first: one that forks and ends every few milliseconds is
     * met only by who looks at once. */
    for (guint i = pids->len; i > 0; i--)
        add_step(walk, g_array_index(pids, gint64, i - 1), FALSE);
    return TRUE;
}

/* Whether it ended before this walk or during it is known only of one that was dead in the walk
 * before. */
static void
note_dead(Walk *walk, const DccProc *proc)
{
    gpointer number = GSIZE_TO_POINTER((gsize)proc->pid);
    gpointer ticks = GSIZE_TO_POINTER((gsize)proc->start_ticks);
    DccDescent *self = walk->descent;

    if (self->dead == NULL)
        self->dead = g_hash_table_new(NULL, NULL);
    if (g_hash_table_lookup(self->dead, number) == ticks)
        return;
    g_hash_table_insert(self->dead, number, ticks);
    walk->sure = FALSE;
}

static void
take_step(Walk *walk, Step step, DccDescentVisit visit, gpointer data)
{
    g_autoptr(GArray) pids = NULL;
    gboolean belongs;
    DccProc proc;

    if (!dcc_proc_read(step.pid, &proc)) {
        walk->sure = FALSE;
        return;
    }
    if (proc.start_ticks < walk->descent->since_ticks)
        return;
    if (!dcc_process_scan_is_living(&proc)) {
        note_dead(walk, &proc);
        return;
    }
    pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!list_children(&proc, pids))
        walk->sure = FALSE;
    belongs = visit(&proc, step.parent_belongs, data);
    walk->n_members += belongs ? 1 : 0;
    for (guint i = 0; i < pids->len; i++)
        add_step(walk, g_array_index(pids, gint64, i), belongs);
}

/* No process is at the top now that was not there before. */
static gboolean
is_as_before(Walk *walk)
{
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(gint64));

    if (!list_top(walk, pids))
        return FALSE;
    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);

        if (!g_hash_table_contains(walk->met, GINT_TO_POINTER((gint)pid)))
            return FALSE;
    }
    return TRUE;
}

gboolean
dcc_descent_walk(DccDescent *self, DccDescentVisit visit, gpointer data, gboolean *sure)
{
    g_autoptr(GArray) ancestors = g_array_new(FALSE, FALSE, sizeof(DccProc));
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_autoptr(GHashTable) met = g_hash_table_new(NULL, NULL);
    Walk walk = {self, ancestors, steps, met, 0, TRUE};

    if (!find_ancestors(&walk) || !take_top(&walk))
        return FALSE;
    for (guint i = 0; i < steps->len && i < MOST_STEPS; i++)
        take_step(&walk, g_array_index(steps, Step, i), visit, data);
    *sure = walk.sure && walk.n_members == 0 && steps->len <= MOST_STEPS && is_as_before(&walk);
    return TRUE;
}

void
dcc_descent_clear(DccDescent *self)
{
    g_clear_pointer(&self->dead, g_hash_table_unref);
}
