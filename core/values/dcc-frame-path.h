/* Where the pictures of a render lie: a path with a place for the frame's number. Immutable. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_FRAME_PATH (dcc_frame_path_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccFramePath, dcc_frame_path, DCC, FRAME_PATH, GObject)

/* "/out/shot_####.png" or "/out/shot_%04d.png"; absolute. */
DCC_API DccFramePath *
dcc_frame_path_parse(const char *text, GError **error);
DCC_API const char *
dcc_frame_path_get_text(DccFramePath *self);
/* What stands before and after the number, "" where nothing does. */
DCC_API const char *
dcc_frame_path_get_before(DccFramePath *self);
DCC_API const char *
dcc_frame_path_get_after(DccFramePath *self);
/* So many digits the number has at least; 0: there is no place for one. */
DCC_API guint
dcc_frame_path_get_digits(DccFramePath *self);
/* "png", in lower case; "" where the name has none. */
DCC_API char *
dcc_frame_path_get_extension(DccFramePath *self);
DCC_API char *
dcc_frame_path_get_directory(DccFramePath *self);
DCC_API char *
dcc_frame_path_expand(DccFramePath *self, int frame);

G_END_DECLS
