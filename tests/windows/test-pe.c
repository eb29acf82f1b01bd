/* Whether bytes are a whole DLL: a small one made here, cut off, damaged, and of other machines. */
#include "dcc-pe.h"

#include <string.h>

#define SIZE       1024
#define AT_PE      64
#define AT_FILE    (AT_PE + 4)
#define AT_OPT     (AT_FILE + 20)
#define OPT_LENGTH (112 + 16 * 8)
#define AT_SECTION (AT_OPT + OPT_LENGTH)
#define AT_DATA    512 /* in the file; 0x1000 in memory */
#define ADDRESS    0x1000
#define ROUNDS     20000

static void
put16(guint8 *bytes, gsize at, guint16 value)
{
    bytes[at] = (guint8)value;
    bytes[at + 1] = (guint8)(value >> 8);
}

static void
put32(guint8 *bytes, gsize at, guint32 value)
{
    put16(bytes, at, (guint16)value);
    put16(bytes, at + 2, (guint16)(value >> 16));
}

static void
put_headers(guint8 *bytes)
{
    memcpy(bytes, "MZ", 2);
    put32(bytes, 0x3c, AT_PE);
    memcpy(bytes + AT_PE, "PE\0\0", 4);
    put16(bytes, AT_FILE, DCC_PE_AMD64);
    put16(bytes, AT_FILE + 2, 1); /* sections */
    put16(bytes, AT_FILE + 16, OPT_LENGTH);
    put16(bytes, AT_FILE + 18, 0x2022);
    put16(bytes, AT_OPT, 0x20b);
    put32(bytes, AT_OPT + 32, 0x1000);
    put32(bytes, AT_OPT + 36, 0x200);
    put32(bytes, AT_OPT + 56, 0x2000); /* image */
    put32(bytes, AT_OPT + 60, 0x200);  /* headers */
    put32(bytes, AT_OPT + 108, 16);    /* directories */
    put32(bytes, AT_OPT + 112, ADDRESS);
    put32(bytes, AT_OPT + 116, 0x80);          /* exports */
    put32(bytes, AT_OPT + 120, ADDRESS + 256); /* imports */
    put32(bytes, AT_OPT + 124, 40);
}

/* One section with one export and one import. */
static void
put_section(guint8 *bytes)
{
    put32(bytes, AT_SECTION + 8, 0x200);
    put32(bytes, AT_SECTION + 12, ADDRESS);
    put32(bytes, AT_SECTION + 16, SIZE - AT_DATA);
    put32(bytes, AT_SECTION + 20, AT_DATA);
    put32(bytes, AT_DATA + 20, 1);
    put32(bytes, AT_DATA + 24, 1);
    put32(bytes, AT_DATA + 28, ADDRESS + 40);
    put32(bytes, AT_DATA + 32, ADDRESS + 44);
    put32(bytes, AT_DATA + 36, ADDRESS + 48);
    put32(bytes, AT_DATA + 44, ADDRESS + 64);
    memcpy(bytes + AT_DATA + 64, "dcc_adapter_module", 19);
    put32(bytes, AT_DATA + 256 + 12, ADDRESS + 320);
    memcpy(bytes + AT_DATA + 320, "glib-2.0-0.dll", 15);
}

static guint8 *
make_dll(void)
{
    guint8 *bytes = g_malloc0(SIZE);

    put_headers(bytes);
    put_section(bytes);
    return bytes;
}

static void
test_sound(void)
{
    g_autofree guint8 *bytes = make_dll();

    g_assert_cmpstr(dcc_pe_find_fault(bytes, SIZE, DCC_PE_AMD64), ==, NULL);
}

/* Wherever it ends, it is told and nothing beyond its end is read: each is a block of its own for the sanitizer. */
static void
test_cut_off(void)
{
    g_autofree guint8 *bytes = make_dll();

    for (gsize size = 0; size < SIZE; size++) {
        g_autofree guint8 *part = g_memdup2(bytes, size);

        g_assert_cmpstr(dcc_pe_find_fault(part, size, DCC_PE_AMD64), !=, NULL);
    }
}

static void
test_words(void)
{
    static const struct {
        gsize at;
        guint32 value;
        guint size; /* bytes that are changed */
        const char *words;
    } rows[] = {
        {0, 0x7f, 1, "is no DLL"},
        {AT_PE, 0x4c, 1, "program of an older system"},
        {0x3c, 0xfffffff0, 4, "beyond its end"},
        {AT_FILE, DCC_PE_I386, 2, "32 bits"},
        {AT_FILE, DCC_PE_ARM64, 2, "ARM64"},
        {AT_FILE, 0x1234, 2, "another kind of processor"},
        {AT_FILE + 2, 0, 2, "number of sections"},
        {AT_FILE + 2, 0xffff, 2, "number of sections"},
        {AT_FILE + 16, 0xffff, 2, "beyond its end"},
        {AT_FILE + 16, 50, 2, "does not fit"},
        {AT_FILE + 18, 0x0022, 2, "no DLL"},
        {AT_OPT, 0x10b, 2, "does not fit"},
        {AT_OPT, 0x107, 2, "no known kind"},
        {AT_OPT + 32, 3, 4, "alignment"},
        {AT_OPT + 36, 0, 4, "alignment"},
        {AT_OPT + 56, 0xffffffff, 4, "size in memory"},
        {AT_OPT + 60, 1, 4, "absurd length"},
        {AT_OPT + 108, 17, 4, "directories"},
        {AT_OPT + 112, 0xffffffff, 4, "directory lies outside"},
        {AT_OPT + 116, 0, 4, "no adapter"},
        {AT_OPT + 120, ADDRESS + 0x1f0, 4, "imports"},
        {AT_SECTION + 12, 0x1234, 4, "not aligned"},
        {AT_SECTION + 12, 0, 4, "out of order"},
        {AT_SECTION + 8, 0xffffffff, 4, "outside of its memory"},
        {AT_SECTION + 20, 0xfffffe00, 4, "cut off"},
        {AT_DATA + 24, 0xffffffff, 4, "table of its exports"},
        {AT_DATA + 28, 0xffffffff, 4, "table of its exports"},
        {AT_DATA + 44, 0xffffffff, 4, "name of an export"},
        {AT_DATA + 256 + 12, 0x00700000, 4, "name of a DLL"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree guint8 *bytes = make_dll();
        guint32 value = GUINT32_TO_LE(rows[i].value);
        const char *fault;

        memcpy(bytes + rows[i].at, &value, rows[i].size);
        fault = dcc_pe_find_fault(bytes, SIZE, DCC_PE_AMD64);
        g_test_message("%" G_GSIZE_FORMAT ": %s", i, fault);
        g_assert_nonnull(fault);
        g_assert_nonnull(strstr(fault, rows[i].words));
    }
}

/* Imports that never end come to the end of what is there. */
static void
test_imports_without_end(void)
{
    g_autofree guint8 *bytes = make_dll();

    for (gsize at = AT_DATA + 256 + 12; at + 4 <= SIZE; at += 20)
        put32(bytes, at, ADDRESS + 320);
    g_assert_cmpstr(
        dcc_pe_find_fault(bytes, SIZE, DCC_PE_AMD64), ==, "is damaged: its imports have no end");
}

/* A sanitizer tells what is read outside. */
static void
test_damage(void)
{
    guint n_sound = 0;

    for (guint round = 0; round < ROUNDS; round++) {
        g_autofree guint8 *bytes = make_dll();
        gsize size =
            g_test_rand_int_range(0, 4) == 0 ? (gsize)g_test_rand_int_range(0, SIZE + 1) : SIZE;
        guint n = (guint)g_test_rand_int_range(1, 9);
        g_autofree guint8 *part = NULL;

        for (guint i = 0; i < n; i++) {
            gsize at = (gsize)g_test_rand_int_range(0, g_test_rand_bit() ? AT_DATA : SIZE);

            bytes[at] = (guint8)(g_test_rand_bit() ? 0xff : g_test_rand_int());
        }
        part = g_memdup2(bytes, size);
        n_sound += dcc_pe_find_fault(part, size, DCC_PE_AMD64) == NULL ? 1 : 0;
    }
    g_test_message("%u of %u are sound all the same", n_sound, ROUNDS);
    g_assert_cmpuint(n_sound, >, 0);
    g_assert_cmpuint(n_sound, <, ROUNDS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pe/sound", test_sound);
    g_test_add_func("/pe/cut-off", test_cut_off);
    g_test_add_func("/pe/words", test_words);
    g_test_add_func("/pe/imports-without-end", test_imports_without_end);
    g_test_add_func("/pe/damage", test_damage);
    return g_test_run();
}
