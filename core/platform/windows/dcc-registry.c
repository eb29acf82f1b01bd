/* The registry, in both of its views. Threading: any. */
#include "dcc-registry.h"

#include "dcc-file-name.h"
#include "dcc-wide.h"

#include <string.h>

#include <windows.h>

#define MOST_LETTERS 32767
#define LONGEST_NAME 256

static const struct {
    const char *name;
    HKEY key;
} hives[] = {
    {"HKLM", HKEY_LOCAL_MACHINE},
    {"HKCU", HKEY_CURRENT_USER},
};

static const DWORD views[] = {KEY_WOW64_64KEY, KEY_WOW64_32KEY};

typedef struct {
    DWORD view;
    char **parts; /* of the key below the hive, and the name of the value */
    GPtrArray *found;
} Look;

static void
add(GPtrArray *found, const gunichar2 *wide)
{
    g_autofree char *text = dcc_narrow(wide);

    for (guint i = 0; i < found->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(found, i), text) == 0)
            return;
    g_ptr_array_add(found, g_steal_pointer(&text));
}

/* What stands for variables (REG_EXPAND_SZ) is replaced by the system. */
static void
read_value(Look *look, HKEY key, const char *name)
{
    g_autofree gunichar2 *wide = dcc_wide(name);
    g_autofree WCHAR *value = g_new0(WCHAR, MOST_LETTERS + 1);
    DWORD size = MOST_LETTERS * sizeof(WCHAR);

    if (wide != NULL &&
        RegGetValueW(key, NULL, (LPCWSTR)wide, RRF_RT_REG_SZ, NULL, value, &size) ==
            ERROR_SUCCESS &&
        *value != 0)
        add(look->found, (const gunichar2 *)value);
}

static void
walk(Look *look, HKEY key, guint at);

static void
enter(Look *look, HKEY key, const gunichar2 *name, guint at)
{
    HKEY child;

    if (RegOpenKeyExW(key, (LPCWSTR)name, 0, KEY_READ | look->view, &child) != ERROR_SUCCESS)
        return;
    walk(look, child, at + 1);
    RegCloseKey(child);
}

/* Not deeper than the pattern has parts. */
static void
walk(Look *look, HKEY key, guint at)
{
    const char *part = look->parts[at];
    g_autofree gunichar2 *wide = NULL;

    if (look->parts[at + 1] == NULL) {
        read_value(look, key, part);
        return;
    }
    if (strpbrk(part, "*?[") == NULL) {
        wide = dcc_wide(part);
        if (wide != NULL)
            enter(look, key, wide, at);
        return;
    }
    for (DWORD i = 0;; i++) {
        WCHAR name[LONGEST_NAME];
        DWORD length = LONGEST_NAME;
        g_autofree char *narrow = NULL;

        if (RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
            return;
        narrow = dcc_narrow((const gunichar2 *)name);
        if (dcc_file_name_matches(narrow, part))
            enter(look, key, (const gunichar2 *)name, at);
    }
}

char **
dcc_registry_find(const char *pattern)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    Look look = {0, parts + 1, g_ptr_array_new()};

    for (gsize i = 0; g_strv_length(parts) > 1 && i < G_N_ELEMENTS(hives); i++)
        for (gsize n = 0; g_str_equal(parts[0], hives[i].name) && n < G_N_ELEMENTS(views); n++) {
            look.view = views[n];
            walk(&look, hives[i].key, 0);
        }
    g_ptr_array_add(look.found, NULL);
    return (char **)g_ptr_array_free(look.found, FALSE);
}
