/* Slurm's configuration; see the header.
 *
 * One key stands on a line, in any case of its letters, and the last word on it counts. "Include NAME" means
 * that file at this place: NAME is beside the file that names it if it is no absolute path, and %c in it is the
 * cluster's name in small letters (read in Slurm's source). A file that cannot be read says nothing. */
#include "cli-slurm-conf.h"

#include <string.h>

#define MAX_SECONDS 65533 /* Slurm's own limit */
#define MAX_SIZE    (16 * 1024 * 1024)
#define MAX_DEPTH   8
#define MAX_FILES   100 /* a file may include itself twice: depth alone is no bound */

typedef struct {
    GRegex *line;
    char *cluster; /* in small letters; NULL: it was not said yet */
    gint64 kill_wait_ms;
    guint n_files;
} Reader;

static void
read_file(Reader *self, const char *path, guint depth);

/* (transfer full): NULL: the name of a cluster is needed that nobody has said. */
static char *
find_included(Reader *self, const char *path, const char *name)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_auto(GStrv) parts = g_strsplit(name, "%c", -1);
    g_autofree char *full = NULL;

    if (parts[0] != NULL && parts[1] != NULL && self->cluster == NULL)
        return NULL;
    full = g_strjoinv(self->cluster, parts);
    return g_path_is_absolute(full) ? g_steal_pointer(&full) : g_build_filename(dir, full, NULL);
}

static void
take_kill_wait(Reader *self, const char *value)
{
    gsize digits = strspn(value, "0123456789");
    gint64 seconds = g_ascii_strtoll(value, NULL, 10);

    if (digits > 0 && digits <= 5 && value[digits] == '\0' && seconds <= MAX_SECONDS)
        self->kill_wait_ms = seconds * 1000;
}

static void
take_include(Reader *self, const char *path, const char *name, guint depth)
{
    g_autofree char *included = depth < MAX_DEPTH ? find_included(self, path, name) : NULL;

    if (included != NULL)
        read_file(self, included, depth + 1);
}

static void
take_line(Reader *self, const char *path, const char *line, guint depth)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *key = NULL, *value = NULL, *file = NULL;

    if (!g_regex_match(self->line, line, 0, &match))
        return;
    key = g_match_info_fetch_named(match, "key");
    value = g_match_info_fetch_named(match, "value");
    file = g_match_info_fetch_named(match, "file");
    if (file != NULL && *file != '\0') {
        take_include(self, path, file, depth);
    } else if (g_ascii_strcasecmp(key, "KillWait") == 0) {
        take_kill_wait(self, value);
    } else {
        g_free(self->cluster);
        self->cluster = g_ascii_strdown(value, -1);
    }
}

static void
read_file(Reader *self, const char *path, guint depth)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    gsize size = 0;

    if (self->n_files++ >= MAX_FILES || !g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents(path, &text, &size, NULL) || size > MAX_SIZE)
        return;
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        take_line(self, path, *line, depth);
}

/* Quotes around a file's name are not Slurm's, but what is meant is clear. */
static GRegex *
make_line_regex(void)
{
    return g_regex_new(
        "^[ \\t]*(?:(?<key>KillWait|ClusterName)[ \\t]*=[ \\t]*(?<value>[^ \\t#\\r]+)"
        "|include[ \\t]+(?|\"(?<file>[^\"\\r]+)\"|'(?<file>[^'\\r]+)'"
        "|(?<file>[^ \\t#\\r\"']+)))"
        "[ \\t]*(#.*)?\\r?$",
        G_REGEX_CASELESS | G_REGEX_RAW,
        0,
        NULL);
}

gint64
cli_slurm_conf_read_kill_wait(const char *const *paths)
{
    g_autoptr(GRegex) line = make_line_regex();
    Reader self = {.line = line, .kill_wait_ms = -1};

    while (*paths != NULL && !g_file_test(*paths, G_FILE_TEST_EXISTS))
        paths++;
    if (*paths != NULL)
        read_file(&self, *paths, 0);
    g_free(self.cluster);
    return self.kill_wait_ms;
}
