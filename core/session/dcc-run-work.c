/* What the agent has said of the scene; see the header. */
#include "dcc-run-work.h"

static void
replace(char **member, const char *value)
{
    char *copy = g_strdup(value);

    g_free(*member);
    *member = copy;
}

void
dcc_run_work_set_scene(DccRunWork *self, const char *scene)
{
    replace(&self->scene, scene);
}

void
dcc_run_work_take(DccRunWork *self, const DccAgentWork *work)
{
    replace(&self->copy, work->copy);
    self->dirty = work->dirty;
    self->scene_mtime_ns = work->scene_mtime_ns;
}

void
dcc_run_work_save(const DccRunWork *self, DccSessionRecord *record)
{
    record->scene = g_strdup(self->scene);
    record->scene_mtime_ns = self->scene_mtime_ns;
    record->dirty = self->dirty;
    record->copy = g_strdup(self->copy);
}

void
dcc_run_work_restore(DccRunWork *self, const DccSessionRecord *record)
{
    replace(&self->scene, record->scene);
    replace(&self->copy, record->copy);
    self->scene_mtime_ns = record->scene_mtime_ns;
    self->dirty = record->dirty;
}

void
dcc_run_work_clear(DccRunWork *self)
{
    g_clear_pointer(&self->scene, g_free);
    g_clear_pointer(&self->copy, g_free);
}
