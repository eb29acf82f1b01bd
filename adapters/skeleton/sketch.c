/* Sketch: how it is found, started, read and judged.
 *
 * An adapter answers questions and does nothing else: it never starts, waits, kills or writes; the
 * core does. A question that is left out keeps its default. Write down only what was seen on the
 * real application, and say in which version. Threading: none of its own; every question is asked
 * on the session's thread.
 */
#include <dcc-adapter-module.h>
#include <string.h>

#define SKETCH_TYPE_ADAPTER (sketch_adapter_get_type())
G_DECLARE_FINAL_TYPE(SketchAdapter, sketch_adapter, SKETCH, ADAPTER, DccAdapter)

struct _SketchAdapter {
    DccAdapter parent_instance;
};
G_DEFINE_TYPE(SketchAdapter, sketch_adapter, DCC_TYPE_ADAPTER)

/* The core runs the command, with a deadline, and hands what it prints to read_version: the first
 * dotted number of it, unless you answer that question yourself. */
static void
add_installation(GListStore *found, const char *path, const char *origin)
{
    const char *const command[] = {path, "--version", NULL};
    g_autoptr(DccInstallation) installation = dcc_installation_new(path, NULL, origin);

    dcc_installation_set_version_command(installation, command);
    g_list_store_append(found, installation);
}

/* Best first. Look through the search alone: it remembers where it looked, for the user who has
 * nothing installed, and tests give it a root of their own. */
static GListModel *
sketch_adapter_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(GListStore) found = g_list_store_new(DCC_TYPE_INSTALLATION);
    const char *wanted = dcc_search_getenv(search, "DCCHOST_SKETCH_EXECUTABLE");
    g_autofree char *program = dcc_search_program(search, "sketch");
    g_auto(GStrv) paths = dcc_search_glob(search, "/opt/sketch*/bin/sketch");

    if (wanted && g_path_is_absolute(wanted))
        add_installation(found, wanted, "DCCHOST_SKETCH_EXECUTABLE");
    if (program)
        add_installation(found, program, "PATH");
    for (char **path = paths; *path; path++)
        add_installation(found, *path, "/opt");
    return G_LIST_MODEL(g_steal_pointer(&found));
}

/* All strings are bytes and no shell is involved: nothing is to be quoted. */
static DccLaunchPlan *
sketch_adapter_plan_launch(DccAdapter *adapter,
                           DccInstallation *installation,
                           DccLaunchRequest *request,
                           GError **error)
{
    DccLaunchPlan *plan = dcc_launch_plan_new(dcc_installation_get_executable(installation));
    const char *scene = dcc_launch_request_get_scene(request);

    if (dcc_launch_request_is_headless(request))
        dcc_launch_plan_add_arg(plan, "--batch");
    if (dcc_launch_request_is_safe(request))
        dcc_launch_plan_set_env(plan, "SKETCH_NO_PLUGINS", "1");
    if (scene)
        dcc_launch_plan_add_arg(plan, scene);
    dcc_launch_plan_add_argv(plan, dcc_launch_request_get_args(request));
    return plan;
}

/* Asked of every line, so quick: what says nothing is NULL. */
static DccOutputEvent *
sketch_adapter_read_line(DccAdapter *adapter, const char *line)
{
    static const struct {
        const char *words;
        DccOutputKind kind;
    } lines[] = {
        {"Segmentation fault", DCC_OUTPUT_CRASH},
        {"out of memory", DCC_OUTPUT_OOM},
        {"no license", DCC_OUTPUT_LICENCE},
        {"cannot open file", DCC_OUTPUT_BAD_SCENE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (strstr(line, lines[i].words))
            return dcc_output_event_new(lines[i].kind, line);
    }
    return NULL;
}

/* What the codes mean; signals, and ends that nobody saw, are left to the default. */
static DccVerdict *
sketch_adapter_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static const struct {
        int code;
        DccVerdictKind kind;
        const char *reason;
    } codes[] = {
        {3, DCC_VERDICT_LICENCE, "no license was to be had"},
        {127, DCC_VERDICT_BROKEN_INSTALL, "a library of its own is missing"},
    };
    const char *line = NULL;

    if (dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) != 0) {
        if (dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &line))
            return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, line);
        for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
            if (codes[i].code == dcc_exit_info_get_code(info))
                return dcc_verdict_new(codes[i].kind, codes[i].reason);
        }
    }
    return DCC_ADAPTER_CLASS(sketch_adapter_parent_class)->judge_exit(adapter, info);
}

static void
sketch_adapter_class_init(SketchAdapterClass *klass)
{
    DccAdapterClass *adapter_class = DCC_ADAPTER_CLASS(klass);

    adapter_class->find_installations = sketch_adapter_find_installations;
    adapter_class->plan_launch = sketch_adapter_plan_launch;
    adapter_class->read_line = sketch_adapter_read_line;
    adapter_class->judge_exit = sketch_adapter_judge_exit;
}

static void
sketch_adapter_init(SketchAdapter *self)
{
    g_object_set(self, "id", "sketch", "title", "Sketch", NULL);
}

/* The version says that nothing of this was seen on the real application yet; then give another. */
DCC_DEFINE_ADAPTER_MODULE("sketch", "SketchAdapter", "0.1-made-up", sketch_adapter_get_type);
