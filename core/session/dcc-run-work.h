/* What the agent of a run has said of the scene and of the work in it that is not saved. */
#pragma once

#include "dcc-agent-link.h"
#include "dcc-session-record.h"

G_BEGIN_DECLS

typedef struct {
    char *scene;           /* open now, as far as is known; "" unnamed, NULL none */
    gint64 scene_mtime_ns; /* of its file when it was last opened or saved; 0 not known */
    gboolean dirty;        /* there is work that is not saved */
    char *copy;            /* the newest rescue copy; NULL: none */
} DccRunWork;

void
dcc_run_work_set_scene(DccRunWork *self, const char *scene);
void
dcc_run_work_take(DccRunWork *self, const DccAgentWork *work);
void
dcc_run_work_save(const DccRunWork *self, DccSessionRecord *record);
void
dcc_run_work_restore(DccRunWork *self, const DccSessionRecord *record);
void
dcc_run_work_clear(DccRunWork *self);

G_END_DECLS
