/* Whether a module file may be mapped at all.
 *
 * The file is opened once, by its real path, and everything is read from that descriptor. It is
 * loaded by its path all the same, not as /proc/self/fd/N: the dynamic loader takes two files of
 * one name for the same library, so a number that is used again would give the wrong module, and
 * debuggers and crash reports would name no file. What the checks on the way leave is the honest
 * swap (a package manager that renames a new file over the old one), which
 * dcc_module_file_is_same() notices. Once mapped, a file that was replaced by rename stays what it
 * was; nothing can be done about one that is overwritten in place, so installing must rename, as
 * every package manager and meson do.
 */
#include "dcc-module-file.h"
#include "dcc-error.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
check_stat(const char *path, const struct stat *st, GError **error)
{
    if (!S_ISREG(st->st_mode)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s is no regular file", path);
        return FALSE;
    }
    if (st->st_mode & (S_IWGRP | S_IWOTH)) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_UNSAFE,
            "module file %s is not to be trusted: others can write it, run 'chmod go-w' on it",
            path);
        return FALSE;
    }
    return TRUE;
}

static DccModuleFile *
describe(char *real_path, const struct stat *st)
{
    DccModuleFile *self = g_new0(DccModuleFile, 1);

    self->real_path = real_path;
    self->device = st->st_dev;
    self->inode = st->st_ino;
    self->size = st->st_size;
    self->mtime_ns = st->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st->st_mtim.tv_nsec;
    return self;
}

DccModuleFile *
dcc_module_file_check(const char *path, GError **error)
{
    g_autofree char *real = dcc_module_path_resolve(path, error);
    struct stat st;
    gboolean ok;
    int fd;

    if (!real)
        return NULL;
    /* Not blocking: a FIFO of this name would be waited for. */
    fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_ADAPTER,
                    "module file %s cannot be read: %s",
                    path,
                    g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    ok = check_stat(path, &st, error) && dcc_module_elf_check(fd, st.st_size, path, error);
    close(fd);
    return ok ? describe(g_steal_pointer(&real), &st) : NULL;
}

gboolean
dcc_module_file_is_same(DccModuleFile *self, GError **error)
{
    g_autofree DccModuleFile *now = NULL;
    struct stat st;

    if (lstat(self->real_path, &st) == 0)
        now = describe(NULL, &st);
    if (now && now->device == self->device && now->inode == self->inode &&
        now->size == self->size && now->mtime_ns == self->mtime_ns)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "module file %s was replaced while it was loaded, try again",
                self->real_path);
    return FALSE;
}

void
dcc_module_file_free(DccModuleFile *self)
{
    g_free(self->real_path);
    g_free(self);
}
