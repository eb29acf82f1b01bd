/* Where Maya is.
 *
 * Contract: the user's own choice first, then $MAYA_LOCATION, then what a shell would start, then
 * the places of its installer. Each copy once, under its real path. The version is the folder's
 * where the folder tells it, else `maya -v` is asked.
 */
#include "dcc-kit.h"
#include "dcc-maya.h"
#include <string.h>

/* Installers' places: public launchers' tables (shotgunsoftware/tk-maya startup.py,
 * ynput/ayon-applications applications.json, Autodesk/maya-usd FindMaya.cmake). */
static const struct {
    DccMayaSystem system;
    DccKitPlace place;
} places[] = {
    {DCC_MAYA_LINUX, {"/usr/autodesk/maya*/bin/maya", "/usr/autodesk", NULL}},
    {DCC_MAYA_LINUX, {"/opt/autodesk/maya*/bin/maya", "/opt/autodesk", NULL}}, /* unverified */
    {DCC_MAYA_MACOS,
     {"/Applications/Autodesk/maya*/Maya.app/Contents/bin/maya", "/Applications", NULL}},
    {DCC_MAYA_WINDOWS, {"%ProgramFiles%/Autodesk/Maya*/bin/maya.exe", "Program Files", NULL}},
    {DCC_MAYA_WINDOWS, {"?:/Program Files/Autodesk/Maya*/bin/maya.exe", "Program Files", NULL}},
    {DCC_MAYA_WINDOWS, /* unverified */
     {"{HKLM/SOFTWARE/Autodesk/Maya/*/Setup/InstallPath/MAYA_INSTALL_LOCATION}/bin/maya.exe",
      "the registry",
      NULL}},
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

/* Products of Maya's name that lack a part of it: what they are called in a folder's name. */
static const struct {
    const char *word, *title;
} siblings[] = {
    {"creative", "Maya Creative"}, {"io", "Maya IO"}, {"lt", "Maya LT"}, {"-lt", "Maya LT"}};

/* "2024" of "maya2024" and "mayaIO2024"; *sibling: which row of the table, or -1. */
static const char *
skip_name(const char *folder, int *sibling)
{
    *sibling = -1;
    if (g_ascii_strncasecmp(folder, "maya", 4) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(siblings); i++) {
        gsize length = strlen(siblings[i].word);

        if (g_ascii_strncasecmp(folder + 4, siblings[i].word, length) != 0)
            continue;
        *sibling = (int)i;
        return folder + 4 + length;
    }
    return folder + 4;
}

static char *
find_reservation(const char *executable)
{
    g_auto(GStrv) parts = g_strsplit(executable, "/", -1);

    for (guint n = g_strv_length(parts); n > 1; n--) {
        int sibling;

        if (skip_name(parts[n - 2], &sibling) && sibling >= 0)
            return g_strdup_printf("%s, not Maya; not started unless asked for with --version or "
                                   "$DCCHOST_MAYA_EXECUTABLE",
                                   siblings[sibling].title);
    }
    return NULL;
}

/* The version that a directory of the path tells: maya2024, Maya2024, maya2016-x64. */
static char *
read_folder(const char *executable)
{
    g_auto(GStrv) parts = g_strsplit(executable, "/", -1);

    for (guint n = g_strv_length(parts); n > 1; n--) {
        int sibling;
        const char *number = skip_name(parts[n - 2], &sibling);
        gsize length = number ? strspn(number, "0123456789.") : 0;

        if (length >= 4 && (number[length] == '\0' || strcmp(number + length, "-x64") == 0))
            return g_strndup(number, length);
    }
    return NULL;
}

static const DccKitApp app = {
    .override = "DCCHOST_MAYA_EXECUTABLE",
    .read_version = read_folder,
    .version_flag = "-v",
    .find_reservation = find_reservation,
};

static void
add_location(DccKitFinding *finding, DccSearch *search, DccMayaSystem system)
{
    const char *location = dcc_search_getenv(search, "MAYA_LOCATION");

    for (guint i = 0; location && g_path_is_absolute(location) && i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_build_filename(location, programs[i].path, NULL);

        if (programs[i].system == system)
            dcc_kit_found(finding, path, "$MAYA_LOCATION", NULL);
    }
}

GListModel *
dcc_maya_find_on(DccMayaSystem system, DccSearch *search, GError **error)
{
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, error);

    if (!finding)
        return NULL;
    add_location(finding, search, system);
    dcc_kit_found_program(finding, "maya");
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        if (places[i].system == system)
            dcc_kit_found_places(finding, &places[i].place, 1);
    }
    return dcc_kit_finding_end(finding);
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
