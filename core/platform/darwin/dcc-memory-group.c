/* There are no groups of processes whose memory is counted together. Compiled and linked for macOS, never run. Threading: any. */
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
