/* The adapter of tests/fake-dcc: what a session is tested with.
 *
 * It is found by DCCHOST_FAKE_EXECUTABLE alone, so that no machine ever has it by accident. What
 * that names is handed on even when it is not there: failing to start is something to test.
 */
#include "dcc-adapter-module.h"
#include "dcc-signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_NO_LICENCE 3
#define CODE_BAD_SCENE  4
#define QUIT_MS         10000

#define DCC_TYPE_FAKE_ADAPTER (dcc_fake_adapter_get_type())
G_DECLARE_FINAL_TYPE(DccFakeAdapter, dcc_fake_adapter, DCC, FAKE_ADAPTER, DccAdapter)

struct _DccFakeAdapter {
    DccAdapter parent_instance;
};

G_DEFINE_TYPE(DccFakeAdapter, dcc_fake_adapter, DCC_TYPE_ADAPTER)

static GListModel *
dcc_fake_adapter_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListStore) list = g_list_store_new(DCC_TYPE_INSTALLATION);
    const char *path = dcc_search_getenv(search, "DCCHOST_FAKE_EXECUTABLE");

    if (path && *path) {
        const char *const command[] = {path, "--version", NULL};
        g_autoptr(DccInstallation) found =
            dcc_installation_new(path, NULL, "DCCHOST_FAKE_EXECUTABLE");

        dcc_installation_set_version_command(found, command);
        g_list_store_append(list, found);
    }
    return G_LIST_MODEL(g_steal_pointer(&list));
}

/* "Fake 1.2.3" */
static char *
dcc_fake_adapter_read_version(DccAdapter *adapter,
                              DccInstallation *installation,
                              const char *output)
{
    const char *found = strstr(output, "Fake ");

    if (!found)
        return NULL;
    found += strlen("Fake ");
    return g_strndup(found, strspn(found, "0123456789."));
}

static gboolean
has_arg(DccLaunchRequest *request, const char *arg)
{
    const char *const *args = dcc_launch_request_get_args(request);

    return args && g_strv_contains(args, arg);
}

static int
get_number_after(DccLaunchRequest *request, const char *arg, int fallback)
{
    const char *const *args = dcc_launch_request_get_args(request);

    for (guint i = 0; args && args[i] && args[i + 1]; i++)
        if (strcmp(args[i], arg) == 0)
            return atoi(args[i + 1]);
    return fallback;
}

/* The user's --env comes first, as it does for the application. */
static const char *
get_env(DccLaunchRequest *request, const char *key)
{
    const char *const *env = dcc_launch_request_get_env(request);
    const char *value = env ? g_environ_getenv((char **)env, key) : NULL;

    return value ? value : g_getenv(key);
}

static DccLaunchPlan *
dcc_fake_adapter_plan_launch(DccAdapter *adapter,
                             DccInstallation *installation,
                             DccLaunchRequest *request,
                             GError **error)
{
    g_autoptr(DccLaunchPlan) plan =
        dcc_launch_plan_new(dcc_installation_get_executable(installation));
    const char *scene = dcc_launch_request_get_scene(request);
    const char *const *args = dcc_launch_request_get_args(request);
    const char *daemon = get_env(request, "DCCHOST_FAKE_DAEMON");
    const char *slow = get_env(request, "DCCHOST_FAKE_PLAN_MS");

    if (slow) /* as a file server makes it that does not answer */
        g_usleep((gulong)atoi(slow) * 1000);
    if (dcc_launch_request_is_headless(request))
        dcc_launch_plan_add_arg(plan, "--headless");
    if (scene)
        dcc_launch_plan_add_arg(plan, scene);
    if (args)
        dcc_launch_plan_add_argv(plan, args);
    if (daemon && *daemon)
        dcc_launch_plan_add_daemon(plan, daemon);
    if (has_arg(request, "--progress"))
        dcc_launch_plan_set_frames(plan, 1, get_number_after(request, "--frames", 1), 1);
    dcc_launch_plan_set_readiness(
        plan, has_arg(request, "--no-agent") ? DCC_READINESS_SETTLE : DCC_READINESS_AGENT);
    if (has_arg(request, "--job") || has_arg(request, "--no-job"))
        dcc_launch_plan_set_job(plan, has_arg(request, "--job"));
    return g_steal_pointer(&plan);
}

/* "1,2,5" */
static char *
list_frames(DccFrames *frames, guint n)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "%s%d", i > 0 ? "," : "", dcc_frames_get(frames, i));
    return g_string_free(list, FALSE);
}

/* DCCHOST_FAKE_CHUNKS: as applications do whose command line has a first frame, a last one and a
 * step. */
static char *
choose_frames(DccLaunchRequest *request, DccLaunchPlan *plan)
{
    DccFrames *frames = dcc_render_job_get_frames(dcc_launch_request_get_render(request));
    guint n = dcc_frames_count(frames);
    int first = 0, last = 0, step = 1;

    if (get_env(request, "DCCHOST_FAKE_CHUNKS")) {
        dcc_frames_get_run(frames, 0, &first, &last, &step);
        dcc_launch_plan_set_frames(plan, first, last, step);
        n = (guint)((last - first) / step) + 1;
    }
    return list_frames(frames, n);
}

static DccLaunchPlan *
dcc_fake_adapter_plan_render(DccAdapter *adapter,
                             DccInstallation *installation,
                             DccLaunchRequest *request,
                             GError **error)
{
    DccFramePath *output = dcc_render_job_get_output(dcc_launch_request_get_render(request));
    g_autoptr(DccLaunchPlan) plan =
        dcc_fake_adapter_plan_launch(adapter, installation, request, error);
    g_autofree char *frames = choose_frames(request, plan);

    dcc_launch_plan_add_args(plan, "--render", frames, NULL);
    if (output) {
        g_autofree char *hashes = g_strnfill(dcc_frame_path_get_digits(output), '#');
        g_autofree char *pattern = g_strconcat(
            dcc_frame_path_get_before(output), hashes, dcc_frame_path_get_after(output), NULL);

        dcc_launch_plan_add_args(plan, "--output", pattern, NULL);
    }
    dcc_launch_plan_set_job(plan, TRUE);
    return g_steal_pointer(&plan);
}

static DccProbePlan *
dcc_fake_adapter_plan_probe(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    if (has_arg(request, "--no-agent"))
        return dcc_probe_plan_new_none();
    return dcc_probe_plan_new_agent("ping", NULL);
}

static DccStopPlan *
dcc_fake_adapter_plan_stop(DccAdapter *adapter, DccLaunchRequest *request, GError **error)
{
    DccStopPlan *plan = dcc_stop_plan_new();

    if (has_arg(request, "--no-agent"))
        return plan;
    dcc_stop_plan_set_save_method(plan, "save");
    dcc_stop_plan_set_quit_method(plan, "quit");
    dcc_stop_plan_set_quit_timeout(plan, QUIT_MS);
    return plan;
}

/* "Fra:1 | Remaining:20 | Sample 2/4" */
static DccOutputEvent *
read_progress(const char *line)
{
    int frame;
    long long remaining, part, whole;

    if (sscanf(line,
               "Fra:%d | Remaining:%lld | Sample %lld/%lld",
               &frame,
               &remaining,
               &part,
               &whole) != 4)
        return NULL;

    DccOutputEvent *event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    dcc_output_event_set_frame(event, frame);
    dcc_output_event_set_part(event, part, whole);
    dcc_output_event_set_remaining(event, remaining);
    return event;
}

/* "Saved: '/path'" */
static DccOutputEvent *
read_saved(const char *line)
{
    const char *path = line + strlen("Saved: '");
    g_autofree char *text = g_strndup(path, strcspn(path, "'"));

    return dcc_output_event_new(DCC_OUTPUT_SAVED, text);
}

static DccOutputEvent *
dcc_fake_adapter_read_line(DccAdapter *adapter, const char *line)
{
    static const struct {
        const char *words;
        DccOutputKind kind;
    } lines[] = {
        {"FAKE CRASH", DCC_OUTPUT_CRASH},
        {"no licence", DCC_OUTPUT_LICENCE},
        {"out of memory", DCC_OUTPUT_OOM},
        {"bad scene", DCC_OUTPUT_FATAL},
        {"Fake quit", DCC_OUTPUT_DONE},
    };

    if (g_str_has_prefix(line, "Fra:"))
        return read_progress(line);
    if (g_str_has_prefix(line, "Saved: '"))
        return read_saved(line);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        if (strstr(line, lines[i].words))
            return dcc_output_event_new(lines[i].kind, line);
    return NULL;
}

static DccVerdict *
judge_code(int code)
{
    g_autofree char *reason = g_strdup_printf("exited with code %d", code);

    switch (code) {
    case 0:
        return dcc_verdict_new(DCC_VERDICT_CLEAN, "quit");
    case CODE_NO_LICENCE:
        return dcc_verdict_new(DCC_VERDICT_LICENCE, "no licence was to be had");
    case CODE_BAD_SCENE:
        return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, "the scene cannot be read");
    case 126:
    case 127:
        return dcc_verdict_new(DCC_VERDICT_BROKEN_INSTALL, reason);
    default:
        /* A wrapper says 128+n for the signal that ended what it wrapped. */
        return dcc_verdict_new(code > 128 && code <= 128 + DCC_SIGNAL_LAST ? DCC_VERDICT_CRASH
                                                                           : DCC_VERDICT_FAILED,
                               reason);
    }
}

/* SIGTERM, SIGHUP and SIGINT from outside are somebody's orderly wish, and no crash. */
static DccVerdict *
judge_signal(DccExitInfo *info)
{
    int number = dcc_exit_info_get_signal(info);
    g_autofree char *reason =
        g_strdup_printf("ended by signal %d (%s)", number, g_strsignal(number));

    if (dcc_exit_info_was_requested(info) && dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(DCC_VERDICT_CLEAN, reason);
    if (dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(DCC_VERDICT_KILLED, reason);
    if (number == DCC_SIGNAL_TERMINATE || number == DCC_SIGNAL_HANGUP ||
        number == DCC_SIGNAL_INTERRUPT)
        return dcc_verdict_new(DCC_VERDICT_CANCELLED, reason);
    return dcc_verdict_new(number == DCC_SIGNAL_KILL ? DCC_VERDICT_KILLED : DCC_VERDICT_CRASH,
                           reason);
}

static DccVerdict *
dcc_fake_adapter_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    DccResultKind kind = dcc_exit_info_get_kind(info);

    if (dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, NULL) &&
        !(kind == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0))
        return dcc_verdict_new(DCC_VERDICT_OOM, "memory ran out");
    if (kind == DCC_RESULT_EXITED)
        return judge_code(dcc_exit_info_get_code(info));
    if (kind == DCC_RESULT_SIGNALED)
        return judge_signal(info);
    return DCC_ADAPTER_CLASS(dcc_fake_adapter_parent_class)->judge_exit(adapter, info);
}

static gboolean
find_rescue_kind(const char *name, DccRescueKind *kind)
{
    static const struct {
        const char *suffix;
        DccRescueKind kind;
    } kinds[] = {
        {".crash.txt", DCC_RESCUE_CRASH_REPORT},
        {"_autosave.scene", DCC_RESCUE_AUTOSAVE},
        {"recovery.scene", DCC_RESCUE_RECOVERY},
        {".stacks", DCC_RESCUE_STACKS},
    };

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_suffix(name, kinds[i].suffix)) {
            *kind = kinds[i].kind;
            return TRUE;
        }
    return FALSE;
}

static GListModel *
dcc_fake_adapter_list_rescue_files(DccAdapter *adapter, DccExitInfo *info, GError **error)
{
    g_autoptr(GListStore) list = g_list_store_new(DCC_TYPE_RESCUE_FILE);
    const char *directory = dcc_exit_info_get_temp_dir(info);
    g_autoptr(GDir) dir = directory ? g_dir_open(directory, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        DccRescueKind kind;

        if (!find_rescue_kind(name, &kind))
            continue;
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_autoptr(DccRescueFile) file = dcc_rescue_file_new(kind, path);
        g_list_store_append(list, file);
    }
    return G_LIST_MODEL(g_steal_pointer(&list));
}

static void
dcc_fake_adapter_class_init(DccFakeAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = dcc_fake_adapter_find_installations;
    adapter_class->read_version = dcc_fake_adapter_read_version;
    adapter_class->plan_launch = dcc_fake_adapter_plan_launch;
    adapter_class->plan_render = dcc_fake_adapter_plan_render;
    adapter_class->plan_probe = dcc_fake_adapter_plan_probe;
    adapter_class->plan_stop = dcc_fake_adapter_plan_stop;
    adapter_class->read_line = dcc_fake_adapter_read_line;
    adapter_class->judge_exit = dcc_fake_adapter_judge_exit;
    adapter_class->list_rescue_files = dcc_fake_adapter_list_rescue_files;
}

static void
dcc_fake_adapter_init(DccFakeAdapter *self)
{
    g_object_set(self, "id", "fake", "title", "Fake DCC", NULL);
}

DCC_DEFINE_ADAPTER_MODULE("fake", "DccFakeAdapter", "1.0", dcc_fake_adapter_get_type);
