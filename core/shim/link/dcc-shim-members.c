/* Processes of an application's tree; see the header. */
#include "dcc-shim-members.h"

#include <stdio.h>
#include <string.h>

/* -1: it may not be read. */
static gint64
read_written(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/io", pid);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL) || (at = strstr(text, "wchar: ")) == NULL)
        return -1;
    return g_ascii_strtoll(at + strlen("wchar: "), NULL, 10);
}

GArray *
dcc_shim_members_describe(GArray *processes)
{
    GArray *members = g_array_new(FALSE, TRUE, sizeof(DccShimMember));

    for (guint i = 0; i < processes->len; i++) {
        const DccProc *proc = &g_array_index(processes, DccProc, i);
        DccShimMember member = {.pid = proc->pid,
                                .start_ticks = proc->start_ticks,
                                .cpu_ticks = proc->cpu_ticks,
                                .written = read_written(proc->pid)};

        g_strlcpy(member.name, proc->comm, sizeof member.name);
        dcc_proc_read_command(proc->pid, member.command, sizeof member.command);
        g_array_append_val(members, member);
    }
    return members;
}
