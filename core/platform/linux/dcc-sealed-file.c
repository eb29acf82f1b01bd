/* Sealed copies: a memfd, named through /proc/PID/fd. Threading: any. */
#include "dcc-sealed-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* From Linux 6.3 on a memfd says whether it is to be executed; older kernels know no such flag. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define ALL_SEALS    (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define LONGEST_NAME 200 /* the kernel takes 249 bytes */

static int
new_memfd(const char *name)
{
    g_autofree char *shown = g_strndup(name, LONGEST_NAME);
    int fd = memfd_create(shown, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(shown, MFD_CLOEXEC | MFD_ALLOW_SEALING);
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

/* Without /proc it has no path. */
static gboolean
has_path(int fd)
{
    g_autofree char *path = dcc_sealed_file_get_path(fd, 0);

    return access(path, F_OK) == 0;
}

int
dcc_sealed_file_copy(int fd, const char *name, gint64 size)
{
    int copy = size > 0 ? new_memfd(name) : -1;

    if (copy < 0)
        return -1;
    if (copy_bytes(fd, copy, size) && fcntl(copy, F_ADD_SEALS, ALL_SEALS) == 0 &&
        may_run(copy, size) && has_path(copy))
        return copy;
    close(copy);
    return -1;
}

char *
dcc_sealed_file_get_path(int sealed, guint n)
{
    GString *path = g_string_new(NULL);

    g_string_printf(path, "/proc/%d/fd/", (int)getpid());
    for (guint i = 0; i < n; i++)
        g_string_append(path, "./");
    g_string_append_printf(path, "%d", sealed);
    return g_string_free(path, FALSE);
}
