/* Work that was not saved; see the header. */
#include "dcc-recovery.h"

#include "dcc-enum-types.h"
#include "dcc-events.h"
#include "dcc-file-facts.h"

/* What a streak of crashes is called that has no scene with a name. */
#define UNSAVED_WORK "unsaved work"

struct _DccRecovery {
    DccSettings *settings;
    DccRescueFile *work;
    char *last_scene;
    gint64 scene_mtime_ns; /* when it was opened or saved, by the agent's word; 0 not known */
    gboolean dirty;        /* by the agent's word */
};

DccRecovery *
dcc_recovery_new(DccSettings *settings)
{
    DccRecovery *self = g_new0(DccRecovery, 1);

    self->settings = g_object_ref(settings);
    return self;
}

void
dcc_recovery_free(DccRecovery *self)
{
    if (self == NULL)
        return;
    g_object_unref(self->settings);
    g_clear_object(&self->work);
    g_free(self->last_scene);
    g_free(self);
}

/* Nanoseconds since 1970; 0: nothing that work could be in. */
static gint64
read_work_time(const char *path)
{
    DccFileFacts facts;

    if (path == NULL || !dcc_file_facts_read(path, &facts) || facts.kind != DCC_FILE_REGULAR ||
        !facts.is_ours || facts.size == 0)
        return 0;
    return facts.mtime_ns;
}

/* The user's own scene may be a link, or a colleague's. */
static gint64
read_scene_time(const char *path)
{
    DccFileFacts facts;

    if (path == NULL || *path == '\0' || !dcc_file_facts_read_target(path, &facts) ||
        facts.kind != DCC_FILE_REGULAR)
        return 0;
    return facts.mtime_ns;
}

static gboolean
holds_work(DccRescueKind kind)
{
    return kind == DCC_RESCUE_AUTOSAVE || kind == DCC_RESCUE_RECOVERY || kind == DCC_RESCUE_COPY;
}

void
dcc_recovery_consider(DccRecovery *self, DccRescueKind kind, const char *path, gboolean orderly)
{
    gint64 time = holds_work(kind) ? read_work_time(path) : 0;

    if (time == 0 || orderly || dcc_settings_get_recover(self->settings) == DCC_RECOVER_NEVER)
        return;
    if (self->work != NULL && read_work_time(dcc_rescue_file_get_path(self->work)) > time)
        return;
    g_clear_object(&self->work);
    self->work = dcc_rescue_file_new(kind, path);
}

void
dcc_recovery_note_scene(DccRecovery *self, const char *scene, gint64 scene_mtime_ns, gboolean dirty)
{
    char *copy = g_strdup(scene);

    g_free(self->last_scene);
    self->last_scene = copy;
    self->scene_mtime_ns = scene_mtime_ns;
    self->dirty = dirty;
}

/* Whether the work is newer than what the scene's file holds. Where the agent has said that there
 * was unsaved work and how old the file was then, later times of the file mean nothing: only the
 * work's own age against that one counts. */
static gboolean
is_newer_than_scene(DccRecovery *self, gint64 time)
{
    if (self->dirty && self->scene_mtime_ns > 0)
        return time >= self->scene_mtime_ns;
    if (self->dirty)
        return TRUE;
    return read_scene_time(self->last_scene) <= time;
}

DccRescueFile *
dcc_recovery_choose(DccRecovery *self, DccGoOn go_on)
{
    gint64 time = self->work != NULL ? read_work_time(dcc_rescue_file_get_path(self->work)) : 0;

    if (time == 0 || go_on == DCC_GO_ON_NOT)
        return NULL;
    if (go_on == DCC_GO_ON_NEWEST && !is_newer_than_scene(self, time))
        return NULL;
    return self->work;
}

const char *
dcc_recovery_get_scene(DccRecovery *self)
{
    return read_scene_time(self->last_scene) > 0 ? self->last_scene : NULL;
}

const char *
dcc_recovery_get_last_scene(DccRecovery *self)
{
    return self->last_scene;
}

const char *
dcc_recovery_get_streak_scene(DccRecovery *self, gboolean went_on)
{
    if (self->last_scene != NULL && *self->last_scene != '\0')
        return self->last_scene;
    return self->work != NULL || went_on ? UNSAVED_WORK : NULL;
}

gboolean
dcc_recovery_offer(DccRecovery *self,
                   DccLaunchRequest *request,
                   gboolean restarts,
                   DccEventLog *log)
{
    DccRescueFile *work = dcc_recovery_choose(self, DCC_GO_ON_NEWEST);
    g_autofree char *how = NULL;

    if (restarts && dcc_settings_get_recover(self->settings) == DCC_RECOVER_AUTO)
        return TRUE;
    if (work == NULL)
        return FALSE;
    how = g_strdup_printf("'dcchost restart %s --recover' brings it back",
                          dcc_launch_request_get_name(request));
    dcc_event_log_tell(log, dcc_event_recovery("offered", work, how));
    return FALSE;
}

DccRescueFile *
dcc_recovery_get_work(DccRecovery *self)
{
    return dcc_recovery_choose(self, DCC_GO_ON_ASKED);
}

void
dcc_recovery_forget_work(DccRecovery *self)
{
    g_clear_object(&self->work);
}

void
dcc_recovery_restore(DccRecovery *self, const char *kind, const char *path, const char *last_scene)
{
    int number = DCC_RESCUE_COPY;
    char *copy = g_strdup(last_scene);

    g_free(self->last_scene);
    self->last_scene = copy;
    g_clear_object(&self->work);
    if (path == NULL || !g_path_is_absolute(path) || read_work_time(path) == 0)
        return;
    if (kind != NULL)
        dcc_enum_from_nick(DCC_TYPE_RESCUE_KIND, kind, &number, NULL);
    self->work = dcc_rescue_file_new((DccRescueKind)number, path);
}
