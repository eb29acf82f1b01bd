/* Work that was not saved; see the header. */
#include "dcc-recovery.h"

#include "dcc-enum-types.h"
#include "dcc-errand.h"
#include "dcc-events.h"
#include "dcc-file-facts.h"
#include "dcc-strings.h"

/* What a streak of crashes is called that has no scene with a name. */
#define UNSAVED_WORK "unsaved work"

/* How long the loop waits for a file server to say how old a scene is; it does so once, until that has answered. */
#define SCENE_PATIENCE_MS 100

/* The newest of what was considered. */
typedef struct {
    DccRescueFile *file; /* NULL: none */
    char *run;           /* the one that left it; NULL: not known */
} Newest;

struct _DccRecovery {
    DccSettings *settings;
    Newest work; /* that is not saved */
    Newest kept; /* of all that lies in safety, whatever became of it */
    char *last_scene;
    char *scene_run;       /* the run that had it open; NULL: not known */
    gint64 scene_mtime_ns; /* when it was opened or saved, by the agent's word; 0 not known */
    gboolean dirty;        /* by the agent's word */
    gint64
        file_mtime_ns; /* of the scene's file, when it was last looked at; 0: not there, or not known */
    DccErrand *looking; /* at it; NULL: nobody is */
};

/* How old a scene's file is: the thread's. */
typedef struct {
    char *path;
    gint64 mtime_ns;
} SceneLook;

static void
newest_clear(Newest *self)
{
    g_clear_object(&self->file);
    g_clear_pointer(&self->run, g_free);
}

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
    dcc_errand_free(self->looking);
    g_object_unref(self->settings);
    newest_clear(&self->work);
    newest_clear(&self->kept);
    g_free(self->last_scene);
    g_free(self->scene_run);
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

static void
scene_look_free(gpointer data)
{
    SceneLook *look = data;

    g_free(look->path);
    g_free(look);
}

/* The user's own scene may be a link, or a colleague's. */
static void
look_at_scene(gpointer data)
{
    SceneLook *look = data;
    DccFileFacts facts;

    if (dcc_file_facts_read_target(look->path, &facts) && facts.kind == DCC_FILE_REGULAR)
        look->mtime_ns = facts.mtime_ns;
}

static void
on_scene_looked_at(gpointer look, gpointer data)
{
    DccRecovery *self = data;

    self->file_mtime_ns = ((SceneLook *)look)->mtime_ns;
    g_clear_pointer(&self->looking, dcc_errand_free);
}

static const DccErrandKind scene_look_kind = {
    "dcchost-scene", look_at_scene, on_scene_looked_at, scene_look_free, NULL};

/* Of a file server that does not answer: what it has said last. */
static gint64
read_scene_time(DccRecovery *self)
{
    SceneLook *look;

    if (self->last_scene == NULL || *self->last_scene == '\0' || self->looking != NULL)
        return self->file_mtime_ns;
    look = g_new0(SceneLook, 1);
    look->path = g_strdup(self->last_scene);
    self->looking = dcc_errand_begin(&scene_look_kind, look, self);
    dcc_errand_wait(self->looking, SCENE_PATIENCE_MS);
    return self->file_mtime_ns;
}

/* Nothing is known of the file of another one. */
static void
set_last_scene(DccRecovery *self, const char *scene)
{
    if (g_strcmp0(self->last_scene, scene) == 0)
        return;
    dcc_string_replace(&self->last_scene, scene);
    g_clear_pointer(&self->looking, dcc_errand_free);
    self->file_mtime_ns = 0;
}

static gboolean
holds_work(DccRescueKind kind)
{
    return kind == DCC_RESCUE_AUTOSAVE || kind == DCC_RESCUE_RECOVERY || kind == DCC_RESCUE_COPY;
}

/* Takes the place of an older one. Of one run the files' times tell which is older; what a later run
 * left is newer, whatever somebody has done to the clock in between. */
static void
keep_newest(Newest *slot, DccRescueKind kind, const char *path, const char *run)
{
    gboolean later = slot->run != NULL && !g_str_equal(slot->run, run);

    if (slot->file != NULL && !later &&
        read_work_time(dcc_rescue_file_get_path(slot->file)) > read_work_time(path))
        return;
    newest_clear(slot);
    slot->file = dcc_rescue_file_new(kind, path);
    slot->run = g_strdup(run);
}

void
dcc_recovery_consider(
    DccRecovery *self, DccRescueKind kind, const char *path, const char *run, gboolean orderly)
{
    if (!holds_work(kind) || read_work_time(path) == 0)
        return;
    keep_newest(&self->kept, kind, path, run);
    if (!orderly && dcc_settings_get_recover(self->settings) != DCC_RECOVER_NEVER)
        keep_newest(&self->work, kind, path, run);
}

void
dcc_recovery_note_scene(
    DccRecovery *self, const char *scene, const char *run, gint64 scene_mtime_ns, gboolean dirty)
{
    set_last_scene(self, scene);
    dcc_string_replace(&self->scene_run, run);
    self->scene_mtime_ns = scene_mtime_ns;
    self->dirty = dirty;
}

/* An agent has no copy of what is saved. */
static gboolean
is_copy_of_unsaved(DccRecovery *self)
{
    return self->dirty && dcc_rescue_file_get_kind(self->work.file) == DCC_RESCUE_COPY &&
           self->scene_run != NULL && g_strcmp0(self->work.run, self->scene_run) == 0;
}

/* Whether the work is newer than what the scene's file holds. Where the agent has said that there
 * was unsaved work and how old the file was then, later times of the file mean nothing: only the
 * work's own age against that one counts. */
static gboolean
is_newer_than_scene(DccRecovery *self, gint64 time)
{
    if (is_copy_of_unsaved(self))
        return TRUE;
    if (self->dirty && self->scene_mtime_ns > 0)
        return time >= self->scene_mtime_ns;
    if (self->dirty)
        return TRUE;
    return read_scene_time(self) <= time;
}

/* NULL: it is gone, or holds nothing. */
static DccRescueFile *
check(DccRescueFile *file)
{
    return file != NULL && read_work_time(dcc_rescue_file_get_path(file)) != 0 ? file : NULL;
}

DccRescueFile *
dcc_recovery_choose(DccRecovery *self, DccGoOn go_on)
{
    DccRescueFile *work = check(self->work.file);

    switch (go_on) {
    case DCC_GO_ON_NEWEST:
        return work != NULL &&
                       is_newer_than_scene(self, read_work_time(dcc_rescue_file_get_path(work)))
                   ? work
                   : NULL;
    case DCC_GO_ON_ASKED:
        return work != NULL ? work : check(self->kept.file);
    case DCC_GO_ON_NOT:
    default:
        return NULL;
    }
}

const char *
dcc_recovery_get_scene(DccRecovery *self)
{
    return read_scene_time(self) > 0 ? self->last_scene : NULL;
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
    return self->work.file != NULL || went_on ? UNSAVED_WORK : NULL;
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
    return check(self->work.file);
}

DccRescueFile *
dcc_recovery_get_kept(DccRecovery *self)
{
    return dcc_recovery_choose(self, DCC_GO_ON_ASKED);
}

static gboolean
is_at(DccRescueFile *file, const char *path)
{
    return file != NULL && g_strcmp0(dcc_rescue_file_get_path(file), path) == 0;
}

DccRescueFile *
dcc_recovery_find(DccRecovery *self, const char *path)
{
    if (is_at(self->work.file, path))
        return self->work.file;
    return is_at(self->kept.file, path) ? self->kept.file : NULL;
}

void
dcc_recovery_forget_work(DccRecovery *self)
{
    newest_clear(&self->work);
}

void
dcc_recovery_refuse(DccRecovery *self, const char *path)
{
    if (is_at(self->work.file, path))
        newest_clear(&self->work);
    if (is_at(self->kept.file, path))
        newest_clear(&self->kept);
}

/* Believed where it is a plain file of ours. */
static DccRescueFile *
restore_file(const char *kind, const char *path)
{
    int number = DCC_RESCUE_COPY;

    if (path == NULL || !g_path_is_absolute(path) || read_work_time(path) == 0)
        return NULL;
    if (kind != NULL)
        dcc_enum_from_nick(DCC_TYPE_RESCUE_KIND, kind, &number, NULL);
    return dcc_rescue_file_new((DccRescueKind)number, path);
}

void
dcc_recovery_restore(DccRecovery *self, const char *kind, const char *path, const char *last_scene)
{
    set_last_scene(self, last_scene);
    newest_clear(&self->work);
    self->work.file = restore_file(kind, path);
}

void
dcc_recovery_restore_kept(DccRecovery *self, const char *kind, const char *path)
{
    newest_clear(&self->kept);
    self->kept.file = restore_file(kind, path);
}
