/* Files that are replaced whole or grow by lines.
 *
 * What is in the runtime directory is worth nothing after a power cut, for the processes it speaks
 * of are gone: it is never synced. What is in the state directory is synced once when it is
 * replaced, and the line of a journal not at all: that a process dies costs no line, that the
 * machine loses power may cost the last ones.
 */
#pragma once

#include "dcc-api.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
    DCC_STORE_RUNTIME, /* whole for every reader, not synced */
    DCC_STORE_STATE,   /* whole also after a power cut */
} DccStoreKind;

/* Replaces the file or leaves it as it was; mode 0600. Error: of G_FILE_ERROR. */
gboolean
dcc_store_file_replace(
    const char *path, const char *text, gsize length, DccStoreKind kind, GError **error);
/* Appends a line that has no line feed yet. A file that is longer than max_bytes becomes PATH.1
 * before that; 0: never. A link is not followed. Error: of G_FILE_ERROR. */
gboolean
dcc_store_file_append(const char *path, const char *line, gint64 max_bytes, GError **error);
/* PATH becomes PATH.1, if there is one. */
void
dcc_store_file_rotate(const char *path);

/* What an own file holds: never waits, whatever lies in its place. FALSE: it is absent, or no file. */
gboolean
dcc_store_file_read(const char *path, char **text, gsize *length);
/* As dcc_store_file_replace(). */
gboolean
dcc_store_file_write_json(const char *path, JsonObject *object, DccStoreKind kind, GError **error);
/* (transfer full): NULL when it is absent, somebody else's, no file, too large, or no JSON object.
 */
JsonObject *
dcc_store_file_read_json(const char *path);

G_END_DECLS
