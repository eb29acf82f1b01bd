/* Whether a module file may be mapped at all, and the copy of it that is.
 *
 * Problem: a mapped file is not ours. A program that overwrites it in place (cp does, over a file that is
 * there) changes the code that a session is running, and one that truncates it ends the session
 * with SIGBUS. Installing an adapter is copying a file, and people copy over what is there.
 * Contract: the file is opened once, by its real path; its bytes are copied into sealed memory,
 * the copy is checked, and the copy is loaded. So what was checked is what runs, and what happens
 * to the file afterwards concerns the next process. It costs 0.1 ms and the module's size in memory
 * for each process that loads it (measured: 160 KiB each for our own). The copy is loaded by its
 * descriptor, and stays open, so that a debugger finds it there. Where the system has no such
 * copies, or none that may be executed, the file itself is loaded as before; then installing must
 * rename, as install, meson and package managers do. Threading: any thread.
 */
#include "dcc-module-file.h"
#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-sealed-file.h"
#include <errno.h>
#include <unistd.h>

/* A file larger than this is no adapter that anybody builds; it is not copied. */
#define MAX_COPY (64 * 1024 * 1024)

/* How many names were used up by modules that were closed again. */
static int n_used_names;

static gboolean
check_facts(const char *path, const DccFileFacts *facts, GError **error)
{
    if (facts->kind != DCC_FILE_REGULAR) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_ADAPTER, "module file %s is no regular file", path);
        return FALSE;
    }
    if (facts->others_can_write) {
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

/* -1: no copy is to be had. The name is what process lists and core files show. */
static int
take_copy(int fd, const char *path, gint64 size)
{
    g_autofree char *name = g_path_get_basename(path);

    return size <= MAX_COPY ? dcc_sealed_file_copy(fd, name, size) : -1;
}

static DccModuleFile *
describe(char *real_path, const DccFileFacts *facts)
{
    DccModuleFile *self = g_new0(DccModuleFile, 1);

    self->copy = -1;
    self->real_path = real_path;
    self->device = facts->device;
    self->inode = facts->inode;
    self->size = facts->size;
    self->mtime_ns = facts->mtime_ns;
    return self;
}

static DccModuleFile *
examine(int fd, const char *path, char *real, const DccFileFacts *facts, GError **error)
{
    g_autoptr(DccModuleFile) self = describe(real, facts);

    if (!check_facts(path, facts, error))
        return NULL;
    self->copy = take_copy(fd, real, facts->size);
    if (!dcc_module_image_check(self->copy >= 0 ? self->copy : fd, facts->size, path, error))
        return NULL;
    return g_steal_pointer(&self);
}

DccModuleFile *
dcc_module_file_check(const char *path, GError **error)
{
    g_autofree char *real = dcc_module_path_resolve(path, error);
    DccModuleFile *self;
    DccFileFacts facts;
    int fd;

    if (!real)
        return NULL;
    fd = dcc_file_open_to_read(real);
    if (fd < 0 || !dcc_file_facts_read_open(fd, &facts)) {
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
    self = examine(fd, path, g_steal_pointer(&real), &facts, error);
    close(fd);
    return self;
}

char *
dcc_module_file_get_load_path(DccModuleFile *self)
{
    if (self->copy < 0)
        return g_strdup(self->real_path);
    return dcc_sealed_file_get_path(self->copy, (guint)g_atomic_int_get(&n_used_names));
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
    DccFileFacts facts;

    if (dcc_file_facts_read(self->real_path, &facts))
        now = describe(NULL, &facts);
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
