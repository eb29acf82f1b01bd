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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_DEPTH  256   /* a descriptor each */
#define REMOVE_MOVES  10000 /* nobody makes that many while we remove */
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

typedef struct {
    int top; /* the whole */
    dev_t device;
    guint moved; /* directories that lay too deep, and lie in top now; all rounds together */
} Removal;

static void
remove_children(Removal *self, int fd, int depth);

/* Descriptors are not without end: what lies too deep is taken up, for another round. */
static void
move_up(Removal *self, int fd, const char *name)
{
    char up[32];

    g_snprintf(up, sizeof up, ".deep-%u", self->moved);
    if (renameat(fd, name, self->top, up) == 0)
        self->moved++;
}

static void
remove_child(Removal *self, int fd, const char *name, int depth)
{
    struct stat st;
    int child;

    if (unlinkat(fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    child = dcc_closed_dir_open(fd, name, self->device);
    if (child < 0)
        return;
    if (fstat(child, &st) == 0 && st.st_dev == self->device && depth > 0) {
        remove_children(self, child, depth - 1);
    } else {
        close(child);
        if (unlinkat(fd, name, AT_REMOVEDIR) != 0 && depth == 0)
            move_up(self, fd, name);
        return;
    }
    unlinkat(fd, name, AT_REMOVEDIR);
}

/* Takes over fd. */
static void
remove_children(Removal *self, int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;

    if (dir == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_child(self, fd, entry->d_name, depth);
    closedir(dir);
}

static void
remove_all(Removal *self)
{
    guint before;

    do {
        int fd = openat(self->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        before = self->moved;
        if (fd >= 0)
            remove_children(self, fd, REMOVE_DEPTH);
    } while (self->moved > before && self->moved < REMOVE_MOVES);
}

void
dcc_safe_dir_remove(const char *path)
{
    Removal removal = {.top = open_dir(path)};
    struct stat st;

    if (removal.top < 0)
        return;
    if (fstat(removal.top, &st) == 0 && st.st_uid == geteuid()) {
        removal.device = st.st_dev;
        remove_all(&removal);
    }
    close(removal.top);
    rmdir(path);
}

void
dcc_safe_dir_finish(const char *path)
{
}
