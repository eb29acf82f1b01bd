/* Where applications are on Windows: drives, Program Files, the registry; names of files as this system has them. */
#include "dcc-file-facts.h"
#include "dcc-file-name.h"
#include "dcc-registry.h"
#include "dcc-search.h"

#include <glib/gstdio.h>
#include <string.h>

#include <windows.h>

#define KEY "SOFTWARE\\dcchost-test"

typedef struct {
    char *root;
} Place;

static void
set_up(Place *self, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *made = g_dir_make_tmp("dcc-XXXXXX", &error);

    g_assert_no_error(error);
    self->root = dcc_file_name_resolve(made);
    g_assert_nonnull(self->root);
}

static void
clean(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            clean(child);
        else
            g_assert_cmpint(g_unlink(child), ==, 0);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static void
tear_down(Place *self, gconstpointer data)
{
    clean(self->root);
    g_free(self->root);
}

static char *
put(Place *self, const char *name)
{
    char *path = g_strconcat(self->root, "/", name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_file_set_contents(path, "MZ", -1, &error);
    g_assert_no_error(error);
    return path;
}

static gboolean
is_wine(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

static void
test_roots(void)
{
    static const struct {
        const char *path;
        int length; /* -1: not absolute */
    } rows[] = {
        {"C:/x", 2},
        {"c:\\x", 2},
        {"C:/", 2},
        {"C:x", -1},
        {"C:", -1},
        {"/x", -1},
        {"x/y", -1},
        {"", -1},
        {"//server/share/x", 14},
        {"\\\\server\\share\\x", 14},
        {"//server/share", 14},
        {"//server", -1},
        {"//server/", -1},
        {"///", -1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize length = 0;
        gboolean absolute = dcc_file_name_find_root(rows[i].path, &length);

        g_test_message("'%s'", rows[i].path);
        g_assert_cmpint(absolute, ==, rows[i].length >= 0);
        if (absolute)
            g_assert_cmpuint(length, ==, rows[i].length);
    }
}

static void
test_matches(void)
{
    static const struct {
        const char *name, *pattern;
        gboolean fits;
    } rows[] = {
        {"Maya2024", "Maya*", TRUE},
        {"MAYA2024", "maya*", TRUE},
        {"Houdini 20.5.332", "Houdini *", TRUE},
        {"Houdini20", "Houdini *", FALSE},
        {"blender-4.2", "blender-[0-9]*", TRUE},
        {"blender-x", "blender-[0-9]*", FALSE},
        {"blender-x", "blender-[!0-9]*", TRUE},
        {"a]b", "a[]]b", TRUE},
        {"abc", "a?c", TRUE},
        {"a\xc3\xa4"
         "c",
         "a?c",
         TRUE},
        {"ac", "a?c", FALSE},
        {".hidden", "*", FALSE},
        {".hidden", ".*", TRUE},
        {"aaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*a*a*a*a*c", FALSE},
        {"", "*", TRUE},
        {"x", "", FALSE},
        {"[x", "[x", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("'%s' and '%s'", rows[i].name, rows[i].pattern);
        g_assert_cmpint(dcc_file_name_matches(rows[i].name, rows[i].pattern), ==, rows[i].fits);
    }
}

/* Longer than 260 letters, with blanks and letters that are not of this machine's code page. */
static void
test_long_paths(Place *self, gconstpointer data)
{
    g_autoptr(GString) name = g_string_new("\xe4\xbd\x9c\xe5\x93\x81 \xc3\xa4");
    g_autofree char *directory = NULL, *path = NULL, *real = NULL;
    DccFileFacts facts;

    for (int i = 0; i < 6; i++)
        g_string_append(name, "/a directory with a name that is fifty letters long, or so");
    g_string_append(name, "x/blender.exe");
    /* GLib alone makes no such path. */
    for (const char *slash = strchr(name->str, '/'); slash; slash = strchr(slash + 1, '/')) {
        g_autofree char *part = g_strndup(name->str, (gsize)(slash - name->str));
        g_autofree char *full = g_strconcat("\\\\?\\", self->root, "/", part, NULL);
        g_autofree gunichar2 *wide =
            g_utf8_to_utf16(g_strdelimit(full, "/", '\\'), -1, NULL, NULL, NULL);

        g_assert_true(CreateDirectoryW((LPCWSTR)wide, NULL));
    }
    path = g_strconcat(self->root, "/", name->str, NULL);
    directory = g_path_get_dirname(path);
    g_assert_cmpuint(strlen(path), >, 300);
    g_assert_true(dcc_file_facts_read(directory, &facts));
    g_assert_cmpint(facts.kind, ==, DCC_FILE_DIRECTORY);
    real = dcc_file_name_resolve(directory);
    if (real == NULL && is_wine())
        g_test_message("wine tells no path of more than 260 letters");
    else
        g_assert_cmpstr(real, ==, directory);
    g_assert_false(dcc_file_facts_read(path, &facts));
    /* For the cleaner, which cannot. */
    for (char *slash = directory + strlen(directory); slash > directory + strlen(self->root);
         slash = strrchr(directory, '/')) {
        g_autofree char *full = g_strconcat("\\\\?\\", directory, NULL);
        g_autofree gunichar2 *wide =
            g_utf8_to_utf16(g_strdelimit(full, "/", '\\'), -1, NULL, NULL, NULL);

        g_assert_true(RemoveDirectoryW((LPCWSTR)wide));
        *strrchr(directory, '/') = '\0';
    }
}

static DccSearch *
search_below(Place *self)
{
    const char *const environment[] = {"PATH=C:\\tools;D:\\more tools;relative;;\\\\server\\share",
                                       "ProgramFiles=C:\\Program Files",
                                       "USERPROFILE=C:\\Users\\ada",
                                       NULL};

    return dcc_search_new(self->root, environment);
}

static void
test_variables(Place *self, gconstpointer data)
{
    g_autofree char *maya = put(self, "C/Program Files/Autodesk/Maya2024/bin/maya.exe");
    g_autofree char *other = put(self, "C/Program Files/Autodesk/Maya2023/bin/readme.txt");
    g_autoptr(DccSearch) search = search_below(self);
    g_auto(GStrv) found = dcc_search_glob(search, "%ProgramFiles%/Autodesk/maya*/bin/MAYA.exe");
    g_auto(GStrv) none = dcc_search_glob(search, "%NoSuchVariable%/*");
    g_auto(GStrv) everywhere =
        dcc_search_glob(search, "?:/Program Files/Autodesk/Maya*/bin/maya.exe");

    g_assert_cmpuint(g_strv_length(found), ==, 1);
    g_assert_true(dcc_search_is_executable(search, found[0]));
    g_assert_false(dcc_search_is_executable(search, other));
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_cmpuint(g_strv_length(everywhere), ==, 1);
    g_assert_cmpstr(everywhere[0], ==, maya);
    g_assert_true(g_strv_contains(dcc_search_get_places(search),
                                  "C:/Program Files/Autodesk/maya*/bin/MAYA.exe"));
}

static void
test_path(Place *self, gconstpointer data)
{
    g_autofree char *first = put(self, "D/more tools/blender.exe");
    g_autofree char *script = put(self, "C/tools/blender.bat");
    g_autoptr(DccSearch) search = search_below(self);
    g_autofree char *found = dcc_search_program(search, "blender");

    g_assert_cmpstr(found, ==, first);
    g_assert_null(dcc_search_program(search, "blender.bat"));
}

static void
set_value(const char *key, DWORD view, const char *name, const char *value)
{
    HKEY handle;

    g_assert_cmpint(
        RegCreateKeyExA(HKEY_CURRENT_USER, key, 0, NULL, 0, KEY_WRITE | view, NULL, &handle, NULL),
        ==,
        0);
    g_assert_cmpint(
        RegSetValueExA(handle, name, 0, REG_SZ, (const BYTE *)value, (DWORD)strlen(value) + 1),
        ==,
        0);
    RegCloseKey(handle);
}

static void
test_registry(Place *self, gconstpointer data)
{
    g_autofree char *path = put(self, "C/Apps/Product 2/bin/product.exe");
    g_autoptr(DccSearch) search = search_below(self);
    g_auto(GStrv) all = NULL;
    g_auto(GStrv) one = NULL;
    g_auto(GStrv) found = NULL;
    g_auto(GStrv) none = NULL;

    set_value(KEY "\\Product 1\\Setup", 0, "InstallPath", "C:\\Apps\\Product 1");
    set_value(KEY "\\Product 2\\Setup", 0, "InstallPath", "C:\\Apps\\Product 2");
    set_value(KEY "\\Other", 0, "InstallPath", "C:\\Apps\\Other");
    all = dcc_registry_find("HKCU/SOFTWARE/dcchost-test/Product */Setup/InstallPath");
    one = dcc_registry_find("HKCU/SOFTWARE/dcchost-test/Other/installpath");
    none = dcc_registry_find("HKCU/SOFTWARE/dcchost-test/Product */NoSuchKey/InstallPath");
    found =
        dcc_search_glob(search, "{HKCU/SOFTWARE/dcchost-test/*/Setup/InstallPath}/bin/product.exe");
    g_assert_cmpint(RegDeleteTreeA(HKEY_CURRENT_USER, KEY), ==, 0);
    g_assert_cmpuint(g_strv_length(all), ==, 2);
    g_assert_cmpuint(g_strv_length(one), ==, 1);
    g_assert_cmpstr(one[0], ==, "C:\\Apps\\Other");
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_cmpuint(g_strv_length(found), ==, 1);
    g_assert_cmpstr(found[0], ==, path);
}

static void
test_nonsense_of_the_registry(void)
{
    static const char *const patterns[] = {"",
                                           "HKLM",
                                           "HKLM/",
                                           "NOHIVE/SOFTWARE/x",
                                           "HKLM//",
                                           "HKLM/\xff/x",
                                           "HKCU/SOFTWARE/no such key/x"};

    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_auto(GStrv) found = dcc_registry_find(patterns[i]);

        g_assert_cmpuint(g_strv_length(found), ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/discovery/roots", test_roots);
    g_test_add_func("/discovery/matches", test_matches);
    g_test_add("/discovery/long-paths", Place, NULL, set_up, test_long_paths, tear_down);
    g_test_add("/discovery/variables", Place, NULL, set_up, test_variables, tear_down);
    g_test_add("/discovery/path", Place, NULL, set_up, test_path, tear_down);
    g_test_add("/discovery/registry", Place, NULL, set_up, test_registry, tear_down);
    g_test_add_func("/discovery/nonsense-of-the-registry", test_nonsense_of_the_registry);
    return g_test_run();
}
