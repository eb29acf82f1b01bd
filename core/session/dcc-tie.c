/* What an instance is tied to; see the header.
 *
 * The kernel tells of an end by the process's handle. Where it gives no handles, each is looked at
 * once a second. */
#include "dcc-tie.h"

#include "dcc-exit-watch.h"
#include "dcc-process-name.h"

#define LOOK_MS 1000

typedef struct {
    DccTie *tie;
    DccIdentity identity;
    guint watch; /* 0: it is looked at */
} Tied;

struct _DccTie {
    DccClock *clock; /* NULL: it is not watched */
    DccExitWatch *exits;
    DccTieFunc func;
    gpointer data;
    Tied all[DCC_MAX_TIES];
    char *names[DCC_MAX_TIES + 1];
    guint n;
    guint timer;
    gboolean told;
};

static void
tell(DccTie *self, const Tied *tied)
{
    if (self->told)
        return;
    self->told = TRUE;
    dcc_clock_clear(self->clock, &self->timer);
    self->func(tied->identity.pid, self->data);
}

static void
on_ended(DccProcessRef process, gpointer data)
{
    Tied *tied = data;

    tied->watch = 0;
    tell(tied->tie, tied);
}

static gboolean
on_look(gpointer data)
{
    DccTie *self = data;

    self->timer = 0;
    for (guint i = 0; i < self->n; i++)
        if (self->all[i].watch == 0 && !dcc_process_name_is_alive(&self->all[i].identity)) {
            tell(self, &self->all[i]);
            return G_SOURCE_REMOVE;
        }
    self->timer = dcc_clock_add(self->clock, LOOK_MS, on_look, self);
    return G_SOURCE_REMOVE;
}

static void
watch(DccTie *self, Tied *tied)
{
    DccProcessRef process = dcc_identity_open(&tied->identity);

    tied->tie = self;
    if (process != DCC_PROCESS_REF_NONE)
        tied->watch = dcc_exit_watch_add(self->exits, process, on_ended, tied, NULL);
    dcc_process_ref_close(&process);
    if (tied->watch == 0 && self->timer == 0)
        self->timer = dcc_clock_add(self->clock, 0, on_look, self);
}

DccTie *
dcc_tie_new(void)
{
    return g_new0(DccTie, 1);
}

void
dcc_tie_free(DccTie *self)
{
    if (self == NULL)
        return;
    dcc_tie_stop(self);
    for (guint i = 0; i < self->n; i++)
        g_free(self->names[i]);
    g_free(self);
}

gboolean
dcc_tie_add(DccTie *self, const char *process)
{
    if (self->n == DCC_MAX_TIES || !dcc_process_name_read(process, &self->all[self->n].identity))
        return FALSE;
    self->names[self->n++] = g_strdup(process);
    return TRUE;
}

const char *const *
dcc_tie_get_names(DccTie *self)
{
    return (const char *const *)self->names;
}

void
dcc_tie_watch(DccTie *self, DccClock *clock, DccTieFunc func, gpointer data)
{
    if (self->clock != NULL || self->n == 0)
        return;
    self->clock = g_object_ref(clock);
    self->exits = dcc_exit_watch_ref_default();
    self->func = func;
    self->data = data;
    for (guint i = 0; i < self->n; i++)
        watch(self, &self->all[i]);
}

void
dcc_tie_stop(DccTie *self)
{
    if (self->clock == NULL)
        return;
    for (guint i = 0; i < self->n; i++)
        if (self->all[i].watch != 0)
            dcc_exit_watch_remove(self->exits, self->all[i].watch);
    dcc_clock_clear(self->clock, &self->timer);
    g_clear_pointer(&self->exits, dcc_exit_watch_unref);
    g_clear_object(&self->clock);
}
