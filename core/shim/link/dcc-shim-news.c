/* The news of a run; see the header. Threading: as the link's. */
#include "dcc-shim-news.h"

guint
dcc_shim_news_add_signal(GType type)
{
    return g_signal_new(
        "news", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

gboolean
dcc_shim_news_take(guint *told, DccShimNews news)
{
    const guint once = 1u << DCC_SHIM_STARTED | 1u << DCC_SHIM_REFUSED | 1u << DCC_SHIM_EXITED |
                       1u << DCC_SHIM_EMPTY | 1u << DCC_SHIM_DEGRADED | 1u << DCC_SHIM_GONE;

    if (*told & once & (1u << news))
        return FALSE;
    *told |= 1u << news;
    return TRUE;
}

gboolean
dcc_shim_news_is_recorded(const DccShimSlot *slot, DccShimNews news)
{
    switch (news) {
    case DCC_SHIM_STARTED:
        return slot->phase == DCC_PHASE_STARTED || slot->phase == DCC_PHASE_ENDED;
    case DCC_SHIM_REFUSED:
        return slot->phase == DCC_PHASE_REFUSED;
    case DCC_SHIM_EXITED:
        return slot->phase == DCC_PHASE_ENDED;
    case DCC_SHIM_EMPTY:
        return slot->phase == DCC_PHASE_ENDED && slot->tree_empty;
    default:
        return FALSE;
    }
}
