/* What a probe found. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_PROBE_REPLY (dcc_probe_reply_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccProbeReply, dcc_probe_reply, DCC, PROBE_REPLY, GObject)

/* main_thread_age_ms: how long ago the main thread last turned; -1 when that is not known. */
DCC_API DccProbeReply *
dcc_probe_reply_new(DccHealth health, gint64 main_thread_age_ms);
DCC_API DccHealth
dcc_probe_reply_get_health(DccProbeReply *self);
DCC_API gint64
dcc_probe_reply_get_main_thread_age(DccProbeReply *self);
/* What it is busy with ("render", "save"), or NULL. */
DCC_API void
dcc_probe_reply_set_busy(DccProbeReply *self, const char *reason);
DCC_API const char *
dcc_probe_reply_get_busy(DccProbeReply *self);
/* The scene that is open, "" for an unnamed one, NULL when not known. */
DCC_API void
dcc_probe_reply_set_scene(DccProbeReply *self, const char *path);
DCC_API const char *
dcc_probe_reply_get_scene(DccProbeReply *self);

G_END_DECLS
