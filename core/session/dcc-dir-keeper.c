/* Keeps an instance's runtime directory; see the header. */
#include "dcc-dir-keeper.h"

#include "dcc-dir-loss.h"
#include "dcc-source.h"

struct _DccDirKeeper {
    DccInstanceDir *dir;
    DccDirKeeperFunc func;
    gpointer data;
    GSource *loss; /* NULL: losses are not heard of */
};

static gboolean
on_loss(gpointer data)
{
    dcc_dir_keeper_check(data);
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
dcc_dir_keeper_new(DccInstanceDir *dir, DccDirKeeperFunc func, gpointer data)
{
    DccDirKeeper *self = g_new0(DccDirKeeper, 1);

    self->dir = dir;
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
    g_free(self);
}

void
dcc_dir_keeper_check(DccDirKeeper *self)
{
    g_autoptr(GError) error = NULL;

    if (dcc_instance_dir_is_held(self->dir))
        return;
    if (dcc_instance_dir_restore(self->dir, &error))
        watch(self);
    self->func(error, self->data);
}
