/* Work that was not saved when the application broke: which file holds the newest of it, whether
 * the next life begins with it, and what is said of it.
 *
 * The newest of scene, autosave, recovery file and rescue copy counts, by their times of change.
 * What is no plain file of ours, or is empty, is never chosen. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-request-json.h"

#include <sys/stat.h>
#include <unistd.h>

/* What a row of crashes is called that has no scene with a name. */
#define UNSAVED_WORK "unsaved work"

/* Nanoseconds; 0: nothing that work could be in. */
static gint64
read_age(const char *path)
{
    struct stat st;

    if (path == NULL || lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        st.st_size == 0)
        return 0;
    return (gint64)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/* The artist's own scene may be a link, or a colleague's. */
static gint64
read_scene_age(const char *path)
{
    struct stat st;

    if (path == NULL || *path == '\0' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    return (gint64)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static gboolean
holds_work(DccRescueKind kind)
{
    return kind == DCC_RESCUE_AUTOSAVE || kind == DCC_RESCUE_RECOVERY || kind == DCC_RESCUE_COPY;
}

void
dcc_session_consider_work(DccSession *self, DccRescueKind kind, const char *path)
{
    gint64 age = holds_work(kind) ? read_age(path) : 0;
    /* Who is asked to end saves a copy of its own, unless it had broken before, or hung. */
    gboolean orderly = self->life->requested && !self->life->bad && !self->hang_restart;

    if (age == 0 || self->recover_wanted || orderly ||
        dcc_settings_get_recover(self->settings) == DCC_RECOVER_NEVER)
        return;
    if (self->work != NULL && read_age(dcc_rescue_file_get_path(self->work)) > age)
        return;
    g_clear_object(&self->work);
    self->work = dcc_rescue_file_new(kind, path);
}

/* (transfer none): what is newer than the scene, or was asked for; NULL: the scene is the newest.
 */
static DccRescueFile *
choose(DccSession *self)
{
    gint64 age = self->work != NULL ? read_age(dcc_rescue_file_get_path(self->work)) : 0;

    if (age == 0 || (!self->recover_asked && read_scene_age(self->last_scene) > age))
        return NULL;
    return self->work;
}

static void
tell(DccSession *self, const char *action, DccRescueFile *file, const char *reason)
{
    JsonObject *event = dcc_session_event("recovery");
    const char *path = dcc_rescue_file_get_path(file);

    json_object_set_string_member(event, "action", action);
    json_object_set_string_member(
        event, "kind", dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(file)));
    dcc_json_set_bytes(event, "path", path);
    if (reason != NULL)
        json_object_set_string_member(event, "reason", reason);
    dcc_session_tell(self, event);
}

/* Nobody is there to be asked, so "ask" is a word: where it lies and how to get it back. */
void
dcc_session_offer_work(DccSession *self, gboolean restarts)
{
    gboolean automatic = dcc_settings_get_recover(self->settings) == DCC_RECOVER_AUTO;
    DccRescueFile *file = choose(self);
    g_autofree char *how = NULL;

    if (automatic && restarts) {
        self->recover_wanted = TRUE;
        return;
    }
    if (file == NULL)
        return;
    how = g_strdup_printf("'dcchost restart %s --recover' brings it back",
                          dcc_session_get_name(self));
    tell(self, "offered", file, how);
}

/* What the row of crashes is counted by; NULL: no scene is known. */
const char *
dcc_session_get_row_scene(DccSession *self)
{
    if (self->last_scene != NULL && *self->last_scene != '\0')
        return self->last_scene;
    return self->work != NULL || (self->life != NULL && self->life->recovered != NULL)
               ? UNSAVED_WORK
               : NULL;
}

/* Where an adapter has the rescue file itself opened, that is no scene of its own. */
void
dcc_session_note_last_scene(DccSession *self)
{
    if (self->life->recovered != NULL && g_strcmp0(self->life->recovered, self->life->scene) == 0)
        return;
    g_free(self->last_scene);
    self->last_scene = g_strdup(self->life->scene);
}

/* The request of one life: the user's own, with what this life differs in. */
DccLaunchRequest *
dcc_session_make_life_request(DccSession *self)
{
    g_autoptr(JsonObject) object = dcc_request_to_json(self->request);
    DccLaunchRequest *request = dcc_request_from_json(object, NULL);

    if (request == NULL) /* what has been launched once can be written and read */
        return g_object_ref(self->request);
    if (self->safe_wanted)
        dcc_launch_request_set_safe(request, TRUE);
    if (self->recover_wanted && read_scene_age(self->last_scene) > 0)
        dcc_launch_request_set_scene(request, self->last_scene);
    return request;
}

/* The plan of a life that goes on from a file; where the adapter cannot, it is said, and the life
 * begins without it. */
DccLaunchPlan *
dcc_session_plan(DccSession *self, GError **error)
{
    DccLife *life = self->life;
    DccRescueFile *file = self->recover_wanted && life->shim == NULL ? choose(self) : NULL;
    g_autoptr(GError) local = NULL;
    DccLaunchPlan *plan = NULL;

    if (file != NULL) {
        plan = dcc_adapter_plan_recovery(
            self->adapter, self->installation, life->request, file, &local);
        if (plan != NULL)
            life->recovered = g_strdup(dcc_rescue_file_get_path(file));
        else
            tell(self, "failed", file, local->message);
    }
    if (plan == NULL)
        plan = dcc_adapter_plan_launch(self->adapter, self->installation, life->request, error);
    return plan;
}

/* The life that these were for has begun. */
void
dcc_session_forget_wishes(DccSession *self)
{
    self->recover_wanted = self->recover_asked = self->safe_wanted = FALSE;
}

void
dcc_session_note_recovered(DccSession *self)
{
    if (self->life->recovered != NULL && self->work != NULL)
        tell(self, "opened", self->work, NULL);
}

/* The file that this life was to go on from cannot be read: it stays where it is, and the next life
 * begins without it. */
void
dcc_session_refuse_work(DccSession *self, const char *reason)
{
    if (self->work == NULL)
        return;
    tell(self, "failed", self->work, reason);
    g_clear_object(&self->work);
}

JsonObject *
dcc_session_work_to_object(DccSession *self)
{
    DccRescueFile *file = choose(self);
    JsonObject *object;

    if (file == NULL)
        return NULL;
    object = json_object_new();
    json_object_set_string_member(
        object, "kind", dcc_enum_to_nick(DCC_TYPE_RESCUE_KIND, dcc_rescue_file_get_kind(file)));
    dcc_json_set_bytes(object, "path", dcc_rescue_file_get_path(file));
    return object;
}

/* From a record, or from the last state of one that is over: believed where it is a file of ours.
 */
void
dcc_session_read_work(DccSession *self, JsonObject *status)
{
    JsonObject *object = status != NULL ? dcc_json_get_object(status, "recovery") : NULL;
    g_autofree char *path = object != NULL ? dcc_json_get_bytes(object, "path") : NULL;
    int kind = DCC_RESCUE_COPY;

    g_free(self->bundle);
    self->bundle = status != NULL ? dcc_json_get_bytes(status, "bundle") : NULL;
    g_free(self->last_scene);
    self->last_scene = status != NULL ? dcc_json_get_bytes(status, "scene") : NULL;
    if (path == NULL || !g_path_is_absolute(path) || read_age(path) == 0)
        return;
    dcc_enum_from_nick(
        DCC_TYPE_RESCUE_KIND, dcc_json_get_string(object, "kind", "copy"), &kind, NULL);
    g_clear_object(&self->work);
    self->work = dcc_rescue_file_new((DccRescueKind)kind, path);
}

/**
 * dcc_session_recover:
 * @self: a session
 * @error: return location for an error
 *
 * The next life that begins goes on from the unsaved work of the last one that broke, whatever the
 * setting "recover" says. One that has not started yet begins so; for one that runs,
 * dcc_session_restart() is what begins another life.
 *
 * Returns: %TRUE if there is such work. Error: `NOT_FOUND`
 * Since: 1.0
 */
gboolean
dcc_session_recover(DccSession *self, GError **error)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);

    self->recover_asked = TRUE;
    self->recover_wanted = choose(self) != NULL;
    if (self->recover_wanted)
        return TRUE;
    self->recover_asked = FALSE;
    g_set_error(
        error,
        DCC_ERROR,
        DCC_ERROR_NOT_FOUND,
        "there is no unsaved work of '%s' to go on from; 'dcchost why %s' tells what was kept",
        dcc_session_get_name(self),
        dcc_session_get_name(self));
    return FALSE;
}
