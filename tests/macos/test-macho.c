/* Whether bytes are a whole library of macOS: a small one made here, cut off, damaged, and of other machines. */
#include "dcc-macho.h"

#include <string.h>

#define SIZE     1024
#define COMMANDS 32
#define SEGMENT  72
#define SLICE_AT 256
#define ROUNDS   20000

static void
put32(guint8 *bytes, gsize at, guint32 value)
{
    for (int i = 0; i < 4; i++)
        bytes[at + (gsize)i] = (guint8)(value >> (8 * i));
}

static void
put32_big(guint8 *bytes, gsize at, guint32 value)
{
    put32(bytes, at, GUINT32_SWAP_LE_BE(value));
}

/* One segment, which is all of the file. */
static void
make_library(guint8 *bytes)
{
    memset(bytes, 0, SIZE);
    put32(bytes, 0, 0xfeedfacf);
    put32(bytes, 4, DCC_MACHO_ARM64);
    put32(bytes, 12, 6);       /* a dylib */
    put32(bytes, 16, 1);       /* commands */
    put32(bytes, 20, SEGMENT); /* their bytes */
    put32(bytes, COMMANDS, 0x19);
    put32(bytes, COMMANDS + 4, SEGMENT);
    put32(bytes, COMMANDS + 48, SIZE);
}

static void
test_whole(void)
{
    guint8 bytes[SIZE];

    make_library(bytes);
    g_assert_null(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64));
    put32(bytes, 12, 8); /* a bundle */
    g_assert_null(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64));
}

static void
test_cut_off(void)
{
    guint8 bytes[SIZE];

    make_library(bytes);
    for (gsize size = 0; size < SIZE; size++)
        g_assert_nonnull(dcc_macho_find_fault(bytes, size, DCC_MACHO_ARM64));
}

static void
test_of_another_kind(void)
{
    guint8 bytes[SIZE];

    make_library(bytes);
    g_assert_nonnull(strstr(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_X86_64), "processor"));
    put32(bytes, 12, 2);
    g_assert_nonnull(strstr(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64), "program"));
    put32(bytes, 0, 0xfeedface);
    g_assert_nonnull(strstr(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64), "32-bit"));
    memcpy(bytes, "\177ELF", 4);
    g_assert_nonnull(strstr(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64), "Mach-O"));
}

static void
test_damaged(void)
{
    guint8 bytes[SIZE];

    make_library(bytes);
    put32(bytes, COMMANDS + 4, 4); /* a command that would never end */
    g_assert_nonnull(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64));
    make_library(bytes);
    put32(bytes, COMMANDS + 40, 1); /* one byte beyond the end */
    g_assert_nonnull(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64));
    make_library(bytes);
    put32(bytes, 16, 2); /* more commands than there is room for */
    g_assert_nonnull(dcc_macho_find_fault(bytes, SIZE, DCC_MACHO_ARM64));
}

static void
test_universal(void)
{
    guint8 bytes[SLICE_AT + SIZE] = {0};

    make_library(bytes + SLICE_AT);
    put32_big(bytes, 0, 0xcafebabe);
    put32_big(bytes, 4, 1);
    put32_big(bytes, 8, DCC_MACHO_ARM64);
    put32_big(bytes, 16, SLICE_AT);
    put32_big(bytes, 20, SIZE);
    g_assert_null(dcc_macho_find_fault(bytes, sizeof bytes, DCC_MACHO_ARM64));
    g_assert_nonnull(
        strstr(dcc_macho_find_fault(bytes, sizeof bytes, DCC_MACHO_X86_64), "without a part"));
    g_assert_nonnull(dcc_macho_find_fault(bytes, sizeof bytes - 1, DCC_MACHO_ARM64));
    put32_big(bytes, 4, G_MAXUINT32);
    g_assert_nonnull(dcc_macho_find_fault(bytes, sizeof bytes, DCC_MACHO_ARM64));
}

/* Whatever the bytes are, nothing outside of them is read: the sanitizers see to that. */
static void
test_any_bytes(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int round = 0; round < ROUNDS; round++) {
        gsize size = (gsize)g_rand_int_range(rand, 0, SIZE + 1);
        g_autofree guint8 *bytes = g_malloc(SIZE);
        g_autofree guint8 *exact = NULL;

        make_library(bytes);
        for (int i = 0; i < 4; i++)
            bytes[g_rand_int_range(rand, 0, COMMANDS + SEGMENT)] =
                (guint8)g_rand_int_range(rand, 0, 256);
        exact = g_memdup2(bytes, size);
        dcc_macho_find_fault(exact, size, DCC_MACHO_ARM64);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macho/whole", test_whole);
    g_test_add_func("/macho/cut-off", test_cut_off);
    g_test_add_func("/macho/of-another-kind", test_of_another_kind);
    g_test_add_func("/macho/damaged", test_damaged);
    g_test_add_func("/macho/universal", test_universal);
    g_test_add_func("/macho/any-bytes", test_any_bytes);
    return g_test_run();
}
