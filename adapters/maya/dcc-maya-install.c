/* Where Maya is.
 *
 * Contract: the user's own choice first, then $MAYA_LOCATION, then what a shell would start, then
 * the places of its installer. Each copy once, under its real path. The version is the folder's
 * where the folder tells it, else `maya -v` is asked.
 */
#include "dcc-error.h"
#include "dcc-maya.h"
#include <string.h>

#define OVERRIDE   "DCCHOST_MAYA_EXECUTABLE"
#define OVERRIDDEN "not started while $" OVERRIDE " names another"

/* Installers' places: public launchers' tables (shotgunsoftware/tk-maya startup.py,
 * ynput/ayon-applications applications.json, Autodesk/maya-usd FindMaya.cmake). */
static const struct {
    DccMayaSystem system;
    const char *pattern;
    const char *origin;
} places[] = {
    {DCC_MAYA_LINUX, "/usr/autodesk/maya*/bin/maya", "/usr/autodesk"},
    {DCC_MAYA_LINUX, "/opt/autodesk/maya*/bin/maya", "/opt/autodesk"}, /* unverified */
    {DCC_MAYA_MACOS, "/Applications/Autodesk/maya*/Maya.app/Contents/bin/maya", "/Applications"},
    {DCC_MAYA_WINDOWS, "/Program Files/Autodesk/Maya*/bin/maya.exe", "Program Files"},
};

/* Below $MAYA_LOCATION: on macOS it may be the root or Maya.app/Contents. */
static const struct {
    DccMayaSystem system;
    const char *path;
} programs[] = {
    {DCC_MAYA_LINUX, "bin/maya"},
    {DCC_MAYA_MACOS, "bin/maya"},
    {DCC_MAYA_MACOS, "Maya.app/Contents/bin/maya"},
    {DCC_MAYA_WINDOWS, "bin/maya.exe"},
};

typedef struct {
    DccSearch *search;
    GListStore *found;
    GHashTable *seen; /* of real paths */
    gboolean overridden;
} Finding;

/* The version that a directory of the path tells: maya2024, Maya2024, maya2016-x64. */
static char *
read_folder(const char *executable)
{
    g_auto(GStrv) parts = g_strsplit(executable, "/", -1);

    for (guint n = g_strv_length(parts); n > 1; n--) {
        const char *name = parts[n - 2];
        gsize length;

        if (g_ascii_strncasecmp(name, "maya", 4) != 0)
            continue;
        length = strspn(name + 4, "0123456789.");
        if (length >= 4 && (name[4 + length] == '\0' || strcmp(name + 4 + length, "-x64") == 0))
            return g_strndup(name + 4, length);
    }
    return NULL;
}

static void
add(Finding *finding, const char *path, const char *origin)
{
    g_autofree char *executable = dcc_search_realpath(finding->search, path);
    g_autofree char *version = NULL;
    g_autoptr(DccInstallation) installation = NULL;

    if (!executable || !dcc_search_is_executable(finding->search, executable) ||
        !g_hash_table_add(finding->seen, g_strdup(executable)))
        return;
    version = read_folder(executable);
    installation = dcc_installation_new(executable, version, origin);
    if (!version)
        dcc_installation_set_version_command(installation,
                                             (const char *const[]){executable, "-v", NULL});
    if (finding->overridden)
        dcc_installation_set_reservation(installation, OVERRIDDEN);
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
    add(finding, path, "$" OVERRIDE);
    finding->overridden = TRUE;
    return TRUE;
}

static void
add_location(Finding *finding, DccMayaSystem system)
{
    const char *location = dcc_search_getenv(finding->search, "MAYA_LOCATION");

    for (guint i = 0; location && *location == '/' && i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_build_filename(location, programs[i].path, NULL);

        if (programs[i].system == system)
            add(finding, path, "$MAYA_LOCATION");
    }
}

static void
add_program(Finding *finding)
{
    g_autofree char *path = dcc_search_program(finding->search, "maya");

    if (path)
        add(finding, path, "PATH");
}

GListModel *
dcc_maya_find_on(DccMayaSystem system, DccSearch *search, GError **error)
{
    g_autoptr(GListStore) found = g_list_store_new(DCC_TYPE_INSTALLATION);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Finding finding = {search, found, seen, FALSE};

    if (!add_override(&finding, error))
        return NULL;
    add_location(&finding, system);
    add_program(&finding);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_auto(GStrv) paths = NULL;

        if (places[i].system != system)
            continue;
        paths = dcc_search_glob(search, places[i].pattern);
        for (guint n = 0; paths[n]; n++)
            add(&finding, paths[n], places[i].origin);
    }
    return G_LIST_MODEL(g_steal_pointer(&found));
}

GListModel *
dcc_maya_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
#if defined(G_OS_WIN32)
    return dcc_maya_find_on(DCC_MAYA_WINDOWS, search, error);
#elif defined(__APPLE__)
    return dcc_maya_find_on(DCC_MAYA_MACOS, search, error);
#else
    return dcc_maya_find_on(DCC_MAYA_LINUX, search, error);
#endif
}

/* "Maya 2024, Cut Number 202302170737"; old builds say " x64" or " Extension 2" before the comma.
 */
char *
dcc_maya_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    static GRegex *regex = NULL;
    g_autoptr(GMatchInfo) match = NULL;

    if (g_once_init_enter(&regex)) {
        GRegex *compiled = g_regex_new("^Maya (\\d[\\d.]*)(?: [^,\\n]*)?, Cut Number \\d{12}",
                                       G_REGEX_MULTILINE | G_REGEX_OPTIMIZE | G_REGEX_RAW,
                                       0,
                                       NULL);

        g_once_init_leave(&regex, compiled);
    }
    return g_regex_match(regex, output, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}
