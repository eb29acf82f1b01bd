/* The adapter kit, as a stranger's adapter calls it. Starts nothing. */
#include "adapter-fixture.h"
#include "dcc-error.h"
#include "dcc-kit.h"
#include "dcc-signals.h"
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define NONE (-1)

static void
test_signals(void)
{
    static const struct {
        int code, flags;
        int kind;
    } cases[] = {
        {0, 0, NONE},
        {1, 0, NONE},
        {128, 0, NONE},
        {128 + 20, 0, NONE}, /* SIGTSTP ends nothing: the code is the application's own */
        {200, 0, NONE},
        {255, 0, NONE},
        {-DCC_SIGNAL_SEGV, 0, DCC_VERDICT_CRASH},
        {128 + DCC_SIGNAL_SEGV, 0, DCC_VERDICT_CRASH},
        {128 + DCC_SIGNAL_ABORT, 0, DCC_VERDICT_CRASH},
        {-DCC_SIGNAL_KILL, 0, DCC_VERDICT_KILLED},
        {128 + DCC_SIGNAL_KILL, 0, DCC_VERDICT_KILLED},
        {-DCC_SIGNAL_CPU_LIMIT, 0, DCC_VERDICT_KILLED},
        {128 + DCC_SIGNAL_FILE_LIMIT, 0, DCC_VERDICT_KILLED},
        {-DCC_SIGNAL_TERMINATE, 0, DCC_VERDICT_CANCELLED},
        {128 + DCC_SIGNAL_TERMINATE, 0, DCC_VERDICT_CANCELLED},
        {128 + DCC_SIGNAL_HANGUP, 0, DCC_VERDICT_CANCELLED},
        {128 + DCC_SIGNAL_INTERRUPT, 0, DCC_VERDICT_CANCELLED},
        {-DCC_SIGNAL_KILL, OURS, DCC_VERDICT_KILLED},
        {-DCC_SIGNAL_KILL, OURS | REQUESTED, DCC_VERDICT_CLEAN},
        {128 + DCC_SIGNAL_TERMINATE, REQUESTED, DCC_VERDICT_CLEAN},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccExitInfo) info = fixture_end(NULL, cases[i].code, cases[i].flags, NULL);
        g_autoptr(DccVerdict) verdict = dcc_kit_judge_signal(info, "Sketch");

        g_test_message("%d: %s", cases[i].code, verdict ? dcc_verdict_get_reason(verdict) : "-");
        g_assert_cmpint(verdict ? (int)dcc_verdict_get_kind(verdict) : NONE, ==, cases[i].kind);
    }
}

static DccVerdict *
judge_nothing(DccExitInfo *info)
{
    return NULL;
}

static DccVerdict *
judge_all(DccExitInfo *info)
{
    return dcc_kit_verdict(DCC_VERDICT_FAILED, "code %d", dcc_exit_info_get_code(info));
}

static void
test_first_verdict(void)
{
    static const DccKitJudge judges[] = {dcc_kit_judge_lost, judge_nothing, judge_all};
    g_autoptr(DccExitInfo) seen = fixture_end(NULL, 3, 0, NULL);
    g_autoptr(DccExitInfo) lost = dcc_exit_info_new_lost("the shim was killed");
    g_autoptr(DccVerdict) failed = dcc_kit_first_verdict(seen, judges, G_N_ELEMENTS(judges));
    g_autoptr(DccVerdict) unknown = dcc_kit_first_verdict(lost, judges, G_N_ELEMENTS(judges));

    g_assert_cmpstr(dcc_verdict_get_reason(failed), ==, "code 3");
    g_assert_cmpint(dcc_verdict_get_kind(unknown), ==, DCC_VERDICT_UNKNOWN);
    g_assert_cmpstr(dcc_verdict_get_reason(unknown), ==, "the shim was killed");
    g_assert_null(dcc_kit_first_verdict(seen, judges, 2));
}

static void
test_scene(void)
{
    static const struct {
        int code, flags;
        gboolean told;
        int kind;
    } cases[] = {
        {1, 0, TRUE, DCC_VERDICT_BAD_SCENE},
        {0, 0, TRUE, DCC_VERDICT_BAD_SCENE},
        {0, 0, FALSE, NONE},
        {1, READY, TRUE, NONE}, /* of this morning */
        {0, REQUESTED, TRUE, NONE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccExitInfo) info = fixture_end(NULL, cases[i].code, cases[i].flags, NULL);
        g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_BAD_SCENE, "cannot open");
        g_autoptr(DccVerdict) verdict = NULL;

        if (cases[i].told)
            dcc_exit_info_add_event(info, event);
        verdict = dcc_kit_judge_scene(info);
        g_assert_cmpint(verdict ? (int)dcc_verdict_get_kind(verdict) : NONE, ==, cases[i].kind);
    }
}

/* Whoever says success had enough in the end. */
static void
test_memory(void)
{
    static const struct {
        int code;
        gboolean told;
        int kind;
    } cases[] = {
        {1, TRUE, DCC_VERDICT_OOM},
        {-DCC_SIGNAL_ABORT, TRUE, DCC_VERDICT_OOM},
        {0, TRUE, NONE},
        {1, FALSE, NONE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccExitInfo) info = fixture_end(NULL, cases[i].code, 0, NULL);
        g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_OOM, "malloc failed");
        g_autoptr(DccVerdict) verdict = NULL;

        if (cases[i].told)
            dcc_exit_info_add_event(info, event);
        verdict = dcc_kit_judge_memory(info);
        g_assert_cmpint(verdict ? (int)dcc_verdict_get_kind(verdict) : NONE, ==, cases[i].kind);
    }
}

static gboolean
is_save(const char *name, DccRescueKind *kind, gpointer data)
{
    *kind = DCC_RESCUE_AUTOSAVE;
    return g_str_has_suffix(name, data);
}

static void
put_at(const char *root, const char *name, gint64 seconds)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    struct utimbuf times = {seconds, seconds};

    fixture_put(root, name, 0600);
    g_assert_cmpint(utime(path, &times), ==, 0);
}

/* Newest first; each once; no links, no directories, nothing empty, nothing of an earlier run. */
static void
test_files(void)
{
    g_autofree char *root = fixture_root();
    g_autofree char *empty = g_build_filename(root, "empty.save", NULL);
    g_autofree char *named = g_build_filename(root, "b.save", NULL);
    g_autoptr(DccKitFiles) files = dcc_kit_files_new();
    g_autoptr(GListModel) list = NULL;
    g_autoptr(GString) got = g_string_new(NULL);
    g_autofree char *first = NULL;

    put_at(root, "a.save", 2000);
    put_at(root, "b.save", 3000);
    put_at(root, "old.save", 10);
    put_at(root, "c.txt", 3000);
    put_at(root, "folder.save/inner.save", 3000);
    fixture_link(root, "evil.save", "/etc/passwd");
    g_assert_true(g_file_set_contents(empty, "", 0, NULL));
    dcc_kit_files_add(files, DCC_RESCUE_RECOVERY, named, 0);
    dcc_kit_files_add(files, DCC_RESCUE_RECOVERY, "relative.save", 0);
    dcc_kit_files_look(files, root, 1000 * G_USEC_PER_SEC, is_save, (gpointer) ".save");
    dcc_kit_files_look(files, root, 1000 * G_USEC_PER_SEC, is_save, (gpointer) ".save");
    dcc_kit_files_look(files, NULL, 0, is_save, (gpointer) ".save");
    dcc_kit_files_look(files, "/no/such/place", 0, is_save, (gpointer) ".save");
    list = dcc_kit_files_end(files);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(list, i);
        g_autofree char *name = g_path_get_basename(dcc_rescue_file_get_path(file));

        g_string_append_printf(got, "%s:%d ", name, dcc_rescue_file_get_kind(file));
    }
    g_assert_cmpstr(got->str, ==, "b.save:2 a.save:1 ");
    first = dcc_kit_find_file(list, DCC_RESCUE_RECOVERY);
    g_assert_cmpstr(first, ==, named);
    g_assert_null(dcc_kit_find_file(list, DCC_RESCUE_COPY));
    fixture_clean(root);
}

static char *
read_version(const char *executable)
{
    return strstr(executable, "/sketch-2") ? g_strdup("2.0") : NULL;
}

static char *
find_reservation(const char *executable)
{
    return strstr(executable, "beta") ? g_strdup("a beta") : NULL;
}

static const DccKitApp app = {
    .override = "DCCHOST_SKETCH_EXECUTABLE",
    .version_flag = "--version",
    .read_version = read_version,
    .find_reservation = find_reservation,
};

static const DccKitPlace places[] = {
    {"/opt/sketch*/sketch", "/opt", NULL},
    {"/sandbox/sketch", "sandbox", "in a sandbox"},
};

/* "path version reservation" a line; NULL: refused. */
static char *
describe(const char *root, const char *override)
{
    g_autofree char *setting = g_strconcat("DCCHOST_SKETCH_EXECUTABLE=", override, NULL);
    const char *const environment[] = {"HOME=/", "PATH=/bin", override ? setting : NULL, NULL};
    g_autoptr(DccSearch) search = dcc_search_new(root, environment);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccKitFinding) finding = dcc_kit_finding_new(&app, search, &error);
    g_autoptr(GListModel) list = NULL;
    GString *text = g_string_new(NULL);

    if (!finding) {
        g_assert_true(dcc_error_is_not_installed(error));
        return g_string_free(text, TRUE);
    }
    dcc_kit_found_program(finding, "sketch");
    dcc_kit_found_places(finding, places, G_N_ELEMENTS(places));
    list = dcc_kit_finding_end(finding);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DccInstallation) it = g_list_model_get_item(list, i);
        const char *version = dcc_installation_get_version(it);
        const char *reservation = dcc_installation_get_reservation(it);

        if (!version)
            version = dcc_installation_get_version_command(it) ? "ask" : "-";
        g_string_append_printf(text,
                               "%s %s %s\n",
                               dcc_installation_get_executable(it) + strlen(root),
                               version,
                               reservation ? reservation : "-");
    }
    return g_string_free(text, FALSE);
}

static void
test_finding(void)
{
    g_autofree char *root = fixture_root();
    g_autofree char *mine = g_build_filename(root, "opt/sketch-1-beta/sketch", NULL);
    g_autofree char *all = NULL, *overridden = NULL, *target = NULL;

    fixture_put(root, "opt/sketch-1-beta/sketch", 0755);
    fixture_put(root, "opt/sketch-2/sketch", 0755);
    fixture_put(root, "opt/sketch-3/sketch", 0644); /* cannot be run */
    fixture_put(root, "sandbox/sketch", 0755);
    target = g_build_filename(root, "opt/sketch-2/sketch", NULL);
    fixture_link(root, "bin/sketch", target);
    all = describe(root, NULL);
    g_assert_cmpstr(all,
                    ==,
                    "/opt/sketch-2/sketch 2.0 -\n"
                    "/opt/sketch-1-beta/sketch ask a beta\n"
                    "/sandbox/sketch - in a sandbox\n");
    overridden = describe(root, mine);
    g_assert_cmpstr(overridden,
                    ==,
                    "/opt/sketch-1-beta/sketch ask -\n"
                    "/opt/sketch-2/sketch 2.0 not started while $DCCHOST_SKETCH_EXECUTABLE names "
                    "another\n"
                    "/sandbox/sketch - in a sandbox\n");
    g_assert_null(describe(root, "/no/such"));
    fixture_clean(root);
}

static void
test_launch(void)
{
    static const char agent[] = "import dcchost_agent\n";
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new("sketch");
    g_autoptr(DccLaunchPlan) plan = dcc_launch_plan_new("/opt/sketch");
    g_autoptr(DccRescueFile) file = dcc_rescue_file_new(DCC_RESCUE_CRASH_REPORT, "/t/report.txt");
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    GBytes *shared = NULL;

    dcc_launch_request_set_private_dir(request, "/private");
    dcc_launch_request_set_cwd(request, "/shots");
    g_assert_true(dcc_launch_request_add_env(request, "DISPLAY=", NULL));
    g_assert_true(dcc_launch_request_add_env(request, "WAYLAND_DISPLAY=", NULL));
    g_assert_null(dcc_kit_find_env(request, "DISPLAY"));
    g_assert_false(dcc_kit_check_display(request, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    g_clear_error(&error);
    path = dcc_kit_add_agent(plan, request, "sketch", "sketch_agent.py", agent, strlen(agent));
    g_assert_cmpstr(path, ==, "/private/sketch/sketch_agent.py");
    g_assert_cmpuint(dcc_launch_plan_get_n_files(plan), ==, 2);
    g_assert_cmpstr(dcc_launch_plan_get_file(plan, 1, &shared), ==, "sketch/dcchost_agent.py");
    g_assert_nonnull(shared);
    g_assert_nonnull(g_strstr_len(
        g_bytes_get_data(shared, NULL), (gssize)g_bytes_get_size(shared), "class Agent"));
    dcc_kit_finish_plan(plan, request, DCC_READINESS_AGENT, TRUE);
    g_assert_cmpstr(dcc_launch_plan_get_cwd(plan), ==, "/shots");
    g_assert_true(dcc_launch_plan_is_job(plan));
    g_assert_false(dcc_kit_refuse_file(file, "an autosave", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
    g_assert_nonnull(strstr(error->message, "an autosave"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kit/exit/signals", test_signals);
    g_test_add_func("/kit/exit/first-verdict", test_first_verdict);
    g_test_add_func("/kit/exit/scene", test_scene);
    g_test_add_func("/kit/exit/memory", test_memory);
    g_test_add_func("/kit/files", test_files);
    g_test_add_func("/kit/find", test_finding);
    g_test_add_func("/kit/launch", test_launch);
    return g_test_run();
}
