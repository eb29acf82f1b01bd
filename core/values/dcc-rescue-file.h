/* A file that holds work or evidence of an ended run. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_RESCUE_FILE (dcc_rescue_file_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccRescueFile, dcc_rescue_file, DCC, RESCUE_FILE, GObject)

DCC_API DccRescueFile *
dcc_rescue_file_new(DccRescueKind kind, const char *path);
DCC_API DccRescueKind
dcc_rescue_file_get_kind(DccRescueFile *self);
DCC_API const char *
dcc_rescue_file_get_path(DccRescueFile *self);

G_END_DECLS
