/* What one run of the application prints, read as it comes: the lines its adapter calls
 * significant, the last lines whatever they say, and how far a task has come.
 *
 * Threading: the thread-default main context at the time it is made. */
#pragma once

#include "dcc-adapter.h"
#include "dcc-clock.h"
#include "dcc-licence-lines.h"
#include "dcc-progress.h"

G_BEGIN_DECLS

typedef struct _DccRunOutput DccRunOutput;

typedef struct {
    void (*progress)(gpointer data);
    /* A picture was saved, or a frame has begun; also where no progress is worth a word. */
    void (*frame)(DccOutputEvent *event, gpointer data);
    void (*significant)(DccOutputEvent *event, gpointer data);
} DccRunOutputHandler;

/* offset: where this run's output begins in the log. */
DccRunOutput *
dcc_run_output_new(DccAdapter *adapter,
                   DccClock *clock,
                   const char *log_path,
                   gint64 offset,
                   DccLicenceLines *licence_lines,
                   const DccRunOutputHandler *handler,
                   gpointer data);
void
dcc_run_output_free(DccRunOutput *self);
/* What this run was started with: the scene, and the file that it goes on from; NULL: none. Lines
 * that say the same of another file are told, and count for nothing. */
void
dcc_run_output_set_scenes(DccRunOutput *self, const char *scene, const char *recovered);
/* The frames this run is to render, where they are known. Begins the progress anew. */
void
dcc_run_output_set_frames(DccRunOutput *self, int first, int last, int step);
gboolean
dcc_run_output_knows_frames(DccRunOutput *self);
/* Its agent says that this frame has begun: what is known where no line tells of frames. */
void
dcc_run_output_begin_frame(DccRunOutput *self, int frame);
/* There is more: takes it in piece by piece, so that a flood starves nobody. */
void
dcc_run_output_look(DccRunOutput *self);
/* Takes in what there is now; flush: the last line even without its end. */
void
dcc_run_output_read(DccRunOutput *self, gboolean flush);
/* The same, of lines that are no news: another session has told of them. */
void
dcc_run_output_replay(DccRunOutput *self);
/* (transfer none): DccOutputEvent, the oldest first. */
GPtrArray *
dcc_run_output_get_significant(DccRunOutput *self);
/* Why a studio's file of licence patterns could not be read; NULL: it could, or there is none. */
const char *
dcc_run_output_get_problem(DccRunOutput *self);
/* The first line that such a file knows; NULL: there was none. */
const char *
dcc_run_output_find_missing_licence(DccRunOutput *self);
gboolean
dcc_run_output_has(DccRunOutput *self, DccOutputKind kind);
/* (transfer full): the last n lines, oldest first. */
char **
dcc_run_output_list_last(DccRunOutput *self, guint n);
/* (transfer none) */
DccProgress *
dcc_run_output_get_progress(DccRunOutput *self);
/* Bytes read so far. */
gint64
dcc_run_output_get_total(DccRunOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRunOutput, dcc_run_output_free)

G_END_DECLS
