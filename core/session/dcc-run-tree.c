/* What is left of a run's processes; see the header.
 *
 * A reporter that waits for an answer from the network or from the user does nothing that could be
 * measured, so it is known by its name. Anything else that neither computes nor writes is a stray
 * child. */
#include "dcc-run-tree.h"

#include "dcc-tree.h"

#include <string.h>

static const char *const reporters[] = {"crash",
                                        "report",
                                        "dump",
                                        "apport",
                                        "abrt",
                                        "gdb",
                                        "sentry",
                                        "breakpad",
                                        "minidump",
                                        "handler"};

gboolean
dcc_run_tree_has_any(DccShimLink *shim)
{
    g_autoptr(GArray) left = dcc_shim_link_list_tree(shim);

    return left->len > 0;
}

char **
dcc_run_tree_describe(DccShimLink *shim)
{
    g_autoptr(GArray) left = dcc_shim_link_list_tree(shim);

    return dcc_tree_describe((const gint64 *)(gpointer)left->data, left->len);
}

static gboolean
is_reporter(const DccShimMember *member)
{
    g_autofree char *name = g_ascii_strdown(member->name, -1);

    for (guint i = 0; i < G_N_ELEMENTS(reporters); i++)
        if (strstr(name, reporters[i]) != NULL)
            return TRUE;
    return FALSE;
}

gboolean
dcc_run_tree_lingers(DccShimLink *shim, gint64 *last)
{
    g_autoptr(GArray) left = dcc_shim_link_list_left(shim);
    gint64 before = *last, now = 1;
    gboolean reports = FALSE;

    for (guint i = 0; i < left->len; i++) {
        const DccShimMember *member = &g_array_index(left, DccShimMember, i);

        now += member->pid + member->cpu_ticks + MAX(member->written, 0);
        reports = reports || is_reporter(member);
    }
    *last = now;
    return before == 0 || before != now || reports;
}

static char *
describe(const DccShimMember *member)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %s", member->pid, member->name);
}

char **
dcc_run_tree_list_ended(GArray *ended, guint total)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();

    for (guint i = 0; i < ended->len; i++) {
        g_autofree char *line = describe(&g_array_index(ended, DccShimMember, i));

        g_strv_builder_add(lines, line);
    }
    if (total > ended->len) {
        g_autofree char *more = g_strdup_printf("and %u more", total - ended->len);

        g_strv_builder_add(lines, more);
    }
    return g_strv_builder_end(lines);
}

/* Those that were released are known by their name and by this run's number in their environment,
 * which they got by inheriting it. */
char **
dcc_run_tree_list_released(const char *const *daemons, const char *incarnation)
{
    g_autofree char *setting = g_strconcat("DCCHOST_INCARNATION=", incarnation, NULL);
    g_autoptr(GArray) pids = NULL;

    if (daemons == NULL || daemons[0] == NULL)
        return g_new0(char *, 1);
    pids = dcc_tree_find(daemons, setting);
    return dcc_tree_describe((const gint64 *)(gpointer)pids->data, pids->len);
}
