/* The directory that a render's pictures go to: made, looked through, tried, and its clock read. Blocks. */
#pragma once

#include "dcc-render-job.h"

G_BEGIN_DECLS

/* Makes the output's directory where it is not there, and writes a file into it that goes at once.
 * *now_ns: that directory's own time, nanoseconds since 1970, by which files are told to be newer;
 * 0: there is none yet, so everything in it will be new. Error INVALID: it cannot be written to, or
 * something else lies where two pictures or one are to be. */
gboolean
dcc_render_place_prepare(DccRenderJob *job, gint64 *now_ns, GError **error);

G_END_DECLS
