/* The daemons of a life (a licence server, say) that its plan lets live on.
 *
 * Their shim ends without them, so who was its child cannot be asked any more. They are known by
 * their name and by this life's number in their environment, which they got by inheriting it.
 */
#include "dcc-session-private.h"

#include "dcc-proc.h"
#include "dcc-tree.h"

static gboolean
has_name(const char *pid, const char *const *names)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/comm", pid);
    g_autofree char *comm = NULL;

    if (!g_file_get_contents(path, &comm, NULL, NULL))
        return FALSE;
    g_strchomp(comm);
    for (guint i = 0; names[i] != NULL; i++)
        if (dcc_proc_has_name(comm, names[i]))
            return TRUE;
    return FALSE;
}

static gboolean
has_setting(const char *pid, const char *setting)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/environ", pid);
    g_autofree char *environment = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &environment, &length, NULL))
        return FALSE;
    for (const char *each = environment; each < environment + length; each += strlen(each) + 1)
        if (g_str_equal(each, setting))
            return TRUE;
    return FALSE;
}

static GArray *
list_released(DccLife *life, const char *const *names)
{
    g_autofree char *setting = g_strconcat("DCCHOST_INCARNATION=", life->incarnation, NULL);
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint64));
    const char *pid;

    while (dir != NULL && (pid = g_dir_read_name(dir)) != NULL) {
        gint64 number = g_ascii_strtoll(pid, NULL, 10);

        if (number > 0 && has_name(pid, names) && has_setting(pid, setting))
            g_array_append_val(pids, number);
    }
    return pids;
}

void
dcc_session_report_released(DccSession *self)
{
    const char *const *names = dcc_launch_plan_get_daemons(self->life->plan);
    g_autoptr(GArray) pids = NULL;
    g_auto(GStrv) lines = NULL;

    if (names == NULL || names[0] == NULL)
        return;
    pids = list_released(self->life, names);
    lines = dcc_tree_describe((const gint64 *)(gpointer)pids->data, pids->len);
    for (guint i = 0; lines[i] != NULL; i++)
        json_array_add_string_element(self->left, lines[i]);
}
