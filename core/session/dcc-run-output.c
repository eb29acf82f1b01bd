/* What one run prints; see the header. */
#include "dcc-run-output.h"

#include "dcc-line-ring.h"
#include "dcc-log-reader.h"
#include "dcc-scene-line.h"
#include "dcc-strings.h"

/* A log that says "fatal" a million times tells nothing new after this. */
#define MAX_SIGNIFICANT 200

struct _DccRunOutput {
    DccAdapter *adapter;
    DccClock *clock;
    const DccRunOutputHandler *handler;
    gpointer data;
    DccLogReader *log;
    DccLineRing *last_lines;
    DccProgress *progress;
    GPtrArray *significant;
    char *scenes[2];                /* the scene, and the file that is gone on from; NULL: none */
    DccLicenceLines *licence_lines; /* NULL: not known */
    char *no_licence;               /* the first line that a studio's own file knows; NULL: none */
    gboolean knows_frames;
    gboolean replaying;
};

/* (transfer full) (nullable): the adapter's word, else the studio's. */
static DccOutputEvent *
understand(DccRunOutput *self, const char *line)
{
    DccOutputEvent *event = dcc_adapter_read_line(self->adapter, line);

    if (event != NULL || self->licence_lines == NULL ||
        !dcc_licence_lines_match(self->licence_lines, line))
        return event;
    if (self->no_licence == NULL)
        self->no_licence = g_utf8_make_valid(line, -1);
    return dcc_output_event_new(DCC_OUTPUT_LICENCE, self->no_licence);
}

/* A scene is open whose library cannot be read. */
static gboolean
is_of_another_file(DccRunOutput *self, DccOutputEvent *event)
{
    const char *text = dcc_output_event_get_text(event);

    return dcc_output_event_get_kind(event) == DCC_OUTPUT_BAD_SCENE && text != NULL &&
           dcc_scene_line_names_another(
               text, (const char *const *)self->scenes, G_N_ELEMENTS(self->scenes));
}

static void
on_line(const char *line, gpointer data)
{
    DccRunOutput *self = data;
    g_autoptr(DccOutputEvent) event = understand(self, line);
    DccOutputKind kind;

    dcc_line_ring_add(self->last_lines, line);
    if (event == NULL)
        return;
    kind = dcc_output_event_get_kind(event);
    if (kind == DCC_OUTPUT_PROGRESS || kind == DCC_OUTPUT_SAVED) {
        self->handler->frame(event, self->data);
        if (dcc_progress_feed(self->progress, event, dcc_clock_now(self->clock)) &&
            !self->replaying)
            self->handler->progress(self->data);
        return;
    }
    if (self->significant->len >= MAX_SIGNIFICANT)
        return;
    if (!is_of_another_file(self, event))
        g_ptr_array_add(self->significant, g_object_ref(event));
    if (kind != DCC_OUTPUT_DONE && !self->replaying)
        self->handler->significant(event, self->data);
}

DccRunOutput *
dcc_run_output_new(DccAdapter *adapter,
                   DccClock *clock,
                   const char *log_path,
                   gint64 offset,
                   DccLicenceLines *licence_lines,
                   const DccRunOutputHandler *handler,
                   gpointer data)
{
    DccRunOutput *self = g_new0(DccRunOutput, 1);

    self->adapter = g_object_ref(adapter);
    self->clock = g_object_ref(clock);
    self->handler = handler;
    self->data = data;
    self->last_lines = dcc_line_ring_new();
    self->progress = dcc_progress_new(0, 0, 0);
    self->significant = g_ptr_array_new_with_free_func(g_object_unref);
    self->licence_lines = licence_lines != NULL ? dcc_licence_lines_ref(licence_lines) : NULL;
    self->log = dcc_log_reader_new(log_path, offset, on_line, self);
    return self;
}

void
dcc_run_output_free(DccRunOutput *self)
{
    g_clear_object(&self->log);
    dcc_line_ring_free(self->last_lines);
    dcc_progress_free(self->progress);
    g_ptr_array_unref(self->significant);
    g_clear_pointer(&self->licence_lines, dcc_licence_lines_unref);
    g_free(self->scenes[0]);
    g_free(self->scenes[1]);
    g_free(self->no_licence);
    g_object_unref(self->clock);
    g_object_unref(self->adapter);
    g_free(self);
}

void
dcc_run_output_set_scenes(DccRunOutput *self, const char *scene, const char *recovered)
{
    dcc_string_replace(&self->scenes[0], scene);
    dcc_string_replace(&self->scenes[1], recovered);
}

void
dcc_run_output_set_frames(DccRunOutput *self, int first, int last, int step)
{
    dcc_progress_free(self->progress);
    self->progress = dcc_progress_new(first, last, step);
    self->knows_frames = step != 0;
}

gboolean
dcc_run_output_knows_frames(DccRunOutput *self)
{
    return self->knows_frames;
}

void
dcc_run_output_begin_frame(DccRunOutput *self, int frame)
{
    if (dcc_progress_begin_frame(self->progress, frame, dcc_clock_now(self->clock)))
        self->handler->progress(self->data);
}

void
dcc_run_output_read(DccRunOutput *self, gboolean flush)
{
    dcc_log_reader_drain(self->log, flush);
}

void
dcc_run_output_look(DccRunOutput *self)
{
    dcc_log_reader_look(self->log);
}

void
dcc_run_output_replay(DccRunOutput *self)
{
    self->replaying = TRUE;
    dcc_log_reader_drain(self->log, FALSE);
    self->replaying = FALSE;
}

const char *
dcc_run_output_get_problem(DccRunOutput *self)
{
    if (self->licence_lines == NULL)
        return "licence patterns: their file does not answer";
    return dcc_licence_lines_get_problem(self->licence_lines);
}

const char *
dcc_run_output_find_missing_licence(DccRunOutput *self)
{
    return self->no_licence;
}

GPtrArray *
dcc_run_output_get_significant(DccRunOutput *self)
{
    return self->significant;
}

gboolean
dcc_run_output_has(DccRunOutput *self, DccOutputKind kind)
{
    for (guint i = 0; i < self->significant->len; i++)
        if (dcc_output_event_get_kind(g_ptr_array_index(self->significant, i)) == kind)
            return TRUE;
    return FALSE;
}

char **
dcc_run_output_list_last(DccRunOutput *self, guint n)
{
    return dcc_line_ring_list(self->last_lines, n);
}

DccProgress *
dcc_run_output_get_progress(DccRunOutput *self)
{
    return self->progress;
}

gint64
dcc_run_output_get_total(DccRunOutput *self)
{
    return dcc_log_reader_get_total(self->log);
}
