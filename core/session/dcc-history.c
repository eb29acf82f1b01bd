/* What an instance has been through; see the header. */
#include "dcc-history.h"

void
dcc_history_init(DccHistory *self)
{
    *self = (DccHistory){.rescued = g_ptr_array_new_with_free_func(g_free)};
    dcc_stop_report_begin(&self->report);
}

void
dcc_history_clear(DccHistory *self)
{
    g_clear_object(&self->result);
    g_clear_pointer(&self->rescued, g_ptr_array_unref);
    dcc_stop_report_clear(&self->report);
}

void
dcc_history_note_started(DccHistory *self)
{
    self->restart_count += self->has_run ? 1 : 0;
    self->has_run = TRUE;
}

void
dcc_history_note_result(DccHistory *self, DccResult *result)
{
    g_set_object(&self->result, result);
}

void
dcc_history_note_rescue(DccHistory *self, const char *path)
{
    guint at;

    /* A newer copy under the same name has taken the place of the older one. */
    if (g_ptr_array_find_with_equal_func(self->rescued, path, g_str_equal, &at))
        g_ptr_array_remove_index(self->rescued, at);
    else if (self->rescued->len >= DCC_HISTORY_MAX_RESCUED)
        g_ptr_array_remove_index(self->rescued, 0);
    g_ptr_array_add(self->rescued, g_strdup(path));
}
