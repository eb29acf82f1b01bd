/* Brings the files of a run that ended to safety: work and evidence go from its temporary directory
 * to the instance's rescue directory.
 *
 * A thread renames, or copies where the two lie on different file systems, so that a scene of
 * gigabytes on a slow disk holds nobody up. A file is taken once; one that has changed since is
 * taken again under the same name.
 *
 * Threading: the thread-default main context at the time of the call. */
#pragma once

#include "dcc-rescue-file.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DccRescue DccRescue;

/* found: DccRescueFile, new ones alone, where they lie now (what could not be brought away, where
 * it was). complete FALSE: something could not be brought away, so the directory it lies in must
 * stay. */
typedef void (*DccRescueFunc)(GPtrArray *found, gboolean complete, gpointer data);

DccRescue *
dcc_rescue_new(const char *rescue_dir, const char *incarnation);
void
dcc_rescue_free(DccRescue *self);
/* files: DccRescueFile; NULL: none. keep: leave the originals, something may still write them. func
 * is called once, during this call or later; never after dcc_rescue_free(). One take at a time. */
void
dcc_rescue_take(
    DccRescue *self, GListModel *files, gboolean keep, DccRescueFunc func, gpointer data);
gboolean
dcc_rescue_is_busy(DccRescue *self);
/* Whether path is a plain file of this user, and no link. */
gboolean
dcc_rescue_is_plain_file(const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccRescue, dcc_rescue_free)

G_END_DECLS
