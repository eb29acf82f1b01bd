/* The exit record of a directory, for whoever has no link; see dcc-shim-link.h. Threading: any. */
#include "dcc-record-file.h"

#include <string.h>

gboolean
dcc_shim_record_read(const char *dir, DccShimRecord *record)
{
    DccShimSlot slot;

    memset(record, 0, sizeof *record);
    if (!dcc_record_file_read(dir, &slot))
        return FALSE;
    dcc_shim_record_from_slot(record, &slot);
    return TRUE;
}

GArray *
dcc_shim_record_list_ended(const char *dir, guint *total)
{
    DccShimSlot slot = {0};

    dcc_record_file_read(dir, &slot);
    return dcc_shim_facts_list_ended(&slot, total);
}

void
dcc_shim_record_remove(const char *dir)
{
    dcc_record_file_remove(dir);
}
