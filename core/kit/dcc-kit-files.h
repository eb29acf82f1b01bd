/* What an ended application left of work and evidence, gathered from the places that an adapter
 * names. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/**
 * DccKitFiles:
 *
 * Files found so far. Made by dcc_kit_files_new(), ended by dcc_kit_files_end().
 *
 * Since: 1.1
 */
typedef struct _DccKitFiles DccKitFiles;

/**
 * DccKitKindOf:
 * @name: the name of a file, without its directory
 * @kind: (out): what it is
 * @data: what was handed to dcc_kit_files_look()
 *
 * Tells what a file of this name is.
 *
 * Returns: %FALSE: nothing of this application's, or not of this run
 *
 * Since: 1.1
 */
typedef gboolean (*DccKitKindOf)(const char *name, DccRescueKind *kind, gpointer data);

DCC_API DccKitFiles *
dcc_kit_files_new(void);
DCC_API void
dcc_kit_files_look(
    DccKitFiles *self, const char *directory, gint64 since, DccKitKindOf kind_of, gpointer data);
DCC_API void
dcc_kit_files_add(DccKitFiles *self, DccRescueKind kind, const char *path, gint64 since);
DCC_API void
dcc_kit_files_free(DccKitFiles *self);
DCC_API GListModel *
dcc_kit_files_end(DccKitFiles *self);
DCC_API char *
dcc_kit_find_file(GListModel *files, DccRescueKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccKitFiles, dcc_kit_files_free)

G_END_DECLS
