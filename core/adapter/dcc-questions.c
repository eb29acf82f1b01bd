/* The questions as a table: what each is answered where an adapter does not answer, and what makes
 * an answer sound.
 *
 * Contract: a row for each slot of the class, in the order of the slots. The rest is made from it:
 * the base class, the wrappers' judgement (dcc-answer.c), the conformance suite and Python's
 * adapters. A new question is a slot and a wrapper in dcc-adapter, and a default and a row here.
 * Threading: that of the adapter.
 */
#include "dcc-questions.h"
#include "dcc-adapter-checks.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-signals.h"
#include <string.h>

/* A main thread that has not turned for this long is asked about again before anybody acts on it.
 */
#define RESPONSIVE_MS 5000

static GListModel *
default_find_installations(DccAdapter *self, DccSearch *search, GError **error)
{
    return G_LIST_MODEL(g_list_store_new(DCC_TYPE_INSTALLATION));
}

static gsize
version_length(const char *text)
{
    gsize length = strspn(text, "0123456789.");

    while (length > 0 && text[length - 1] == '.')
        length--;
    return memchr(text, '.', length) ? length : 0;
}

/* The first dotted number: what nearly every --version prints first. */
static char *
default_read_version(DccAdapter *self, DccInstallation *installation, const char *output)
{
    for (const char *p = output; *p;) {
        gsize length = g_ascii_isdigit(*p) ? version_length(p) : 0;

        if (length > 0)
            return g_strndup(p, length);
        p += g_ascii_isdigit(*p) ? strspn(p, "0123456789.") : 1;
    }
    return NULL;
}

static DccLaunchPlan *
default_plan_launch(DccAdapter *self,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    GError **error)
{
    g_autoptr(DccLaunchPlan) plan =
        dcc_launch_plan_new(dcc_installation_get_executable(installation));
    const char *scene = dcc_launch_request_get_scene(request);
    const char *const *args = dcc_launch_request_get_args(request);

    if (scene)
        dcc_launch_plan_add_arg(plan, scene);
    if (args)
        dcc_launch_plan_add_argv(plan, args);
    return g_steal_pointer(&plan);
}

static DccProbePlan *
default_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return dcc_probe_plan_new_none();
}

static DccHealth
judge_health(gint64 age_ms, const char *busy)
{
    if (busy)
        return DCC_HEALTH_BUSY;
    if (age_ms < 0)
        return DCC_HEALTH_UNKNOWN;
    return age_ms < RESPONSIVE_MS ? DCC_HEALTH_OK : DCC_HEALTH_UNRESPONSIVE;
}

static DccProbeReply *
default_read_probe(DccAdapter *self, DccProbePlan *plan, const char *reply, GError **error)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(reply, -1, error);
    g_autoptr(DccProbeReply) answer = NULL;
    const char *busy, *scene;
    gint64 age_ms;

    if (!object)
        return NULL;
    busy = dcc_json_get_string(object, "busy", NULL);
    scene = dcc_json_get_string(object, "scene", NULL);
    age_ms = MAX(dcc_json_get_int(object, "main_thread_age_ms", -1), -1);
    answer = dcc_probe_reply_new(judge_health(age_ms, busy), age_ms);
    if (busy)
        dcc_probe_reply_set_busy(answer, busy);
    if (scene)
        dcc_probe_reply_set_scene(answer, scene);
    return g_steal_pointer(&answer);
}

static DccStopPlan *
default_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    return dcc_stop_plan_new();
}

static DccOutputEvent *
default_read_line(DccAdapter *self, const char *line)
{
    return NULL;
}

static gboolean
is_crash_signal(int signal)
{
    switch (signal) {
    case DCC_SIGNAL_SEGV:
    case DCC_SIGNAL_ABORT:
    case DCC_SIGNAL_BUS:
    case DCC_SIGNAL_ILLEGAL:
    case DCC_SIGNAL_FLOAT:
    case DCC_SIGNAL_SYS:
    case DCC_SIGNAL_TRAP:
    case DCC_SIGNAL_QUIT:
        return TRUE;
    default:
        return FALSE;
    }
}

/* It was ended by a polite signal (a log-out, a service manager, a person): that is a quit,
 * not a crash, and it is not brought back. */
static gboolean
is_polite_signal(int signal)
{
    return signal == DCC_SIGNAL_TERMINATE || signal == DCC_SIGNAL_HANGUP ||
           signal == DCC_SIGNAL_INTERRUPT;
}

static DccVerdict *
judge_signal(DccExitInfo *info)
{
    int signal = dcc_exit_info_get_signal(info);
    g_autofree char *reason =
        g_strdup_printf("ended by signal %d (%s)", signal, dcc_signal_describe(signal));

    if (dcc_exit_info_was_requested(info) && dcc_exit_info_is_our_signal(info))
        return dcc_verdict_new(DCC_VERDICT_CLEAN, reason);
    if (is_polite_signal(signal))
        return dcc_verdict_new(DCC_VERDICT_CANCELLED, reason);
    return dcc_verdict_new(is_crash_signal(signal) ? DCC_VERDICT_CRASH : DCC_VERDICT_KILLED,
                           reason);
}

static DccVerdict *
judge_code(DccExitInfo *info)
{
    int code = dcc_exit_info_get_code(info);
    g_autofree char *reason = g_strdup_printf("exited with code %d", code);

    return dcc_verdict_new(code == 0 ? DCC_VERDICT_CLEAN : DCC_VERDICT_FAILED, reason);
}

static DccVerdict *
default_judge_exit(DccAdapter *self, DccExitInfo *info)
{
    const char *text = NULL;

    /* It never was ready, and its scene is to blame, whatever the code. */
    if (dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && !dcc_exit_info_was_ready(info) &&
        !dcc_exit_info_was_requested(info) &&
        dcc_exit_info_has_event(info, DCC_OUTPUT_BAD_SCENE, &text))
        return dcc_verdict_new(DCC_VERDICT_BAD_SCENE, text ? text : "see the log");
    if (dcc_exit_info_get_kind(info) == DCC_RESULT_EXITED && dcc_exit_info_get_code(info) == 0)
        return judge_code(info);
    if (dcc_exit_info_has_event(info, DCC_OUTPUT_OOM, &text))
        return dcc_verdict_new(DCC_VERDICT_OOM, text ? text : "memory ran out");
    switch (dcc_exit_info_get_kind(info)) {
    case DCC_RESULT_EXITED:
        return judge_code(info);
    case DCC_RESULT_SIGNALED:
        return judge_signal(info);
    default:
        text = dcc_exit_info_get_reason(info);
        return dcc_verdict_new(DCC_VERDICT_UNKNOWN, text ? text : "nobody saw how it ended");
    }
}

static GListModel *
default_list_rescue_files(DccAdapter *self, DccExitInfo *info, GError **error)
{
    return G_LIST_MODEL(g_list_store_new(DCC_TYPE_RESCUE_FILE));
}

static gboolean
copy_settings(DccSettings *from, DccSettings *to, GError **error)
{
    g_autoptr(GPtrArray) names = dcc_settings_list_names();

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *text = NULL;

        if (!dcc_settings_is_set(from, name))
            continue;
        text = dcc_settings_format(from, name);
        if (!dcc_settings_parse(to, name, text, error))
            return FALSE;
    }
    return TRUE;
}

/* The same wish with another scene: a request is not changed once it was handed over. */
static DccLaunchRequest *
request_with_scene(DccLaunchRequest *request, const char *scene, GError **error)
{
    const char *app = dcc_launch_request_get_app(request);
    g_autoptr(DccLaunchRequest) copy = dcc_launch_request_new(app);
    const char *name = dcc_launch_request_get_name(request);
    const char *const *env = dcc_launch_request_get_env(request);

    if (g_strcmp0(name, app) != 0 && !dcc_launch_request_set_name(copy, name, error))
        return NULL;
    for (guint i = 0; env && env[i]; i++) {
        if (!dcc_launch_request_add_env(copy, env[i], error))
            return NULL;
    }
    if (!copy_settings(
            dcc_launch_request_get_settings(request), dcc_launch_request_get_settings(copy), error))
        return NULL;
    dcc_launch_request_set_version(copy, dcc_launch_request_get_version(request));
    dcc_launch_request_set_headless(copy, dcc_launch_request_is_headless(request));
    dcc_launch_request_set_safe(copy, dcc_launch_request_is_safe(request));
    dcc_launch_request_set_scene(copy, scene);
    dcc_launch_request_set_cwd(copy, dcc_launch_request_get_cwd(request));
    dcc_launch_request_set_args(copy, dcc_launch_request_get_args(request));
    dcc_launch_request_set_private_dir(copy, dcc_launch_request_get_private_dir(request));
    dcc_launch_request_set_temp_dir(copy, dcc_launch_request_get_temp_dir(request));
    dcc_launch_request_set_render(copy, dcc_launch_request_get_render(request));
    return g_steal_pointer(&copy);
}

/* The slot and not the wrapper: what it answers is judged as the answer to this question. */
static DccLaunchPlan *
default_plan_recovery(DccAdapter *self,
                      DccInstallation *installation,
                      DccLaunchRequest *request,
                      DccRescueFile *file,
                      GError **error)
{
    DccAdapterClass *klass = DCC_ADAPTER_GET_CLASS(self);
    __typeof__(klass->plan_launch) plan_launch =
        klass->plan_launch ? klass->plan_launch : default_plan_launch;
    g_autoptr(DccLaunchRequest) again =
        request_with_scene(request, dcc_rescue_file_get_path(file), error);

    return again ? plan_launch(self, installation, again, error) : NULL;
}

static char *
default_read_scene_version(DccAdapter *self, GBytes *head)
{
    return NULL;
}

static DccLaunchPlan *
default_plan_render(DccAdapter *self,
                    DccInstallation *installation,
                    DccLaunchRequest *request,
                    GError **error)
{
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_SUPPORTED,
                "its adapter cannot say how frames are rendered; 'dcchost launch --headless' runs "
                "any command line of it");
    return NULL;
}

/* Q(slot, kind of answer, its type, check of its content, words before what the check says) */
#define QUESTIONS(Q)                                                                               \
    Q(find_installations, LIST, dcc_installation_get_type, dcc_check_installation, "")             \
    Q(read_version, TEXT, NULL, dcc_check_version, "")                                             \
    Q(plan_launch, OBJECT, dcc_launch_plan_get_type, dcc_check_launch_plan, "its plan has ")       \
    Q(plan_probe, OBJECT, dcc_probe_plan_get_type, dcc_check_probe_plan, "its plan has ")          \
    Q(read_probe, OBJECT, dcc_probe_reply_get_type, dcc_check_probe_reply, "")                     \
    Q(plan_stop, OBJECT, dcc_stop_plan_get_type, dcc_check_stop_plan, "its plan has ")             \
    Q(read_line, OBJECT_OR_NOTHING, dcc_output_event_get_type, dcc_check_output_event, "")         \
    Q(judge_exit, OBJECT, dcc_verdict_get_type, NULL, "")                                          \
    Q(list_rescue_files, LIST, dcc_rescue_file_get_type, dcc_check_rescue_file, "")                \
    Q(plan_recovery, OBJECT, dcc_launch_plan_get_type, dcc_check_launch_plan, "its plan has ")     \
    Q(read_scene_version, TEXT, NULL, dcc_check_version, "")                                       \
    Q(plan_render, OBJECT, dcc_launch_plan_get_type, dcc_check_launch_plan, "its plan has ")

#define ROW(slot_, answer_, type_, check_, lead_)                                                  \
    [DCC_QUESTION_INDEX(slot_)] = {.name = #slot_,                                                 \
                                   .slot = G_STRUCT_OFFSET(DccAdapterClass, slot_),                \
                                   .fallback = (gpointer)default_##slot_,                          \
                                   .answer = DCC_ANSWER_##answer_,                                 \
                                   .type = type_,                                                  \
                                   .check = check_,                                                \
                                   .lead = lead_},
/* A row is untyped; this is not. */
#define CHECK(slot_, ...)                                                                          \
    G_STATIC_ASSERT(__builtin_types_compatible_p(__typeof__(&default_##slot_),                     \
                                                 __typeof__(((DccAdapterClass *)0)->slot_)));

QUESTIONS(CHECK)

const DccQuestion dcc_questions[DCC_ADAPTER_N_QUESTIONS] = {QUESTIONS(ROW)};

gboolean
dcc_question_may_be_nothing(const DccQuestion *self)
{
    return self->answer == DCC_ANSWER_TEXT || self->answer == DCC_ANSWER_OBJECT_OR_NOTHING;
}
