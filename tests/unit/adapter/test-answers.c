/* Every question, asked of an adapter that answers badly: nothing, the wrong thing, too much, or an
 * error and a value at once. Whoever asks gets an error that names the adapter, never the bad
 * answer. */
#include "dcc-adapter.h"
#include "dcc-error.h"
#include "rude-adapter.h"
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

static guint n_warnings;

/* One that answers nothing at all: the defaults, and with empty slots the defaults again. */
typedef RudeAdapter PlainAdapter;
typedef RudeAdapterClass PlainAdapterClass;
static GType
plain_adapter_get_type(void);
G_DEFINE_TYPE(PlainAdapter, plain_adapter, DCC_TYPE_ADAPTER)

static void
plain_adapter_class_init(PlainAdapterClass *klass)
{
}

static void
plain_adapter_init(PlainAdapter *self)
{
}

typedef RudeAdapter HollowAdapter;
typedef RudeAdapterClass HollowAdapterClass;
static GType
hollow_adapter_get_type(void);
G_DEFINE_TYPE(HollowAdapter, hollow_adapter, DCC_TYPE_ADAPTER)

static void
hollow_adapter_class_init(HollowAdapterClass *klass)
{
    memset((char *)klass + sizeof(GObjectClass), 0, sizeof(DccAdapterClass) - sizeof(GObjectClass));
}

static void
hollow_adapter_init(HollowAdapter *self)
{
}

/* Puts what it was asked for into the plan. */
typedef RudeAdapter EchoAdapter;
typedef RudeAdapterClass EchoAdapterClass;
static GType
echo_adapter_get_type(void);
G_DEFINE_TYPE(EchoAdapter, echo_adapter, DCC_TYPE_ADAPTER)

static DccLaunchPlan *
echo_plan_launch(DccAdapter *self,
                 DccInstallation *installation,
                 DccLaunchRequest *request,
                 GError **error)
{
    DccLaunchPlan *plan = dcc_launch_plan_new("/echo");

    if (dcc_launch_request_is_safe(request))
        dcc_launch_plan_add_arg(plan, "safe");
    if (dcc_launch_request_is_headless(request))
        dcc_launch_plan_add_arg(plan, "headless");
    return plan;
}

static void
echo_adapter_class_init(EchoAdapterClass *klass)
{
    DCC_ADAPTER_CLASS(klass)->plan_launch = echo_plan_launch;
}

static void
echo_adapter_init(EchoAdapter *self)
{
}

static GLogWriterOutput
count_warnings(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR))
        return g_log_writer_default(level, fields, n_fields, data);
    n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
    return G_LOG_WRITER_HANDLED;
}

typedef struct {
    DccAdapter *adapter;
    DccSearch *search;
    DccInstallation *installation;
    DccLaunchRequest *request;
    DccProbePlan *probe;
    DccRescueFile *file;
    DccExitInfo *info;
} Fixture;

static void
set_up(Fixture *f, gconstpointer type)
{
    f->adapter = g_object_new(((GType(*)(void))type)(), "id", "rude", NULL);
    f->search = dcc_search_new("/", NULL);
    f->installation = dcc_installation_new("/opt/app/app", "1.2", "test");
    f->request = dcc_launch_request_new("rude");
    f->probe = dcc_probe_plan_new_agent("ping", NULL);
    f->file = dcc_rescue_file_new(DCC_RESCUE_COPY, "/tmp/copy.scene");
    f->info = dcc_exit_info_new_exited(0);
}

static void
tear_down(Fixture *f, gconstpointer type)
{
    g_object_unref(f->adapter);
    g_object_unref(f->search);
    g_object_unref(f->installation);
    g_object_unref(f->request);
    g_object_unref(f->probe);
    g_object_unref(f->file);
    g_object_unref(f->info);
}

typedef gpointer (*Question)(Fixture *f, GError **error);

static gpointer
ask_find(Fixture *f, GError **error)
{
    return dcc_adapter_find_installations(f->adapter, f->search, error);
}

static gpointer
ask_launch(Fixture *f, GError **error)
{
    return dcc_adapter_plan_launch(f->adapter, f->installation, f->request, error);
}

static gpointer
ask_plan_probe(Fixture *f, GError **error)
{
    return dcc_adapter_plan_probe(f->adapter, f->request, error);
}

static gpointer
ask_read_probe(Fixture *f, GError **error)
{
    return dcc_adapter_read_probe(f->adapter, f->probe, "{}", error);
}

static gpointer
ask_stop(Fixture *f, GError **error)
{
    return dcc_adapter_plan_stop(f->adapter, f->request, error);
}

static gpointer
ask_rescue(Fixture *f, GError **error)
{
    return dcc_adapter_list_rescue_files(f->adapter, f->info, error);
}

static gpointer
ask_recovery(Fixture *f, GError **error)
{
    return dcc_adapter_plan_recovery(f->adapter, f->installation, f->request, f->file, error);
}

static const struct {
    const char *name;
    Question ask;
} questions[] = {
    {"find_installations", ask_find},
    {"plan_launch", ask_launch},
    {"plan_probe", ask_plan_probe},
    {"read_probe", ask_read_probe},
    {"plan_stop", ask_stop},
    {"list_rescue_files", ask_rescue},
    {"plan_recovery", ask_recovery},
};

static void
test_bad(Fixture *f, gconstpointer data)
{
    static const Mode modes[] = {MODE_NOTHING, MODE_WRONG_TYPE};

    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(modes); k++) {
            g_autoptr(GError) error = NULL;

            rude_mode = modes[k];
            g_assert_null(questions[i].ask(f, &error));
            g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
            g_assert_nonnull(strstr(error->message, "'rude'"));
            g_assert_nonnull(strstr(error->message, questions[i].name));
            /* Whoever does not want to know why is not hurt. */
            g_assert_null(questions[i].ask(f, NULL));
        }
    }
}

static void
test_error(Fixture *f, gconstpointer data)
{
    static const Mode modes[] = {MODE_ERROR, MODE_ERROR_AND_VALUE};

    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(modes); k++) {
            g_autoptr(GError) error = NULL;

            rude_mode = modes[k];
            g_assert_null(questions[i].ask(f, &error));
            g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BUSY);
            g_assert_cmpstr(error->message, ==, "rude: the moon is full");
        }
    }
}

static void
assert_odd(Fixture *f, Question ask, gpointer what, const char *message)
{
    g_autoptr(GError) error = NULL;

    rude_mode = MODE_ODD;
    rude_odd = what;
    g_assert_null(ask(f, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_ADAPTER);
    if (!strstr(error->message, message))
        g_error("expected '%s', got '%s'", message, error->message);
    g_object_unref(what);
}

static gpointer
list_of(gpointer item)
{
    GListStore *list = g_list_store_new(G_TYPE_OBJECT);

    g_list_store_append(list, item);
    g_object_unref(item);
    return list;
}

static void
test_odd_lists(Fixture *f, gconstpointer data)
{
    static const char *const empty[] = {NULL};
    static const char *const relative[] = {"app", "--version", NULL};
    DccInstallation *installation;
    GListStore *long_list = g_list_store_new(G_TYPE_OBJECT);

    assert_odd(
        f, ask_find, list_of(g_cancellable_new()), "item 0 of its list is no DccInstallation");
    assert_odd(f, ask_find, list_of(dcc_installation_new("app", "1", "x")), "no absolute path");
    assert_odd(f, ask_find, list_of(dcc_installation_new("", "1", "x")), "no absolute path");
    installation = dcc_installation_new("/app", NULL, "x");
    dcc_installation_set_version_command(installation, relative);
    assert_odd(f, ask_find, list_of(installation), "no absolute path");
    installation = dcc_installation_new("/app", NULL, "x");
    dcc_installation_set_version_command(installation, empty);
    assert_odd(f, ask_find, list_of(installation), "an empty argument list");
    for (guint i = 0; i < 4097; i++)
        g_list_store_append(long_list, f->installation);
    assert_odd(f, ask_find, long_list, "a list of 4097");
    assert_odd(
        f, ask_rescue, list_of(dcc_rescue_file_new(DCC_RESCUE_COPY, "copy.scene")), "not absolute");
    assert_odd(f, ask_rescue, list_of(dcc_installation_new("/x", "1", "x")), "no DccRescueFile");
    assert_odd(
        f, ask_rescue, list_of(dcc_rescue_file_new(99, "/x")), "a kind 99 that there is not");
}

static void
assert_no_file(const char *name)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x", 1);
    DccLaunchPlan *plan = dcc_launch_plan_new("/app");

    /* The plan itself takes no such name; the checks look again, for plans built without checks. */
    g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*is_file_name*");
    dcc_launch_plan_add_file(plan, name, content);
    g_test_assert_expected_messages();
    g_assert_cmpuint(dcc_launch_plan_get_n_files(plan), ==, 0);
    g_object_unref(plan);
}

static void
test_odd_plans(Fixture *f, gconstpointer data)
{
    g_autofree char *megabyte = g_strnfill(1024 * 1024, 'x');
    DccLaunchPlan *plan;

    assert_odd(f, ask_launch, dcc_launch_plan_new("app"), "no absolute path");
    assert_odd(f, ask_launch, dcc_launch_plan_new(""), "empty argument list");
    assert_odd(f, ask_recovery, dcc_launch_plan_new("./app"), "no absolute path");
    plan = dcc_launch_plan_new("/app");
    for (guint i = 0; i < 4096; i++)
        dcc_launch_plan_add_arg(plan, "x");
    assert_odd(f, ask_launch, plan, "more than 4096 arguments");
    plan = dcc_launch_plan_new("/app");
    dcc_launch_plan_add_arg(plan, megabyte);
    assert_odd(f, ask_launch, plan, "1048576 bytes");
    plan = dcc_launch_plan_new("/app");
    dcc_launch_plan_set_cwd(plan, "here");
    assert_odd(f, ask_launch, plan, "the directory 'here'");
    plan = dcc_launch_plan_new("/app");
    dcc_launch_plan_set_readiness(plan, 99);
    assert_odd(f, ask_launch, plan, "a readiness 99 that there is not");
    assert_no_file("/etc/passwd");
    assert_no_file("../outside");
    assert_no_file("a/../../outside");
    assert_no_file("a/..");
    assert_no_file("a/");
    assert_no_file("");
}

static void
test_odd_probes(Fixture *f, gconstpointer data)
{
    DccStopPlan *stop = dcc_stop_plan_new();

    assert_odd(f, ask_plan_probe, dcc_probe_plan_new_agent("", NULL), "no method");
    assert_odd(f, ask_plan_probe, dcc_probe_plan_new_agent("ping", "[1]"), "no JSON object");
    assert_odd(f, ask_plan_probe, dcc_probe_plan_new_agent("ping", "{"), "no JSON object");
    dcc_stop_plan_set_quit_timeout(stop, G_MAXINT64);
    assert_odd(f, ask_stop, stop, "a quit timeout of 9223372036854775807 ms");
    stop = dcc_stop_plan_new();
    dcc_stop_plan_set_quit_timeout(stop, -1);
    assert_odd(f, ask_stop, stop, "a quit timeout of -1 ms");
    stop = dcc_stop_plan_new();
    dcc_stop_plan_set_save_method(stop, "");
    assert_odd(f, ask_stop, stop, "a save method without a name");
    stop = dcc_stop_plan_new();
    dcc_stop_plan_set_quit_method(stop, "");
    assert_odd(f, ask_stop, stop, "a quit method without a name");
    assert_odd(f, ask_read_probe, dcc_probe_reply_new(99, -1), "a health 99 that there is not");
}

/* An answer that is within the bounds passes as it is. */
static void
test_bounds(Fixture *f, gconstpointer data)
{
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/app");
    g_autoptr(DccLaunchPlan) taken = NULL;
    g_autoptr(GBytes) content = g_bytes_new_static("x", 1);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 4095; i++)
        dcc_launch_plan_add_arg(plan, "\xff");
    dcc_launch_plan_add_file(plan, "a/..b/c.py", content);
    dcc_launch_plan_set_cwd(plan, "/");
    rude_mode = MODE_ODD;
    rude_odd = plan;
    taken = ask_launch(f, &error);
    g_assert_no_error(error);
    g_assert_true(taken == plan);
}

static void
test_read_version(Fixture *f, gconstpointer data)
{
    g_autofree char *good = NULL;
    g_autofree char *long_text = g_strnfill(65, '1');

    rude_mode = MODE_ODD;
    n_warnings = 0;
    good = dcc_adapter_read_version(f->adapter, f->installation, "4.2.1-beta");
    g_assert_cmpstr(good, ==, "4.2.1-beta");
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, ""));
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, "4.2\n"));
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, "\xc3\xa4"));
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, long_text));
    g_assert_cmpuint(n_warnings, ==, 4);
    rude_mode = MODE_NOTHING;
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, "x"));
    g_assert_cmpuint(n_warnings, ==, 4);
}

static void
test_read_scene_version(Fixture *f, gconstpointer data)
{
    g_autoptr(GBytes) good = g_bytes_new_static("4.2", 3);
    g_autoptr(GBytes) bad = g_bytes_new_static("4.2 or so", 9);
    g_autofree char *version = NULL;

    n_warnings = 0;
    rude_mode = MODE_ODD;
    version = dcc_adapter_read_scene_version(f->adapter, good);
    g_assert_cmpstr(version, ==, "4.2");
    g_assert_cmpuint(n_warnings, ==, 0);
    g_assert_null(dcc_adapter_read_scene_version(f->adapter, bad));
    g_assert_cmpuint(n_warnings, ==, 1);
    rude_mode = MODE_NOTHING;
    g_assert_null(dcc_adapter_read_scene_version(f->adapter, good));
    g_assert_cmpuint(n_warnings, ==, 1);
}

static void
test_read_line(Fixture *f, gconstpointer data)
{
    n_warnings = 0;
    rude_mode = MODE_NOTHING;
    g_assert_null(dcc_adapter_read_line(f->adapter, "x"));
    g_assert_cmpuint(n_warnings, ==, 0);
    rude_mode = MODE_WRONG_TYPE;
    g_assert_null(dcc_adapter_read_line(f->adapter, "x"));
    g_assert_cmpuint(n_warnings, ==, 1);
    rude_mode = MODE_ODD;
    rude_odd = dcc_output_event_new(99, "x");
    g_assert_null(dcc_adapter_read_line(f->adapter, "x"));
    g_assert_cmpuint(n_warnings, ==, 2);
    g_object_unref(rude_odd);
}

static void
test_judge_exit(Fixture *f, gconstpointer data)
{
    static const Mode modes[] = {MODE_NOTHING, MODE_WRONG_TYPE};

    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autoptr(DccVerdict) verdict = NULL;

        n_warnings = 0;
        rude_mode = modes[i];
        verdict = dcc_adapter_judge_exit(f->adapter, f->info);
        g_assert_true(DCC_IS_VERDICT(verdict));
        g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, DCC_VERDICT_CLEAN);
        g_assert_cmpuint(n_warnings, ==, 1);
    }
}

static void
assert_argv(DccLaunchPlan *plan, const char *expected)
{
    g_autofree char *joined = g_strjoinv(" ", (char **)dcc_launch_plan_get_argv(plan));

    g_assert_cmpstr(joined, ==, expected);
}

static void
test_defaults(Fixture *f, gconstpointer data)
{
    static const char *const args[] = {"-a", "b c", NULL};
    g_autoptr(GListModel) found = ask_find(f, NULL);
    g_autoptr(GListModel) rescue = ask_rescue(f, NULL);
    g_autoptr(DccLaunchPlan) plan = NULL;
    g_autoptr(DccLaunchPlan) recovery = NULL;
    g_autoptr(DccProbePlan) probe = ask_plan_probe(f, NULL);
    g_autoptr(DccStopPlan) stop = ask_stop(f, NULL);
    g_autofree char *version = NULL;

    g_assert_cmpuint(g_list_model_get_n_items(found), ==, 0);
    g_assert_cmpuint(g_list_model_get_n_items(rescue), ==, 0);
    g_assert_cmpint(dcc_probe_plan_get_kind(probe), ==, DCC_PROBE_NONE);
    g_assert_null(dcc_stop_plan_get_save_method(stop));
    g_assert_null(dcc_stop_plan_get_quit_method(stop));
    g_assert_cmpint(dcc_stop_plan_get_signal(stop), ==, SIGTERM);
    g_assert_null(dcc_adapter_read_line(f->adapter, "x"));
    dcc_launch_request_set_scene(f->request, "/home/me/a.scene");
    dcc_launch_request_set_args(f->request, args);
    plan = ask_launch(f, NULL);
    assert_argv(plan, "/opt/app/app /home/me/a.scene -a b c");
    g_assert_cmpint(dcc_launch_plan_get_readiness(plan), ==, DCC_READINESS_SETTLE);
    recovery = ask_recovery(f, NULL);
    assert_argv(recovery, "/opt/app/app /tmp/copy.scene -a b c");
    version =
        dcc_adapter_read_version(f->adapter, f->installation, "App 3D, build 77 (v4.2.1.)\n1.0");
    g_assert_cmpstr(version, ==, "4.2.1");
    g_assert_null(dcc_adapter_read_version(f->adapter, f->installation, "no 7 numbers..."));
}

/* A start with rescued work is the same start: also the one that leaves plug-ins out. */
static void
test_recovery_keeps_the_wish(Fixture *f, gconstpointer data)
{
    g_autoptr(DccLaunchPlan) plan = NULL;

    dcc_launch_request_set_safe(f->request, TRUE);
    dcc_launch_request_set_headless(f->request, TRUE);
    plan = ask_recovery(f, NULL);
    assert_argv(plan, "/echo safe headless");
}

static void
assert_health(Fixture *f, const char *reply, DccHealth health, gint64 age)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccProbeReply) answer_ = dcc_adapter_read_probe(f->adapter, f->probe, reply, &error);

    g_assert_no_error(error);
    g_assert_cmpint(dcc_probe_reply_get_health(answer_), ==, health);
    g_assert_cmpint(dcc_probe_reply_get_main_thread_age(answer_), ==, age);
}

static void
test_default_probe(Fixture *f, gconstpointer data)
{
    static const char *const senseless[] = {"", "[]", "nonsense", "{\"pid\":"};

    assert_health(f, "{\"main_thread_age_ms\":0,\"busy\":null}", DCC_HEALTH_OK, 0);
    assert_health(f, "{\"main_thread_age_ms\":4999}", DCC_HEALTH_OK, 4999);
    assert_health(f, "{\"main_thread_age_ms\":5000,\"busy\":null}", DCC_HEALTH_UNRESPONSIVE, 5000);
    assert_health(
        f, "{\"main_thread_age_ms\":900000,\"busy\":\"render\"}", DCC_HEALTH_BUSY, 900000);
    assert_health(f, "{\"main_thread_age_ms\":null,\"busy\":null}", DCC_HEALTH_UNKNOWN, -1);
    assert_health(f, "{\"main_thread_age_ms\":-7}", DCC_HEALTH_UNKNOWN, -1);
    assert_health(f, "{\"main_thread_age_ms\":\"soon\"}", DCC_HEALTH_UNKNOWN, -1);
    assert_health(f, "{}", DCC_HEALTH_UNKNOWN, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(senseless); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_adapter_read_probe(f->adapter, f->probe, senseless[i], &error));
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, "rude: "));
    }
}

static void
assert_verdict(Fixture *f, DccExitInfo *info, DccVerdictKind kind)
{
    g_autoptr(DccVerdict) verdict = dcc_adapter_judge_exit(f->adapter, info);

    g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, kind);
    g_assert_nonnull(dcc_verdict_get_reason(verdict));
    g_object_unref(info);
}

static void
test_default_judgement(Fixture *f, gconstpointer data)
{
    DccExitInfo *asked = dcc_exit_info_new_signaled(SIGTERM, FALSE);
    DccExitInfo *oom = dcc_exit_info_new_signaled(SIGKILL, FALSE);
    DccExitInfo *scene = dcc_exit_info_new_exited(0);
    DccExitInfo *later = dcc_exit_info_new_exited(1);
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_OOM, "out of memory");
    g_autoptr(DccOutputEvent) broken = dcc_output_event_new(DCC_OUTPUT_BAD_SCENE, "cannot open");

    dcc_exit_info_add_event(scene, broken);
    dcc_exit_info_add_event(later, broken);
    dcc_exit_info_set_ready(later, TRUE);
    assert_verdict(f, scene, DCC_VERDICT_BAD_SCENE);
    assert_verdict(f, later, DCC_VERDICT_FAILED);
    dcc_exit_info_set_requested(asked, TRUE);
    dcc_exit_info_set_our_signal(asked, TRUE);
    dcc_exit_info_add_event(oom, event);
    assert_verdict(f, dcc_exit_info_new_exited(0), DCC_VERDICT_CLEAN);
    assert_verdict(f, dcc_exit_info_new_exited(1), DCC_VERDICT_FAILED);
    assert_verdict(f, dcc_exit_info_new_exited(139), DCC_VERDICT_FAILED);
    assert_verdict(f, dcc_exit_info_new_signaled(SIGSEGV, TRUE), DCC_VERDICT_CRASH);
    assert_verdict(f, dcc_exit_info_new_signaled(SIGKILL, FALSE), DCC_VERDICT_KILLED);
    assert_verdict(f, dcc_exit_info_new_signaled(SIGTERM, FALSE), DCC_VERDICT_CANCELLED);
    assert_verdict(f, asked, DCC_VERDICT_CLEAN);
    assert_verdict(f, oom, DCC_VERDICT_OOM);
    assert_verdict(f, dcc_exit_info_new_lost("the shim was killed"), DCC_VERDICT_UNKNOWN);
}

static void
test_naming(void)
{
    g_autoptr(DccAdapter) adapter =
        g_object_new(plain_adapter_get_type(), "id", "app", "title", "The App", NULL);
    g_autofree char *id = NULL;

    g_object_get(adapter, "id", &id, NULL);
    g_assert_cmpstr(id, ==, "app");
    g_assert_cmpstr(dcc_adapter_get_title(adapter), ==, "The App");
    g_assert_true(G_TYPE_IS_ABSTRACT(DCC_TYPE_ADAPTER));
}

#define ADD(path, type, func)                                                                      \
    g_test_add("/answers/" path, Fixture, type##_adapter_get_type, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(count_warnings, NULL, NULL);
    ADD("bad", rude, test_bad);
    ADD("error", rude, test_error);
    ADD("odd-lists", rude, test_odd_lists);
    ADD("odd-plans", rude, test_odd_plans);
    ADD("odd-probes", rude, test_odd_probes);
    ADD("bounds", rude, test_bounds);
    ADD("read-version", rude, test_read_version);
    ADD("read-scene-version", rude, test_read_scene_version);
    ADD("read-line", rude, test_read_line);
    ADD("judge-exit", rude, test_judge_exit);
    ADD("defaults", plain, test_defaults);
    ADD("defaults/hollow", hollow, test_defaults);
    ADD("recovery-keeps-the-wish", echo, test_recovery_keeps_the_wish);
    ADD("default-probe", plain, test_default_probe);
    ADD("default-judgement", plain, test_default_judgement);
    ADD("default-judgement/hollow", hollow, test_default_judgement);
    g_test_add_func("/answers/naming", test_naming);
    return g_test_run();
}
