/* What is whole, what is cut off and what is garbage: files that the formats' own libraries have
 * written, and then broken. */
#include "dcc-picture.h"
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <jpeglib.h>
#include <png.h>
#include <string.h>
#include <tiffio.h>

#define SIDE   16
#define N_FUZZ 150

static guchar pixels[SIDE * SIDE * 3];

static void
write_png(const char *path)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = SIDE, .height = SIDE, .format = PNG_FORMAT_RGB};

    g_assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, NULL));
}

static void
write_jpeg(const char *path)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    FILE *file = fopen(path, "we");

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = jpeg.image_height = SIDE;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (guint y = 0; y < SIDE; y++) {
        JSAMPROW row = pixels + y * SIDE * 3;

        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
}

static void
write_tiff(const char *path)
{
    TIFF *tiff = TIFFOpen(path, "w");

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, SIDE);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, SIDE);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 4);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    for (guint y = 0; y < SIDE; y++)
        g_assert_cmpint(TIFFWriteScanline(tiff, pixels + y * SIDE * 3, y, 0), ==, 1);
    TIFFClose(tiff);
}

static void
append_attribute(GString *file, const char *name, const char *type, const void *value, guint32 size)
{
    g_string_append_len(file, name, (gssize)strlen(name) + 1);
    g_string_append_len(file, type, (gssize)strlen(type) + 1);
    g_string_append_len(file, (const char *)&size, 4);
    g_string_append_len(file, value, size);
}

/* One channel of halves, not compressed; little-endian, as this machine is. */
static void
write_exr(const char *path)
{
    static const char channels[] = "Y\0\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0";
    const gint32 window[] = {0, 0, SIDE - 1, SIDE - 1};
    const float one = 1, centre[] = {0, 0};
    g_autoptr(GString) file = g_string_new(NULL);
    guint64 offset;

    g_string_append_len(file, "\x76\x2f\x31\x01\2\0\0\0", 8);
    append_attribute(file, "channels", "chlist", channels, sizeof channels);
    append_attribute(file, "compression", "compression", "\0", 1);
    append_attribute(file, "dataWindow", "box2i", window, sizeof window);
    append_attribute(file, "displayWindow", "box2i", window, sizeof window);
    append_attribute(file, "lineOrder", "lineOrder", "\0", 1);
    append_attribute(file, "pixelAspectRatio", "float", &one, sizeof one);
    append_attribute(file, "screenWindowCenter", "v2f", centre, sizeof centre);
    append_attribute(file, "screenWindowWidth", "float", &one, sizeof one);
    g_string_append_c(file, '\0');
    offset = file->len + SIDE * 8;
    for (guint y = 0; y < SIDE; y++, offset += 8 + SIDE * 2)
        g_string_append_len(file, (const char *)&offset, 8);
    for (gint32 y = 0; y < SIDE; y++) {
        const gint32 size = SIDE * 2;

        g_string_append_len(file, (const char *)&y, 4);
        g_string_append_len(file, (const char *)&size, 4);
        g_string_append_len(file, (const char *)pixels + y * size, size);
    }
    g_assert_true(g_file_set_contents(path, file->str, (gssize)file->len, NULL));
}

static const struct {
    const char *name;
    const char *detail;
    void (*write)(const char *path);
} formats[] = {
    {"a.png", "png 16x16", write_png},
    {"a.jpg", "jpeg 16x16", write_jpeg},
    {"a.tif", "tiff 16x16", write_tiff},
    {"a.exr", "exr 16x16", write_exr},
};

typedef struct {
    char *dir, *path, *program, *content;
    gsize length;
} Sample;

static void
sample_init(Sample *self, guint i)
{
    g_autoptr(GError) error = NULL;

    self->dir = g_dir_make_tmp("dcc-pictures-XXXXXX", &error);
    self->path = g_build_filename(self->dir, formats[i].name, NULL);
    self->program = dcc_picture_find_program(g_getenv("DCCHOST_SHIM"), &error);
    g_assert_no_error(error);
    formats[i].write(self->path);
    g_assert_true(g_file_get_contents(self->path, &self->content, &self->length, NULL));
}

static void
sample_clear(Sample *self)
{
    g_unlink(self->path);
    g_rmdir(self->dir);
    g_free(self->dir);
    g_free(self->path);
    g_free(self->program);
    g_free(self->content);
}

static DccPictureState
look(Sample *self, const char *content, gsize length)
{
    g_auto(DccPictureFinding) finding = {0};

    g_assert_true(g_file_set_contents(self->path, content, (gssize)length, NULL));
    dcc_picture_look(self->program, self->path, 0, &finding);
    g_assert_nonnull(finding.detail);
    g_assert_true(g_utf8_validate(finding.detail, -1, NULL));
    g_assert_null(strchr(finding.detail, '\n'));
    return finding.state;
}

static void
test_whole(gconstpointer data)
{
    Sample sample;
    g_auto(DccPictureFinding) finding = {0}, old = {0};

    sample_init(&sample, GPOINTER_TO_UINT(data));
    dcc_picture_look(sample.program, sample.path, 0, &finding);
    g_assert_cmpint(finding.state, ==, DCC_PICTURE_WHOLE);
    g_assert_cmpstr(finding.detail, ==, formats[GPOINTER_TO_UINT(data)].detail);
    g_assert_cmpint(finding.size, ==, sample.length);
    dcc_picture_look(sample.program,
                     sample.path,
                     (g_get_real_time() + 3600 * (gint64)G_USEC_PER_SEC) * 1000,
                     &old);
    g_assert_cmpint(old.state, ==, DCC_PICTURE_OLD);
    sample_clear(&sample);
}

/* Wherever it is cut off. */
static void
test_cut_off(gconstpointer data)
{
    Sample sample;

    sample_init(&sample, GPOINTER_TO_UINT(data));
    for (gsize length = 0; length < sample.length; length += 1 + sample.length / 60) {
        DccPictureState state = look(&sample, sample.content, length);

        if (state != DCC_PICTURE_BROKEN)
            g_error("%s cut to %zu of %zu bytes is %d",
                    formats[GPOINTER_TO_UINT(data)].name,
                    length,
                    sample.length,
                    state);
    }
    g_assert_cmpint(look(&sample, sample.content, sample.length - 1), ==, DCC_PICTURE_BROKEN);
    sample_clear(&sample);
}

/* Whatever is in it, there is an answer, and soon; what reads it may break, and nobody else does. */
static void
test_garbage(gconstpointer data)
{
    Sample sample;

    sample_init(&sample, GPOINTER_TO_UINT(data));
    for (guint round = 0; round < N_FUZZ; round++) {
        g_autofree char *content = g_memdup2(sample.content, sample.length);
        guint n = (guint)g_test_rand_int_range(1, 12);
        gint64 began = g_get_monotonic_time();

        for (guint i = 0; i < n; i++)
            content[g_test_rand_int_range(0, (gint32)sample.length)] =
                (char)g_test_rand_int_range(0, 256);
        look(&sample, content, sample.length);
        g_assert_cmpint(g_get_monotonic_time() - began, <, 150 * (gint64)G_USEC_PER_SEC);
    }
    sample_clear(&sample);
}

static void
test_what_is_no_picture(void)
{
    Sample sample;
    g_autofree char *other = NULL;
    g_auto(DccPictureFinding) missing = {0}, unknown = {0}, dir = {0}, none = {0};

    sample_init(&sample, 0);
    g_assert_cmpint(look(&sample, "", 0), ==, DCC_PICTURE_BROKEN);
    g_assert_cmpint(look(&sample, "no picture", 10), ==, DCC_PICTURE_BROKEN);
    other = g_build_filename(sample.dir, "a.xyz", NULL);
    dcc_picture_look(sample.program, other, 0, &missing);
    g_assert_cmpint(missing.state, ==, DCC_PICTURE_MISSING);
    g_assert_true(g_file_set_contents(other, "something", -1, NULL));
    dcc_picture_look(sample.program, other, 0, &unknown);
    g_assert_cmpint(unknown.state, ==, DCC_PICTURE_UNCHECKED);
    dcc_picture_look(sample.program, sample.dir, 0, &dir);
    g_assert_cmpint(dir.state, ==, DCC_PICTURE_BROKEN);
    /* What reads pictures is not there, or is something else: no proof of anything. */
    dcc_picture_look("/bin/true", sample.path, 0, &none);
    g_assert_cmpint(none.state, ==, DCC_PICTURE_BROKEN);
    g_unlink(other);
    sample_clear(&sample);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < sizeof pixels; i++)
        pixels[i] = (guchar)(i * 7 % 251);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        const struct {
            const char *name;
            GTestDataFunc func;
        } tests[] = {{"whole", test_whole}, {"cut-off", test_cut_off}, {"garbage", test_garbage}};

        for (guint k = 0; k < G_N_ELEMENTS(tests); k++) {
            g_autofree char *name =
                g_strdup_printf("/pictures/%s/%s", tests[k].name, formats[i].name);

            g_test_add_data_func(name, GUINT_TO_POINTER(i), tests[k].func);
        }
    }
    g_test_add_func("/pictures/what-is-no-picture", test_what_is_no_picture);
    return g_test_run();
}
