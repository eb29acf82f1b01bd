/* What is in a job; see the header. Threading: any. */
#include "dcc-job-tree.h"

#include "dcc-end-request.h"
#include "dcc-handle.h"
#include "dcc-job.h"
#include "dcc-nt-status.h"
#include "dcc-process-look.h"
#include "dcc-signals.h"

#include <string.h>

#define KILLED  ((guint32)DCC_NT_STATUS_OURS(DCC_SIGNAL_KILL))
#define PROGRAM ".exe"

DccProcessRef
dcc_job_tree_open(const DccShimSlot *slot, gint64 pid)
{
    DccProcessRef process = dcc_process_ref_open(pid, NULL);

    if (process == DCC_PROCESS_REF_NONE)
        return DCC_PROCESS_REF_NONE;
    /* One that has ended is no member, whatever the list still says. */
    if (dcc_process_ref_has_ended(process) ||
        !dcc_job_has(slot->main.pid, slot->main.start_ticks, dcc_handle_from_number(process)))
        dcc_process_ref_close(&process);
    return process;
}

/* As people and plans call it. */
static char *
name_of(const char *program)
{
    g_autofree char *base = g_path_get_basename(program != NULL ? program : "?");
    gsize length = strlen(base);

    if (length > strlen(PROGRAM) &&
        g_ascii_strcasecmp(base + length - strlen(PROGRAM), PROGRAM) == 0)
        base[length - strlen(PROGRAM)] = '\0';
    return g_steal_pointer(&base);
}

static gboolean
is_daemon(const DccShimSlot *slot, const char *name)
{
    for (guint i = 0; i < slot->n_daemons; i++)
        if (g_ascii_strncasecmp(name, slot->daemons[i], sizeof slot->daemons[i] - 1) == 0)
            return TRUE;
    return FALSE;
}

/* What gives a console to its programs: the system starts it, and it ends with the last of them. */
static gboolean
is_console(const DccShimSlot *slot, gint64 pid, const char *name)
{
    return pid != slot->main.pid && (g_ascii_strcasecmp(name, "conhost") == 0 ||
                                     g_ascii_strcasecmp(name, "openconsole") == 0);
}

static void
describe(DccShimMember *member, DccProcessRef process, char **name)
{
    g_auto(DccProcessLook) look = {0};

    dcc_process_look_take(&look, process);
    *name = name_of(look.program);
    *member =
        (DccShimMember){.start_ticks = look.start, .cpu_ticks = look.cpu, .written = look.written};
    g_strlcpy(member->name, *name, sizeof member->name);
    g_strlcpy(member->command, look.program != NULL ? look.program : "", sizeof member->command);
}

/* *n_daemons: those that were left out for it; may be NULL. */
static GArray *
look(const DccShimSlot *slot, gint64 but, guint *n_daemons)
{
    g_autoptr(GArray) pids = dcc_job_list(slot->main.pid, slot->main.start_ticks);
    GArray *members = g_array_new(FALSE, TRUE, sizeof(DccShimMember));

    for (guint i = 0; i < pids->len; i++) {
        gint64 pid = g_array_index(pids, gint64, i);
        DccProcessRef process = pid != but ? dcc_job_tree_open(slot, pid) : DCC_PROCESS_REF_NONE;
        g_autofree char *name = NULL;
        DccShimMember member;

        if (process == DCC_PROCESS_REF_NONE)
            continue;
        describe(&member, process, &name);
        dcc_process_ref_close(&process);
        member.pid = pid;
        if (is_console(slot, pid, name))
            continue;
        if (pid == slot->main.pid || !is_daemon(slot, name))
            g_array_append_val(members, member);
        else if (n_daemons != NULL)
            (*n_daemons)++;
    }
    return members;
}

GArray *
dcc_job_tree_list(const DccShimSlot *slot, gint64 but)
{
    return look(slot, but, NULL);
}

static gboolean
note(DccShimSlot *slot, const DccShimMember *member, int signal)
{
    DccShimEnded ended = {.pid = (gint32)member->pid, .signal = signal};

    if (member->pid == slot->main.pid)
        return FALSE;
    g_strlcpy(ended.comm, member->name, sizeof ended.comm);
    g_strlcpy(ended.command, member->command, sizeof ended.command);
    return dcc_shim_slot_note_ended(slot, &ended);
}

gboolean
dcc_job_tree_ask(DccShimSlot *slot)
{
    g_autoptr(GArray) members = dcc_job_tree_list(slot, 0);
    gboolean changed = FALSE;

    for (guint i = 0; i < members->len; i++) {
        const DccShimMember *member = &g_array_index(members, DccShimMember, i);

        if (dcc_end_request_send(member->pid))
            changed = note(slot, member, DCC_SIGNAL_TERMINATE) || changed;
    }
    return changed;
}

gboolean
dcc_job_tree_note(DccShimSlot *slot)
{
    g_autoptr(GArray) members = dcc_job_tree_list(slot, 0);
    gboolean changed = FALSE;

    for (guint i = 0; i < members->len; i++)
        changed = note(slot, &g_array_index(members, DccShimMember, i), DCC_SIGNAL_KILL) || changed;
    return changed;
}

static void
kill_one(const DccShimSlot *slot, gint64 pid)
{
    DccProcessRef process = dcc_job_tree_open(slot, pid);

    if (process != DCC_PROCESS_REF_NONE)
        dcc_process_ref_kill(process);
    dcc_process_ref_close(&process);
}

gboolean
dcc_job_tree_kill(const DccShimSlot *slot)
{
    guint n_daemons = 0;
    g_autoptr(GArray) members = look(slot, 0, &n_daemons);

    if (members->len > 0 && n_daemons == 0)
        dcc_job_terminate(slot->main.pid, slot->main.start_ticks, KILLED);
    for (guint i = 0; i < members->len && n_daemons > 0; i++)
        kill_one(slot, g_array_index(members, DccShimMember, i).pid);
    return members->len > 0;
}
