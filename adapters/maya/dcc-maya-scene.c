/* Which Maya saved a scene.
 *
 * Read in scenes of 2013 to 2027 that are public, not measured on Maya: an ASCII scene has the line
 * `requires maya "2024";` before anything that is built, after file references if there are any; the
 * word may have more after the year ("2017ff05"). A binary scene is IFF (FOR4, or FOR8 since 2014)
 * with the same word in the chunk VERS of its header; that is read in descriptions of the format
 * alone. What looks otherwise has no version.
 */
#include "dcc-maya.h"
#include <string.h>

#define LONGEST 32
/* A chunk: its name, its length as a big-endian number, in FOR8 each in 8 bytes. */
#define NAME_BYTES 4

/* (transfer full) (nullable): a word that begins with a year, as far as it goes. */
static char *
take_version(const char *text, gsize length)
{
    gsize n = 0;

    while (n < length && n <= LONGEST && (g_ascii_isalnum(text[n]) || text[n] == '.'))
        n++;
    return n > 0 && n <= LONGEST && g_ascii_isdigit(text[0]) ? g_strndup(text, n) : NULL;
}

static char *
read_ascii(const char *text, gsize length)
{
    static const char words[] = "\nrequires maya \"";
    const char *found = g_strstr_len(text, (gssize)length, words);
    const char *start = found ? found + strlen(words) : NULL;
    const char *end = start ? memchr(start, '"', length - (gsize)(start - text)) : NULL;

    return end ? take_version(start, (gsize)(end - start)) : NULL;
}

static guint64
read_number(const guchar *bytes, gsize n)
{
    guint64 number = 0;

    for (gsize i = 0; i < n; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* width: how many bytes a name and a length take. */
static char *
read_binary(const char *data, gsize length, gsize width)
{
    for (gsize i = 0; i + 2 * width < length; i += 4) {
        guint64 size;

        if (memcmp(data + i, "VERS", NAME_BYTES) != 0)
            continue;
        size = read_number((const guchar *)data + i + width, width);
        if (size > 0 && size <= LONGEST && size <= length - i - 2 * width)
            return take_version(data + i + 2 * width, size);
    }
    return NULL;
}

char *
dcc_maya_read_scene_version(DccAdapter *adapter, GBytes *head)
{
    gsize length;
    const char *data = g_bytes_get_data(head, &length);

    if (length < 16)
        return NULL;
    if (memcmp(data, "FOR4", 4) == 0)
        return read_binary(data, length, 4);
    if (memcmp(data, "FOR8", 4) == 0)
        return read_binary(data, length, 8);
    return memcmp(data, "//Maya ASCII ", 13) == 0 ? read_ascii(data, length) : NULL;
}
