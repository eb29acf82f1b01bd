/* The version that saved a scene, as each adapter reads it out of the first bytes. Built once for
 * each application; SUBJECT is its name. Beside the table every row is cut short at each byte: no
 * part of a header is ever read as another version, and nothing is read behind the end. */
#include "dcc-adapter.h"
#include <string.h>

GType
SUBJECT_TYPE(void);

typedef struct {
    const char *subject;
    const char *bytes;
    gsize length;
    const char *version;
} Row;

#define ROW(subject, bytes, version)                                                               \
    {                                                                                              \
        subject, bytes, sizeof(bytes) - 1, version                                                 \
    }

static const Row rows[] = {
    /* As files of these versions begin. */
    ROW("blender", "BLENDER-v304REND\0\0", "3.4"),
    ROW("blender", "BLENDER-v405REND\0\0", "4.5"),
    ROW("blender", "BLENDER-v402", "4.2"),
    ROW("blender", "BLENDER_v279REND", "2.79"),
    ROW("blender", "BLENDER_V248REND", "2.48"),
    ROW("blender", "BLENDER17-01v0500REND", "5.0"),
    ROW("blender", "BLENDER17-01v0503", "5.3"),
    ROW("blender", "BLENDER17-01v1012", "10.12"),
    /* Another format than the one that is known. */
    ROW("blender", "BLENDER17-02v0500REND", NULL),
    ROW("blender", "BLENDER21-01v00000500REND", NULL),
    ROW("blender", "BLENDER-vabcREND", NULL),
    ROW("blender", "BLENDER-v00", NULL),
    ROW("blender", "BLENDER*v304REND", NULL),
    ROW("blender", "\x28\xb5\x2f\xfd\xa0\xf4\x04\x01\x00", NULL),
    ROW("blender", "\x1f\x8b nonsense that is no gzip", NULL),

    ROW("maya", "//Maya ASCII 2024 scene\n//Name: a.ma\nrequires maya \"2024\";\n", "2024"),
    ROW("maya", "//Maya ASCII 2024 scene\r\nrequires maya \"2024\";\r\n", "2024"),
    ROW("maya", "//Maya ASCII 2017ff05 scene\nrequires maya \"2017ff05\";\n", "2017ff05"),
    ROW("maya",
        "//Maya ASCII 2027 scene\nfile -rdi 1 \"x.mb\";\nrequires maya \"2027\";\nrequires "
        "\"mtoa\" "
        "\"5.6.2\";\n",
        "2027"),
    ROW("maya", "//Maya ASCII 8.5 scene\nrequires maya \"8.5\";\n", "8.5"),
    ROW("maya", "//Maya ASCII 2024 scene\nrequires \"mtoa\" \"5.2.1.1\";\n", NULL),
    ROW("maya", "//Maya ASCII 2024 scene\nrequires maya \"next\";\n", NULL),
    ROW("maya", "some other text\nrequires maya \"2024\";\n", NULL),
    ROW("maya",
        "FOR4\0\0\1\0MayaFOR4\0\0\0\x20HEADVERS\0\0\0\4"
        "2013PLUG\0\0\0\4"
        "9999",
        "2013"),
    ROW("maya",
        "FOR8\0\0\0\0\0\0\0\0\0\0\1\0MayaFOR8\0\0\0\0\0\0\0\0\0\0\0\x40HEAD"
        "VERS\0\0\0\0\0\0\0\0\0\0\0\4"
        "2018\0\0\0\0",
        "2018"),
    ROW("maya",
        "FOR4\0\0\1\0MayaFOR4\0\0\0\x20HEADVERS\xff\xff\xff\xff"
        "2013",
        NULL),
    ROW("maya", "FOR4\0\0\1\0MayaFOR4\0\0\0\x20HEADVERS\0\0\0\4none", NULL),

    ROW("houdini",
        "070707000000.start\0fplayback -i on\n070707.variables\0set -g ACTIVETAKE = 'Main'\n"
        "set -g _HIP_SAVEVERSION = '20.5.493'\n",
        "20.5.493"),
    ROW("houdini", "070707\nset -g _HIP_SAVEVERSION = '21.0.631.1'\n", "21.0.631.1"),
    ROW("houdini", "070707\nset -g _HIP_SAVEVERSION = 'x'\n", NULL),
    ROW("houdini", "070707\nset -g _HIP_SAVEVERSION = ''\n", NULL),
    ROW("houdini", "070707\nset -g _HIP_SAVETIME = 'Wed Feb  5 2025'\n", NULL),
    ROW("houdini", "nonsense\nset -g _HIP_SAVEVERSION = '20.5.493'\n", NULL),
};

static char *
read_version(DccAdapter *adapter, gconstpointer data, gsize length)
{
    /* A copy that ends where the bytes end: reading behind them is seen by the sanitizer. */
    g_autoptr(GBytes) head = g_bytes_new(data, length);

    return dcc_adapter_read_scene_version(adapter, head);
}

static void
test_table(void)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);
    guint n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *version = NULL;

        if (strcmp(rows[i].subject, SUBJECT) != 0)
            continue;
        version = read_version(adapter, rows[i].bytes, rows[i].length);
        if (g_strcmp0(version, rows[i].version) != 0)
            g_error("row %" G_GSIZE_FORMAT ": %s instead of %s", i, version, rows[i].version);
        n++;
    }
    g_assert_cmpuint(n, >=, 5);
}

static void
test_cut_short(void)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize length = 0; length < rows[i].length; length++) {
            g_autofree char *version = NULL;

            if (strcmp(rows[i].subject, SUBJECT) != 0)
                break;
            version = read_version(adapter, rows[i].bytes, length);
            if (version && g_strcmp0(version, rows[i].version) != 0)
                g_error("%" G_GSIZE_FORMAT " bytes of row %" G_GSIZE_FORMAT ": %s instead of %s",
                        length,
                        i,
                        version,
                        rows[i].version);
        }
    }
}

/* Every other application's scenes are none of its own. */
static void
test_foreign(void)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].subject, SUBJECT) != 0)
            g_assert_null(read_version(adapter, rows[i].bytes, rows[i].length));
    }
}

/* A whole scene of some size, compressed; only its beginning is there. */
static void
test_gzip(void)
{
    g_autoptr(DccAdapter) adapter = g_object_new(SUBJECT_TYPE(), NULL);
    g_autoptr(GOutputStream) packed = g_memory_output_stream_new_resizable();
    g_autoptr(GZlibCompressor) packer = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(packed, G_CONVERTER(packer));
    g_autofree char *filler = g_strnfill(100000, 'x');
    const char *data;
    gsize size;

    g_assert_true(g_output_stream_write_all(stream, "BLENDER-v293", 12, NULL, NULL, NULL));
    g_assert_true(g_output_stream_write_all(stream, filler, 100000, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(stream, NULL, NULL));
    data = g_memory_output_stream_get_data(G_MEMORY_OUTPUT_STREAM(packed));
    size = g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(packed));
    for (gsize length = 0; length <= size; length++) {
        g_autofree char *version = read_version(adapter, data, length);

        if (length == size || version)
            g_assert_cmpstr(version, ==, "2.93");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenes/table", test_table);
    g_test_add_func("/scenes/cut-short", test_cut_short);
    g_test_add_func("/scenes/foreign", test_foreign);
    if (strcmp(SUBJECT, "blender") == 0)
        g_test_add_func("/scenes/gzip", test_gzip);
    return g_test_run();
}
