/* Private directories: this user's, with an access list of their own that lets in this user, the system and its
 * administrators. See the header.
 *
 * What is decided is decided on a handle that follows no link and that keeps the directory from being renamed meanwhile.
 * Threading: any. */
#include "dcc-safe-dir.h"

#include "dcc-error.h"
#include "dcc-owner.h"
#include "dcc-wide.h"

#include <errno.h>
#include <string.h>

#include <windows.h>

#define ELSEWHERE   "set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours"
#define SHARE_OTHER (FILE_SHARE_READ | FILE_SHARE_WRITE)

static gboolean
refuse(GError **error, const char *path, const char *what, const char *remedy)
{
    g_set_error(error, DCC_ERROR, DCC_ERROR_UNSAFE, "%s %s; %s", path, what, remedy);
    return FALSE;
}

static gboolean
refuse_code(GError **error, const char *path, const char *verb, DWORD code)
{
    g_autofree char *why = dcc_explain(code);

    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "cannot %s %s: %s; make it writable, or " ELSEWHERE,
                verb,
                path,
                why);
    return FALSE;
}

static gboolean
refuse_as_open(GError **error, const char *path)
{
    g_autofree char *remedy = g_strdup_printf(
        "if it is yours, run: icacls \"%s\" /inheritance:r /grant:r \"%s:(OI)(CI)F\"",
        path,
        g_get_user_name());

    return refuse(error, path, "is open to others", remedy);
}

/* share: without FILE_SHARE_DELETE it stays where it is while the handle is open. */
static HANDLE
open_dir(const gunichar2 *path, DWORD access, DWORD share)
{
    return CreateFileW((LPCWSTR)path,
                       access,
                       share,
                       NULL,
                       OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
                       NULL);
}

static gboolean
is_dir(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION info;

    return GetFileInformationByHandle(handle, &info) &&
           (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
           !(info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
}

static gboolean
judge(const DccOwner *owner, const char *path, GError **error)
{
    if (!owner->is_ours)
        return refuse(error, path, "belongs to somebody else", "remove it, or " ELSEWHERE);
    if (owner->others_can_write || owner->others_can_read)
        return refuse_as_open(error, path);
    return TRUE;
}

static gboolean
check(const gunichar2 *wide, const char *path, DWORD access, GError **error)
{
    HANDLE handle = open_dir(wide, access | READ_CONTROL, SHARE_OTHER | FILE_SHARE_DELETE);
    DccOwner owner;
    gboolean good;

    if (handle == INVALID_HANDLE_VALUE)
        return refuse_code(error, path, "open", GetLastError());
    good = is_dir(handle);
    if (good)
        dcc_owner_read(handle, &owner);
    CloseHandle(handle);
    if (!good)
        return refuse(error,
                      path,
                      "is not a directory of its own but a link or a file",
                      "remove it, or " ELSEWHERE);
    return judge(&owner, path, error);
}

/* The system's code. What is in it inherits the list. */
static DWORD
make(const gunichar2 *wide)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes};
    DWORD code = ERROR_SUCCESS;

    attributes.lpSecurityDescriptor = dcc_owner_make_private();
    if (attributes.lpSecurityDescriptor == NULL)
        return ERROR_INVALID_SECURITY_DESCR;
    if (!CreateDirectoryW((LPCWSTR)wide, &attributes))
        code = GetLastError();
    LocalFree(attributes.lpSecurityDescriptor);
    return code;
}

gboolean
dcc_safe_dir_make_new(const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    DWORD code;

    if (wide == NULL)
        return FALSE;
    code = make(wide);
    errno = dcc_errno_of(code);
    return code == ERROR_SUCCESS;
}

gboolean
dcc_safe_dir_make(const char *path, GError **error)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    DWORD code;

    if (wide == NULL)
        return refuse(error, path, "is no path", ELSEWHERE);
    code = make(wide);
    if (code != ERROR_SUCCESS && code != ERROR_ALREADY_EXISTS)
        return refuse_code(error, path, "make", code);
    return check(wide, path, FILE_ADD_FILE, error);
}

gboolean
dcc_safe_dir_check(const char *path, GError **error)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);

    if (wide == NULL)
        return refuse(error, path, "is no path", ELSEWHERE);
    return check(wide, path, FILE_READ_ATTRIBUTES, error);
}

gboolean
dcc_safe_dir_check_parent(const char *path, GError **error)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    BY_HANDLE_FILE_INFORMATION info = {0};
    HANDLE handle;
    DccOwner owner;

    if (wide == NULL)
        return refuse(error, path, "is no path", ELSEWHERE);
    handle = CreateFileW((LPCWSTR)wide,
                         FILE_READ_ATTRIBUTES | READ_CONTROL,
                         SHARE_OTHER | FILE_SHARE_DELETE,
                         NULL,
                         OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS,
                         NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return refuse_code(error, path, "use", GetLastError());
    GetFileInformationByHandle(handle, &info);
    dcc_owner_read(handle, &owner);
    CloseHandle(handle);
    if (!(info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return refuse_code(error, path, "use", ERROR_DIRECTORY);
    if (!owner.is_ours && !owner.is_roots)
        return refuse(error,
                      path,
                      "belongs to somebody else",
                      "set XDG_RUNTIME_DIR to a directory of yours, or unset it");
    if (!owner.others_only_add)
        return refuse(error,
                      path,
                      "can be written to by others",
                      "set XDG_RUNTIME_DIR to a private directory, or unset it");
    return TRUE;
}

static void
remove_tree(const gunichar2 *path);

/* (transfer full) */
static gunichar2 *
join(const gunichar2 *dir, const WCHAR *name)
{
    gsize length = wcslen((const WCHAR *)dir), more = wcslen(name);
    gunichar2 *path = g_new0(gunichar2, length + 1 + more + 1);

    memcpy(path, dir, length * sizeof *path);
    path[length] = '\\';
    memcpy(path + length + 1, name, more * sizeof *path);
    return path;
}

static void
remove_child(const gunichar2 *dir, const WIN32_FIND_DATAW *child)
{
    g_autofree gunichar2 *path = join(dir, child->cFileName);
    DWORD attributes = child->dwFileAttributes;

    if (attributes & FILE_ATTRIBUTE_READONLY)
        SetFileAttributesW((LPCWSTR)path, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY);
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
        DeleteFileW((LPCWSTR)path);
    else if (attributes & FILE_ATTRIBUTE_REPARSE_POINT)
        RemoveDirectoryW((LPCWSTR)path); /* the link alone */
    else
        remove_tree(path);
}

static void
remove_children(const gunichar2 *path)
{
    g_autofree gunichar2 *all = join(path, L"*");
    WIN32_FIND_DATAW child;
    HANDLE search = FindFirstFileW((LPCWSTR)all, &child);

    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        if (wcscmp(child.cFileName, L".") != 0 && wcscmp(child.cFileName, L"..") != 0)
            remove_child(path, &child);
    } while (FindNextFileW(search, &child));
    FindClose(search);
}

static void
remove_tree(const gunichar2 *path)
{
    HANDLE handle =
        open_dir(path, FILE_READ_ATTRIBUTES | READ_CONTROL | FILE_LIST_DIRECTORY, SHARE_OTHER);
    DccOwner owner = {0};

    if (handle == INVALID_HANDLE_VALUE)
        return;
    if (is_dir(handle)) {
        dcc_owner_read(handle, &owner);
        if (owner.is_ours)
            remove_children(path);
    }
    CloseHandle(handle);
    if (owner.is_ours)
        RemoveDirectoryW((LPCWSTR)path);
}

/* With the prefix of long paths: what is in it may be longer than a path that is given. */
void
dcc_safe_dir_remove(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autofree char *prefixed = NULL;
    g_autofree gunichar2 *wide = NULL;

    g_strdelimit(full, "/", '\\');
    prefixed = full[0] != '\\' ? g_strconcat("\\\\?\\", full, NULL) : g_strdup(full);
    wide = dcc_wide_path(prefixed);
    if (wide != NULL)
        remove_tree(wide);
}

void
dcc_safe_dir_finish(const char *path)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);

    if (wide != NULL)
        RemoveDirectoryW((LPCWSTR)wide);
}
