/* A process by name; see the header. */
#include "dcc-process-name.h"

gboolean
dcc_process_name_read(const char *name, DccIdentity *identity)
{
    guint64 pid = 0;
    char *end = NULL;

    *identity = (DccIdentity){0};
    g_strlcpy(identity->boot_id, dcc_boot_id(), sizeof identity->boot_id);
    pid = g_ascii_strtoull(name, &end, 10);
    if (pid == 0 || pid > G_MAXINT || end == NULL || *end != ':' || !g_ascii_isdigit(end[1]))
        return FALSE;
    identity->pid = (gint64)pid;
    identity->start_ticks = g_ascii_strtoull(end + 1, &end, 10);
    return identity->start_ticks != 0 && *end == '\0';
}

gboolean
dcc_process_name_is_alive(const DccIdentity *identity)
{
    return dcc_identity_is_pid_alive(identity->pid) &&
           dcc_identity_read_start(identity->pid) == identity->start_ticks;
}
