/* Where one instance lives on disk.
 *
 * The name's lock is inherited by the shim, so a name stays taken while either lives; the session's
 * lock says whether a session attends.
 */
#include "dcc-instance-dir.h"

#include "dcc-bundle.h"
#include "dcc-error.h"
#include "dcc-file-whole.h"
#include "dcc-host-mark.h"
#include "dcc-lock.h"
#include "dcc-put-right.h"
#include "dcc-safe-dir.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _DccInstanceDir {
    char *name;
    char *runtime_path; /* of all instances, like state_path */
    char *state_path;
    char *dir;
    char *state_dir;
    DccStoreWriter *writer;
    int lock_fd;
    int session_fd;
    GPtrArray *moved; /* lines: what lay in the place of one of its files */
    gboolean create;
    gboolean kept_last; /* in the runtime directory alone */
    gboolean lost_last; /* neither there nor in the state directory */
};

static gboolean
has_file(DccInstanceDir *self, const char *file)
{
    g_autofree char *path = dcc_instance_dir_get_path(self, file);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* What is there may be no more than how one ended. */
static gboolean
is_instance(DccInstanceDir *self)
{
    return g_file_test(self->dir, G_FILE_TEST_IS_DIR) &&
           (has_file(self, DCC_INSTANCE_DIR_RECORD) || !has_file(self, DCC_INSTANCE_DIR_LAST));
}

DccInstanceDir *
dcc_instance_dir_open(DccRuntime *runtime, const char *name, gboolean create, GError **error)
{
    g_autoptr(DccInstanceDir) self = g_new0(DccInstanceDir, 1);

    self->lock_fd = self->session_fd = -1;
    self->moved = g_ptr_array_new_with_free_func(g_free);
    if (!dcc_instance_dir_is_name(name)) {
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_INVALID,
            "'%s' is no name for an instance: use up to %d letters, digits, '.', '_' and '-'",
            name,
            DCC_INSTANCE_NAME_MAX);
        return NULL;
    }
    self->create = create;
    self->name = g_strdup(name);
    self->runtime_path = g_strdup(dcc_runtime_get_path(runtime));
    self->state_path = g_strdup(dcc_runtime_get_state_path(runtime));
    self->dir = g_build_filename(self->runtime_path, name, NULL);
    self->state_dir = dcc_host_mark_find(self->state_path, self->runtime_path, name);
    self->writer = dcc_store_writer_new();
    if (!create && !is_instance(self)) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "no instance called '%s' is running", name);
        return NULL;
    }
    /* An asker makes nothing: it would bring back what is being removed this moment. */
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
    dcc_store_writer_free(self->writer);
    g_ptr_array_unref(self->moved);
    g_free(self->name);
    g_free(self->runtime_path);
    g_free(self->state_path);
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

char *
dcc_instance_dir_find_state_file(DccRuntime *runtime, const char *name, const char *file)
{
    g_autofree char *dir = dcc_host_mark_find(
        dcc_runtime_get_state_path(runtime), dcc_runtime_get_path(runtime), name);

    return g_build_filename(dir, file, NULL);
}

DccStoreWriter *
dcc_instance_dir_get_writer(DccInstanceDir *self)
{
    return self->writer;
}

GPtrArray *
dcc_instance_dir_get_moved(DccInstanceDir *self)
{
    return self->moved;
}

/* Of whoever holds the session's lock: what it is about to read, or to write. */
static void
put_runtime_right(DccInstanceDir *self)
{
    static const DccOwnFile own[] = {
        {DCC_INSTANCE_DIR_RECORD, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_SPOOL, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_LAST, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_EXIT, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_FILES, DCC_FILE_DIRECTORY},
        {DCC_INSTANCE_DIR_CONTROL, DCC_FILE_OTHER},
        {DCC_INSTANCE_DIR_AGENT, DCC_FILE_OTHER},
        {DCC_INSTANCE_DIR_SHIM, DCC_FILE_OTHER},
        {DCC_INSTANCE_DIR_OUTPUT, DCC_FILE_OTHER},
        {DCC_INSTANCE_DIR_TEMP, DCC_FILE_OTHER},
    };

    dcc_put_right(self->dir, own, G_N_ELEMENTS(own), self->moved);
}

static void
put_state_right(DccInstanceDir *self)
{
    static const DccOwnFile own[] = {
        {DCC_HOST_MARK, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_LAST, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_REQUEST, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_LOG, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_EVENTS, DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_EVENTS ".1", DCC_FILE_REGULAR},
        {DCC_INSTANCE_DIR_DEATHS, DCC_FILE_REGULAR},
        {DCC_BUNDLE_DIR, DCC_FILE_DIRECTORY},
        {DCC_INSTANCE_DIR_RESCUE, DCC_FILE_DIRECTORY},
    };

    dcc_put_right(self->state_dir, own, G_N_ELEMENTS(own), self->moved);
}

static gboolean
lock(DccInstanceDir *self, const char *file, int *fd, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(self, file);
    const DccOwnFile own = {file, DCC_FILE_REGULAR};
    gboolean held = FALSE;

    if (*fd >= 0)
        return TRUE;
    dcc_put_right(self->dir, &own, 1, self->moved);
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

/* The end that had to stay here goes where it belongs, before another run has an end of its own. */
static void
take_last_home(DccInstanceDir *self)
{
    g_autofree char *kept = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_LAST);
    g_autofree char *path = dcc_instance_dir_get_state_file(self, DCC_INSTANCE_DIR_LAST);
    g_autoptr(JsonObject) object = dcc_store_file_read_json(kept);

    if (object != NULL)
        dcc_store_file_write_json(path, object, DCC_STORE_STATE, NULL);
    g_unlink(kept);
}

static gboolean
take_state_dir(DccInstanceDir *self, GError **error)
{
    g_autoptr(GError) problem = NULL;
    char *dir;

    put_runtime_right(self);
    put_state_right(self);
    dir = dcc_host_mark_claim(self->state_path, self->runtime_path, self->name, &problem);
    if (dir != NULL) {
        gboolean moved = !g_str_equal(dir, self->state_dir);

        g_free(self->state_dir);
        self->state_dir = dir;
        if (moved)
            put_state_right(self);
        take_last_home(self);
        return TRUE;
    }
    /* An adopter takes what the instance has, whatever became of the mark. */
    if (!self->create)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

gboolean
dcc_instance_dir_lock_session(DccInstanceDir *self, GError **error)
{
    if (self->session_fd >= 0)
        return TRUE;
    if (!lock(self, DCC_INSTANCE_DIR_SESSION_LOCK, &self->session_fd, error))
        return FALSE;
    if (take_state_dir(self, error))
        return TRUE;
    drop(&self->session_fd);
    return FALSE;
}

gboolean
dcc_instance_dir_is_held(DccInstanceDir *self)
{
    g_autofree char *name = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_LOCK);
    g_autofree char *session = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_SESSION_LOCK);

    return dcc_lock_is_current(self->session_fd, session) ||
           dcc_lock_is_current(self->lock_fd, name);
}

/* The new lock first, then the old one is let go: the name is never free in between. */
static gboolean
lock_anew(DccInstanceDir *self, const char *file, int *fd, GError **error)
{
    int old = *fd;

    *fd = -1;
    if (!lock(self, file, fd, error)) {
        *fd = old;
        return FALSE;
    }
    drop(&old);
    return TRUE;
}

gboolean
dcc_instance_dir_restore(DccInstanceDir *self, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (dcc_instance_dir_is_held(self))
        return TRUE;
    if (!dcc_safe_dir_make(self->runtime_path, error))
        return FALSE;
    /* A link or a file in its place is nobody's: only sessions make anything there. */
    if (g_file_test(self->dir, G_FILE_TEST_IS_SYMLINK) ||
        !g_file_test(self->dir, G_FILE_TEST_IS_DIR))
        g_unlink(self->dir);
    if (!dcc_safe_dir_make(self->dir, error))
        return FALSE;
    if (lock_anew(self, DCC_INSTANCE_DIR_LOCK, &self->lock_fd, &problem) &&
        lock_anew(self, DCC_INSTANCE_DIR_SESSION_LOCK, &self->session_fd, &problem))
        return TRUE;
    if (problem != NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "%s was removed, and another instance has taken the name '%s'",
                    self->dir,
                    self->name);
    return FALSE;
}

gboolean
dcc_instance_dir_conclude(DccInstanceDir *self, const DccLastRecord *last, GError **error)
{
    g_autofree char *state_file = dcc_instance_dir_get_state_file(self, DCC_INSTANCE_DIR_LAST);
    g_autofree char *runtime_file = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_LAST);

    self->lost_last =
        !dcc_last_record_put(last, state_file, runtime_file, &self->kept_last, error) &&
        !self->kept_last;
    return !self->lost_last && !self->kept_last;
}

/* What the writer's thread is to put, and how that went. */
typedef struct {
    DccInstanceDir *owner;
    char *state_file;
    char *runtime_file;
    DccLastRecord *last;
    gboolean kept;
    GError *error;
    DccConcluded func;
    gpointer user_data;
} Conclusion;

static void
conclusion_free(gpointer data)
{
    Conclusion *conclusion = data;

    g_free(conclusion->state_file);
    g_free(conclusion->runtime_file);
    dcc_last_record_free(conclusion->last);
    g_clear_error(&conclusion->error);
    g_free(conclusion);
}

static void
report_conclusion(gpointer data)
{
    Conclusion *conclusion = data;

    conclusion->owner->kept_last = conclusion->kept;
    conclusion->owner->lost_last = conclusion->error != NULL && !conclusion->kept;
    conclusion->func(conclusion->owner, conclusion->error, conclusion->user_data);
}

static void
conclude_in_thread(gpointer data)
{
    Conclusion *conclusion = data;

    dcc_last_record_put(conclusion->last,
                        conclusion->state_file,
                        conclusion->runtime_file,
                        &conclusion->kept,
                        &conclusion->error);
}

void
dcc_instance_dir_conclude_async(DccInstanceDir *self,
                                const DccLastRecord *last,
                                DccConcluded func,
                                gpointer user_data)
{
    Conclusion *conclusion = g_new0(Conclusion, 1);

    conclusion->owner = self;
    conclusion->state_file = dcc_instance_dir_get_state_file(self, DCC_INSTANCE_DIR_LAST);
    conclusion->runtime_file = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_LAST);
    conclusion->last = dcc_fields_copy(&dcc_last_record_table, last);
    conclusion->func = func;
    conclusion->user_data = user_data;
    dcc_store_writer_push_then(
        self->writer, conclude_in_thread, report_conclusion, conclusion, conclusion_free);
}

gboolean
dcc_instance_dir_has_kept_last(DccInstanceDir *self)
{
    return self->kept_last;
}

/* All but how it ended and what did not reach the state directory. */
static void
remove_the_rest(DccInstanceDir *self)
{
    static const char *const stays[] = {DCC_INSTANCE_DIR_LAST, DCC_INSTANCE_DIR_SPOOL, NULL};
    g_autoptr(GDir) dir = g_dir_open(self->dir, 0, NULL);
    const char *entry;

    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(self->dir, entry, NULL);

        if (g_strv_contains(stays, entry))
            continue;
        if (g_unlink(path) != 0)
            dcc_safe_dir_remove(path);
    }
}

/* -- The temporary directory of the run -- */

/* Lies anywhere, so that it is made is not enough: a link here names it before it is there, and a
 * session that is killed in between leaves nothing that nobody knows of. */
#define TEMP_ATTEMPTS 100

/* What was filled meanwhile is on record, and is cleared by who has looked at it. */
static void
forget_temp_dir(DccInstanceDir *self, const char *link)
{
    g_autofree char *target = dcc_file_whole_read_pointer(link);
    g_autofree char *base = target != NULL ? g_path_get_basename(target) : NULL;
    g_autofree char *prefix = g_strdup_printf("dcchost-%s-", self->name);

    if (base != NULL && g_path_is_absolute(target) && g_str_has_prefix(base, prefix))
        g_rmdir(target);
    g_unlink(link);
}

static gboolean
make_temp_dir(DccInstanceDir *self, const char *link, const char *path)
{
    forget_temp_dir(self, link);
    if (!dcc_file_whole_point(link, path)) {
        /* A full runtime directory: then it is known once it is on record. */
    }
    return dcc_safe_dir_make_new(path);
}

char *
dcc_instance_dir_make_temp_dir(DccInstanceDir *self, const char *parent, GError **error)
{
    g_autofree char *link = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_TEMP);

    for (int attempt = 0; attempt < TEMP_ATTEMPTS; attempt++) {
        g_autofree char *random = g_uuid_string_random();
        g_autofree char *path = g_strdup_printf("%s/dcchost-%s-%.6s", parent, self->name, random);

        if (make_temp_dir(self, link, path))
            return g_steal_pointer(&path);
        if (errno != EEXIST)
            break;
        g_unlink(link); /* it is somebody's */
    }
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "cannot make a temporary directory in %s: %s; set TMPDIR to a directory you "
                "can write to",
                parent,
                g_strerror(errno));
    return NULL;
}

/* The record first: without it nobody takes what is half removed for an instance. */
void
dcc_instance_dir_dissolve(DccInstanceDir *self)
{
    g_autofree char *record = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_RECORD);

    /* What the shim wrote is then all that tells how it ended: it stays for who asks. */
    if (dcc_instance_dir_is_held(self) && !self->lost_last) {
        g_autofree char *link = dcc_instance_dir_get_path(self, DCC_INSTANCE_DIR_TEMP);

        g_unlink(record);
        forget_temp_dir(self, link);
        if (self->kept_last)
            remove_the_rest(self);
        else
            dcc_safe_dir_remove(self->dir);
    }
    if (self->session_fd >= 0)
        dcc_host_mark_release(self->state_dir, self->runtime_path, self->name);
    drop(&self->lock_fd);
    drop(&self->session_fd);
    dcc_safe_dir_finish(self->dir);
}

/* What had to stay in the runtime directory is newer than what is in the state directory. */
DccLastRecord *
dcc_instance_dir_read_last(DccRuntime *runtime, const char *name, GError **error)
{
    g_autofree char *kept =
        g_build_filename(dcc_runtime_get_path(runtime), name, DCC_INSTANCE_DIR_LAST, NULL);
    g_autofree char *path = NULL;
    DccLastRecord *last;

    if (!dcc_instance_dir_is_name(name)) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "'%s' is no name for an instance", name);
        return NULL;
    }
    last = dcc_last_record_read(kept, NULL);
    if (last != NULL)
        return last;
    path = dcc_instance_dir_find_state_file(runtime, name, DCC_INSTANCE_DIR_LAST);
    return dcc_last_record_read(path, error);
}

JsonObject *
dcc_instance_dir_read_json(const char *path)
{
    return dcc_store_file_read_json(path);
}
