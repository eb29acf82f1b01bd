/* The insides of a link, for the files that make it up. */
#pragma once

#include "dcc-exit-watch.h"
#include "dcc-orphan.h"
#include "dcc-shim-channel.h"
#include "dcc-shim-files.h"
#include "dcc-shim-link.h"

G_BEGIN_DECLS

struct _DccShimLink {
    GObject parent_instance;

    char *dir;
    char *log_path;
    gint64 pid; /* of the shim */
    int shim_fd;
    int main_fd; /* of the application, while the shim lives; -1: none, or the kernel would not say */
    int record_fd; /* kept open, for a cleaner of directories may remove the name */
    DccShimChannel *channel;
    GSource *later;    /* for a shim that is dead already */
    GSource *attached; /* for one that is not */
    DccExitWatch *watch;
    guint shim_id;
    DccShimId by_number; /* of the shim where it has no pidfd; pid 0: it has, or is dead */
    guint told;          /* bits of the news that come once */
    gboolean left;
    gboolean kills; /* the tree was to be killed; a shim that dies may have taken the order along */
    DccOrphan *orphan;
};

gboolean
dcc_shim_link_read_slot(DccShimLink *self, DccShimSlot *slot);
/* FALSE: it has ended, whether that was heard of or not. */
gboolean
dcc_shim_link_has_shim(DccShimLink *self);
/* Watches what is left without a shim, if that is not done yet. */
void
dcc_shim_link_ensure_orphan(DccShimLink *self);

G_END_DECLS
