/* What the bundle of one bad end is made of, and the writing of it: to a disk that may take long to
 * answer, so in a thread. */
#pragma once

#include "dcc-bundle.h"
#include "dcc-rescue-file.h"

G_BEGIN_DECLS

/* All of it is the draft's own, so that nobody else looks at it meanwhile. */
typedef struct {
    char *crashes;
    char *rescue_dir;
    char *incarnation;
    gint64 ended_wall;
    DccDeath *death;
    char *log_path;
    gint64 log_bytes;   /* of this run's output; -1: not known */
    char *curve;        /* NULL: none */
    char *environment;  /* lines, redacted; NULL: not known */
    GPtrArray *reports; /* paths of files that are evidence */
    guint max_count;
    guint64 max_bytes;
    char *keep; /* work that must not be trimmed; NULL: none */

    /* what became of it */
    char *path;     /* NULL: it cannot be written */
    gboolean found; /* it was there already */
} DccBundleDraft;

DccBundleDraft *
dcc_bundle_draft_new(void);
void
dcc_bundle_draft_free(DccBundleDraft *self);
/* Writes it, unless it is there, and keeps all of them within their limits. */
void
dcc_bundle_draft_write(DccBundleDraft *self);

/* Something to be added to the bundle of a run: a file that was found later, or what followed. */
typedef struct {
    char *crashes;
    char *incarnation;
    DccRescueKind kind;
    char *file;         /* NULL: none */
    DccDeathNext *next; /* NULL: nothing */
    gboolean failed;
} DccBundleNote;

void
dcc_bundle_note_free(DccBundleNote *self);
/* Nothing is done where there is no such bundle. */
void
dcc_bundle_note_write(DccBundleNote *self);

/* Work is listed where it lies; evidence goes into the bundle. */
gboolean
dcc_bundle_takes(DccRescueKind kind);

G_END_DECLS
