/* Where one instance lives on disk.
 *
 * Locks are of open files: the system lets them go with the last holder, so no
 * crash leaves a stale one behind. The name's lock is inherited by the shim, so a name stays taken
 * while either lives; the session's lock says whether a brain attends.
 */
#include "dcc-instance-dir.h"

#include "dcc-error.h"
#include "dcc-file-facts.h"
#include "dcc-json.h"
#include "dcc-lock.h"
#include "dcc-safe-dir.h"

#include <errno.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 64
#define JSON_MAX_BYTES  (4 * 1024 * 1024)

struct _DccPlace {
    char *name;
    char *dir;
    char *state_dir;
    int lock_fd;
    int session_fd;
    gboolean create;
};

gboolean
dcc_instance_dir_is_name(const char *name)
{
    gsize length = name != NULL ? strlen(name) : 0;

    if (length == 0 || length > NAME_MAX_LENGTH || *name == '.' || *name == '-')
        return FALSE;
    for (const char *c = name; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL)
            return FALSE;
    return TRUE;
}

DccInstanceDir *
dcc_instance_dir_open(DccRuntime *runtime, const char *name, gboolean create, GError **error)
{
    g_autoptr(DccInstanceDir) self = g_new0(DccInstanceDir, 1);

    self->lock_fd = self->session_fd = -1;
    if (!dcc_instance_dir_is_name(name)) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_INVALID,
            "'%s' is no name for an instance: use up to %d letters, digits, '.', '_' and '-'",
            name,
            NAME_MAX_LENGTH);
        return NULL;
    }
    self->create = create;
    self->name = g_strdup(name);
    self->dir = g_build_filename(dcc_runtime_get_path(runtime), name, NULL);
    self->state_dir = g_build_filename(dcc_runtime_get_state_path(runtime), name, NULL);
    if (!create && !g_file_test(self->dir, G_FILE_TEST_IS_DIR)) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "no instance called '%s' is running", name);
        return NULL;
    }
    /* Who only asks makes nothing: it would bring back what is being removed this moment. */
    if (create ? !dcc_safe_dir_make(self->dir, error) || !dcc_safe_dir_make(self->state_dir, error)
               : !dcc_safe_dir_check(self->dir, error))
        return NULL;
    return g_steal_pointer(&self);
}

static void
drop(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
dcc_instance_dir_free(DccInstanceDir *self)
{
    if (self == NULL)
        return;
    drop(&self->lock_fd);
    drop(&self->session_fd);
    g_free(self->name);
    g_free(self->dir);
    g_free(self->state_dir);
    g_free(self);
}

const char *
dcc_instance_dir_get_name(DccInstanceDir *self)
{
    return self->name;
}

const char *
dcc_instance_dir_get_dir(DccInstanceDir *self)
{
    return self->dir;
}

const char *
dcc_instance_dir_get_state_dir(DccInstanceDir *self)
{
    return self->state_dir;
}

char *
dcc_instance_dir_get_path(DccInstanceDir *self, const char *file)
{
    return g_build_filename(self->dir, file, NULL);
}

char *
dcc_instance_dir_get_state_file(DccInstanceDir *self, const char *file)
{
    return g_build_filename(self->state_dir, file, NULL);
}

static gboolean
lock(DccInstanceDir *self, const char *file, int *fd, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(self, file);

    gboolean held;

    if (*fd >= 0)
        return TRUE;
    *fd = dcc_lock_take(path, self->create, &held);
    if (*fd < 0 && !held)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_UNSAFE, "cannot lock %s: %s", path, g_strerror(errno));
    return *fd >= 0;
}

gboolean
dcc_instance_dir_lock_name(DccInstanceDir *self, GError **error)
{
    return lock(self, DCC_INSTANCE_DIR_LOCK, &self->lock_fd, error);
}

int
dcc_instance_dir_get_lock_fd(DccInstanceDir *self)
{
    return self->lock_fd;
}

gboolean
dcc_instance_dir_lock_session(DccInstanceDir *self, GError **error)
{
    return lock(self, DCC_INSTANCE_DIR_SESSION_LOCK, &self->session_fd, error);
}

gboolean
dcc_instance_dir_is_held(DccInstanceDir *self)
{
    g_autofree char *name = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_LOCK);
    g_autofree char *session = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_SESSION_LOCK);

    return dcc_lock_is_current(self->session_fd, session) ||
           dcc_lock_is_current(self->lock_fd, name);
}

/* The record first: without it nobody takes what is half removed for an instance. */
void
dcc_instance_dir_dissolve(DccInstanceDir *self)
{
    g_autofree char *record = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_RECORD);

    if (dcc_instance_dir_is_held(self)) {
        unlink(record);
        dcc_safe_dir_remove(self->dir);
    }
    drop(&self->lock_fd);
    drop(&self->session_fd);
}

gboolean
dcc_instance_dir_write_json(const char *path, JsonObject *object, GError **error)
{
    g_autofree char *line = dcc_json_to_line(object);
    g_autofree char *text = g_strconcat(line, "\n", NULL);

    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

JsonObject *
dcc_instance_dir_read_json(const char *path)
{
    g_autofree char *text = NULL;
    DccFileFacts facts;
    gsize length = 0;

    if (!dcc_file_facts_read(path, &facts) || facts.kind != DCC_FILE_REGULAR || !facts.is_ours ||
        facts.size > JSON_MAX_BYTES)
        return NULL;
    if (!g_file_get_contents(path, &text, &length, NULL))
        return NULL;
    return dcc_json_from_text(text, (gssize)length, NULL);
}
