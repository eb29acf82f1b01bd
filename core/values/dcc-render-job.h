/* What is to be rendered: the frames, and where their pictures go. Immutable. */
#pragma once

#include "dcc-frame-path.h"
#include "dcc-frames.h"

G_BEGIN_DECLS

#define DCC_TYPE_RENDER_JOB (dcc_render_job_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccRenderJob, dcc_render_job, DCC, RENDER_JOB, GObject)

/* output NULL: where the scene says. expect NULL: the output. */
DCC_API DccRenderJob *
dcc_render_job_new(DccFrames *frames, DccFramePath *output, DccFramePath *expect, GError **error);
/* The same job, of other frames. */
DCC_API DccRenderJob *
dcc_render_job_with_frames(DccRenderJob *self, DccFrames *frames);
DCC_API DccFrames *
dcc_render_job_get_frames(DccRenderJob *self);
DCC_API DccFramePath *
dcc_render_job_get_output(DccRenderJob *self);
/* Where the pictures are looked for; NULL: where the application says that it saved them. */
DCC_API DccFramePath *
dcc_render_job_get_expect(DccRenderJob *self);

G_END_DECLS
