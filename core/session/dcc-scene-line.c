/* Which file a line of output is about; see the header. */
#include "dcc-scene-line.h"

#include "dcc-errand.h"
#include "dcc-file-facts.h"

#include <string.h>

/* How long the loop waits for a file server to say. */
#define PATIENCE_MS 100

/* Two names: the thread's. */
typedef struct {
    char *a, *b;
    gboolean are_same;
} Names;

static void
names_free(gpointer data)
{
    Names *names = data;

    g_free(names->a);
    g_free(names->b);
    g_free(names);
}

static void
compare(gpointer data)
{
    Names *names = data;
    DccFileFacts fa, fb;

    names->are_same = dcc_file_facts_read_target(names->a, &fa) &&
                      dcc_file_facts_read_target(names->b, &fb) && fa.device == fb.device &&
                      fa.inode == fb.inode;
}

static void
on_compared(gpointer names, gpointer are_same)
{
    *(gboolean *)are_same = ((Names *)names)->are_same;
}

static const DccErrandKind comparison = {"dcchost-names", compare, on_compared, names_free, NULL};

gboolean
dcc_scene_is_same_file(const char *a, const char *b)
{
    g_autoptr(DccErrand) errand = NULL;
    gboolean are_same = TRUE;
    Names *names;

    if (g_strcmp0(a, b) == 0)
        return TRUE;
    names = g_new0(Names, 1);
    names->a = g_strdup(a);
    names->b = g_strdup(b);
    errand = dcc_errand_begin(&comparison, names, &are_same);
    dcc_errand_wait(errand, PATIENCE_MS);
    return are_same;
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
