/* Facts of files, by handles that follow no link. Threading: any. */
#include "dcc-file-facts.h"

#include "dcc-owner.h"
#include "dcc-wide.h"

#include <errno.h>
#include <io.h>

#include <windows.h>

/* Between 1601, which the system counts from, and 1970, in its units of 100 ns. */
#define UNITS_UNTIL_1970 G_GINT64_CONSTANT(116444736000000000)
#define SHARE_ALL        (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static gint64
join(DWORD high, DWORD low)
{
    return (gint64)(((guint64)high << 32) | low);
}

static DccFileKind
kind_of(HANDLE handle, DWORD attributes)
{
    if (GetFileType(handle) != FILE_TYPE_DISK)
        return DCC_FILE_OTHER;
    if (attributes & FILE_ATTRIBUTE_REPARSE_POINT)
        return DCC_FILE_LINK;
    return attributes & FILE_ATTRIBUTE_DIRECTORY ? DCC_FILE_DIRECTORY : DCC_FILE_REGULAR;
}

static gboolean
take(HANDLE handle, DccFileFacts *facts)
{
    BY_HANDLE_FILE_INFORMATION info;
    DccOwner owner;

    if (!GetFileInformationByHandle(handle, &info)) {
        errno = dcc_errno_of(GetLastError());
        return FALSE;
    }
    dcc_owner_read(handle, &owner);
    *facts = (DccFileFacts){
        .kind = kind_of(handle, info.dwFileAttributes),
        .size = join(info.nFileSizeHigh, info.nFileSizeLow),
        .mtime_ns = (join(info.ftLastWriteTime.dwHighDateTime, info.ftLastWriteTime.dwLowDateTime) -
                     UNITS_UNTIL_1970) *
                    100,
        .device = info.dwVolumeSerialNumber,
        .inode = (guint64)join(info.nFileIndexHigh, info.nFileIndexLow),
        .owner = owner.number,
        .is_ours = owner.is_ours,
        .is_roots = owner.is_roots,
        .others_can_write = owner.others_can_write,
        .keeps_names =
            (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && owner.others_only_add,
    };
    return TRUE;
}

/* INVALID_HANDLE_VALUE with errno. */
static HANDLE
open_for(const char *path, DWORD access, DWORD flags)
{
    g_autofree gunichar2 *wide = dcc_wide_path(path);
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (wide == NULL)
        return handle;
    handle = CreateFileW((LPCWSTR)wide,
                         access,
                         SHARE_ALL,
                         NULL,
                         OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS | flags,
                         NULL);
    if (handle == INVALID_HANDLE_VALUE)
        errno = dcc_errno_of(GetLastError());
    return handle;
}

static gboolean
read_facts(const char *path, DWORD flags, DccFileFacts *facts)
{
    HANDLE handle = open_for(path, FILE_READ_ATTRIBUTES | READ_CONTROL, flags);
    gboolean ok;

    /* Where the access list may not be read it is known for one that is not trusted. */
    if (handle == INVALID_HANDLE_VALUE && errno == EACCES)
        handle = open_for(path, FILE_READ_ATTRIBUTES, flags);
    if (handle == INVALID_HANDLE_VALUE)
        return FALSE;
    ok = take(handle, facts);
    CloseHandle(handle);
    return ok;
}

gboolean
dcc_file_facts_read(const char *path, DccFileFacts *facts)
{
    return read_facts(path, FILE_FLAG_OPEN_REPARSE_POINT, facts);
}

gboolean
dcc_file_facts_read_target(const char *path, DccFileFacts *facts)
{
    return read_facts(path, 0, facts);
}

gboolean
dcc_file_facts_read_open(int fd, DccFileFacts *facts)
{
    HANDLE handle = (HANDLE)_get_osfhandle(fd);

    return handle != INVALID_HANDLE_VALUE && take(handle, facts);
}

void
dcc_file_facts_copy_times(const char *from, const char *to)
{
    HANDLE source = open_for(from, FILE_READ_ATTRIBUTES, FILE_FLAG_OPEN_REPARSE_POINT);
    HANDLE target = open_for(to, FILE_WRITE_ATTRIBUTES, FILE_FLAG_OPEN_REPARSE_POINT);
    FILETIME read, written;

    if (source != INVALID_HANDLE_VALUE && target != INVALID_HANDLE_VALUE &&
        GetFileTime(source, NULL, &read, &written))
        SetFileTime(target, NULL, &read, &written);
    if (source != INVALID_HANDLE_VALUE)
        CloseHandle(source);
    if (target != INVALID_HANDLE_VALUE)
        CloseHandle(target);
}

gboolean
dcc_file_facts_is_same(const DccFileFacts *a, const DccFileFacts *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns;
}
