/* The frames of a render; see the header.
 *
 * A picture counts when it was looked at and found whole, not when it was told of; one that is found
 * wanting while the run goes on may still be written, and is looked at again when it is over. */
#include "dcc-render-watch.h"

#include "dcc-enum-types.h"
#include "dcc-events.h"
#include "dcc-json.h"
#include "dcc-picture-queue.h"
#include "dcc-render-place.h"
#include "dcc-shim-link.h"
#include "dcc-tree.h"

/* So often its memory is looked at, and where no line tells of pictures the next one is looked for. */
#define POLL_MS 1000

/* What is known of a frame before its picture has been looked at. */
typedef struct {
    gint64 ms; /* -1: not known */
    gint64 peak;
} Pending;

struct _DccRenderWatch {
    DccRenderJob *job;
    DccSettings *settings;
    DccClock *clock;
    DccEventLog *log;
    const DccRenderWatchHandler *handler;
    gpointer data;
    DccFrameLedger *ledger;
    DccPictureQueue *queue;
    GHashTable *pending; /* index -> Pending */
    char *cwd;           /* where it is started: names that it tells may be relative */
    gint64 mark;
    gint64 began; /* of the clock */
    guint whole_timer;
    char *verdict; /* NULL: it is not over */

    /* the present run */
    gint64 pid;
    gint64 peak;        /* bytes of memory; -1: not known */
    DccFrames *planned; /* NULL: all */
    gint64 frame_began; /* 0: not known */
    guint n_missing;    /* when it began */
    gboolean tells;     /* its lines tell of pictures */
    gboolean ending;
    gboolean orderly;
    gboolean late;
    guint task_timer;
    guint poll_timer;
};

/* -- Time -- */

static gboolean
on_late(DccRenderWatch *self)
{
    self->late = TRUE;
    self->handler->late(self->data);
    return G_SOURCE_REMOVE;
}

static gboolean
on_task_late(gpointer data)
{
    DccRenderWatch *self = data;

    self->task_timer = 0;
    return on_late(self);
}

static gboolean
on_whole_late(gpointer data)
{
    DccRenderWatch *self = data;

    self->whole_timer = 0;
    return on_late(self);
}

static void
arm_task(DccRenderWatch *self)
{
    gint64 ms = dcc_settings_get(self->settings, DCC_SETTING_TASK_TIMEOUT);

    dcc_clock_clear(self->clock, &self->task_timer);
    if (ms > 0 && !self->ending)
        self->task_timer = dcc_clock_add(self->clock, ms, on_task_late, self);
}

static void
arm_whole(DccRenderWatch *self, gint64 age_ms)
{
    gint64 ms = dcc_settings_get(self->settings, DCC_SETTING_RENDER_TIMEOUT);

    if (ms > 0)
        self->whole_timer = dcc_clock_add(self->clock, MAX(ms - age_ms, 0), on_whole_late, self);
}

/* -- Pictures -- */

static void
take_done(DccRenderWatch *self, guint i, const char *path, const DccPictureFinding *finding)
{
    Pending *known = g_hash_table_lookup(self->pending, GUINT_TO_POINTER(i));
    gboolean whole = finding->state == DCC_PICTURE_WHOLE;
    DccFrameNews news = {.frame = dcc_frame_ledger_get_frame(self->ledger, i),
                         .file = path,
                         .check = whole ? "whole" : "unchecked",
                         .detail = finding->detail,
                         .ms = known != NULL ? known->ms : -1,
                         .peak_bytes = known != NULL ? known->peak : -1,
                         .size = finding->size,
                         .of = dcc_frame_ledger_count(self->ledger)};

    dcc_frame_ledger_set(self->ledger, i, whole ? DCC_FRAME_DONE : DCC_FRAME_UNCHECKED, NULL);
    g_hash_table_remove(self->pending, GUINT_TO_POINTER(i));
    news.done = dcc_frame_ledger_count_done(self->ledger);
    dcc_event_log_tell(self->log, dcc_event_frame(&news));
}

static void
note_fault(DccRenderWatch *self, guint i, const char *path, const DccPictureFinding *finding)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_autofree char *why = g_strdup_printf("%s: %s", shown, finding->detail);

    dcc_frame_ledger_note(self->ledger, i, finding->state == DCC_PICTURE_MISSING ? NULL : why);
}

static guint
count_missing(DccRenderWatch *self)
{
    g_autoptr(DccFrames) missing = dcc_frame_ledger_list(self->ledger, DCC_FRAME_MISSING);

    return missing != NULL ? dcc_frames_count(missing) : 0;
}

/* What it was to render and did not has failed. One that has brought nothing about, whatever it was
 * to render, would be followed by its like for ever. */
static void
give_up_planned(DccRenderWatch *self)
{
    const char *why = dcc_render_job_get_expect(self->job) != NULL
                          ? "it is not there"
                          : "nothing says that it was saved; say with --expect where it lies";

    dcc_frame_ledger_give_up(self->ledger, self->planned, why);
    if (count_missing(self) >= self->n_missing)
        dcc_frame_ledger_give_up(self->ledger, NULL, why);
}

static void
finish_looking(DccRenderWatch *self)
{
    self->ending = FALSE;
    if (self->orderly)
        give_up_planned(self);
    g_clear_object(&self->planned);
    self->handler->looked(self->data);
}

/* Nobody said that it was saved: what cannot be read to its end may not be whole yet. */
static gboolean
is_early(DccRenderWatch *self, const DccPictureFinding *finding)
{
    return finding->state == DCC_PICTURE_UNCHECKED && !self->tells && !self->ending;
}

static void
on_looked(guint i, const char *path, const DccPictureFinding *finding, gpointer data)
{
    DccRenderWatch *self = data;
    gboolean good = finding->state == DCC_PICTURE_WHOLE || finding->state == DCC_PICTURE_UNCHECKED;

    if (dcc_frame_ledger_get_state(self->ledger, i) != DCC_FRAME_MISSING)
        good = FALSE; /* told twice */
    else if (!good)
        note_fault(self, i, path, finding);
    if (good && !is_early(self, finding))
        take_done(self, i, path, finding);
    if (self->ending && dcc_picture_queue_count(self->queue) == 0)
        finish_looking(self);
}

static gboolean
push(DccRenderWatch *self, guint i)
{
    g_autofree char *file = dcc_frame_ledger_get_file(self->ledger, i);

    if (file == NULL || dcc_frame_ledger_get_state(self->ledger, i) != DCC_FRAME_MISSING)
        return FALSE;
    dcc_picture_queue_push(self->queue, i, file);
    return TRUE;
}

/* It may have ended already. */
static gint64
read_peak(DccRenderWatch *self)
{
    if (self->pid > 0)
        self->peak = MAX(self->peak, dcc_tree_peak(self->pid));
    return self->peak;
}

static void
note_pending(DccRenderWatch *self, guint i)
{
    Pending *known = g_new(Pending, 1);
    gint64 now = dcc_clock_now(self->clock);

    known->ms = self->frame_began != 0 ? (now - self->frame_began) / 1000 : -1;
    known->peak = read_peak(self);
    g_hash_table_replace(self->pending, GUINT_TO_POINTER(i), known);
    self->frame_began = now;
}

static gboolean
on_poll(gpointer data)
{
    DccRenderWatch *self = data;
    guint n = dcc_frame_ledger_count(self->ledger);

    self->poll_timer = dcc_clock_add(self->clock, POLL_MS, on_poll, self);
    read_peak(self);
    if (dcc_render_job_get_expect(self->job) == NULL || self->tells ||
        dcc_picture_queue_count(self->queue) > 0)
        return G_SOURCE_REMOVE;
    for (guint i = 0; i < n; i++) {
        if (dcc_frame_ledger_get_state(self->ledger, i) == DCC_FRAME_MISSING && push(self, i))
            break;
    }
    return G_SOURCE_REMOVE;
}

/* -- A run -- */

void
dcc_render_watch_begin(DccRenderWatch *self, gint64 pid, DccFrames *planned)
{
    self->pid = pid;
    self->peak = -1;
    read_peak(self);
    g_set_object(&self->planned, planned);
    self->n_missing = count_missing(self);
    self->frame_began = 0;
    self->tells = self->ending = FALSE;
    arm_task(self);
    dcc_clock_clear(self->clock, &self->poll_timer);
    self->poll_timer = dcc_clock_add(self->clock, POLL_MS, on_poll, self);
}

void
dcc_render_watch_take_line(DccRenderWatch *self, DccOutputEvent *event)
{
    const char *path = dcc_output_event_get_text(event);
    g_autofree char *file = NULL;
    guint i;

    if (self->verdict != NULL)
        return;
    if (dcc_output_event_get_kind(event) != DCC_OUTPUT_SAVED) {
        if (self->frame_began == 0 && dcc_output_event_get_frame(event, NULL))
            self->frame_began = dcc_clock_now(self->clock);
        return;
    }
    arm_task(self);
    file = path != NULL ? g_canonicalize_filename(path, self->cwd) : NULL;
    if (file == NULL || !dcc_frame_ledger_find_file(self->ledger, file, &i))
        return;
    self->tells = TRUE;
    if (dcc_frame_ledger_get_state(self->ledger, i) != DCC_FRAME_MISSING)
        return;
    dcc_frame_ledger_note_file(self->ledger, i, file);
    note_pending(self, i);
    push(self, i);
}

void
dcc_render_watch_end(DccRenderWatch *self, gboolean orderly)
{
    guint n = dcc_frame_ledger_count(self->ledger);

    dcc_clock_clear(self->clock, &self->task_timer);
    dcc_clock_clear(self->clock, &self->poll_timer);
    self->pid = 0;
    self->orderly = orderly;
    self->ending = TRUE;
    for (guint i = 0; i < n; i++)
        push(self, i);
    if (dcc_picture_queue_count(self->queue) == 0)
        finish_looking(self);
}

gboolean
dcc_render_watch_has_more(DccRenderWatch *self)
{
    return count_missing(self) > 0;
}

DccRenderJob *
dcc_render_watch_make_job(DccRenderWatch *self)
{
    g_autoptr(DccFrames) missing = dcc_frame_ledger_list(self->ledger, DCC_FRAME_MISSING);

    return missing != NULL ? dcc_render_job_with_frames(self->job, missing) : NULL;
}

/* -- The end -- */

static const char *
choose_verdict(DccRenderWatch *self, DccResult *result)
{
    DccVerdictKind kind = result != NULL ? dcc_result_get_verdict(result) : DCC_VERDICT_UNKNOWN;

    if (dcc_frame_ledger_count_done(self->ledger) == dcc_frame_ledger_count(self->ledger))
        return "done";
    if (self->late)
        return "timeout";
    if (result != NULL && dcc_result_get_kind(result) == DCC_RESULT_STOPPED)
        return "cancelled";
    return kind == DCC_VERDICT_CLEAN ? "failed" : dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, kind);
}

void
dcc_render_watch_conclude(DccRenderWatch *self, DccResult *result)
{
    const char *reason = result != NULL ? dcc_result_get_reason(result) : NULL;
    g_autofree char *why = NULL;

    dcc_clock_clear(self->clock, &self->whole_timer);
    if (self->verdict != NULL)
        return;
    if (self->late)
        why = g_strdup("not rendered: it took longer than it may");
    else
        why = g_strdup_printf("not rendered: %s", reason != NULL ? reason : "it never began");
    self->verdict = g_strdup(choose_verdict(self, result));
    dcc_frame_ledger_give_up(self->ledger, NULL, why);
    dcc_event_log_tell(self->log, dcc_event_rendered(dcc_render_watch_make_status(self)));
}

void
dcc_render_watch_save(DccRenderWatch *self, DccSessionRecord *record)
{
    record->render_mark_ns = self->mark;
    record->render_began = self->began;
}

JsonObject *
dcc_render_watch_make_status(DccRenderWatch *self)
{
    return dcc_frame_ledger_to_json(self->ledger, self->verdict);
}

/* -- Its beginning -- */

static DccRenderWatch *
alloc(const DccRenderWatchOrder *order,
      const DccRenderWatchHandler *handler,
      gpointer data,
      GError **error)
{
    g_autofree char *shim = NULL;
    g_autofree char *program = NULL;
    DccRenderWatch *self;

    if (!dcc_shim_link_find_shim(&shim, error))
        return NULL;
    program = shim != NULL ? dcc_picture_find_program(shim, error) : NULL;
    if (shim != NULL && program == NULL)
        return NULL;
    self = g_new0(DccRenderWatch, 1);
    self->job = g_object_ref(order->job);
    self->settings = g_object_ref(order->settings);
    self->clock = g_object_ref(order->clock);
    self->log = order->log;
    self->handler = handler;
    self->data = data;
    self->cwd = g_strdup(order->cwd);
    self->ledger = dcc_frame_ledger_new(order->job);
    self->pending = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    self->queue = dcc_picture_queue_new(program, on_looked, self);
    return self;
}

static void
set_mark(DccRenderWatch *self, gint64 mark)
{
    self->mark = mark;
    /* Where no pattern says which file it is, the application has said that it has just saved it. */
    dcc_picture_queue_set_newer_than(self->queue,
                                     dcc_render_job_get_expect(self->job) != NULL ? mark : 0);
}

static void
take_told(JsonObject *event, gint64 number, gpointer data)
{
    DccRenderWatch *self = data;
    g_autofree char *file = dcc_json_get_bytes(event, "file");
    const char *check = dcc_json_get_string(event, "check", "");
    guint i;

    if (g_strcmp0(dcc_json_get_string(event, "type", NULL), "frame") != 0 ||
        !dcc_frame_ledger_find_frame(
            self->ledger, (int)dcc_json_get_int(event, "frame", G_MININT), &i))
        return;
    dcc_frame_ledger_note_file(self->ledger, i, file);
    dcc_frame_ledger_set(
        self->ledger, i, g_str_equal(check, "whole") ? DCC_FRAME_DONE : DCC_FRAME_UNCHECKED, NULL);
}

static void
restore(DccRenderWatch *self, const DccSessionRecord *record)
{
    set_mark(self, record->render_mark_ns);
    dcc_journal_each(dcc_event_log_get_journal(self->log), take_told, self);
    self->began = record->render_began > 0 ? record->render_began : dcc_clock_now(self->clock);
    arm_whole(self, MAX((dcc_clock_now(self->clock) - self->began) / 1000, 0));
}

DccRenderWatch *
dcc_render_watch_new(const DccRenderWatchOrder *order,
                     const DccRenderWatchHandler *handler,
                     gpointer data,
                     GError **error)
{
    g_autoptr(DccRenderWatch) self = alloc(order, handler, data, error);
    gint64 mark = 0;

    if (self == NULL)
        return NULL;
    if (order->record != NULL) {
        restore(self, order->record);
        return g_steal_pointer(&self);
    }
    if (!dcc_render_place_prepare(order->job, &mark, error))
        return NULL;
    set_mark(self, mark);
    self->began = dcc_clock_now(self->clock);
    arm_whole(self, 0);
    return g_steal_pointer(&self);
}

void
dcc_render_watch_free(DccRenderWatch *self)
{
    if (self == NULL)
        return;
    dcc_clock_clear(self->clock, &self->whole_timer);
    dcc_clock_clear(self->clock, &self->task_timer);
    dcc_clock_clear(self->clock, &self->poll_timer);
    dcc_picture_queue_free(self->queue);
    dcc_frame_ledger_free(self->ledger);
    g_hash_table_unref(self->pending);
    g_clear_object(&self->planned);
    g_free(self->verdict);
    g_free(self->cwd);
    g_object_unref(self->clock);
    g_object_unref(self->settings);
    g_object_unref(self->job);
    g_free(self);
}
