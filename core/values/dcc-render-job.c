/* What is to be rendered.
 *
 * Contract: immutable; a pattern without a place for the number goes with one frame alone, for
 * else two frames would share a file. Threading: any thread.
 */
#include "dcc-render-job.h"

#include "dcc-error.h"

struct _DccRenderJob {
    GObject parent_instance;
    DccFrames *frames;
    DccFramePath *output;
    DccFramePath *expect;
};

/**
 * DccRenderJob:
 *
 * What is to be rendered: the frames, and where their pictures go. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccRenderJob, dcc_render_job, G_TYPE_OBJECT)

static void
dcc_render_job_finalize(GObject *object)
{
    DccRenderJob *self = DCC_RENDER_JOB(object);

    g_clear_object(&self->frames);
    g_clear_object(&self->output);
    g_clear_object(&self->expect);
    G_OBJECT_CLASS(dcc_render_job_parent_class)->finalize(object);
}

static void
dcc_render_job_class_init(DccRenderJobClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_render_job_finalize;
}

static void
dcc_render_job_init(DccRenderJob *self)
{
}

static DccRenderJob *
alloc(DccFrames *frames, DccFramePath *output, DccFramePath *expect)
{
    DccRenderJob *self = g_object_new(DCC_TYPE_RENDER_JOB, NULL);

    self->frames = g_object_ref(frames);
    g_set_object(&self->output, output);
    g_set_object(&self->expect, expect);
    return self;
}

static gboolean
check(DccFramePath *path, DccFrames *frames, GError **error)
{
    g_autofree char *shown = NULL;

    if (path == NULL || dcc_frame_path_get_digits(path) > 0 || dcc_frames_count(frames) < 2)
        return TRUE;
    shown = g_filename_display_name(dcc_frame_path_get_text(path));
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "the pattern '%s' has no place for the frame's number, and %u frames cannot share "
                "one file; write #### where the number goes",
                shown,
                dcc_frames_count(frames));
    return FALSE;
}

/**
 * dcc_render_job_new:
 * @frames: which frames; one at least
 * @output: (nullable): where the pictures go; %NULL: where the scene says
 * @expect: (nullable): where they are looked for; %NULL: at @output
 * @error: return location for an error
 *
 * Makes a job.
 *
 * Returns: (transfer full): the job; %NULL with `DCC_ERROR_INVALID` where two frames would share a
 *   file, or where there is no frame
 * Since: 1.0
 */
DccRenderJob *
dcc_render_job_new(DccFrames *frames, DccFramePath *output, DccFramePath *expect, GError **error)
{
    g_return_val_if_fail(DCC_IS_FRAMES(frames), NULL);

    if (dcc_frames_count(frames) == 0) {
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "there is no frame to be rendered");
        return NULL;
    }
    if (!check(output, frames, error) || !check(expect, frames, error))
        return NULL;
    return alloc(frames, output, expect);
}

/**
 * dcc_render_job_with_frames:
 * @self: a job
 * @frames: which frames, instead of its own; one at least
 *
 * The same job, of other frames: what is left after a crash.
 *
 * Returns: (transfer full): another job
 * Since: 1.0
 */
DccRenderJob *
dcc_render_job_with_frames(DccRenderJob *self, DccFrames *frames)
{
    g_return_val_if_fail(DCC_IS_RENDER_JOB(self), NULL);
    g_return_val_if_fail(DCC_IS_FRAMES(frames), NULL);

    return alloc(frames, self->output, self->expect);
}

/**
 * dcc_render_job_get_frames:
 * @self: a job
 *
 * Which frames.
 *
 * Returns: (transfer none): the frames, one at least
 * Since: 1.0
 */
DccFrames *
dcc_render_job_get_frames(DccRenderJob *self)
{
    g_return_val_if_fail(DCC_IS_RENDER_JOB(self), NULL);

    return self->frames;
}

/**
 * dcc_render_job_get_output:
 * @self: a job
 *
 * Where the pictures go.
 *
 * Returns: (transfer none) (nullable): the pattern; %NULL: where the scene says
 * Since: 1.0
 */
DccFramePath *
dcc_render_job_get_output(DccRenderJob *self)
{
    g_return_val_if_fail(DCC_IS_RENDER_JOB(self), NULL);

    return self->output;
}

/**
 * dcc_render_job_get_expect:
 * @self: a job
 *
 * Where the pictures are looked for.
 *
 * Returns: (transfer none) (nullable): the pattern; %NULL: where the application says that it saved
 *   them
 * Since: 1.0
 */
DccFramePath *
dcc_render_job_get_expect(DccRenderJob *self)
{
    g_return_val_if_fail(DCC_IS_RENDER_JOB(self), NULL);

    return self->expect != NULL ? self->expect : self->output;
}
