/* What an earlier render has left undone, and what looks at it. */
#pragma once

#include "dcc-render-job.h"

/* *program (transfer full): what reads pictures; NULL on a system where nothing does, and a picture is a file with something
 * in it. Error NOT_FOUND: it is not there. */
gboolean
cli_render_find_reader(char **program, GError **error);
/* Looks at the pictures of a job, which has a place for them. (transfer full): the frames whose
 * picture is not there or not whole; none of them may be left. NULL with an error: they cannot be
 * looked at, or it was interrupted (a signal that is held). */
DccFrames *
cli_render_resume(DccRenderJob *job, GError **error);
