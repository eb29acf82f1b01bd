/* The exit record, torn and forged: a reader finds the old state, the new one, or nothing. */
#include "dcc-shim-link.h"
#include "dcc-shim-wire.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *dir;
    char *path;
    int fd;
} Scratch;

static void
set_up(Scratch *scratch, gconstpointer data)
{
    scratch->dir = g_dir_make_tmp("record-XXXXXX", NULL);
    scratch->path = g_build_filename(scratch->dir, "exit", NULL);
    scratch->fd = open(scratch->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(ftruncate(scratch->fd, DCC_SHIM_RECORD_BYTES), ==, 0);
}

static void
tear_down(Scratch *scratch, gconstpointer data)
{
    close(scratch->fd);
    g_unlink(scratch->path);
    g_rmdir(scratch->dir);
    g_free(scratch->path);
    g_free(scratch->dir);
}

static void
write_state(Scratch *scratch, DccShimSlot *slot, guint32 phase, int wait_status)
{
    slot->phase = phase;
    slot->status_known = phase == DCC_PHASE_ENDED;
    slot->wait_status = wait_status;
    g_assert_true(dcc_shim_slot_write(scratch->fd, slot));
}

static void
test_torn(Scratch *scratch, gconstpointer data)
{
    char before[DCC_SHIM_RECORD_BYTES];
    char after[DCC_SHIM_RECORD_BYTES];
    DccShimSlot slot = {.main.pid = 4711};
    guint n_new = 0;

    write_state(scratch, &slot, DCC_PHASE_PREPARED, 0);
    write_state(scratch, &slot, DCC_PHASE_STARTED, 0);
    g_assert_cmpint(pread(scratch->fd, before, sizeof before, 0), ==, sizeof before);
    write_state(scratch, &slot, DCC_PHASE_ENDED, 0x0b00);
    g_assert_cmpint(pread(scratch->fd, after, sizeof after, 0), ==, sizeof after);
    for (gsize cut = 0; cut <= sizeof after; cut++) {
        DccShimRecord record;

        g_assert_cmpint(pwrite(scratch->fd, after, cut, 0), ==, (gssize)cut);
        g_assert_cmpint(pwrite(scratch->fd, before + cut, sizeof before - cut, (off_t)cut),
                        ==,
                        (gssize)(sizeof before - cut));
        g_assert_true(dcc_shim_record_read(scratch->dir, &record));
        g_assert_cmpint(record.main.pid, ==, 4711);
        g_assert_cmphex(record.wait_status, ==, record.exited ? 0x0b00 : 0);
        n_new += record.exited ? 1 : 0;
    }
    g_assert_cmpuint(n_new, >, 0);
    g_assert_cmpuint(n_new, <, sizeof after);
}

static void
test_flipped(Scratch *scratch, gconstpointer data)
{
    DccShimSlot slot = {.main.pid = 4711};

    write_state(scratch, &slot, DCC_PHASE_ENDED, 0x0b00);
    for (gsize i = 0; i < sizeof slot * 8; i++) {
        DccShimSlot bent = slot;
        DccShimRecord record;

        ((guint8 *)&bent)[i / 8] ^= (guint8)(1u << i % 8);
        g_assert_cmpint(
            pwrite(scratch->fd, &bent, sizeof bent, DCC_SHIM_SLOT_BYTES), ==, sizeof bent);
        g_assert_false(dcc_shim_record_read(scratch->dir, &record));
        g_assert_false(record.exited);
    }
}

static void
test_truncated(Scratch *scratch, gconstpointer data)
{
    DccShimSlot slot = {.main.pid = 4711};
    DccShimRecord record;

    write_state(scratch, &slot, DCC_PHASE_ENDED, 0x0b00);
    for (off_t size = DCC_SHIM_SLOT_BYTES + sizeof slot - 1; size >= 0; size -= 7) {
        g_assert_cmpint(ftruncate(scratch->fd, size), ==, 0);
        g_assert_false(dcc_shim_record_read(scratch->dir, &record));
    }
}

static void
test_missing(Scratch *scratch, gconstpointer data)
{
    DccShimRecord record;
    g_autoptr(GError) error = NULL;

    g_unlink(scratch->path);
    g_assert_false(dcc_shim_record_read(scratch->dir, &record));
    g_assert_null(dcc_shim_link_attach(scratch->dir, "/nonexistent/log", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    /* Not what a record may be: a link to one, a pipe that would block. */
    g_assert_cmpint(symlink("/etc/passwd", scratch->path), ==, 0);
    g_assert_false(dcc_shim_record_read(scratch->dir, &record));
    g_unlink(scratch->path);
    g_assert_cmpint(mkfifo(scratch->path, 0600), ==, 0);
    g_assert_false(dcc_shim_record_read(scratch->dir, &record));
}

#define ADD(name, func) g_test_add("/shim/record/" name, Scratch, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("torn", test_torn);
    ADD("flipped", test_flipped);
    ADD("truncated", test_truncated);
    ADD("missing", test_missing);
    return g_test_run();
}
