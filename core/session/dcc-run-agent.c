/* What the agent inside a run tells of it. */
#include "dcc-run-private.h"

#include <sys/stat.h>

static void
on_connected(gboolean connected, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    self->listener->agent(self, connected, self->data);
    if (connected)
        dcc_run_agent_is_here(self);
}

static gboolean
said_bad_scene(DccRun *self)
{
    dcc_run_output_read(self->output, FALSE);
    return dcc_run_output_has(self->output, DCC_OUTPUT_BAD_SCENE);
}

static gboolean
is_same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    return g_strcmp0(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
                                    sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* An application may well start on an empty scene when the one asked for cannot be read (Blender's
 * window does): then it is not what was asked for, and saying "ready" would be a lie. */
static char *
find_wrong_scene(DccRun *self, const char *scene, gboolean exists)
{
    const char *wanted = dcc_launch_request_get_scene(self->setup->request);

    /* Work of a scene that had no name has none. */
    if (wanted == NULL || self->setup->recovered != NULL ||
        (is_same_file(wanted, scene) && exists && !said_bad_scene(self)))
        return NULL;
    return g_strdup_printf("the scene %s could not be opened; the application has %s open instead",
                           wanted,
                           *scene != '\0' ? scene : "an unnamed scene");
}

static void
on_ready(const char *scene, gboolean exists, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);
    g_autofree char *wrong = NULL;

    if (self->was_ready || self->phase >= DCC_RUN_EXITED)
        return;
    dcc_run_note_started(self); /* its word may overtake the shim's */
    if (self->output == NULL || self->phase != DCC_RUN_SPAWNED)
        return;
    wrong = find_wrong_scene(self, scene, exists);
    if (wrong != NULL) {
        dcc_run_fail(self, "scene", wrong);
        return;
    }
    dcc_run_work_set_scene(&self->work, scene);
    dcc_run_become_ready(self, "the agent says so");
}

static void
on_scene(const char *scene, gboolean exists, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    dcc_run_work_set_scene(&self->work, scene);
    self->listener->changed(self, self->data);
}

/* The scene knows its frames where the command line did not name them. */
static void
on_frame(int frame, int first, int last, int step, gpointer data)
{
    DccRun *self = data;

    if (step > 0 && self->output != NULL && !dcc_run_output_knows_frames(self->output))
        dcc_run_output_set_frames(self->output, first, last, step);
}

static void
on_work(const DccAgentWork *work, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);

    dcc_run_work_take(&self->work, work);
    self->listener->changed(self, self->data);
}

static void
on_protection(gboolean ok, const char *reason, gpointer data)
{
    DccRun *self = data;
    g_autoptr(DccRun) held = g_object_ref(self);
    g_autofree char *what = NULL;

    if (ok)
        return;
    what = g_strdup_printf("unsaved work is not protected: %s", reason);
    self->listener->degraded(self, what, self->data);
}

/* The kernel tells the end; this word only says that it is meant to be in order. */
static void
on_bye(int code, gpointer data)
{
}

const DccAgentHandler dcc_run_agent_handler = {
    .connected = on_connected,
    .ready = on_ready,
    .scene = on_scene,
    .frame = on_frame,
    .bye = on_bye,
    .work = on_work,
    .protection = on_protection,
};
