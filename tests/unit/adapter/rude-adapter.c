/* An adapter that answers badly: nothing, the wrong thing, too much, or an error and a value at
 * once. */
#include "rude-adapter.h"

G_DEFINE_TYPE(RudeAdapter, rude_adapter, DCC_TYPE_ADAPTER)

Mode rude_mode;
gpointer rude_odd;

static gpointer
answer(GError **error)
{
    if (error && (rude_mode == MODE_ERROR || rude_mode == MODE_ERROR_AND_VALUE))
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY, "the moon is full");
    if (rude_mode == MODE_ODD)
        return g_object_ref(rude_odd);
    if (rude_mode == MODE_WRONG_TYPE || rude_mode == MODE_ERROR_AND_VALUE)
        return g_cancellable_new();
    return NULL;
}

static GListModel *
rude_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    return answer(error);
}

static char *
rude_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    return rude_mode == MODE_NOTHING ? NULL : g_strdup(output);
}

static DccLaunchPlan *
rude_plan_launch(DccAdapter *self,
                 DccInstallation *installation,
                 DccLaunchRequest *request,
                 GError **error)
{
    return answer(error);
}

static DccProbePlan *
rude_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return answer(error);
}

static DccProbeReply *
rude_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error)
{
    return answer(error);
}

static DccStopPlan *
rude_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return answer(error);
}

static DccOutputEvent *
rude_read_line(DccAdapter *self, const char *line)
{
    return answer(NULL);
}

static DccVerdict *
rude_judge_exit(DccAdapter *self, DccExitInfo *info)
{
    return answer(NULL);
}

static GListModel *
rude_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error)
{
    return answer(error);
}

static DccLaunchPlan *
rude_plan_recovery(DccAdapter *self,
                   DccInstallation *installation,
                   DccLaunchRequest *request,
                   DccRescueFile *file,
                   GError **error)
{
    return answer(error);
}

static char *
rude_read_scene_version(DccAdapter *self, GBytes *head)
{
    gsize length;
    const char *data = g_bytes_get_data(head, &length);

    return rude_mode == MODE_NOTHING ? NULL : g_strndup(data ? data : "", length);
}

static void
rude_adapter_class_init(RudeAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = rude_find_installations;
    adapter_class->read_version = rude_read_version;
    adapter_class->plan_launch = rude_plan_launch;
    adapter_class->plan_probe = rude_plan_probe;
    adapter_class->read_probe = rude_read_probe;
    adapter_class->plan_stop = rude_plan_stop;
    adapter_class->read_line = rude_read_line;
    adapter_class->judge_exit = rude_judge_exit;
    adapter_class->list_rescue_files = rude_list_rescue_files;
    adapter_class->plan_recovery = rude_plan_recovery;
    adapter_class->read_scene_version = rude_read_scene_version;
}

static void
rude_adapter_init(RudeAdapter *self)
{
}
