/* Strings and errors of Windows; see the header. Threading: any. */
#include "dcc-wide.h"

#include <errno.h>
#include <string.h>

#include <windows.h>

G_STATIC_ASSERT(sizeof(WCHAR) == sizeof(gunichar2));

/* From here on a path needs the prefix; the limit is 260, and a directory has to leave room for a
 * name of the old kind in it. */
#define LONG_PATH    240
#define PREFIX       "\\\\?\\"
#define PREFIX_UNC   "\\\\?\\UNC\\"
#define MOST_LETTERS 32767

static const struct {
    guint32 code;
    int error;
} errors[] = {
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_BAD_NETPATH, ENOENT},
    {ERROR_BAD_NET_NAME, ENOENT},
    {ERROR_INVALID_DRIVE, ENOENT},
    {ERROR_NOT_READY, ENOENT},
    {ERROR_DIRECTORY, ENOTDIR},
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_SHARING_VIOLATION, EACCES},
    {ERROR_LOCK_VIOLATION, EACCES},
    {ERROR_WRITE_PROTECT, EROFS},
    {ERROR_PRIVILEGE_NOT_HELD, EPERM},
    {ERROR_INVALID_HANDLE, EBADF},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_COMMITMENT_LIMIT, ENOMEM},
    {ERROR_FILE_EXISTS, EEXIST},
    {ERROR_ALREADY_EXISTS, EEXIST},
    {ERROR_DISK_FULL, ENOSPC},
    {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
    {ERROR_BAD_EXE_FORMAT, ENOEXEC},
    {ERROR_EXE_MACHINE_TYPE_MISMATCH, ENOEXEC},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
    {ERROR_CANT_RESOLVE_FILENAME, ELOOP},
    {ERROR_BROKEN_PIPE, EPIPE},
    {ERROR_NO_DATA, EPIPE},
};

int
dcc_errno_of(guint32 code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(errors); i++)
        if (errors[i].code == code)
            return errors[i].error;
    return EINVAL;
}

char *
dcc_explain(guint32 code)
{
    g_autofree char *said = g_win32_error_message((int)code);
    /* What would stand there is not told. */
    g_auto(GStrv) parts = g_strsplit(said, "%1", -1);
    g_autofree char *text = g_strjoinv("it", parts);

    return g_strdup_printf(
        "%s (error %u)", *text ? g_strchomp(text) : "Windows does not say why", code);
}

gunichar2 *
dcc_wide(const char *text)
{
    gunichar2 *wide = g_utf8_to_utf16(text, -1, NULL, NULL, NULL);

    if (wide == NULL)
        errno = EILSEQ;
    return wide;
}

static gunichar2 *
make_long(const gunichar2 *path)
{
    g_autofree WCHAR *full = g_new(WCHAR, MOST_LETTERS + 1);
    DWORD length = GetFullPathNameW((LPCWSTR)path, MOST_LETTERS, full, NULL);
    g_autofree char *narrow = NULL, *text = NULL;

    if (length == 0 || length > MOST_LETTERS) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    narrow = dcc_narrow((const gunichar2 *)full);
    if (g_str_has_prefix(narrow, "\\\\"))
        text = g_strconcat(PREFIX_UNC, narrow + 2, NULL);
    else
        text = g_strconcat(PREFIX, narrow, NULL);
    return dcc_wide(text);
}

gunichar2 *
dcc_wide_path(const char *path)
{
    g_autofree char *native = g_strdelimit(g_strdup(path), "/", '\\');
    g_autofree gunichar2 *wide = dcc_wide(native);

    if (wide == NULL || strlen(native) < LONG_PATH || g_str_has_prefix(native, PREFIX))
        return g_steal_pointer(&wide);
    return make_long(wide);
}

char *
dcc_narrow(const gunichar2 *text)
{
    GString *narrow = g_string_new(NULL);

    for (; *text != 0; text++) {
        if (*text >= 0xd800 && *text < 0xdc00 && text[1] >= 0xdc00 && text[1] < 0xe000) {
            g_string_append_unichar(narrow,
                                    0x10000u + ((gunichar)(*text - 0xd800) << 10) +
                                        (gunichar)(text[1] - 0xdc00));
            text++;
        } else {
            g_string_append_unichar(narrow, *text >= 0xd800 && *text < 0xe000 ? 0xfffd : *text);
        }
    }
    return g_string_free(narrow, FALSE);
}

char *
dcc_narrow_path(const gunichar2 *path)
{
    g_autofree char *narrow = dcc_narrow(path);
    char *text;

    if (g_str_has_prefix(narrow, PREFIX_UNC))
        text = g_strconcat("\\\\", narrow + strlen(PREFIX_UNC), NULL);
    else
        text = g_strdup(g_str_has_prefix(narrow, PREFIX) ? narrow + strlen(PREFIX) : narrow);
    return g_strdelimit(text, "\\", '/');
}
