/* --exit-map: which status a foreground command ends with instead of the one it would, so that an
 * engine retries, holds or fails as the studio wants. Pure. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct _CliExitMap CliExitMap;

/* text: "FROM=TO,...", FROM a code that the application itself ended with (0 to 255) or a verdict
 * ("licence"), TO a status of 0 to 255. The first that fits counts. NULL: no entries. (transfer
 * full); a usage error that says which entry is wrong. */
CliExitMap *
cli_exit_map_new(const char *text, GError **error);
/* The status for result (nullable), which would be shown as status. */
int
cli_exit_map_apply(const CliExitMap *self, JsonObject *result, int status);
void
cli_exit_map_free(CliExitMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliExitMap, cli_exit_map_free)
