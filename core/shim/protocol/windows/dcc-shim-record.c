/* The exit record's file: two slots, written in turn, in room that was made before; see dcc-shim-wire.h.
 *
 * Threading: one at a time for a descriptor, whose place is moved. */
#include "dcc-shim-wire.h"

#include <io.h>
#include <stdio.h>
#include <string.h>

static bool
go_to(int fd, uint64_t half)
{
    const int64_t place = (int64_t)half * DCC_SHIM_SLOT_BYTES;

    return _lseeki64(fd, place, SEEK_SET) == place;
}

bool
dcc_shim_slot_write(int fd, DccShimSlot *slot)
{
    dcc_shim_slot_seal(slot);
    return go_to(fd, slot->sequence & 1) && _write(fd, slot, sizeof *slot) == (int)sizeof *slot;
}

bool
dcc_shim_slot_read(int fd, DccShimSlot *slot)
{
    bool found = false;

    for (uint64_t half = 0; half < 2; half++) {
        DccShimSlot read;

        memset(&read, 0, sizeof read);
        if (!go_to(fd, half) || _read(fd, &read, sizeof read) != (int)sizeof read ||
            !dcc_shim_slot_is_sane(&read) || (found && read.sequence <= slot->sequence))
            continue;
        *slot = read;
        found = true;
    }
    return found;
}

bool
dcc_shim_record_reserve(int fd)
{
    static const char nothing[DCC_SHIM_RECORD_BYTES];

    return go_to(fd, 0) && _write(fd, nothing, sizeof nothing) == (int)sizeof nothing;
}

void
dcc_shim_record_sync(int fd)
{
    _commit(fd);
}
