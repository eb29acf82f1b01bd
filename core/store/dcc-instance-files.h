/* The names of an instance and of its files. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the runtime directory. The first lock is held by the session and the shim: the name is taken;
 * the second by the session alone: the instance is attended. */
#define DCC_INSTANCE_DIR_LOCK         "lock"
#define DCC_INSTANCE_DIR_SESSION_LOCK "session.lock"
#define DCC_INSTANCE_DIR_RECORD       "record.json"
#define DCC_INSTANCE_DIR_CONTROL      "control.sock"
#define DCC_INSTANCE_DIR_AGENT        "agent.sock"
#define DCC_INSTANCE_DIR_SPOOL        "spool" /* lines on their way to the state directory */
#define DCC_INSTANCE_DIR_FILES        "files" /* what the launch plan brought along */
#define DCC_INSTANCE_DIR_TEMP         "tmp"   /* leads to the run's temporary directory */
/* Those of the shim, see dcc-shim-wire.h. */
#define DCC_INSTANCE_DIR_EXIT   "exit"
#define DCC_INSTANCE_DIR_SHIM   "shim.sock"
#define DCC_INSTANCE_DIR_OUTPUT "out.fifo"

/* In the state directory; last.json in the runtime directory where the other had no room. */
#define DCC_INSTANCE_DIR_LAST    "last.json"
#define DCC_INSTANCE_DIR_REQUEST "request.json"
#define DCC_INSTANCE_DIR_LOG     "output.log"
#define DCC_INSTANCE_DIR_EVENTS  "events.jsonl"
#define DCC_INSTANCE_DIR_DEATHS  "deaths.jsonl"
#define DCC_INSTANCE_DIR_RESCUE  "rescue"

#define DCC_INSTANCE_NAME_MAX 64

gboolean
dcc_instance_dir_is_name(const char *name);

G_END_DECLS
