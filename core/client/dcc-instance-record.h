/* What the records say of an instance when no session answers for it. Private to this directory. */
#pragma once

#include "dcc-runtime.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full): the status object of an instance that no session attends, corrected by what the
 * kernel says of its processes; NULL: there is none. */
JsonObject *
dcc_instance_record_read_unattended(DccRuntime *runtime, const char *name);
/* (transfer full): the status object as it was last written by a session that is there and does not
 * answer: with "answering": false; NULL: there is no record. */
JsonObject *
dcc_instance_record_read_silent(DccRuntime *runtime, const char *name);
/* (transfer full): how it stood when it was over; NULL: not known. */
JsonObject *
dcc_instance_record_read_last(DccRuntime *runtime, const char *name, GError **error);

G_END_DECLS
