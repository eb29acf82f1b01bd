/* Whether a file can be a Blender scene, and which version saved it, from its first bytes.
 *
 * Problem: a windowed Blender that cannot read its scene stays alive on an empty one and says so in
 * its output alone. What can be known before the start is said before the start.
 */
#include "dcc-blender.h"
#include "dcc-error.h"
#include "dcc-kit.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 7

static const struct {
    const char *bytes;
    gsize length;
} signatures[] = {
    {"BLENDER", 7},
    {"\x1f\x8b", 2},         /* gzip, until 2.9 */
    {"\x28\xb5\x2f\xfd", 4}, /* zstd, since 3.0 */
};

static gboolean
refuse(const char *path, const char *why, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);

    g_set_error(error, DCC_ERROR, DCC_ERROR_SCENE, "scene '%s' cannot be opened: %s", name, why);
    return FALSE;
}

static gboolean
has_signature(const char *head, gsize length)
{
    for (guint i = 0; i < G_N_ELEMENTS(signatures); i++) {
        if (length >= signatures[i].length &&
            memcmp(head, signatures[i].bytes, signatures[i].length) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
dcc_blender_check_scene(const char *path, GError **error)
{
    char head[LONGEST];
    gsize length;
    FILE *file;

    /* First, for it waits for nobody: a pipe is no file. */
    if (!dcc_kit_check_scene(path, error))
        return FALSE;
    file = g_fopen(path, "rb");
    if (!file)
        return refuse(path, g_strerror(errno), error);
    length = fread(head, 1, sizeof head, file);
    fclose(file);
    return has_signature(head, length) || refuse(path, "it is no Blender file", error);
}

/* Two headers, measured on files of 3.4 to 5.3 (the older is written until 4.5):
 *   BLENDER-v405        pointer size, byte order, version as 3 digits: 4.5
 *   BLENDER17-01v0500   length of the header, pointer size, format 1, byte order, 4 digits: 5.0
 * The last two digits are the minor version; another format is not known. */
#define OLD_HEADER 12
#define NEW_HEADER 17

static gboolean
are_digits(const char *text, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
    }
    return TRUE;
}

/* (transfer full): n digits as a version. */
static char *
format_version(const char *digits, gsize n)
{
    g_autofree char *text = g_strndup(digits, n);
    int number = are_digits(text, n) ? atoi(text) : 0;

    /* Blender 1.0 wrote 100. */
    return number >= 100 ? g_strdup_printf("%d.%d", number / 100, number % 100) : NULL;
}

static char *
read_header(const char *head, gsize length)
{
    if (length >= OLD_HEADER && memcmp(head, "BLENDER", 7) == 0 && strchr("-_", head[7]) &&
        head[7] && strchr("vV", head[8]) && head[8])
        return format_version(head + 9, 3);
    if (length >= NEW_HEADER && memcmp(head, "BLENDER17-01v", 13) == 0)
        return format_version(head + 13, 4);
    return NULL;
}

/* The first bytes below gzip, as Blender until 2.9 and people compress scenes. */
static gsize
unpack_gzip(const char *data, gsize length, char *head, gsize size)
{
    g_autoptr(GZlibDecompressor) unpacker = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    gsize done = 0;

    while (done < size && length > 0) {
        gsize n_read = 0, n_written = 0;
        GConverterResult result = g_converter_convert(G_CONVERTER(unpacker),
                                                      data,
                                                      length,
                                                      head + done,
                                                      size - done,
                                                      G_CONVERTER_NO_FLAGS,
                                                      &n_read,
                                                      &n_written,
                                                      NULL);

        data += n_read;
        length -= n_read;
        done += n_written;
        if (result != G_CONVERTER_CONVERTED || n_read + n_written == 0)
            break;
    }
    return done;
}

/* Below zstd, as Blender compresses since 3.0, it cannot be told: GLib has no zstd. */
char *
dcc_blender_read_scene_version(DccAdapter *adapter, GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    char head[NEW_HEADER];

    if (length < 2 || memcmp(data, "\x1f\x8b", 2) != 0)
        return read_header(data, length);
    length = unpack_gzip(data, length, head, sizeof head);
    return read_header(head, length);
}
