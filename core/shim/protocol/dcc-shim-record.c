/* The exit record: two slots in one pre-allocated page, written in turn.
 *
 * Contract: whatever moment the power fails at, a reader finds the old state or the new one. In
 * place and pre-allocated, because a record that must first find space on a full disk is no record.
 */
#include "dcc-shim-wire.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

static uint32_t
crc32(const void *data, size_t n)
{
    const uint8_t *p = data;
    uint32_t crc = ~0u;

    while (n-- > 0) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static bool
is_terminated(const char *text, size_t n)
{
    return memchr(text, 0, n) != NULL;
}

static bool
is_sane(const DccShimSlot *slot)
{
    if (slot->magic != DCC_SHIM_MAGIC || slot->version != DCC_SHIM_VERSION ||
        slot->size != sizeof *slot || slot->crc != crc32(slot, offsetof(DccShimSlot, crc)))
        return false;
    if (slot->phase < DCC_PHASE_PREPARED || slot->phase > DCC_PHASE_ENDED ||
        slot->n_daemons > DCC_SHIM_MAX_DAEMONS || slot->main.pid < 0 || slot->shim.pid < 0)
        return false;
    for (uint32_t i = 0; i < slot->n_daemons; i++)
        if (!is_terminated(slot->daemons[i], sizeof slot->daemons[i]))
            return false;
    return is_terminated(slot->boot_id, sizeof slot->boot_id) &&
           is_terminated(slot->stage, sizeof slot->stage);
}

bool
dcc_shim_slot_write(int fd, DccShimSlot *slot)
{
    slot->magic = DCC_SHIM_MAGIC;
    slot->version = DCC_SHIM_VERSION;
    slot->size = sizeof *slot;
    slot->sequence++;
    slot->crc = crc32(slot, offsetof(DccShimSlot, crc));
    return pwrite(fd, slot, sizeof *slot, (off_t)(slot->sequence & 1) * DCC_SHIM_SLOT_BYTES) ==
           (ssize_t)sizeof *slot;
}

bool
dcc_shim_slot_read(int fd, DccShimSlot *slot)
{
    bool found = false;

    for (int half = 0; half < 2; half++) {
        DccShimSlot read;

        memset(&read, 0, sizeof read);
        if (pread(fd, &read, sizeof read, (off_t)half * DCC_SHIM_SLOT_BYTES) !=
                (ssize_t)sizeof read ||
            !is_sane(&read) || (found && read.sequence <= slot->sequence))
            continue;
        *slot = read;
        found = true;
    }
    return found;
}
