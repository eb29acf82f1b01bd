/* What is left of a run's processes; see the header.
 *
 * A reporter that waits for an answer from the network or from the user does nothing that could be
 * measured, so it is known by its name. Anything else that neither computes nor reads nor writes is
 * a stray child. */
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
has_reporter(char **lines)
{
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = g_ascii_strdown(lines[i], -1);

        for (guint j = 0; j < G_N_ELEMENTS(reporters); j++)
            if (strstr(line, reporters[j]) != NULL)
                return TRUE;
    }
    return FALSE;
}

gboolean
dcc_run_tree_lingers(DccShimLink *shim, gint64 *last)
{
    g_autoptr(GArray) left = dcc_shim_link_list_tree(shim);
    g_auto(GStrv) lines = dcc_tree_describe((const gint64 *)(gpointer)left->data, left->len);
    gint64 before = *last, now = 1;

    for (guint i = 0; i < left->len; i++) {
        DccTreeSample sample = dcc_tree_sample(g_array_index(left, gint64, i));

        now += sample.cpu_us + MAX(sample.io_bytes, 0) + (gint64)(sample.digest & 0xffff);
    }
    *last = now;
    return before == 0 || before != now || has_reporter(lines);
}
