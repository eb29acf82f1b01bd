/* Which Houdini saved a scene.
 *
 * Read in public tools that read such scenes (those of render farms among them), not measured on Houdini: a
 * .hip is a cpio archive in the old ASCII form ("070707"), and its member .variables, near the
 * beginning, has the line `set -g _HIP_SAVEVERSION = '20.5.493'`. What looks otherwise, or has the
 * line further behind, has no version.
 */
#include "dcc-houdini.h"
#include <string.h>

#define LONGEST 32

/* (transfer full) (nullable): numbers with points between them, and nothing else. */
static char *
take_version(const char *text, gsize length)
{
    if (length == 0 || length > LONGEST || !g_ascii_isdigit(text[0]))
        return NULL;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]) && text[i] != '.')
            return NULL;
    }
    return g_strndup(text, length);
}

/* Not a string search: members of an archive have NULs. */
static const char *
find(const char *data, gsize length, const char *words)
{
    gsize n = strlen(words);
    const char *last = length >= n ? data + (length - n) : NULL;

    for (const char *at = data; last && at <= last; at++) {
        at = memchr(at, *words, (gsize)(last - at) + 1);
        if (!at)
            return NULL;
        if (memcmp(at, words, n) == 0)
            return at;
    }
    return NULL;
}

char *
dcc_houdini_read_scene_version(DccAdapter *adapter, GBytes *head)
{
    static const char words[] = "set -g _HIP_SAVEVERSION = '";
    gsize length;
    const char *data = g_bytes_get_data(head, &length);
    const char *start =
        length > 6 && memcmp(data, "070707", 6) == 0 ? find(data, length, words) : NULL;
    const char *end;

    if (!start)
        return NULL;
    start += strlen(words);
    end = memchr(start, '\'', length - (gsize)(start - data));
    return end ? take_version(start, (gsize)(end - start)) : NULL;
}
