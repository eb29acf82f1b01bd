/* What an earlier render has left undone. */
#include "cli-render-resume.h"

#include "cli-signals.h"
#include "dcc-error.h"
#include "dcc-picture.h"
#include "dcc-shim-path.h"

gboolean
cli_render_find_reader(char **program, GError **error)
{
    GError *problem = NULL;
    g_autofree char *shim = dcc_shim_path(&problem);

    *program = shim != NULL ? dcc_picture_find_program(shim, &problem) : NULL;
    if (shim == NULL && problem->code == DCC_ERROR_NOT_SUPPORTED)
        g_clear_error(&problem);
    if (problem != NULL)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static gboolean
is_there(const char *program, DccFramePath *expect, int frame)
{
    g_autofree char *path = dcc_frame_path_expand(expect, frame);
    g_auto(DccPictureFinding) finding = {0};

    dcc_picture_look(program, path, 0, &finding);
    return finding.state == DCC_PICTURE_WHOLE || finding.state == DCC_PICTURE_UNCHECKED;
}

DccFrames *
cli_render_resume(DccRenderJob *job, GError **error)
{
    DccFrames *frames = dcc_render_job_get_frames(job);
    DccFramePath *expect = dcc_render_job_get_expect(job);
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(int));
    g_autofree char *program = NULL;

    if (!cli_render_find_reader(&program, error))
        return NULL;
    for (guint i = 0; i < dcc_frames_count(frames); i++) {
        int frame = dcc_frames_get(frames, i);

        if (!is_there(program, expect, frame))
            g_array_append_val(rest, frame);
        if (cli_signals_take() == 0)
            continue;
        g_set_error(error, DCC_ERROR, DCC_ERROR_FAILED, "interrupted; nothing was started");
        return NULL;
    }
    return dcc_frames_new((const int *)rest->data, rest->len);
}
