/* Where Blender is.
 *
 * Contract: the user's own choice first, then what a shell would start, then the places its makers
 * and users put it. Each copy once, under its real path. Alphas, betas and daily builds are shown
 * as such, and not started unasked: they are newer than every release.
 */
#include "dcc-blender.h"
#include "dcc-kit.h"
#include <string.h>

#define OVERRIDE "DCCHOST_BLENDER_EXECUTABLE"

#define FLATPAK                                                                                    \
    "flatpak: its sandbox shares no sockets, temporary files or process ids with the host; not "   \
    "started unless asked for with $" OVERRIDE
#define DAILY                                                                                      \
    "a build of a day, no release; not started unless asked for with --version or $" OVERRIDE

/* A further system is further lines. "~/ANY/stable" and the like: the library of Blender Launcher,
 * which lies where its user puts it. */
static const DccKitPlace places[] = {
    {"/usr/bin/blender", "distribution", NULL},
    {"/opt/blender-*/blender", "/opt", NULL},
    {"/opt/blender[0-9]*/blender", "/opt", NULL},
    {"/opt/blender/blender", "/opt", NULL},
    {"/opt/blender/*/blender", "/opt", NULL},
    {"/usr/local/blender-*/blender", "/usr/local", NULL},
    {"~/blender-*/blender", "home", NULL},
    {"~/Applications/blender-*/blender", "home", NULL},
    {"~/Downloads/blender-*/blender", "home", NULL},
    {"~/apps/blender/blender-*/blender", "home", NULL},
    {"~/.steam/steam/steamapps/common/Blender/blender", "Steam", NULL},
    {"~/.local/share/Steam/steamapps/common/Blender/blender", "Steam", NULL},
    {"~/*/stable/blender-*/blender", "Blender Launcher", NULL},
    {"/opt/*/stable/blender-*/blender", "Blender Launcher", NULL},
    {"~/*/daily/blender-*/blender", "Blender Launcher", DAILY},
    {"~/*/experimental/blender-*/blender", "Blender Launcher", DAILY},
    {"/snap/bin/blender", "snap", NULL},
    {"/var/lib/snapd/snap/bin/blender", "snap", NULL},
    {"/var/lib/flatpak/exports/bin/org.blender.Blender", "flatpak", FLATPAK},
    {"~/.local/share/flatpak/exports/bin/org.blender.Blender", "flatpak", FLATPAK},
    /* Windows; what the registry has of Steam is unverified. */
    {"%ProgramFiles%/Blender Foundation/Blender*/blender.exe", "Program Files", NULL},
    {"?:/Program Files/Blender Foundation/Blender*/blender.exe", "Program Files", NULL},
    {"%USERPROFILE%/blender-*/blender.exe", "home", NULL},
    {"%USERPROFILE%/Downloads/blender-*/blender.exe", "home", NULL},
    {"%ProgramFiles(x86)%/Steam/steamapps/common/Blender/blender.exe", "Steam", NULL},
    {"{HKLM/SOFTWARE/Valve/Steam/InstallPath}/steamapps/common/Blender/blender.exe", "Steam", NULL},
    {"{HKCU/SOFTWARE/Valve/Steam/SteamPath}/steamapps/common/Blender/blender.exe", "Steam", NULL},
    {"%USERPROFILE%/*/stable/blender-*/blender.exe", "Blender Launcher", NULL},
    {"%USERPROFILE%/*/daily/blender-*/blender.exe", "Blender Launcher", DAILY},
};

/* What a version that is no release is called, in a directory's name and in Blender's own words. */
static const struct {
    const char *in_name, *in_words, *suffix;
} stages[] = {
    {"alpha", " Alpha", "-alpha"},
    {"beta", " Beta", "-beta"},
    {"candidate", " Release Candidate", "-rc"},
};

/* On Windows, and in Wine prefixes, the launcher is a stub that exits at once: its neighbour is
 * meant. */
static char *
replace_launcher(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *directory = g_path_get_dirname(path);

    if (strcmp(name, "blender-launcher") == 0)
        return g_build_filename(directory, "blender", NULL);
    if (g_ascii_strcasecmp(name, "blender-launcher.exe") == 0)
        return g_build_filename(directory, "blender.exe", NULL);
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

/* (transfer full): "4.2.0" of "4.2.0-linux-x64"; NULL: fewer numbers than three say too little. */
static char *
read_numbers(const char *text)
{
    gsize length = strspn(text, "0123456789.");
    g_autofree char *head = g_strndup(text, length);
    g_auto(GStrv) numbers = g_strsplit(head, ".", -1);

    if (text[length] != '-' || g_strv_length(numbers) != 3 || !*numbers[0] || !*numbers[1] ||
        !*numbers[2])
        return NULL;
    return g_steal_pointer(&head);
}

static const char *
find_suffix(const char *stage)
{
    for (guint i = 0; i < G_N_ELEMENTS(stages); i++) {
        if (g_str_has_prefix(stage, stages[i].in_name))
            return stages[i].suffix;
    }
    return NULL;
}

/* The version, where the directory of a tarball or of Blender Launcher tells it:
 * blender-4.2.0-linux-x64, blender-4.4.1-stable.HASH,
 * blender-5.4.0-alpha+main.HASH-linux.x86_64-release. A shortened name ("blender-4.2") says too
 * little, and other names nothing. */
static char *
read_directory(const char *executable)
{
    static const char *const releases[] = {"linux", "macos", "windows", "stable.", "lts."};
    g_autofree char *directory = g_path_get_dirname(executable);
    g_autofree char *name = g_path_get_basename(directory);
    g_autofree char *numbers = NULL;
    const char *rest;

    if (!g_str_has_prefix(name, "blender-"))
        return NULL;
    numbers = read_numbers(name + strlen("blender-"));
    if (!numbers)
        return NULL;
    rest = name + strlen("blender-") + strlen(numbers) + 1;
    if (find_suffix(rest))
        return g_strconcat(numbers, find_suffix(rest), NULL);
    for (guint i = 0; i < G_N_ELEMENTS(releases); i++) {
        if (g_str_has_prefix(rest, releases[i]))
            return g_steal_pointer(&numbers);
    }
    return NULL;
}

/* A build between releases has its branch in its name: "+main.HASH". */
static char *
find_reservation(const char *executable)
{
    g_autofree char *directory = g_path_get_dirname(executable);
    g_autofree char *name = g_path_get_basename(directory);
    const char *plus = g_str_has_prefix(name, "blender-") ? strchr(name, '+') : NULL;

    return plus ? g_strdup(DAILY) : NULL;
}

static const DccKitApp app = {
    .override = OVERRIDE,
    .version_flag = "--version",
    .read_version = read_directory,
    .choose_path = choose_path,
    .find_reservation = find_reservation,
};

GListModel *
dcc_blender_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, error);

    if (!finding)
        return NULL;
    dcc_kit_found_program(finding, "blender");
    dcc_kit_found_places(finding, places, G_N_ELEMENTS(places));
    return dcc_kit_finding_end(finding);
}

/* "Blender 4.2.1 LTS" and "Blender 5.4.0 Alpha" in any line: wrappers and libraries talk before it,
 * -b prints it twice. */
char *
dcc_blender_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    static GRegex *regex = NULL;
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *version = NULL;
    g_autofree char *words = NULL;

    if (g_once_init_enter(&regex)) {
        GRegex *compiled = g_regex_new("^Blender (\\d+\\.\\d+(?:\\.\\d+)?)([ \\r].*)?$",
                                       G_REGEX_MULTILINE | G_REGEX_OPTIMIZE | G_REGEX_RAW,
                                       0,
                                       NULL);

        g_once_init_leave(&regex, compiled);
    }
    if (!g_regex_match(regex, output, 0, &match))
        return NULL;
    version = g_match_info_fetch(match, 1);
    words = g_match_info_fetch(match, 2);
    for (guint i = 0; words && i < G_N_ELEMENTS(stages); i++) {
        if (g_str_has_prefix(words, stages[i].in_words))
            return g_strconcat(version, stages[i].suffix, NULL);
    }
    return g_steal_pointer(&version);
}
