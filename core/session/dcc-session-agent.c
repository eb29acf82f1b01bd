/* What the agent inside the application tells. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-json.h"

#include <sys/stat.h>

static void
on_agent_connected(gboolean connected, gpointer data)
{
    DccSession *self = data;
    JsonObject *event;

    if (self->over || self->life == NULL)
        return;
    event = dcc_session_event("agent");
    json_object_set_boolean_member(event, "connected", connected);
    if (connected && dcc_agent_link_get_version(self->agent) != NULL)
        json_object_set_string_member(event, "version", dcc_agent_link_get_version(self->agent));
    if (connected && dcc_agent_link_get_python(self->agent) != NULL)
        json_object_set_string_member(event, "python", dcc_agent_link_get_python(self->agent));
    dcc_session_tell(self, event);
    if (connected)
        dcc_session_agent_is_back(self);
}

static gboolean
said_bad_scene(DccSession *self)
{
    dcc_log_reader_drain(self->life->log, FALSE);
    for (guint i = 0; i < self->life->telling->len; i++)
        if (dcc_output_event_get_kind(g_ptr_array_index(self->life->telling, i)) ==
            DCC_OUTPUT_BAD_SCENE)
            return TRUE;
    return FALSE;
}

static gboolean
is_same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    return g_strcmp0(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
                                    sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* An application may well start on an empty scene when the one asked for cannot be read (Blender's
 * GUI does): then it is not what was asked for, and saying "ready" would be a lie. */
static gboolean
has_wrong_scene(DccSession *self, const char *scene, gboolean exists, char **reason)
{
    const char *wanted = dcc_launch_request_get_scene(self->life->request);

    /* Work of a scene that had no name has none. */
    if (wanted == NULL || self->life->recovered != NULL ||
        (is_same_file(wanted, scene) && exists && !said_bad_scene(self)))
        return FALSE;
    *reason =
        g_strdup_printf("the scene %s could not be opened; the application has %s open instead",
                        wanted,
                        *scene != '\0' ? scene : "an unnamed scene");
    return TRUE;
}

static void
on_agent_ready(const char *scene, gboolean exists, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    g_autofree char *reason = NULL;

    if (life == NULL || life->ready || life->exited)
        return;
    dcc_session_note_started(self); /* its word may overtake the shim's */
    if (has_wrong_scene(self, scene, exists, &reason)) {
        life->failure = dcc_result_new_start_failed("scene", 0, reason);
        dcc_session_dispatch(self, DCC_EVENT_START_TIMEOUT, reason);
        return;
    }
    g_free(life->scene);
    life->scene = g_strdup(scene);
    life->ready = TRUE;
    dcc_session_note_recovered(self);
    dcc_session_dispatch(self, DCC_EVENT_READY, "the agent says so");
}

static void
on_agent_scene(const char *scene, gpointer data)
{
    DccSession *self = data;

    if (self->life == NULL)
        return;
    g_free(self->life->scene);
    self->life->scene = g_strdup(scene);
}

/* The scene knows its frames where the command line did not name them. */
static void
on_agent_frame(int frame, int first, int last, int step, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    int known = 0;

    if (life == NULL || step <= 0)
        return;
    dcc_launch_plan_get_frames(life->plan, NULL, NULL, &known);
    if (known != 0)
        return;
    dcc_launch_plan_set_frames(life->plan, first, last, step);
    dcc_progress_free(life->progress);
    life->progress = dcc_progress_new(first, last, step);
}

static void
on_agent_bye(int code, gpointer data)
{
}

const DccAgentHandler dcc_session_agent_handler = {
    .connected = on_agent_connected,
    .ready = on_agent_ready,
    .scene = on_agent_scene,
    .frame = on_agent_frame,
    .bye = on_agent_bye,
};
