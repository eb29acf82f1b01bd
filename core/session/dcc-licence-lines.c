/* A studio's words for a missing licence; see the header. Bytes: nothing says that they are UTF-8. */
#include "dcc-licence-lines.h"

#include <string.h>

#define MAX_BYTES (64 * 1024)

struct _DccLicenceLines {
    GPtrArray *parts;
    char *problem;
};

static void
add_all(DccLicenceLines *self, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        g_strstrip(*line);
        if (**line != '\0' && **line != '#')
            g_ptr_array_add(self->parts, g_strdup(*line));
    }
}

DccLicenceLines *
dcc_licence_lines_load(void)
{
    DccLicenceLines *self = g_atomic_rc_box_new0(DccLicenceLines);
    const char *named = g_getenv(DCC_LICENCE_LINES_VARIABLE);
    g_autofree char *usual =
        g_build_filename(g_get_user_config_dir(), "dcchost", "licence-patterns", NULL);
    const char *path = named != NULL && *named != '\0' ? named : usual;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;

    self->parts = g_ptr_array_new_with_free_func(g_free);
    if (!g_file_get_contents(path, &text, &length, &error)) {
        if (path == named || !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            self->problem = g_strdup_printf("licence patterns: %s", error->message);
    } else if (length > MAX_BYTES || memchr(text, '\0', length) != NULL)
        self->problem = g_strdup_printf("licence patterns: %s is no text of 64 KiB at most", path);
    else
        add_all(self, text);
    return self;
}

DccLicenceLines *
dcc_licence_lines_ref(DccLicenceLines *self)
{
    return g_atomic_rc_box_acquire(self);
}

static void
lines_clear(gpointer data)
{
    DccLicenceLines *self = data;

    g_ptr_array_unref(self->parts);
    g_free(self->problem);
}

void
dcc_licence_lines_unref(DccLicenceLines *self)
{
    g_atomic_rc_box_release_full(self, lines_clear);
}

const char *
dcc_licence_lines_get_problem(DccLicenceLines *self)
{
    return self->problem;
}

gboolean
dcc_licence_lines_match(DccLicenceLines *self, const char *line)
{
    for (guint i = 0; i < self->parts->len; i++)
        if (strstr(line, g_ptr_array_index(self->parts, i)) != NULL)
            return TRUE;
    return FALSE;
}
