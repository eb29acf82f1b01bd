/* Keeps an instance's runtime directory; see the header. */
#include "dcc-dir-keeper.h"

#include "dcc-dir-loss.h"
#include "dcc-source.h"

/* What removes a directory is let finish: it would stumble over what comes back meanwhile. */
#define QUIET_MS 200

struct _DccDirKeeper {
    DccInstanceDir *dir;
    DccClock *clock;
    DccDirKeeperFunc func;
    gpointer data;
    GSource *loss; /* NULL: losses are not heard of */
    guint timer;
};

static gboolean
has(DccDirKeeper *self, const char *file)
{
    g_autofree char *path = dcc_instance_dir_get_path(self->dir, file);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A cleaner may take some files and leave others. */
static gboolean
is_whole(DccDirKeeper *self)
{
    return dcc_instance_dir_is_held(self->dir) && has(self, DCC_INSTANCE_DIR_CONTROL) &&
           has(self, DCC_INSTANCE_DIR_RECORD);
}

static void
mend(DccDirKeeper *self);

static gboolean
on_quiet(gpointer data)
{
    DccDirKeeper *self = data;

    self->timer = 0;
    if (!is_whole(self))
        mend(self);
    return G_SOURCE_REMOVE;
}

static gboolean
on_loss(gpointer data)
{
    DccDirKeeper *self = data;

    dcc_clock_clear(self->clock, &self->timer);
    if (!is_whole(self))
        self->timer = dcc_clock_add(self->clock, QUIET_MS, on_quiet, self);
    return G_SOURCE_CONTINUE;
}

static void
watch(DccDirKeeper *self)
{
    GSource *source = dcc_dir_loss_source_new(dcc_instance_dir_get_dir(self->dir));

    dcc_source_clear(&self->loss);
    if (source != NULL)
        self->loss = dcc_source_attach(source, on_loss, self);
}

DccDirKeeper *
dcc_dir_keeper_new(DccInstanceDir *dir, DccClock *clock, DccDirKeeperFunc func, gpointer data)
{
    DccDirKeeper *self = g_new0(DccDirKeeper, 1);

    self->dir = dir;
    self->clock = g_object_ref(clock);
    self->func = func;
    self->data = data;
    watch(self);
    return self;
}

void
dcc_dir_keeper_free(DccDirKeeper *self)
{
    if (self == NULL)
        return;
    dcc_source_clear(&self->loss);
    dcc_clock_clear(self->clock, &self->timer);
    g_object_unref(self->clock);
    g_free(self);
}

static void
mend(DccDirKeeper *self)
{
    g_autoptr(GError) error = NULL;

    if (dcc_instance_dir_restore(self->dir, &error))
        watch(self);
    self->func(error, self->data);
}

void
dcc_dir_keeper_check(DccDirKeeper *self)
{
    if (self->timer == 0 && !dcc_instance_dir_is_held(self->dir))
        mend(self);
}
