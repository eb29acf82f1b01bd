/* Which frames of a render are there, and why the others are not. Pure. */
#pragma once

#include "dcc-render-job.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
    DCC_FRAME_MISSING,
    DCC_FRAME_DONE,
    DCC_FRAME_UNCHECKED, /* done, as far as anybody can tell */
    DCC_FRAME_FAILED,
} DccFrameState;

typedef struct _DccFrameLedger DccFrameLedger;

DccFrameLedger *
dcc_frame_ledger_new(DccRenderJob *job);
void
dcc_frame_ledger_free(DccFrameLedger *self);
guint
dcc_frame_ledger_count(DccFrameLedger *self);
/* Of the states DONE and UNCHECKED. */
guint
dcc_frame_ledger_count_done(DccFrameLedger *self);
int
dcc_frame_ledger_get_frame(DccFrameLedger *self, guint i);
DccFrameState
dcc_frame_ledger_get_state(DccFrameLedger *self, guint i);
/* Which frame a saved file is the picture of. FALSE: none of these. */
gboolean
dcc_frame_ledger_find_file(DccFrameLedger *self, const char *path, guint *i);
gboolean
dcc_frame_ledger_find_frame(DccFrameLedger *self, int frame, guint *i);
/* The application says that this is the frame's file; counts where no pattern says it. */
void
dcc_frame_ledger_note_file(DccFrameLedger *self, guint i, const char *path);
/* (transfer full): where the frame's picture is looked for; NULL: not known. */
char *
dcc_frame_ledger_get_file(DccFrameLedger *self, guint i);
/* DONE, UNCHECKED or FAILED; why: of a failure, one line. */
void
dcc_frame_ledger_set(DccFrameLedger *self, guint i, DccFrameState state, const char *why);
/* It is missing still, and this is what was seen last. */
void
dcc_frame_ledger_note(DccFrameLedger *self, guint i, const char *why);
/* Everything that is missing has failed; why: for those of which nothing was seen. */
void
dcc_frame_ledger_give_up(DccFrameLedger *self, DccFrames *frames, const char *why);
/* (transfer full): NULL: none. */
DccFrames *
dcc_frame_ledger_list(DccFrameLedger *self, DccFrameState state);
/* (transfer full): {verdict frames done unchecked missing failed failures}, as docs/protocol.md has it.
 * verdict: NULL: it is not over. */
JsonObject *
dcc_frame_ledger_to_json(DccFrameLedger *self, const char *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccFrameLedger, dcc_frame_ledger_free)

G_END_DECLS
