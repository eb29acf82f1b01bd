/* Sketch: how it is found, started, read and judged.
 *
 * An adapter answers questions and does nothing else: it never starts, waits, kills or writes; the
 * core does. A question that is left out keeps its default. Write down only what was seen on the
 * real application, and say in which version. Threading: none of its own; every question is asked
 * on the session's thread.
 */
#include <dcc-kit.h>
#include <string.h>

#define SKETCH_TYPE_ADAPTER (sketch_adapter_get_type())
G_DECLARE_FINAL_TYPE(SketchAdapter, sketch_adapter, SKETCH, ADAPTER, DccAdapter)

/* The version says that nothing of this was seen on the real application yet; then give another. */
DCC_KIT_DEFINE_ADAPTER(SketchAdapter, sketch_adapter, "sketch", "Sketch", "0.1-made-up");

/* How copies are told. The core runs the executable with this option, under a deadline, and hands
 * what it prints to read_version: the first dotted number of it, unless you answer that question
 * yourself. */
static const DccKitApp app = {
    .override = "DCCHOST_SKETCH_EXECUTABLE",
    .version_flag = "--version",
};

static const DccKitPlace places[] = {
    {"/opt/sketch*/bin/sketch", "/opt", NULL},
};

/* The user's own choice, what a shell would start, and the places. Look through the search alone:
 * it remembers where it looked, for the user who has nothing installed, and tests give it a root of
 * their own. */
static GListModel *
sketch_adapter_find_installations(DccAdapter *adapter, DccSearch *search, GError **error)
{
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, error);

    if (!finding)
        return NULL;
    dcc_kit_found_program(finding, "sketch");
    dcc_kit_found_places(finding, places, G_N_ELEMENTS(places));
    return dcc_kit_finding_end(finding);
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

/* What the codes mean. */
static DccVerdict *
judge_code(DccExitInfo *info)
{
    static const struct {
        int code;
        DccVerdictKind kind;
        const char *reason;
    } codes[] = {
        {0, DCC_VERDICT_CLEAN, "quit in order"},
        {3, DCC_VERDICT_LICENCE, "no license was to be had"},
        {127, DCC_VERDICT_BROKEN_INSTALL, "a library of its own is missing"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (codes[i].code == dcc_exit_info_get_code(info))
            return dcc_verdict_new(codes[i].kind, codes[i].reason);
    }
    return dcc_kit_verdict(DCC_VERDICT_FAILED, "ended with code %d", dcc_exit_info_get_code(info));
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    return dcc_kit_judge_signal(info, "Sketch");
}

/* The reasons in the order that counts: the first that applies. */
static DccVerdict *
sketch_adapter_judge_exit(DccAdapter *adapter, DccExitInfo *info)
{
    static const DccKitJudge judges[] = {
        dcc_kit_judge_lost, dcc_kit_judge_scene, judge_signal, judge_code};

    return dcc_kit_first_verdict(info, judges, G_N_ELEMENTS(judges));
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
