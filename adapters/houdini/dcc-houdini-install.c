/* Where Houdini is.
 *
 * Contract: the user's own choice first, then $HFS, then what a shell would start, then the places
 * of its installer. Links are followed, and each copy is there once. The version is the folder's,
 * or the link's; else it stays unknown: asking hython takes a licence and half a minute.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

/* Public launchers' tables: ynput/ayon-applications applications.json, shotgunsoftware/tk-houdini
 * startup.py; an `hconfig -a` of macOS in SideFX's forum. */
static const struct {
    DccHoudiniSystem system;
    DccKitPlace place;
} places[] = {
    {DCC_HOUDINI_LINUX, {"/opt/hfs*/bin/houdini", "/opt", NULL}},
    {DCC_HOUDINI_LINUX, {"/opt/houdini/*/bin/houdini", "/opt/houdini", NULL}}, /* unverified */
    {DCC_HOUDINI_MACOS,
     {"/Applications/Houdini/Houdini*/Frameworks/Houdini.framework/Versions/Current/Resources/bin/"
      "houdini",
      "/Applications",
      NULL}},
    {DCC_HOUDINI_WINDOWS,
     {"%ProgramFiles%/Side Effects Software/Houdini */bin/houdini.exe", "Program Files", NULL}},
    {DCC_HOUDINI_WINDOWS,
     {"?:/Program Files/Side Effects Software/Houdini */bin/houdini.exe", "Program Files", NULL}},
    {DCC_HOUDINI_WINDOWS, /* unverified */
     {"{HKLM/SOFTWARE/Side Effects Software/Houdini */InstallPath}/bin/houdini.exe",
      "the registry",
      NULL}},
};

/* Below $HFS. */
static const struct {
    DccHoudiniSystem system;
    const char *path;
} programs[] = {
    {DCC_HOUDINI_LINUX, "bin/houdini"},
    {DCC_HOUDINI_MACOS, "bin/houdini"},
    {DCC_HOUDINI_WINDOWS, "bin/houdini.exe"},
};

/* What a version follows in a folder's name; the empty one: a folder of its own below "houdini". */
static const char *const prefixes[] = {"hfs", "Houdini ", "Houdini"};

static char *
read_number(const char *text)
{
    gsize length = strspn(text, "0123456789.");

    while (length > 0 && text[length - 1] == '.')
        length--;
    return g_ascii_isdigit(*text) && memchr(text, '.', length) ? g_strndup(text, length) : NULL;
}

static char *
read_part(const char *name, const char *parent)
{
    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        char *version = NULL;

        if (g_str_has_prefix(name, prefixes[i]))
            version = read_number(name + strlen(prefixes[i]));
        if (version)
            return version;
    }
    /* Packages of rez and the like: ext/houdini/21.0.631-studio.1 (dcc-mcp-houdini, matrix.md). */
    return g_ascii_strcasecmp(parent, "houdini") == 0 ? read_number(name) : NULL;
}

/* hfs20.5.332, "Houdini 20.5.332", Houdini20.5.278; the part nearest to the program counts. */
static char *
read_folder(const char *executable)
{
    g_auto(GStrv) parts = g_strsplit(executable, "/", -1);

    for (guint n = g_strv_length(parts); n > 1; n--) {
        char *version = read_part(parts[n - 1], parts[n - 2]);

        if (version)
            return version;
    }
    return NULL;
}

/* `houdini -version` is named in one place only, and weakly: not asked. */
static const DccKitApp app = {
    .override = "DCCHOST_HOUDINI_EXECUTABLE",
    .read_version = read_folder,
};

static void
add_hfs(DccKitFinding *finding, DccSearch *search, DccHoudiniSystem system)
{
    const char *hfs = dcc_search_getenv(search, "HFS");

    for (guint i = 0; hfs && g_path_is_absolute(hfs) && i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_build_filename(hfs, programs[i].path, NULL);

        if (programs[i].system == system)
            dcc_kit_found(finding, path, "$HFS", NULL);
    }
}

GListModel *
dcc_houdini_find_on(DccHoudiniSystem system, DccSearch *search, GError **error)
{
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, error);

    if (!finding)
        return NULL;
    add_hfs(finding, search, system);
    dcc_kit_found_program(finding, "houdini");
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        if (places[i].system == system)
            dcc_kit_found_places(finding, &places[i].place, 1);
    }
    return dcc_kit_finding_end(finding);
}

GListModel *
dcc_houdini_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
#if defined(G_OS_WIN32)
    return dcc_houdini_find_on(DCC_HOUDINI_WINDOWS, search, error);
#elif defined(__APPLE__)
    return dcc_houdini_find_on(DCC_HOUDINI_MACOS, search, error);
#else
    return dcc_houdini_find_on(DCC_HOUDINI_LINUX, search, error);
#endif
}
