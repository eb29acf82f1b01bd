/* Where Blender is.
 *
 * Contract: the user's own choice first, then what a shell would start, then the places its makers
 * and users put it. Each copy once, under its real path.
 */
#include "dcc-blender.h"
#include "dcc-error.h"
#include <string.h>

#define OVERRIDE "DCCHOST_BLENDER_EXECUTABLE"

#define FLATPAK                                                                                    \
    "flatpak: its sandbox shares no sockets, temporary files or process ids with the host; not "   \
    "started unless asked for with $" OVERRIDE
#define OVERRIDDEN "not started while $" OVERRIDE " names another"

/* A further system is further lines. */
static const struct {
    const char *pattern;
    const char *origin;
    const char *reservation;
} places[] = {
    {"/usr/bin/blender", "distribution", NULL},
    {"/opt/blender-*/blender", "/opt", NULL},
    {"/opt/blender/blender", "/opt", NULL},
    {"/opt/blender/blender-*/blender", "/opt", NULL},
    {"/usr/local/blender-*/blender", "/usr/local", NULL},
    {"~/blender-*/blender", "home", NULL},
    {"~/Applications/blender-*/blender", "home", NULL},
    {"/snap/bin/blender", "snap", NULL},
    {"/var/lib/snapd/snap/bin/blender", "snap", NULL},
    {"/var/lib/flatpak/exports/bin/org.blender.Blender", "flatpak", FLATPAK},
    {"~/.local/share/flatpak/exports/bin/org.blender.Blender", "flatpak", FLATPAK},
};

typedef struct {
    DccSearch *search;
    GListStore *found;
    GHashTable *seen; /* of real paths */
    gboolean overridden;
} Finding;

/* On Windows, and in Wine prefixes, the launcher is a stub that exits at once: its neighbour is
 * meant. */
static char *
replace_launcher(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *directory = g_path_get_dirname(path);

    if (strcmp(name, "blender-launcher") == 0)
        return g_build_filename(directory, "blender", NULL);
    return g_strdup(path);
}

/* The real path, by which Blender finds its own files; but not that of a snap, whose link leads to
 * a program that goes by the name it was called. */
static char *
choose_path(DccSearch *search, const char *path)
{
    g_autofree char *real = dcc_search_realpath(search, path);
    g_autofree char *name = real ? g_path_get_basename(real) : NULL;

    if (name && g_str_has_prefix(name, "blender"))
        return replace_launcher(real);
    return replace_launcher(path);
}

/* The version, where a tarball's own directory tells it: blender-4.2.0-linux-x64. A shortened name
 * ("blender-4.2") says too little, and other names nothing. */
static char *
read_directory(const char *executable)
{
    g_autofree char *directory = g_path_get_dirname(executable);
    g_autofree char *name = g_path_get_basename(directory);
    g_auto(GStrv) parts = g_strsplit(name, "-", 4);
    g_auto(GStrv) numbers = NULL;

    if (g_strv_length(parts) < 3 || strcmp(parts[0], "blender") != 0 ||
        !(g_str_has_prefix(parts[2], "linux") || g_str_has_prefix(parts[2], "macos") ||
          g_str_has_prefix(parts[2], "windows")))
        return NULL;
    numbers = g_strsplit(parts[1], ".", -1);
    if (g_strv_length(numbers) != 3)
        return NULL;
    for (guint i = 0; i < 3; i++) {
        if (!*numbers[i] || strspn(numbers[i], "0123456789") != strlen(numbers[i]))
            return NULL;
    }
    return g_strdup(parts[1]);
}

static void
add(Finding *finding, const char *path, const char *origin, const char *reservation)
{
    g_autofree char *executable = choose_path(finding->search, path);
    g_autofree char *version = NULL;
    g_autoptr(DccInstallation) installation = NULL;

    if (!dcc_search_is_executable(finding->search, executable) ||
        !g_hash_table_add(finding->seen, g_strdup(executable)))
        return;
    version = read_directory(executable);
    installation = dcc_installation_new(executable, version, origin);
    if (!version && !reservation)
        dcc_installation_set_version_command(installation,
                                             (const char *const[]){executable, "--version", NULL});
    if (reservation || finding->overridden)
        dcc_installation_set_reservation(installation, reservation ? reservation : OVERRIDDEN);
    g_list_store_append(finding->found, installation);
}

static gboolean
add_override(Finding *finding, GError **error)
{
    const char *path = dcc_search_getenv(finding->search, OVERRIDE);

    if (!path || !*path)
        return TRUE;
    if (!g_path_is_absolute(path) || !dcc_search_is_executable(finding->search, path)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_INSTALLED,
                    "$" OVERRIDE " names '%s', which is no absolute path of an executable file; "
                    "correct it or unset it",
                    path);
        return FALSE;
    }
    add(finding, path, "$" OVERRIDE, NULL);
    finding->overridden = TRUE;
    return TRUE;
}

static void
add_program(Finding *finding)
{
    g_autofree char *path = dcc_search_program(finding->search, "blender");

    if (path)
        add(finding, path, "PATH", NULL);
}

GListModel *
dcc_blender_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListStore) found = g_list_store_new(DCC_TYPE_INSTALLATION);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Finding finding = {search, found, seen, FALSE};

    if (!add_override(&finding, error))
        return NULL;
    add_program(&finding);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_auto(GStrv) paths = dcc_search_glob(search, places[i].pattern);

        for (guint n = 0; paths[n]; n++)
            add(&finding, paths[n], places[i].origin, places[i].reservation);
    }
    return G_LIST_MODEL(g_steal_pointer(&found));
}

/* "Blender 4.2.1 LTS" in any line: wrappers and libraries talk before it, -b prints it twice. */
char *
dcc_blender_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    static GRegex *regex = NULL;
    g_autoptr(GMatchInfo) match = NULL;

    if (g_once_init_enter(&regex)) {
        GRegex *compiled = g_regex_new("^Blender (\\d+\\.\\d+(?:\\.\\d+)?)(?:[ \\r].*)?$",
                                       G_REGEX_MULTILINE | G_REGEX_OPTIMIZE | G_REGEX_RAW,
                                       0,
                                       NULL);

        g_once_init_leave(&regex, compiled);
    }
    return g_regex_match(regex, output, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}
