/* Names of files: drives, shares, and two kinds of slashes. Case does not count. Threading: any. */
#include "dcc-file-name.h"

#include "dcc-wide.h"

#include <errno.h>
#include <string.h>

#include <windows.h>

#define MOST_LETTERS 32767
#define MOST_IN_NAME 255
#define SHARE_ALL    (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static gboolean
is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Up to the end of the name that begins here. */
static gsize
measure_name(const char *name)
{
    return strcspn(name, "/\\");
}

gboolean
dcc_file_name_find_root(const char *path, gsize *length)
{
    gsize server;
    gsize share;

    *length = 0;
    if (g_ascii_isalpha(path[0]) && path[1] == ':') {
        *length = 2;
        return is_slash(path[2]);
    }
    if (!is_slash(path[0]) || !is_slash(path[1]))
        return FALSE;
    server = measure_name(path + 2);
    if (server == 0 || path[2 + server] == '\0')
        return FALSE;
    share = measure_name(path + 2 + server + 1);
    *length = 2 + server + 1 + share;
    return share > 0;
}

/* What is of the network, or can be taken out, may keep us waiting. */
char **
dcc_file_name_list_roots(void)
{
    DWORD there = GetLogicalDrives();
    GPtrArray *roots = g_ptr_array_new();

    for (int i = 0; i < 26; i++) {
        char drive[] = {(char)('A' + i), ':', '\\', '\0'};

        if ((there & (1u << i)) && GetDriveTypeA(drive) == DRIVE_FIXED)
            g_ptr_array_add(roots, g_strndup(drive, 2));
    }
    g_ptr_array_add(roots, NULL);
    return (char **)g_ptr_array_free(roots, FALSE);
}

char *
dcc_file_name_normalize(const char *path)
{
    return g_strdelimit(g_strdup(path), "\\", '/');
}

char *
dcc_file_name_of_program(const char *name)
{
    return strchr(name, '.') != NULL ? g_strdup(name) : g_strconcat(name, ".exe", NULL);
}

/* Scripts are executed by others than the system. */
gboolean
dcc_file_name_is_program(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL &&
           (g_ascii_strcasecmp(dot, ".exe") == 0 || g_ascii_strcasecmp(dot, ".com") == 0);
}

char *
dcc_file_name_resolve(const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    g_autofree WCHAR *real = g_new0(WCHAR, MOST_LETTERS + 1);
    HANDLE handle;
    DWORD length;

    if (wide == NULL)
        return NULL;
    handle = CreateFileW((LPCWSTR)wide,
                         FILE_READ_ATTRIBUTES,
                         SHARE_ALL,
                         NULL,
                         OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS,
                         NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        errno = dcc_errno_of(GetLastError());
        return NULL;
    }
    length = GetFinalPathNameByHandleW(handle, real, MOST_LETTERS, VOLUME_NAME_DOS);
    CloseHandle(handle);
    return length > 0 && length < MOST_LETTERS ? dcc_narrow_path((const gunichar2 *)real) : NULL;
}

/* "[a-c]" and "[!a-c]": moves behind it. */
static gboolean
matches_set(const char **pattern, gunichar letter)
{
    const char *at = *pattern + 1;
    gboolean negated = *at == '!' || *at == '^';
    gboolean found = FALSE;

    at += negated ? 1 : 0;
    for (gboolean first = TRUE; *at != '\0' && (*at != ']' || first); first = FALSE) {
        gunichar from = g_unichar_tolower(g_utf8_get_char(at));
        gunichar to = from;

        at = g_utf8_next_char(at);
        if (*at == '-' && at[1] != ']' && at[1] != '\0') {
            to = g_unichar_tolower(g_utf8_get_char(at + 1));
            at = g_utf8_next_char(at + 1);
        }
        found = found || (from <= letter && letter <= to);
    }
    *pattern = *at == ']' ? at + 1 : at;
    return found != negated;
}

/* Goes back to the last '*' alone: no pattern takes longer than the product of both lengths. */
static gboolean
matches(const char *name, const char *pattern)
{
    const char *star = NULL;
    const char *retry = NULL;

    while (*name != '\0') {
        gunichar letter = g_unichar_tolower(g_utf8_get_char(name));
        const char *after = pattern;
        gboolean fits = FALSE;

        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
            continue;
        }
        if (*pattern == '[')
            fits = matches_set(&after, letter);
        else if (*pattern != '\0') {
            fits = *pattern == '?' || g_unichar_tolower(g_utf8_get_char(pattern)) == letter;
            after = g_utf8_next_char(pattern);
        }
        if (!fits && star == NULL)
            return FALSE;
        pattern = fits ? after : star;
        name = fits ? g_utf8_next_char(name) : (retry = g_utf8_next_char(retry));
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

gboolean
dcc_file_name_matches(const char *name, const char *pattern)
{
    return (*name != '.' || *pattern == '.') && matches(name, pattern);
}

/* In its letters, which are UTF-16's. */
gboolean
dcc_file_name_is_too_long(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree gunichar2 *wide_name = NULL;
    g_autofree gunichar2 *wide = NULL;
    glong n_name = 0, n = 0;

    wide_name = g_utf8_to_utf16(name, -1, NULL, &n_name, NULL);
    wide = g_utf8_to_utf16(path, -1, NULL, &n, NULL);
    return n_name > MOST_IN_NAME || n > MOST_LETTERS;
}
