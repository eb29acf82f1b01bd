/* No group of processes has its memory counted together and is ended for it: what asks for more than there is, is
 * refused. Threading: any. */
#include "dcc-memory-group.h"

void
dcc_memory_group_read_at(DccMemoryGroup *self, const char *membership, const char *root)
{
    *self = (DccMemoryGroup){.peak_bytes = -1, .limit_bytes = -1};
}

void
dcc_memory_group_read(DccMemoryGroup *self)
{
    dcc_memory_group_read_at(self, "", "");
}
