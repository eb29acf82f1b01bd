/* What an ended Blender left of work and evidence. */
#include "dcc-blender.h"
#include "dcc-common.h"
#include <string.h>

static const struct {
    const char *prefix, *suffix;
    DccRescueKind kind;
} kinds[] = {
    {"quit", ".blend", DCC_RESCUE_RECOVERY}, /* a window that quit */
    {"", "_autosave.blend", DCC_RESCUE_AUTOSAVE},
    {"", "_rescue.blend", DCC_RESCUE_COPY}, /* the agent's, of unsaved work */
    {"", ".crash.txt", DCC_RESCUE_CRASH_REPORT},
    {"dcchost-faults", ".txt", DCC_RESCUE_STACKS},
    {"dcchost-stacks", ".txt", DCC_RESCUE_STACKS},
};

static gboolean
find_kind(const char *name, DccRescueKind *kind)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(name, kinds[i].prefix) || !g_str_has_suffix(name, kinds[i].suffix))
            continue;
        if (kinds[i].kind == DCC_RESCUE_RECOVERY && strcmp(name, "quit.blend") != 0)
            continue;
        *kind = kinds[i].kind;
        return TRUE;
    }
    return FALSE;
}

GListModel *
dcc_blender_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    return dcc_common_list_rescue_files(info, find_kind);
}
