/* Which file a line of output is about; see the header. */
#include "dcc-scene-line.h"

#include "dcc-file-facts.h"

#include <string.h>

gboolean
dcc_scene_is_same_file(const char *a, const char *b)
{
    DccFileFacts fa, fb;

    return g_strcmp0(a, b) == 0 ||
           (dcc_file_facts_read_target(a, &fa) && dcc_file_facts_read_target(b, &fb) &&
            fa.device == fb.device && fa.inode == fb.inode);
}

/* (transfer full) (nullable): what stands between quotes and is an absolute path. The name itself
 * may hold quotes. */
static char *
find_path(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        const char *end = *p == '\'' || *p == '"' ? strrchr(p + 1, *p) : NULL;

        if (end != NULL && g_path_is_absolute(p + 1))
            return g_strndup(p + 1, (gsize)(end - p - 1));
    }
    return NULL;
}

/* A text is valid UTF-8, whatever the name of the file is. */
static gboolean
holds(const char *text, const char *scene)
{
    g_autofree char *shown = g_utf8_make_valid(scene, -1);

    return strstr(text, scene) != NULL || strstr(text, shown) != NULL;
}

gboolean
dcc_scene_line_names_another(const char *text, const char *const *scenes, guint n)
{
    g_autofree char *path = find_path(text);
    gboolean any = FALSE;

    for (guint i = 0; i < n && path != NULL; i++) {
        if (scenes[i] == NULL)
            continue;
        any = TRUE;
        if (holds(text, scenes[i]) || dcc_scene_is_same_file(path, scenes[i]))
            return FALSE;
    }
    return any;
}
