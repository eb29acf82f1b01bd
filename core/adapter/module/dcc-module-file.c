/* Whether a module file may be mapped at all, and the copy of it that is.
 *
 * Problem: a mapped file is not ours. Whoever overwrites it in place (cp does, over a file that is
 * there) changes the code that a session is running, and one that truncates it ends the session
 * with SIGBUS. Installing an adapter is copying a file, and people copy over what is there.
 * Contract: the file is opened once, by its real path; its bytes are copied into a sealed memfd,
 * the copy is checked, and the copy is loaded. So what was checked is what runs, and what happens
 * to the file afterwards concerns the next process. It costs 0.1 ms and the module's size in memory
 * for each process that loads it (measured: 160 KiB each for our own). The copy is loaded as
 * /proc/PID/fd/N, and stays open, so that a debugger finds it there. Where there is no memfd, none
 * that may be executed, or no /proc to name it by, the file itself is loaded as before; then
 * installing must rename, as install, meson and package managers do. Threading: any thread.
 */
#include "dcc-module-file.h"
#include "dcc-error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* From Linux 6.3 on a memfd says whether it is to be executed; older kernels know no such flag. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* A file larger than this is no adapter that anybody builds; it is not copied. */
#define MAX_COPY  (64 * 1024 * 1024)
#define ALL_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* How many names were used up by modules that were closed again. */
static int n_used_names;

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

/* The name is what /proc/PID/maps and core files show. */
static int
new_memfd(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    int fd;

    if (strlen(name) > 200)
        name[200] = '\0';
    fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd;
}

static gboolean
copy_bytes(int from, int to, gint64 size)
{
    off_t offset = 0;

    while (offset < size) {
        ssize_t n = sendfile(to, from, &offset, (size_t)(size - offset));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
    }
    return TRUE;
}

/* Whether the kernel lets it be mapped as code: a policy may forbid it. */
static gboolean
may_run(int fd, gint64 size)
{
    void *map = mmap(NULL, (size_t)size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

    if (map == MAP_FAILED)
        return FALSE;
    munmap(map, (size_t)size);
    return TRUE;
}

/* Whether the dynamic loader can open it by name: sandboxes may have no /proc. */
static gboolean
has_name(int fd)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), fd);

    return access(path, R_OK) == 0;
}

/* -1: no copy is to be had. */
static int
take_copy(int fd, const char *path, gint64 size)
{
    int copy = size > 0 && size <= MAX_COPY ? new_memfd(path) : -1;

    if (copy < 0)
        return -1;
    if (copy_bytes(fd, copy, size) && fcntl(copy, F_ADD_SEALS, ALL_SEALS) == 0 &&
        may_run(copy, size) && has_name(copy))
        return copy;
    close(copy);
    return -1;
}

static DccModuleFile *
describe(char *real_path, const struct stat *st)
{
    DccModuleFile *self = g_new0(DccModuleFile, 1);

    self->copy = -1;
    self->real_path = real_path;
    self->device = st->st_dev;
    self->inode = st->st_ino;
    self->size = st->st_size;
    self->mtime_ns = st->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st->st_mtim.tv_nsec;
    return self;
}

static DccModuleFile *
examine(int fd, const char *path, char *real, const struct stat *st, GError **error)
{
    g_autoptr(DccModuleFile) self = describe(real, st);

    if (!check_stat(path, st, error))
        return NULL;
    self->copy = take_copy(fd, real, st->st_size);
    if (!dcc_module_elf_check(self->copy >= 0 ? self->copy : fd, st->st_size, path, error))
        return NULL;
    return g_steal_pointer(&self);
}

DccModuleFile *
dcc_module_file_check(const char *path, GError **error)
{
    g_autofree char *real = dcc_module_path_resolve(path, error);
    DccModuleFile *self;
    struct stat st;
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
    self = examine(fd, path, g_steal_pointer(&real), &st, error);
    close(fd);
    return self;
}

char *
dcc_module_file_get_load_path(DccModuleFile *self)
{
    GString *path;

    if (self->copy < 0)
        return g_strdup(self->real_path);
    path = g_string_new(NULL);
    g_string_printf(path, "/proc/%d/fd/", (int)getpid());
    for (int i = g_atomic_int_get(&n_used_names); i > 0; i--)
        g_string_append(path, "./");
    g_string_append_printf(path, "%d", self->copy);
    return g_string_free(path, FALSE);
}

void
dcc_module_file_keep(DccModuleFile *self)
{
    self->copy = -1;
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
    /* A closed module may stay mapped all the same; its name must not come again. */
    if (self->copy >= 0) {
        close(self->copy);
        g_atomic_int_inc(&n_used_names);
    }
    g_free(self->real_path);
    g_free(self);
}
