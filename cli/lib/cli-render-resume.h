/* What an earlier render has left undone. */
#pragma once

#include "dcc-render-job.h"

/* Looks at the pictures of a job, which has a place for them. (transfer full): the frames whose
 * picture is not there or not whole; none of them may be left. NULL with an error: they cannot be
 * looked at, or it was interrupted (a signal that is held). */
DccFrames *
cli_render_resume(DccRenderJob *job, GError **error);
