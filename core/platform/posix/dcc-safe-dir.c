/* Private directories.
 *
 * Everything is decided on an open descriptor, so nothing can be exchanged between the look and the
 * deed.
 */
#include "dcc-safe-dir.h"

#include "dcc-closed-dir.h"
#include "dcc-error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_DEPTH  256 /* a descriptor each */
#define MAKE_ATTEMPTS 100

static gboolean
refuse(GError **error, const char *path, const char *what, const char *remedy)
{
    g_set_error(error, DCC_ERROR, DCC_ERROR_UNSAFE, "%s %s; %s", path, what, remedy);
    return FALSE;
}

static gboolean
refuse_errno(GError **error, const char *path, const char *verb, int errno_code)
{
    if (errno_code == EROFS)
        return refuse(error,
                      path,
                      "is on a read-only file system",
                      "set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours elsewhere");
    if (errno_code == ELOOP || errno_code == ENOTDIR)
        return refuse(
            error,
            path,
            "is not a directory of its own but a link or a file",
            "remove it, or set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours");
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "cannot %s %s: %s; make it writable, or set XDG_RUNTIME_DIR and XDG_STATE_HOME to "
                "directories of yours",
                verb,
                path,
                g_strerror(errno_code));
    return FALSE;
}

static int
open_dir(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Which advice helps depends on who says no: the mode can be changed, a file system that is mounted
 * read-only cannot. */
static gboolean
refuse_to_write(GError **error, const char *path, mode_t mode, int errno_code)
{
    if (errno_code != EROFS && (mode & 0300) != 0300)
        return refuse(error, path, "cannot be written to", "run 'chmod 700' on it if it is yours");
    return refuse_errno(error, path, "write to", errno_code);
}

/* Takes over fd; -1 with errno: it could not be opened. */
static gboolean
check_open(int fd, const char *path, gboolean to_write, GError **error)
{
    struct stat st;
    int write_errno;

    if (fd < 0)
        return refuse_errno(error, path, "open", errno);
    if (fstat(fd, &st) != 0) {
        int saved = errno;
        close(fd);
        return refuse_errno(error, path, "look at", saved);
    }
    write_errno = faccessat(fd, ".", W_OK | X_OK, 0) == 0 ? 0 : errno;
    close(fd);
    if (st.st_uid != geteuid())
        return refuse(
            error,
            path,
            "belongs to somebody else",
            "remove it, or set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours");
    if ((st.st_mode & 077) != 0 && write_errno == EROFS)
        return refuse_errno(error, path, "use", EROFS);
    if ((st.st_mode & 077) != 0)
        return refuse(error, path, "is open to others", "run 'chmod 700' on it if it is yours");
    if (to_write && write_errno != 0)
        return refuse_to_write(error, path, st.st_mode, write_errno);
    return TRUE;
}

gboolean
dcc_safe_dir_make_new(const char *path)
{
    return mkdir(path, 0700) == 0;
}

/* Its last holder may remove it between our look and our deed: then it is made again. */
gboolean
dcc_safe_dir_make(const char *path, GError **error)
{
    int fd = -1;

    for (int attempt = 0; attempt < MAKE_ATTEMPTS && fd < 0; attempt++) {
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return refuse_errno(error, path, "make", errno);
        fd = open_dir(path);
        if (fd < 0 && errno != ENOENT)
            break;
    }
    return check_open(fd, path, TRUE, error);
}

gboolean
dcc_safe_dir_check(const char *path, GError **error)
{
    return check_open(open_dir(path), path, FALSE, error);
}

gboolean
dcc_safe_dir_check_parent(const char *path, GError **error)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return refuse_errno(error, path, "use", errno);
    if (!S_ISDIR(st.st_mode))
        return refuse_errno(error, path, "use", ENOTDIR);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return refuse(error,
                      path,
                      "belongs to somebody else",
                      "set XDG_RUNTIME_DIR to a directory of yours, or unset it");
    if ((st.st_mode & 022) != 0 && (st.st_mode & S_ISVTX) == 0)
        return refuse(error,
                      path,
                      "can be written to by others",
                      "set XDG_RUNTIME_DIR to a private directory, or run 'chmod 700' on it");
    return TRUE;
}

static void
remove_children(int fd, dev_t device, int depth);

static void
remove_child(int fd, const char *name, dev_t device, int depth)
{
    struct stat st;
    int child;

    if (unlinkat(fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    child = dcc_closed_dir_open(fd, name, device);
    if (child < 0)
        return;
    if (fstat(child, &st) == 0 && st.st_dev == device && depth > 0)
        remove_children(child, device, depth - 1);
    else
        close(child);
    unlinkat(fd, name, AT_REMOVEDIR);
}

/* Takes over fd. */
static void
remove_children(int fd, dev_t device, int depth)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;

    if (dir == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_child(fd, entry->d_name, device, depth);
    closedir(dir);
}

void
dcc_safe_dir_remove(const char *path)
{
    int fd = open_dir(path);
    struct stat st;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
        remove_children(fd, st.st_dev, REMOVE_DEPTH);
    else
        close(fd);
    rmdir(path);
}

void
dcc_safe_dir_finish(const char *path)
{
}
