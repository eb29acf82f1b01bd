/* The one task that renders in an instance; see the header.
 *
 * What is locked cannot be read everywhere, so who has it stands in a file beside it. That one outlasts a
 * task that is killed, and is believed only of a process that lives and that it was written by. */
#include "cli-task-lock.h"

#include "cli-exit.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-identity.h"
#include "dcc-lock.h"
#include "dcc-put-right.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK "render.lock"
#define WHO  "render.who"

#define WHAT_MAX 60 /* bytes; a list of frames has no bound */

struct _CliTaskLock {
    char *name;
    char *path;
    char *who;
    char *what;
    int fd;
};

/* (transfer full) */
static char *
shorten(const char *what)
{
    return strlen(what) <= WHAT_MAX ? g_strdup(what) : g_strdup_printf("%.*s...", WHAT_MAX, what);
}

/* Nothing depends on it but the words of an error. */
static void
write_who(CliTaskLock *self)
{
    gint64 pid = getpid();
    g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %s",
                                            pid,
                                            dcc_identity_read_start(pid),
                                            self->what);

    g_file_set_contents(self->who, line, -1, NULL);
}

/* (transfer full): in words. */
static char *
read_who(CliTaskLock *self)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) parts = NULL;
    gint64 pid;

    if (!g_file_get_contents(self->who, &text, NULL, NULL))
        return g_strdup("another task renders in it");
    parts = g_strsplit(text, " ", 3);
    pid = g_ascii_strtoll(parts[0] != NULL ? parts[0] : "", NULL, 10);
    if (g_strv_length(parts) < 3 || pid <= 0 ||
        dcc_identity_read_start(pid) != g_ascii_strtoull(parts[1], NULL, 10))
        return g_strdup("another task renders in it");
    return g_strdup_printf("process %" G_GINT64_FORMAT " renders %s in it", pid, parts[2]);
}

static gboolean
take(CliTaskLock *self, GError **error)
{
    g_autofree char *who = NULL;
    gboolean held = FALSE;

    self->fd = dcc_lock_take(self->path, FALSE, &held);
    if (self->fd >= 0) {
        write_who(self);
        return TRUE;
    }
    if (!held) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "cannot lock %s: %s",
                    self->path,
                    g_strerror(errno));
        return FALSE;
    }
    who = read_who(self);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_BUSY,
                "'%s' is busy: %s; try again when it is done",
                self->name,
                who);
    return FALSE;
}

/* A pipe in the place of one of them would be waited for. */
static void
make_room(const char *dir)
{
    static const DccOwnFile own[] = {{LOCK, DCC_FILE_REGULAR}, {WHO, DCC_FILE_REGULAR}};
    g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func(g_free);

    dcc_put_right(dir, own, G_N_ELEMENTS(own), told);
    for (guint i = 0; i < told->len; i++)
        cli_warn("%s", (const char *)told->pdata[i]);
}

CliTaskLock *
cli_task_lock_new(DccRuntime *runtime, const char *name, const char *what, GError **error)
{
    g_autoptr(CliTaskLock) self = g_new0(CliTaskLock, 1);
    g_autofree char *dir = g_build_filename(dcc_runtime_get_path(runtime), name, NULL);

    self->name = g_strdup(name);
    self->path = g_build_filename(dir, LOCK, NULL);
    self->who = g_build_filename(dir, WHO, NULL);
    self->what = shorten(what);
    self->fd = -1;
    make_room(dir);
    return take(self, error) ? g_steal_pointer(&self) : NULL;
}

/* Where nothing can be made the instance has gone, and whoever asks it for a frame hears that. */
gboolean
cli_task_lock_renew(CliTaskLock *self, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (dcc_lock_is_current(self->fd, self->path))
        return TRUE;
    dcc_fds_close(&self->fd);
    if (take(self, &local) || !dcc_error_is_busy(local))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

/* The words go first: after the lock they are the next one's. */
void
cli_task_lock_free(CliTaskLock *self)
{
    if (self->fd >= 0)
        g_unlink(self->who);
    dcc_fds_close(&self->fd);
    g_free(self->name);
    g_free(self->path);
    g_free(self->who);
    g_free(self->what);
    g_free(self);
}
