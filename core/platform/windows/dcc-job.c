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

static GMutex lock;
static GHashTable *kept; /* name -> HANDLE */

static void
close_handle(gpointer handle)
{
    CloseHandle(handle);
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
count(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = {0};

    if (!QueryInformationJobObject(
            job, JobObjectBasicAccountingInformation, &info, sizeof info, NULL))
        return 0;
    return info.ActiveProcesses;
}

static gboolean
is_empty(gpointer name, gpointer job, gpointer data)
{
    return count(job) == 0;
}

static void
keep(const char *name, HANDLE job)
{
    g_mutex_lock(&lock);
    if (kept == NULL)
        kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_handle);
    g_hash_table_foreach_remove(kept, is_empty, NULL);
    g_hash_table_replace(kept, g_strdup(name), job);
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

gboolean
dcc_job_make_for(gpointer process)
{
    g_autofree char *name = make_name(GetProcessId(process), dcc_job_read_start(process));
    g_autofree gunichar2 *wide = dcc_wide(name);
    HANDLE job = CreateJobObjectW(NULL, (LPCWSTR)wide);
    gboolean is_new = job != NULL && GetLastError() != ERROR_ALREADY_EXISTS;

    if (!is_new || !AssignProcessToJobObject(job, process)) {
        errno = is_new ? dcc_errno_of(GetLastError()) : EEXIST;
        if (job != NULL)
            CloseHandle(job);
        return FALSE;
    }
    /* Where it fails the name ends with this process. */
    dcc_handle_lend(job, process);
    keep(name, job);
    return TRUE;
}

gboolean
dcc_job_hold(gint64 pid, guint64 start)
{
    g_autofree char *name = make_name(pid, start);
    HANDLE job = open_job(pid, start);

    if (job != NULL)
        keep(name, job);
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
    guint n = job != NULL ? count(job) : 0;

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

GArray *
dcc_job_list(gint64 pid, guint64 start)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gsize size = sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + MOST_LISTED * sizeof(ULONG_PTR);
    g_autofree JOBOBJECT_BASIC_PROCESS_ID_LIST *list = g_malloc0(size);
    HANDLE job = open_job(pid, start);

    if (job == NULL)
        return pids;
    if (QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, (DWORD)size, NULL) ||
        GetLastError() == ERROR_MORE_DATA)
        for (DWORD i = 0; i < list->NumberOfProcessIdsInList; i++) {
            gint64 member = (gint64)list->ProcessIdList[i];

            g_array_append_val(pids, member);
        }
    CloseHandle(job);
    return pids;
}
