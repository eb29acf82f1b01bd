/* An exit record from the disk. A sound one has what it says; a damaged one is none. */
#include "dcc-shim-files.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

static int
make_file(const void *data, size_t size)
{
    int fd = memfd_create("record", MFD_CLOEXEC);

    g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
    return fd;
}

GBytes *
fuzz_make_seed(guint n)
{
    DccShimSlot slot = {.phase = DCC_PHASE_SPAWNED,
                        .main = {.pid = 5, .start_ticks = 7},
                        .shim = {.pid = 4, .start_ticks = 6},
                        .boot_id = "0b0b0b0b",
                        .stage = "exec"};
    guint8 *bytes = g_malloc0(DCC_SHIM_RECORD_BYTES);
    int fd;

    if (n >= 2) {
        g_free(bytes);
        return NULL;
    }
    fd = make_file(bytes, DCC_SHIM_RECORD_BYTES);
    for (guint i = 0; i <= n; i++) {
        slot.phase = i == 0 ? DCC_PHASE_SPAWNED : DCC_PHASE_ENDED;
        slot.status_known = 1;
        g_assert_true(dcc_shim_slot_write(fd, &slot));
    }
    g_assert_cmpint(pread(fd, bytes, DCC_SHIM_RECORD_BYTES, 0), ==, DCC_SHIM_RECORD_BYTES);
    close(fd);
    return g_bytes_new_take(bytes, DCC_SHIM_RECORD_BYTES);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DccShimSlot slot;
    DccShimRecord record;
    int fd = make_file(data, size);

    if (dcc_shim_slot_read(fd, &slot)) {
        dcc_shim_record_from_slot(&record, &slot);
        g_assert_cmpuint(strlen(record.stage), <, sizeof record.stage);
        g_assert_cmpint(record.main.pid, >=, 0);
    }
    close(fd);
    return 0;
}
