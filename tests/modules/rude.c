/* The module of an adapter that answers badly where, and as, the environment says:
 * DCCHOST_RUDE="plan_launch=crash". "constructor", "init" and "exit" are places, too. The rest of
 * it is left to the defaults. */
#include "dcc-adapter-module.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUDE_TYPE_ADAPTER (rude_adapter_get_type())
G_DECLARE_FINAL_TYPE(RudeAdapter, rude_adapter, RUDE, ADAPTER, DccAdapter)

struct _RudeAdapter {
    DccAdapter parent_instance;
};
G_DEFINE_TYPE(RudeAdapter, rude_adapter, DCC_TYPE_ADAPTER)

/* How to be at this place; NULL: well. */
static const char *
conduct_at(const char *instance_dir)
{
    const char *all = getenv("DCCHOST_RUDE");
    gsize length = strlen(instance_dir);

    if (!all || strncmp(all, instance_dir, length) != 0 || all[length] != '=')
        return NULL;
    return all + length + 1;
}

static void
start_process(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
}

/* What does not come back, or leaves something behind. */
static void
act(const char *conduct)
{
    if (!conduct)
        return;
    if (strcmp(conduct, "crash") == 0) {
        fputs("rude: about to break\n", stderr);
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    while (strcmp(conduct, "spin") == 0)
        continue;
    if (strcmp(conduct, "exit") == 0)
        exit(3);
    if (strcmp(conduct, "quit") == 0)
        _exit(0);
    if (strcmp(conduct, "fork") == 0)
        start_process();
    if (strcmp(conduct, "system") == 0 && system("true") != 0)
        abort();
    if (strcmp(conduct, "critical") == 0)
        g_critical("rude: something is wrong");
    if (strcmp(conduct, "slow") == 0)
        g_usleep(60 * 1000);
    if (strcmp(conduct, "flood") == 0)
        for (int i = 0; i < 100000; i++)
            puts("rude: a line of a flood of lines");
    /* Room alone: the machine is other people's, too. */
    while (strcmp(conduct, "allocate") == 0)
        if (mmap(NULL, 1 << 28, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
            MAP_FAILED)
            abort();
}

__attribute__((constructor)) static void
rude_constructor(void)
{
    act(conduct_at("constructor"));
}

static void
at_exit(void)
{
    const char *conduct = conduct_at("atexit");

    if (conduct && strcmp(conduct, "crash") == 0)
        raise(SIGSEGV);
}

static gboolean
is_at(const char *instance_dir, const char *conduct)
{
    const char *now = conduct_at(instance_dir);

    act(now);
    return now && strcmp(now, conduct) == 0;
}

static GListModel *
rude_adapter_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    GListStore *found = g_list_store_new(DCC_TYPE_INSTALLATION);

    if (is_at("find_installations", "invent")) {
        g_autoptr(DccInstallation) invented = dcc_installation_new("/opt/rude", NULL, "a guess");

        g_list_store_append(found, invented);
    }
    return G_LIST_MODEL(found);
}

static char *
rude_adapter_read_version(DccAdapter *adapter, DccInstallation *installation, const char *output)
{
    return is_at("read_version", "absurd") ? g_strdup("4 2\n") : NULL;
}

static DccLaunchPlan *
rude_adapter_plan_launch(DccAdapter *adapter,
                         DccInstallation *installation,
                         DccLaunchRequest *request,
                         GError **error)
{
    const char *conduct = conduct_at("plan_launch");
    DccLaunchPlan *plan = dcc_launch_plan_new(conduct && strcmp(conduct, "relative") == 0 ? "rude"
                                              : conduct && strcmp(conduct, "empty") == 0  ? ""
                                                                                         : "/rude");

    if (is_at("plan_launch", "nothing"))
        g_clear_object(&plan);
    if (is_at("plan_launch", "many"))
        for (int i = 0; i < 10000; i++)
            dcc_launch_plan_add_arg(plan, "x");
    if (is_at("plan_launch", "meddle"))
        dcc_launch_request_set_headless(request, !dcc_launch_request_is_headless(request));
    if (is_at("plan_launch", "both"))
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY, "and an error as well");
    return plan;
}

static DccProbePlan *
rude_adapter_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_agent(is_at("plan_probe", "nameless") ? "" : "ping", NULL);
}

static DccProbeReply *
rude_adapter_read_probe(DccAdapter *adapter, DccProbePlan *plan, const char *reply, GError **error)
{
    return dcc_probe_reply_new(is_at("read_probe", "gullible") ? DCC_HEALTH_OK : DCC_HEALTH_UNKNOWN,
                               -1);
}

static DccStopPlan *
rude_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan = dcc_stop_plan_new();

    if (is_at("plan_stop", "negative"))
        dcc_stop_plan_set_quit_timeout(plan, -1);
    return plan;
}

static DccOutputEvent *
rude_adapter_read_line(DccAdapter *adapter, const char *line)
{
    if (is_at("read_line", "wrong"))
        return (gpointer)dcc_stop_plan_new();
    if (is_at("read_line", "kind"))
        return dcc_output_event_new(77, line);
    return NULL;
}

static DccVerdict *
rude_adapter_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    if (is_at("judge_exit", "nothing"))
        return NULL;
    if (is_at("judge_exit", "mute"))
        return dcc_verdict_new(DCC_VERDICT_UNKNOWN, NULL);
    return dcc_verdict_new(
        is_at("judge_exit", "kind-hearted") ? DCC_VERDICT_CLEAN : DCC_VERDICT_UNKNOWN, "who knows");
}

static char *
rude_adapter_read_scene_version(DccAdapter *adapter, GBytes *head)
{
    act(conduct_at("read_scene_version"));
    if (is_at("read_scene_version", "guess"))
        return g_strdup("4.2");
    return is_at("read_scene_version", "absurd") ? g_strdup("4 2\n") : NULL;
}

static GListModel *
rude_adapter_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    GListStore *files = g_list_store_new(G_TYPE_OBJECT);

    if (is_at("list_rescue_files", "wrong")) {
        g_autoptr(GObject) wrong = G_OBJECT(dcc_stop_plan_new());

        g_list_store_append(files, wrong);
    }
    return G_LIST_MODEL(files);
}

static DccLaunchPlan *
rude_adapter_plan_recovery(DccAdapter *adapter,
                           DccInstallation *installation,
                           DccLaunchRequest *request,
                           DccRescueFile *file,
                           GError **error)
{
    act(conduct_at("plan_recovery"));
    return DCC_ADAPTER_CLASS(rude_adapter_parent_class)
        ->plan_recovery(adapter, installation, request, file, error);
}

static DccLaunchPlan *
rude_adapter_plan_render(DccAdapter *adapter,
                         DccInstallation *installation,
                         DccLaunchRequest *request,
                         GError **error)
{
    act(conduct_at("plan_render"));
    if (is_at("plan_render", "nothing"))
        return NULL;
    if (is_at("plan_render", "stays"))
        return dcc_launch_plan_new(dcc_installation_get_executable(installation));
    return DCC_ADAPTER_CLASS(rude_adapter_parent_class)
        ->plan_render(adapter, installation, request, error);
}

static void
rude_adapter_class_init(RudeAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = rude_adapter_find_installations;
    adapter_class->read_version = rude_adapter_read_version;
    adapter_class->plan_launch = rude_adapter_plan_launch;
    adapter_class->plan_probe = rude_adapter_plan_probe;
    adapter_class->read_probe = rude_adapter_read_probe;
    adapter_class->plan_stop = rude_adapter_plan_stop;
    adapter_class->read_line = rude_adapter_read_line;
    adapter_class->judge_exit = rude_adapter_judge_exit;
    adapter_class->list_rescue_files = rude_adapter_list_rescue_files;
    adapter_class->read_scene_version = rude_adapter_read_scene_version;
    adapter_class->plan_recovery = rude_adapter_plan_recovery;
    adapter_class->plan_render = rude_adapter_plan_render;
}

static void
rude_adapter_init(RudeAdapter *self)
{
    act(conduct_at("init"));
    atexit(at_exit);
}

DCC_DEFINE_ADAPTER_MODULE("rude", "RudeAdapter", "0.1", rude_adapter_get_type);
