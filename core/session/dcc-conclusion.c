/* Writes how an instance ended; see the header. */
#include "dcc-conclusion.h"

#define PATIENCE_MS 5000

struct _DccConclusion {
    DccClock *clock;
    DccConclusionFunc func; /* NULL: called, or nobody wants to know */
    gpointer data;
    guint timer;
};

static void
conclusion_clear(gpointer data)
{
    g_object_unref(((DccConclusion *)data)->clock);
}

static void
finish(DccConclusion *self, const char *problem)
{
    DccConclusionFunc func = self->func;

    self->func = NULL;
    dcc_clock_clear(self->clock, &self->timer);
    if (func != NULL)
        func(problem, self->data);
}

static void
on_written(DccInstanceDir *dir, const GError *error, gpointer data)
{
    finish(data, error != NULL ? "how it ended cannot be written to the state directory" : NULL);
    g_rc_box_release_full(data, conclusion_clear);
}

static gboolean
on_late(gpointer data)
{
    DccConclusion *self = data;

    self->timer = 0;
    finish(self, "the state directory does not answer");
    return G_SOURCE_REMOVE;
}

DccConclusion *
dcc_conclusion_new(DccInstanceDir *dir,
                   const DccLastRecord *last,
                   DccClock *clock,
                   DccConclusionFunc func,
                   gpointer data)
{
    DccConclusion *self = g_rc_box_new0(DccConclusion);

    self->clock = g_object_ref(clock);
    self->func = func;
    self->data = data;
    self->timer = dcc_clock_add(clock, PATIENCE_MS, on_late, self);
    dcc_instance_dir_conclude_async(dir, last, on_written, g_rc_box_acquire(self));
    return self;
}

void
dcc_conclusion_free(DccConclusion *self)
{
    if (self == NULL)
        return;
    self->func = NULL;
    dcc_clock_clear(self->clock, &self->timer);
    g_rc_box_release_full(self, conclusion_clear);
}
