/* Jobs; see the header.
 *
 * Those of this process are kept by their names, and let go of at the next start once they are empty.
 * Threading: any. */
#include "dcc-job.h"

#include "dcc-handle.h"
#include "dcc-wide.h"

#include <errno.h>

#include <windows.h>

/* More processes than that are not listed; they are ended all the same. */
#define MOST_LISTED 4096

typedef struct {
    HANDLE handle;
    GHashTable *lent; /* numbers of the processes that have one, too */
    guint n_started;  /* how many the job had had then */
} Kept;

static GMutex lock;
static GHashTable *kept; /* name -> Kept */

static void
kept_free(gpointer data)
{
    Kept *self = data;

    CloseHandle(self->handle);
    g_hash_table_unref(self->lent);
    g_free(self);
}

guint64
dcc_job_read_start(gpointer process)
{
    FILETIME created, exited, kernel, user;

    if (!GetProcessTimes(process, &created, &exited, &kernel, &user))
        return 0;
    return ((guint64)created.dwHighDateTime << 32) | created.dwLowDateTime;
}

/* Within what one log-in of the user sees. */
static char *
make_name(gint64 pid, guint64 start)
{
    return g_strdup_printf(
        "Local\\dcchost-%" G_GINT64_FORMAT "-%" G_GINT64_MODIFIER "x", pid, start);
}

static guint
count(HANDLE job, guint *n_started)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = {0};

    if (!QueryInformationJobObject(
            job, JobObjectBasicAccountingInformation, &info, sizeof info, NULL))
        return 0;
    if (n_started != NULL)
        *n_started = info.TotalProcesses;
    return info.ActiveProcesses;
}

static gboolean
is_empty(gpointer name, gpointer job, gpointer data)
{
    return count(((Kept *)job)->handle, NULL) == 0;
}

/* The process that it was made for has a handle. */
static void
keep(const char *name, HANDLE job, gint64 pid)
{
    Kept *one = g_new0(Kept, 1);

    one->handle = job;
    one->lent = g_hash_table_new(NULL, NULL);
    g_hash_table_add(one->lent, GSIZE_TO_POINTER((gsize)pid));
    g_mutex_lock(&lock);
    if (kept == NULL)
        kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    g_hash_table_foreach_remove(kept, is_empty, NULL);
    g_hash_table_replace(kept, g_strdup(name), one);
    g_mutex_unlock(&lock);
}

/* A handle of the caller's; NULL: there is no such job. */
static HANDLE
open_job(gint64 pid, guint64 start)
{
    g_autofree char *name = make_name(pid, start);
    g_autofree gunichar2 *wide = dcc_wide(name);

    return OpenJobObjectW(JOB_OBJECT_QUERY | JOB_OBJECT_TERMINATE, FALSE, (LPCWSTR)wide);
}

/* A session that is started in it, of another instance, is to live its own life. */
static void
let_leave(HANDLE job)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_BREAKAWAY_OK};

    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
}

gboolean
dcc_job_make_for(gpointer process)
{
    g_autofree char *name = make_name(GetProcessId(process), dcc_job_read_start(process));
    g_autofree gunichar2 *wide = dcc_wide(name);
    HANDLE job = CreateJobObjectW(NULL, (LPCWSTR)wide);
    gboolean is_new = job != NULL && GetLastError() != ERROR_ALREADY_EXISTS;

    if (is_new)
        let_leave(job);
    if (!is_new || !AssignProcessToJobObject(job, process)) {
        errno = is_new ? dcc_errno_of(GetLastError()) : EEXIST;
        if (job != NULL)
            CloseHandle(job);
        return FALSE;
    }
    /* Where it fails the name ends with this process. */
    dcc_handle_lend(job, process);
    keep(name, job, GetProcessId(process));
    return TRUE;
}

gboolean
dcc_job_hold(gint64 pid, guint64 start)
{
    g_autofree char *name = make_name(pid, start);
    HANDLE job = open_job(pid, start);

    if (job != NULL)
        keep(name, job, pid);
    return job != NULL;
}

gboolean
dcc_job_terminate(gint64 pid, guint64 start, guint32 code)
{
    HANDLE job = open_job(pid, start);
    gboolean ok = job != NULL && TerminateJobObject(job, code);

    if (job != NULL)
        CloseHandle(job);
    return ok;
}

guint
dcc_job_count(gint64 pid, guint64 start)
{
    HANDLE job = open_job(pid, start);
    guint n = job != NULL ? count(job, NULL) : 0;

    if (job != NULL)
        CloseHandle(job);
    return n;
}

gboolean
dcc_job_has(gint64 pid, guint64 start, gpointer process)
{
    HANDLE job = open_job(pid, start);
    BOOL is_in = FALSE;

    if (job == NULL)
        return FALSE;
    if (!IsProcessInJob(process, job, &is_in))
        is_in = FALSE;
    CloseHandle(job);
    return is_in;
}

/* (transfer full) (element-type gint64) */
static GArray *
list(HANDLE job)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gsize size = sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + MOST_LISTED * sizeof(ULONG_PTR);
    g_autofree JOBOBJECT_BASIC_PROCESS_ID_LIST *ids = g_malloc0(size);

    if (QueryInformationJobObject(job, JobObjectBasicProcessIdList, ids, (DWORD)size, NULL) ||
        GetLastError() == ERROR_MORE_DATA)
        for (DWORD i = 0; i < ids->NumberOfProcessIdsInList; i++) {
            gint64 member = (gint64)ids->ProcessIdList[i];

            g_array_append_val(pids, member);
        }
    return pids;
}

GArray *
dcc_job_list(gint64 pid, guint64 start)
{
    HANDLE job = open_job(pid, start);
    GArray *pids = job != NULL ? list(job) : g_array_new(FALSE, FALSE, sizeof(gint64));

    if (job != NULL)
        CloseHandle(job);
    return pids;
}

/* Its number may be another's by now, who is none of it. */
static void
lend_to(HANDLE job, gint64 pid)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION, FALSE, (DWORD)pid);
    BOOL is_in = FALSE;

    if (process != NULL && IsProcessInJob(process, job, &is_in) && is_in)
        dcc_handle_lend(job, process);
    if (process != NULL)
        CloseHandle(process);
}

static void
lend(Kept *self)
{
    guint n_started = 0;
    g_autoptr(GHashTable) lent = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) pids = NULL;

    if (count(self->handle, &n_started) == 0 || n_started == self->n_started)
        return;
    pids = list(self->handle);
    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);

        if (!g_hash_table_contains(self->lent, GSIZE_TO_POINTER((gsize)pid)))
            lend_to(self->handle, pid);
        g_hash_table_add(lent, GSIZE_TO_POINTER((gsize)pid));
    }
    g_hash_table_unref(self->lent);
    self->lent = g_steal_pointer(&lent);
    self->n_started = n_started;
}

void
dcc_job_lend_all(void)
{
    GHashTableIter iter;
    gpointer one;

    g_mutex_lock(&lock);
    if (kept != NULL) {
        g_hash_table_iter_init(&iter, kept);
        while (g_hash_table_iter_next(&iter, NULL, &one))
            lend(one);
    }
    g_mutex_unlock(&lock);
}
