/* The evidence of one bad end, a directory of its own: made aside and put in its place at once,
 * kept within limits. Work (scenes) is not copied in: it lies in the rescue directory, and is the
 * last that goes. */
#pragma once

#include "dcc-death.h"
#include "dcc-safe-dir.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DCC_BUNDLE_DIR   "crashes"
#define DCC_BUNDLE_DEATH "death.json"

typedef struct _DccBundle DccBundle;

/* crashes: the directory of all of them; made where it is missing. */
DccBundle *
dcc_bundle_new(const char *crashes, GError **error);
/* What was not put in its place is gone. */
void
dcc_bundle_free(DccBundle *self);
gboolean
dcc_bundle_write(DccBundle *self, const char *name, const char *text, gssize length);
/* The file under another name as well, or a copy where that cannot be. */
gboolean
dcc_bundle_add_file(DccBundle *self, const char *name, const char *path);
/* The same to one that is sealed: evidence that was found later. */
gboolean
dcc_bundle_extend(const char *bundle, const char *name, const char *path);
/* (transfer full): the path of what is complete now; NULL: it could not be put in its place. */
char *
dcc_bundle_seal(DccBundle *self, gint64 wall_us, const char *incarnation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccBundle, dcc_bundle_free)

/* Whether a name is one of a sealed bundle; *run: the 8 letters of its run in it. */
gboolean
dcc_bundle_is_name(const char *name, const char **run);
/* (transfer full): names of sealed bundles, the oldest first. */
GPtrArray *
dcc_bundle_list(const char *crashes);
/* (transfer full): the bundle of this run, where it has one. */
char *
dcc_bundle_find(const char *crashes, const char *incarnation);
/* Evidence beyond the limits goes, the oldest first, then work; what belongs to the newest, and the
 * file keep, stay. */
void
dcc_bundle_trim(
    const char *crashes, const char *rescue, guint max_count, guint64 max_bytes, const char *keep);

/* Whether the rescue directory holds anything that is not evidence of a crash, and in a bundle. */
gboolean
dcc_bundle_has_work(const char *crashes, const char *rescue);

/* (transfer full): what a death.json says; NULL: it is damaged, or of a newer dcchost. */
JsonObject *
dcc_death_from_text(const char *text, gssize length);
/* (transfer full): the newest death that can be read, and where its bundle is; NULL: none. */
JsonObject *
dcc_death_read_newest(const char *crashes);

G_END_DECLS
