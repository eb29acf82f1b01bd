/* Where one instance lives on disk: its runtime directory with locks, sockets and record, its state
 * directory with logs, deaths and rescued work. */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DCC_PLACE_LOCK         "lock" /* held by the session and the shim: the name is taken */
#define DCC_PLACE_SESSION_LOCK "session.lock" /* held by the session alone: it is attended */
#define DCC_PLACE_RECORD       "record.json"
#define DCC_PLACE_CONTROL      "control.sock"
#define DCC_PLACE_AGENT        "agent.sock"
#define DCC_PLACE_LAST         "last.json" /* in the state directory, like those below */
#define DCC_PLACE_REQUEST      "request.json"
#define DCC_PLACE_LOG          "output.log"
#define DCC_PLACE_EVENTS       "events.jsonl"
#define DCC_PLACE_DEATHS       "deaths.jsonl"

typedef struct _DccPlace DccPlace;

gboolean
dcc_place_is_name(const char *name);

/* create FALSE: error NOT_FOUND when there is no runtime directory of this name. */
DccPlace *
dcc_place_open(DccRuntime *runtime, const char *name, gboolean create, GError **error);
void
dcc_place_free(DccPlace *self);
const char *
dcc_place_get_name(DccPlace *self);
const char *
dcc_place_get_dir(DccPlace *self);
const char *
dcc_place_get_state_dir(DccPlace *self);
/* (transfer full) */
char *
dcc_place_get_path(DccPlace *self, const char *file);
char *
dcc_place_get_state_file(DccPlace *self, const char *file);

/* Takes the name. FALSE without an error: it is taken. */
gboolean
dcc_place_lock_name(DccPlace *self, GError **error);
/* The descriptor that holds the name, for the shim to inherit; -1 when not held. */
int
dcc_place_get_lock_fd(DccPlace *self);
gboolean
dcc_place_lock_session(DccPlace *self, GError **error);
/* Whether what was locked here is still what is there. When somebody removed the directory, the
 * name may be another instance's by now. */
gboolean
dcc_place_is_held(DccPlace *self);
/* Removes the runtime directory, where it still is ours, and lets the locks go. */
void
dcc_place_dissolve(DccPlace *self);

/* Files are replaced at once or not at all. */
gboolean
dcc_place_write_json(const char *path, JsonObject *object, GError **error);
/* NULL when it is absent, too large or no JSON object. */
JsonObject *
dcc_place_read_json(const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccPlace, dcc_place_free)

G_END_DECLS
