/* The insides of a link without a shim, for the files that make it up. */
#pragma once

#include "dcc-exit-watch.h"
#include "dcc-output-file.h"
#include "dcc-shim-facts.h"

G_BEGIN_DECLS

struct _DccShimLink {
    GObject parent_instance;

    char *dir;
    char *log_path;
    DccOutputFile output;
    DccExitWatch *watch; /* NULL: dropped */
    DccProcessRef main;  /* NONE: it has ended, or did before we came */
    guint main_id;
    GArray *member_ids; /* of exit watches: what is left after the main process */
    GSource *later;     /* what the record says, to be told */
    GSource *looking;   /* at the output */
    GSource *killing;
    GSource *recheck;
    guint kill_passes;
    guint told;     /* bits of the news that come once */
    gboolean owned; /* we have started it */
    gboolean left;
};

/* FALSE and nothing in it: there is none that is sound. */
gboolean
dcc_shim_link_read_slot(DccShimLink *self, DccShimSlot *slot);
/* Puts the end of the main process on record. known: status is how it ended. */
void
dcc_shim_link_conclude(DccShimLink *self, gboolean known, int status);
/* After the end of the main process: is anything left? Then it is watched; else that is put on record and told. */
void
dcc_shim_link_check_tree(DccShimLink *self);
/* Tells what the record says and was not told, from the main loop. */
void
dcc_shim_link_tell_later(DccShimLink *self);

G_END_DECLS
