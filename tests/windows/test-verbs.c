/* dcchost.exe and an application that does as it is told: from its launch to what is known of its end. The arguments: the
 * program, the build's root, the application. */
#include "dcc-file-name.h"
#include "dcc-identity.h"
#include "dcc-json.h"
#include "dcc-process-ref.h"
#include "dcc-safe-dir.h"
#include "dcc-spawn.h"

#include <glib/gstdio.h>
#include <string.h>

#include <windows.h>

#define PATIENCE_MS 60000

static char *dcchost, *place;

/* (transfer full): what it printed, both streams together. The words end with NULL. */
static char *
run_words(int *status, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    char *output;

    g_ptr_array_add(argv, dcchost);
    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(argv, *part);
    g_ptr_array_add(argv, NULL);
    output = dcc_command_run(
        (const char *const *)argv->pdata, NULL, PATIENCE_MS, 1000000, status, &error);
    g_assert_no_error(error);
    g_test_message("%s: %d\n%s", words, *status, output);
    return output;
}

static char *
run(int expected, const char *words)
{
    int status = -1;
    char *output = run_words(&status, words);

    g_assert_cmpint(status, ==, expected);
    return output;
}

static void
expect(int status, const char *words, const char *said)
{
    g_autofree char *output = run(status, words);

    if (said != NULL)
        g_assert_nonnull(strstr(output, said));
}

/* The status of an instance, as ps tells it; NULL: there is none of this name. */
static JsonObject *
status_of(const char *name)
{
    g_autofree char *output = run(0, "ps --json");
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(output, &error);
    JsonArray *list;

    g_assert_no_error(error);
    list = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *one = json_array_get_object_element(list, i);

        if (g_str_equal(dcc_json_get_string(one, "name", ""), name))
            return json_object_ref(one);
    }
    return NULL;
}

static gint64
number_of(const char *name, const char *member)
{
    g_autoptr(JsonObject) status = status_of(name);

    g_assert_nonnull(status);
    return dcc_json_get_int(status, member, -1);
}

/* Until the words' output says it. */
static void
wait_for(const char *words, const char *said)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);

    for (;;) {
        int status;
        g_autofree char *output = run_words(&status, words);

        if (strstr(output, said) != NULL)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(50000);
    }
}

static void
wait_until_gone(gint64 pid)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);

    for (;;) {
        gboolean gone = FALSE;
        DccProcessRef process = dcc_process_ref_open(pid, &gone);

        gone = gone || dcc_process_ref_has_ended(process);
        dcc_process_ref_close(&process);
        if (gone)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
    }
}

static void
test_life(void)
{
    gint64 pid;

    expect(0, "ps", "nothing is running");
    expect(0, "launch fake --name life -d --wait ready -- --print hello", "ready");
    pid = number_of("life", "pid");
    expect(0, "ps", "life");
    expect(0, "status life", "running");
    expect(0, "probe life", "ok");
    expect(0, "logs life", "hello");
    expect(0, "events life", "started");
    expect(75, "launch fake --name life -d", "life");
    expect(0, "stop life", "rescue");
    wait_until_gone(pid);
    expect(0, "ps", "nothing is running");
    expect(0, "why life", "stopped");
    expect(0, "events life", "exit");
    expect(1, "status no-such-instance", "no-such-instance");
}

/* Both end with it, and have told all there was. */
static void
test_followed(void)
{
    expect(0,
           "launch fake --name talks -d --wait ready -- --print last-words --exit-after 3000",
           NULL);
    expect(0, "logs -f talks", "last-words");
    expect(0, "launch fake --name talks -d --wait ready -- --exit-after 3000", NULL);
    expect(0, "events -f talks", "exit");
    expect(0, "ps", "nothing is running");
}

static void
test_foreground(void)
{
    expect(7, "launch fake --name front --restart never -- --exit-after 200 --code 7", NULL);
    expect(0, "launch fake --name front --restart never -- --exit-after 200", NULL);
    expect(0, "ps", "nothing is running");
    expect(0, "events front", "started");
}

/* A real access violation. */
static void
test_crash(void)
{
    expect(139, "launch fake --name crash --restart never -- --crash-after 200", "11");
    expect(0, "why crash", "Segmentation fault");
    expect(0, "why crash --json", "\"signal\" : 11");
}

static void
test_comes_back(void)
{
    g_autofree char *count = g_strconcat(place, "/count", NULL);
    g_autofree char *words =
        g_strdup_printf("launch fake --name back -d --wait ready --backoff fixed:10ms -- "
                        "--crash-after 2000 --crash-times 1 --count-file %s",
                        count);

    expect(0, words, NULL);
    wait_for("status back --json", "\"restart_count\" : 1");
    wait_for("status back --json", "\"state\" : \"running\"");
    expect(0, "restart back", "running again");
    expect(0, "kill back", "kill");
    expect(0, "ps", "nothing is running");
    expect(0, "why back", "now stopped");
}

/* The session dies, the application does not: another one takes it up, and everything can be done as before. */
static void
test_adopted(void)
{
    gint64 pid, session;
    gboolean gone;
    DccProcessRef process;

    expect(0, "launch fake --name orphan -d --wait ready", NULL);
    pid = number_of("orphan", "pid");
    session = number_of("orphan", "session_pid");
    process = dcc_process_ref_open(session, &gone);
    g_assert_true(dcc_process_ref_kill(process));
    dcc_process_ref_close(&process);
    wait_until_gone(session);
    expect(0, "ps --json", "\"attended\" : false");
    expect(0, "adopt orphan", NULL);
    g_assert_cmpint(number_of("orphan", "pid"), ==, pid);
    g_assert_cmpint(number_of("orphan", "session_pid"), !=, session);
    wait_for("probe orphan", "ok");
    expect(0, "stop orphan", "rescue");
    wait_until_gone(pid);
    expect(0, "ps", "nothing is running");
}

/* As if a program in that job had started it, from before its first instruction. */
static void
launch_within(HANDLE job, const char *name)
{
    g_autofree char *line =
        g_strdup_printf("\"%s\" launch fake --name %s -d --wait ready", dcchost, name);
    STARTUPINFOA info = {.cb = sizeof info};
    PROCESS_INFORMATION born;
    DWORD code = 1;

    g_assert_true(
        CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &info, &born));
    g_assert_true(AssignProcessToJobObject(job, born.hProcess));
    ResumeThread(born.hThread);
    g_assert_cmpint(WaitForSingleObject(born.hProcess, PATIENCE_MS), ==, WAIT_OBJECT_0);
    GetExitCodeProcess(born.hProcess, &code);
    CloseHandle(born.hThread);
    CloseHandle(born.hProcess);
    g_assert_cmpint(code, ==, 0);
}

/* (transfer full): that of a running application; docs/windows.md. */
static HANDLE
open_job_of(gint64 pid)
{
    g_autofree char *name =
        g_strdup_printf("Local\\dcchost-%" G_GINT64_FORMAT "-%" G_GINT64_MODIFIER "x",
                        pid,
                        dcc_identity_read_start(pid));

    return OpenJobObjectA(JOB_OBJECT_ASSIGN_PROCESS | JOB_OBJECT_QUERY, FALSE, name);
}

static gboolean
is_in(gint64 pid, HANDLE job)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)pid);
    BOOL answer = TRUE;

    g_assert_nonnull(process);
    g_assert_true(IsProcessInJob(process, job, &answer));
    CloseHandle(process);
    return answer;
}

/* Launched from inside another: the end of that one is not its own. */
static void
test_nested(void)
{
    HANDLE job;

    expect(0, "launch fake --name outer -d --wait ready", NULL);
    job = open_job_of(number_of("outer", "pid"));
    g_assert_nonnull(job);
    launch_within(job, "inner");
    g_assert_false(is_in(number_of("inner", "session_pid"), job));
    g_assert_false(is_in(number_of("inner", "pid"), job));
    CloseHandle(job);
    expect(0, "kill outer", NULL);
    expect(0, "probe inner", "ok");
    expect(0, "stop inner", "rescue");
    expect(0, "ps", "nothing is running");
}

/* A job of somebody's who lets nothing leave it: it runs in there. */
static void
test_kept_in_a_job(void)
{
    HANDLE job = CreateJobObjectA(NULL, NULL);

    launch_within(job, "kept");
    g_assert_true(is_in(number_of("kept", "pid"), job));
    expect(0, "probe kept", "ok");
    expect(0, "stop kept", "rescue");
    CloseHandle(job);
}

/* The application ended while nobody attended: its end is told by who comes next. */
static void
test_ended_alone(void)
{
    gint64 pid, session;
    gboolean gone;
    DccProcessRef process;

    expect(0, "launch fake --name alone -d --wait ready --restart never", NULL);
    pid = number_of("alone", "pid");
    session = number_of("alone", "session_pid");
    process = dcc_process_ref_open(session, &gone);
    g_assert_true(dcc_process_ref_kill(process));
    dcc_process_ref_close(&process);
    wait_until_gone(session);
    process = dcc_process_ref_open(pid, &gone);
    g_assert_true(dcc_process_ref_kill(process));
    dcc_process_ref_close(&process);
    wait_until_gone(pid);
    g_free(run_words(&(int){0}, "adopt alone"));
    wait_for("ps", "nothing is running");
    expect(0, "events alone", "exit");
}

static void
test_recovered(void)
{
    expect(0, "launch fake --name again -d --wait ready", NULL);
    expect(0, "stop again", "rescue");
    expect(0, "restart again --recover", NULL);
    expect(0, "kill again", NULL);
}

/* Frames that are there are proved to be files with something in them: nothing here reads pictures, and that is said. */
static void
test_render(void)
{
    g_autofree char *out = g_strconcat(place, "/frames", NULL);
    g_autofree char *scene = g_strconcat(place, "/shot.scene", NULL);
    g_autofree char *output = g_strconcat(place, "\\frames\\f_####.png", NULL);
    g_autofree char *words = NULL;
    g_autofree char *again = NULL;

    g_assert_true(g_file_set_contents(scene, "a scene", -1, NULL));
    g_strdelimit(output, "/", '\\');
    words = g_strdup_printf("render fake --file %s --frames 1-3 --output %s", scene, output);
    expect(0, words, "verdict=done frames=3 failed=0 rendered=3 skipped=0 unchecked=3");
    g_assert_true(g_file_test(out, G_FILE_TEST_IS_DIR));
    again = g_strconcat(words, " --resume", NULL);
    expect(0, again, NULL);
    expect(0, "ps", "nothing is running");
}

/* What cannot be started is told, and nothing is left. */
static void
test_refused(void)
{
    expect(69, "launch no-such-application -d", "no-such-application");
    expect(2, "launch fake -d --wait ready --name refused -- --exit-before-ready 2", "code 2");
    expect(124,
           "launch fake --name late -d --wait ready --start-timeout 1s -- --never-ready",
           "ready");
    expect(0, "ps", "nothing is running");
}

static void
set_environment(const char *build, const char *application)
{
    static const char *const variables[] = {
        "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"};
    g_autofree char *core = g_strconcat(build, "/core;", g_getenv("PATH"), NULL);
    g_autofree char *adapters = g_strconcat(build, "/tests/modules/fake", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        g_autofree char *path = g_strconcat(place, "/", variables[i], NULL);

        g_assert_true(dcc_safe_dir_make(path, NULL));
        g_setenv(variables[i], path, TRUE);
    }
    g_setenv("PATH", core, TRUE);
    g_setenv("DCCHOST_ADAPTER_PATH", adapters, TRUE);
    g_setenv("DCCHOST_FAKE_EXECUTABLE", application, TRUE);
}

static gboolean
is_refused_for_others(void)
{
    int status;
    g_autofree char *output = run_words(&status, "adapters --json");

    return strstr(output, "others can write the directory") != NULL;
}

int
main(int argc, char **argv)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *program = NULL;
    g_autofree char *application = NULL;
    g_autofree char *build = NULL;
    int status;

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 4);
    program = g_canonicalize_filename(argv[1], here);
    dcchost = dcc_file_name_normalize(program);
    build = dcc_file_name_normalize(argv[2]);
    place = dcc_file_name_normalize(g_dir_make_tmp("dcc-XXXXXX", NULL));
    application = g_canonicalize_filename(argv[3], here);
    set_environment(build, application);
    if (is_refused_for_others()) {
        g_print("1..0 # SKIP others may write to a directory above the build\n");
        return 0;
    }
    g_test_add_func("/verbs/life", test_life);
    g_test_add_func("/verbs/followed", test_followed);
    g_test_add_func("/verbs/foreground", test_foreground);
    g_test_add_func("/verbs/crash", test_crash);
    g_test_add_func("/verbs/comes-back", test_comes_back);
    g_test_add_func("/verbs/adopted", test_adopted);
    g_test_add_func("/verbs/nested", test_nested);
    g_test_add_func("/verbs/kept-in-a-job", test_kept_in_a_job);
    g_test_add_func("/verbs/ended-alone", test_ended_alone);
    g_test_add_func("/verbs/recovered", test_recovered);
    g_test_add_func("/verbs/render", test_render);
    g_test_add_func("/verbs/refused", test_refused);
    status = g_test_run();
    dcc_safe_dir_remove(place);
    return status;
}
