/* What a probe found out about a live application.
 *
 * Contract: filled in by an adapter, unchanged after. Threading: one thread at a time while it is
 * filled.
 */
#include "dcc-probe-reply.h"

#include "dcc-strings.h"

struct _DccProbeReply {
    GObject parent_instance;
    DccHealth health;
    gint64 main_thread_age_ms;
    char *busy;
    char *scene;
};

/**
 * DccProbeReply:
 *
 * What a probe found out about a live application.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccProbeReply, dcc_probe_reply, G_TYPE_OBJECT)

static void
dcc_probe_reply_finalize(GObject *object)
{
    DccProbeReply *self = DCC_PROBE_REPLY(object);

    g_free(self->busy);
    g_free(self->scene);
    G_OBJECT_CLASS(dcc_probe_reply_parent_class)->finalize(object);
}

static void
dcc_probe_reply_class_init(DccProbeReplyClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_probe_reply_finalize;
}

static void
dcc_probe_reply_init(DccProbeReply *self)
{
    self->health = DCC_HEALTH_UNKNOWN;
    self->main_thread_age_ms = -1;
}

/**
 * dcc_probe_reply_new:
 * @health: how the application is
 * @main_thread_age_ms: milliseconds since its main thread last turned; -1 when that is not
 *   known
 *
 * What a probe found.
 *
 * Returns: (transfer full): a new #DccProbeReply
 *
 * Since: 1.0
 */
DccProbeReply *
dcc_probe_reply_new(DccHealth health, gint64 main_thread_age_ms)
{
    DccProbeReply *self = g_object_new(DCC_TYPE_PROBE_REPLY, NULL);

    self->health = health;
    self->main_thread_age_ms = MAX(main_thread_age_ms, -1);
    return self;
}

/**
 * dcc_probe_reply_get_health:
 * @self: a #DccProbeReply
 *
 * How the application is.
 *
 * Returns: its health
 *
 * Since: 1.0
 */
DccHealth
dcc_probe_reply_get_health(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), DCC_HEALTH_UNKNOWN);

    return self->health;
}

/**
 * dcc_probe_reply_get_main_thread_age:
 * @self: a #DccProbeReply
 *
 * How long ago the main thread last turned.
 *
 * Returns: milliseconds, -1 when that is not known
 *
 * Since: 1.0
 */
gint64
dcc_probe_reply_get_main_thread_age(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), -1);

    return self->main_thread_age_ms;
}

/**
 * dcc_probe_reply_set_busy:
 * @self: a #DccProbeReply
 * @reason: (nullable): "render", "save", or %NULL
 *
 * Says what it is busy with.
 *
 * Since: 1.0
 */
void
dcc_probe_reply_set_busy(DccProbeReply *self, const char *reason)
{
    g_return_if_fail(DCC_IS_PROBE_REPLY(self));

    dcc_string_replace(&self->busy, reason);
}

/**
 * dcc_probe_reply_get_busy:
 * @self: a #DccProbeReply
 *
 * What it is busy with.
 *
 * Returns: (nullable): a word, or %NULL
 *
 * Since: 1.0
 */
const char *
dcc_probe_reply_get_busy(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), NULL);

    return self->busy;
}

/**
 * dcc_probe_reply_set_scene:
 * @self: a #DccProbeReply
 * @path: (type filename) (nullable): a path, "" for an unnamed scene, %NULL when not known
 *
 * Says which scene is open.
 *
 * Since: 1.0
 */
void
dcc_probe_reply_set_scene(DccProbeReply *self, const char *path)
{
    g_return_if_fail(DCC_IS_PROBE_REPLY(self));

    dcc_string_replace(&self->scene, path);
}

/**
 * dcc_probe_reply_get_scene:
 * @self: a #DccProbeReply
 *
 * The scene that is open.
 *
 * Returns: (type filename) (nullable): a path, "" for an unnamed scene, %NULL when not known
 *
 * Since: 1.0
 */
const char *
dcc_probe_reply_get_scene(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), NULL);

    return self->scene;
}
