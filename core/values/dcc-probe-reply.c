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

DccProbeReply *
dcc_probe_reply_new(DccHealth health, gint64 main_thread_age_ms)
{
    DccProbeReply *self = g_object_new(DCC_TYPE_PROBE_REPLY, NULL);

    self->health = health;
    self->main_thread_age_ms = MAX(main_thread_age_ms, -1);
    return self;
}

DccHealth
dcc_probe_reply_get_health(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), DCC_HEALTH_UNKNOWN);

    return self->health;
}

gint64
dcc_probe_reply_get_main_thread_age(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), -1);

    return self->main_thread_age_ms;
}

void
dcc_probe_reply_set_busy(DccProbeReply *self, const char *reason)
{
    g_return_if_fail(DCC_IS_PROBE_REPLY(self));

    dcc_string_replace(&self->busy, reason);
}

const char *
dcc_probe_reply_get_busy(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), NULL);

    return self->busy;
}

void
dcc_probe_reply_set_scene(DccProbeReply *self, const char *path)
{
    g_return_if_fail(DCC_IS_PROBE_REPLY(self));

    dcc_string_replace(&self->scene, path);
}

const char *
dcc_probe_reply_get_scene(DccProbeReply *self)
{
    g_return_val_if_fail(DCC_IS_PROBE_REPLY(self), NULL);

    return self->scene;
}
