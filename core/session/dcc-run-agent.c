/* What the agent inside a run tells; see the header. */
#include "dcc-run-agent.h"

#include "dcc-copy-place.h"
#include "dcc-scene-line.h"

struct _DccRunAgent {
    const DccRunSetup *setup;
    DccRunOutput *output;
    const DccRunAgentHandler *handler;
    gpointer data;
    DccAgentLink *link;
    DccRunWork work;
    int end_signal;
};

static void
ignore_connected(gboolean connected, gpointer data)
{
}

static void
ignore_text(const char *text, gpointer data)
{
}

static void
ignore(gpointer data)
{
}

/* After it was freed. */
static const DccRunAgentHandler silent_handler = {.connected = ignore_connected,
                                                  .ready = ignore_text,
                                                  .changed = ignore,
                                                  .degraded = ignore_text};

static void
agent_clear(gpointer data)
{
    dcc_run_work_clear(&((DccRunAgent *)data)->work);
}

static void
agent_release(DccRunAgent *self)
{
    g_rc_box_release_full(self, agent_clear);
}

typedef DccRunAgent HeldAgent;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldAgent, agent_release)

static HeldAgent *
hold(DccRunAgent *self)
{
    return g_rc_box_acquire(self);
}

static void
on_connected(gboolean connected, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);

    self->handler->connected(connected, self->data);
}

static gboolean
said_bad_scene(DccRunAgent *self)
{
    dcc_run_output_read(self->output, FALSE);
    return dcc_run_output_has(self->output, DCC_OUTPUT_BAD_SCENE);
}

/* An application may well start on an empty scene when the one asked for cannot be read (Blender's
 * window does): then it is not what was asked for, and saying "ready" would be a lie. */
static char *
find_wrong_scene(DccRunAgent *self, const char *scene, gboolean exists)
{
    const char *wanted = dcc_launch_request_get_scene(self->setup->request);

    /* Work of a scene that had no name has none; a job that opens its scene later says so itself. */
    if (wanted == NULL || scene == NULL || self->setup->recovered != NULL ||
        (dcc_scene_is_same_file(wanted, scene) && exists && !said_bad_scene(self)))
        return NULL;
    return g_strdup_printf("the scene %s could not be opened; the application has %s open instead",
                           wanted,
                           *scene != '\0' ? scene : "an unnamed scene");
}

static void
on_ready(const char *scene, gboolean exists, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);
    g_autofree char *wrong = find_wrong_scene(self, scene, exists);

    if (wrong == NULL)
        dcc_run_work_set_scene(&self->work, scene);
    self->handler->ready(wrong, self->data);
}

static void
on_scene(const char *scene, gboolean exists, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);

    dcc_run_work_set_scene(&self->work, scene);
    self->handler->changed(self->data);
}

/* The scene knows its frames where the command line did not name them. */
static void
on_frame(int frame, int first, int last, int step, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);

    if (step > 0 && !dcc_run_output_knows_frames(self->output))
        dcc_run_output_set_frames(self->output, first, last, step);
    dcc_run_output_begin_frame(self->output, frame);
}

/* (transfer full): why it is no copy that is taken to safety; NULL: it is one. */
static char *
refuse_copy(DccRunAgent *self, const char *copy)
{
    g_autofree char *why =
        dcc_copy_place_refuse(copy, self->setup->temp_dir, self->setup->rescue_dir);

    return why != NULL ? g_strdup_printf("%s: %s", why, copy) : NULL;
}

static void
on_work(const DccAgentWork *said, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);
    DccAgentWork work = *said;
    g_autofree char *refused = said->copy != NULL ? refuse_copy(self, said->copy) : NULL;

    if (refused != NULL)
        work.copy = NULL;
    dcc_run_work_take(&self->work, &work);
    self->handler->changed(self->data);
    if (refused != NULL) {
        g_autofree char *what =
            g_strdup_printf("unsaved work is not protected: the copy that the agent names is not "
                            "taken, for %s",
                            refused);

        self->handler->degraded(what, self->data);
    }
}

static void
on_protection(gboolean ok, const char *reason, const char *copy, gpointer data)
{
    DccRunAgent *self = data;
    g_autoptr(HeldAgent) held = hold(self);
    g_autofree char *refused = copy != NULL ? refuse_copy(self, copy) : NULL;
    g_autofree char *what = NULL;

    if (ok)
        return;
    if (copy == NULL || refused != NULL)
        what = g_strdup_printf("unsaved work is not protected: %s", reason);
    else
        what = g_strdup_printf(
            "unsaved work is not protected as it should be: %s; its newest copy is %s",
            reason,
            copy);
    self->handler->degraded(what, self->data);
}

/* The kernel tells the end; this word says that it is meant to be in order, and for what. */
static void
on_bye(int code, int number, gpointer data)
{
    DccRunAgent *self = data;

    self->end_signal = number;
}

static const DccAgentHandler link_handler = {
    .connected = on_connected,
    .ready = on_ready,
    .scene = on_scene,
    .frame = on_frame,
    .bye = on_bye,
    .work = on_work,
    .protection = on_protection,
};

DccRunAgent *
dcc_run_agent_new(const DccRunSetup *setup,
                  DccInstanceDir *dir,
                  DccRunOutput *output,
                  DccClock *clock,
                  const DccRunAgentHandler *handler,
                  gpointer data,
                  GError **error)
{
    DccRunAgent *self = g_rc_box_new0(DccRunAgent);

    self->setup = setup;
    self->output = output;
    self->handler = handler;
    self->data = data;
    self->link = dcc_agent_link_new(dir, clock, &link_handler, self, error);
    if (self->link == NULL) {
        agent_release(self);
        return NULL;
    }
    dcc_agent_link_expect(self->link, setup->token);
    return self;
}

void
dcc_run_agent_free(DccRunAgent *self)
{
    if (self == NULL)
        return;
    self->handler = &silent_handler;
    g_clear_pointer(&self->link, dcc_agent_link_free);
    agent_release(self);
}

DccAgentLink *
dcc_run_agent_get_link(DccRunAgent *self)
{
    return self->link;
}

DccRunWork *
dcc_run_agent_get_work(DccRunAgent *self)
{
    return &self->work;
}

int
dcc_run_agent_get_end_signal(DccRunAgent *self)
{
    return self->end_signal;
}
