/* Killing a tree from inside somebody's program; see the header.
 *
 * That program must not be made a subreaper, for it would get children it does not know. So a
 * process belongs to a launch when it is the one that was launched; or is of the session that one
 * made (the number is nobody else's while one of them lives); or has the launch's mark in its
 * environment, which children inherit and double-forked daemons keep; or has a parent that belongs,
 * or had one when it was found. One that is dying has none of that any more, and is still waited for.
 * A process that has done all of that away - a session of its own, another environment, a dead
 * parent - is not found.
 *
 * They are looked for below the launch and among orphans (dcc-descent.h); where the kernel does not
 * list children, among all processes there are.
 *
 * Threading: any. */
#include "dcc-launcher-tree.h"
#include "dcc-descent.h"
#include "dcc-process-facts.h"
#include "dcc-process-scan.h"
#include "dcc-tree.h"

#include <signal.h>
#include <unistd.h>

/* Passes one after the other before the first pause: a tree that forks faster than we look must
 * lose. */
#define EAGER_PASSES 20
#define MAX_PAUSE_US (50 * 1000)
/* A look that finds nobody may have come between a fork and the end of its parent. On a machine
 * where processes come and go all the time no look is sure, and many have to do. */
#define EMPTY_LOOKS      1
#define MAX_UNSURE_LOOKS 4
/* A process that was killed is given this long to be gone before it is looked for once more. */
#define DYING_MS 5

static gboolean
was_found(const DccLaunched *self, const DccProc *proc)
{
    gpointer ticks = g_hash_table_lookup(self->found, GSIZE_TO_POINTER((gsize)proc->pid));

    return ticks != NULL && ticks == GSIZE_TO_POINTER((gsize)proc->start_ticks);
}

static gboolean
belongs(const DccLaunched *self, const DccProc *proc)
{
    gint64 leader = dcc_reaped_get_pid(self->process);

    if (proc->pid == getpid() || proc->start_ticks < self->since_ticks)
        return FALSE;
    if (proc->pid == leader)
        return proc->start_ticks <= self->until_ticks;
    return proc->sid == leader || was_found(self, proc) ||
           dcc_process_has_mark(proc->pid, self->mark);
}

typedef struct {
    const DccLaunched *launched;
    gboolean kills;
    GHashTable *members; /* pids */
    DccDescent descent;
    DccProcessScan scan;
} Search;

static void
clear_search(Search *search)
{
    g_clear_pointer(&search->members, g_hash_table_unref);
    dcc_descent_clear(&search->descent);
    dcc_process_scan_clear(&search->scan);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, clear_search)

/* A process that belongs is killed at the moment it is seen: one that forks and ends every few milliseconds is
 * gone when a list is complete. dcc_proc_signal() sends nothing to a number's new owner. */
static void
take(Search *search, const DccProc *proc)
{
    g_hash_table_add(search->members, GINT_TO_POINTER((gint)proc->pid));
    g_hash_table_insert(search->launched->found,
                        GSIZE_TO_POINTER((gsize)proc->pid),
                        GSIZE_TO_POINTER((gsize)proc->start_ticks));
    if (search->kills)
        dcc_proc_signal(proc, SIGKILL);
}

static gboolean
visit(const DccProc *proc, gboolean parent_belongs, gpointer data)
{
    Search *search = data;
    gboolean is_member = parent_belongs || belongs(search->launched, proc);

    if (is_member)
        take(search, proc);
    return is_member;
}

static void
see(const DccProc *proc, gpointer data)
{
    Search *search = data;

    if (dcc_process_scan_is_living(proc) && belongs(search->launched, proc))
        take(search, proc);
}

static gboolean
is_member(const Search *search, gint64 pid)
{
    return g_hash_table_contains(search->members, GINT_TO_POINTER((gint)pid));
}

static void
take_children(Search *search, const DccProcessScan *look)
{
    gboolean grown = TRUE;

    while (grown) {
        grown = FALSE;
        for (gsize i = 0; i < look->n; i++) {
            const DccProc *proc = &look->all[i];

            if (is_member(search, proc->ppid) && dcc_process_scan_is_living(proc) &&
                !is_member(search, proc->pid)) {
                take(search, proc);
                grown = TRUE;
            }
        }
    }
}

static void
scan_once(Search *search)
{
    dcc_process_scan_take(&search->scan, see, search);
    take_children(search, &search->scan);
}

/* A parent that is killed hands its children on, and those that are read after that are not known
 * for its own; so what belongs is found before anything is killed. One that forks and ends faster
 * than all are read is met by the second scan, which kills at sight. */
static void
scan_all(Search *search)
{
    gboolean kills = search->kills;

    search->kills = FALSE;
    scan_once(search);
    search->kills = kills;
    if (kills)
        scan_once(search);
}

/* Fills members: what belongs and is alive. TRUE: there is none, and none slipped away. */
static gboolean
find_members(Search *search)
{
    const DccLaunched *launched = search->launched;
    gboolean sure = FALSE;

    g_clear_pointer(&search->members, g_hash_table_unref);
    search->members = g_hash_table_new(NULL, NULL);
    search->descent.pid = dcc_reaped_get_pid(launched->process);
    search->descent.since_ticks = launched->since_ticks;
    if (dcc_descent_walk(&search->descent, visit, search, &sure))
        return sure;
    scan_all(search);
    return g_hash_table_size(search->members) == 0 &&
           dcc_process_scan_is_sure(&search->scan, launched->since_ticks);
}

static gboolean
refuse(DccLaunched *self, GError **error)
{
    g_auto(Search) search = {.launched = self};
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_auto(GStrv) lines = NULL;
    g_autofree char *text = NULL;
    GHashTableIter iter;
    gpointer key;

    find_members(&search);
    g_hash_table_iter_init(&iter, search.members);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        gint64 pid = GPOINTER_TO_INT(key);

        g_array_append_val(pids, pid);
    }
    if (pids->len == 0)
        return TRUE;
    lines = dcc_tree_describe((const gint64 *)(gpointer)pids->data, MIN(pids->len, 8));
    text = g_strjoinv(", ", lines);
    g_set_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT, "cannot be killed: %s", text);
    return FALSE;
}

/* A process that has lost its parent and changed its session and environment cannot be found, so the
 * tree is walked before anything is killed. */
static void
strike(const DccLaunched *self, Search *search)
{
    find_members(search);
    /* Itself by its own descriptor: that works where /proc cannot be read. */
    dcc_reaped_signal(self->process, SIGKILL);
    /* Those that keep together at one blow. */
    dcc_process_ref_kill_group(self->leader);
    dcc_reaped_wait(self->process, DYING_MS);
}

gboolean
dcc_launcher_tree_kill(DccLaunched *self, gint64 timeout_ms, GError **error)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    g_auto(Search) search = {.launched = self, .kills = TRUE};
    gulong pause_us = 500;
    guint empty = 0;
    guint unsure = 0;

    if (self->found == NULL)
        self->found = g_hash_table_new(NULL, NULL);
    strike(self, &search);
    for (guint pass = 0; empty < EMPTY_LOOKS && unsure < MAX_UNSURE_LOOKS; pass++) {
        gboolean sure = find_members(&search);
        guint n = g_hash_table_size(search.members);

        empty = sure ? empty + 1 : 0;
        unsure = n > 0 ? 0 : unsure + 1;
        if (n == 0 || pass < EAGER_PASSES)
            continue;
        if (g_get_monotonic_time() >= end)
            return refuse(self, error);
        g_usleep(pause_us);
        pause_us = MIN(pause_us * 2, MAX_PAUSE_US);
    }
    return TRUE;
}
