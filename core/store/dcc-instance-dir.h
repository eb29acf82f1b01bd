/* Where one instance lives on disk: its runtime directory with locks, sockets and record, its state
 * directory with logs, deaths and rescued work. */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Held by the session and the shim: the name is taken. */
#define DCC_INSTANCE_DIR_LOCK "lock"
/* Held by the session alone: it is attended. */
#define DCC_INSTANCE_DIR_SESSION_LOCK "session.lock"
#define DCC_INSTANCE_DIR_RECORD       "record.json"
#define DCC_INSTANCE_DIR_CONTROL      "control.sock"
#define DCC_INSTANCE_DIR_AGENT        "agent.sock"
#define DCC_INSTANCE_DIR_LAST         "last.json" /* in the state directory, like those below */
#define DCC_INSTANCE_DIR_REQUEST      "request.json"
#define DCC_INSTANCE_DIR_LOG          "output.log"
#define DCC_INSTANCE_DIR_EVENTS       "events.jsonl"
#define DCC_INSTANCE_DIR_DEATHS       "deaths.jsonl"

typedef struct _DccPlace DccInstanceDir;

gboolean
dcc_instance_dir_is_name(const char *name);

/* create FALSE: error NOT_FOUND when there is no runtime directory of this name. */
DccInstanceDir *
dcc_instance_dir_open(DccRuntime *runtime, const char *name, gboolean create, GError **error);
void
dcc_instance_dir_free(DccInstanceDir *self);
const char *
dcc_instance_dir_get_name(DccInstanceDir *self);
const char *
dcc_instance_dir_get_dir(DccInstanceDir *self);
const char *
dcc_instance_dir_get_state_dir(DccInstanceDir *self);
/* (transfer full) */
char *
dcc_instance_dir_get_path(DccInstanceDir *self, const char *file);
char *
dcc_instance_dir_get_state_file(DccInstanceDir *self, const char *file);

/* Takes the name. FALSE without an error: it is taken. */
gboolean
dcc_instance_dir_lock_name(DccInstanceDir *self, GError **error);
/* The descriptor that holds the name, for the shim to inherit; -1 when not held. */
int
dcc_instance_dir_get_lock_fd(DccInstanceDir *self);
gboolean
dcc_instance_dir_lock_session(DccInstanceDir *self, GError **error);
/* Whether what was locked here is still what is there. When somebody removed the directory, the
 * name may be another instance's by now. */
gboolean
dcc_instance_dir_is_held(DccInstanceDir *self);
/* Removes the runtime directory, where it still is ours, and lets the locks go. */
void
dcc_instance_dir_dissolve(DccInstanceDir *self);

/* Files are replaced at once or not at all. */
gboolean
dcc_instance_dir_write_json(const char *path, JsonObject *object, GError **error);
/* NULL when it is absent, too large or no JSON object. */
JsonObject *
dcc_instance_dir_read_json(const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccInstanceDir, dcc_instance_dir_free)

G_END_DECLS
