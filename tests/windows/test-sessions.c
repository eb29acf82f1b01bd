/* Sessions on Windows: what happens when one dies, and a program with a window. As `test-sessions session NAME ARGS` it
 * is a session process that dies as soon as its application runs. */
#include "session-rig.h"

#include <string.h>

#include <windows.h>

#define PATIENCE_MS 60000
#define LOOK_US     G_USEC_PER_SEC

static char *self_program;

static void
end_process(gint64 pid, UINT code)
{
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, (DWORD)pid);

    g_assert_nonnull(process);
    g_assert_true(TerminateProcess(process, code));
    g_assert_cmpint(WaitForSingleObject(process, PATIENCE_MS), ==, WAIT_OBJECT_0);
    CloseHandle(process);
}

/* Nobody can ask any more how it ended. */
static gboolean
is_forgotten(gint64 pid)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);

    if (process != NULL)
        CloseHandle(process);
    return process == NULL;
}

static gboolean
is_alive(gint64 pid)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
    gboolean alive = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;

    if (process != NULL)
        CloseHandle(process);
    return alive;
}

static JsonObject *
read_status(Rig *rig)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *text = dcc_session_get_status(rig->session);

    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

static gboolean
is_owned(Rig *rig)
{
    g_autoptr(JsonObject) status = read_status(rig);

    return json_object_get_boolean_member(status, "owned");
}

/* -- A session process of its own -- */

static int
be_session(const char *name, const char *args)
{
    Rig *rig = rig_new(NULL, name, args, NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    /* It has looked once more what its application has started. */
    for (gint64 end = g_get_monotonic_time() + LOOK_US; g_get_monotonic_time() < end;)
        dcc_test_turn_once();
    ExitProcess(0);
}

/* When this returns the session is dead and its application runs. */
static void
begin_elsewhere(const char *name, const char *args)
{
    g_autofree char *line = g_strdup_printf("\"%s\" session %s \"%s\"", self_program, name, args);
    STARTUPINFOA info = {.cb = sizeof info};
    PROCESS_INFORMATION born;
    DWORD code = 1;

    g_assert_true(
        CreateProcessA(self_program, line, NULL, NULL, FALSE, 0, NULL, NULL, &info, &born));
    g_assert_cmpint(WaitForSingleObject(born.hProcess, PATIENCE_MS), ==, WAIT_OBJECT_0);
    GetExitCodeProcess(born.hProcess, &code);
    CloseHandle(born.hProcess);
    CloseHandle(born.hThread);
    g_assert_cmpint(code, ==, 0);
}

static gint64
read_pid(Rig *rig, const char *name)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(rig->runtime, name, NULL);

    g_assert_nonnull(status);
    g_assert_false(json_object_get_boolean_member(status, "attended"));
    return json_object_get_int_member(status, "pid");
}

/* Of nobody yet: the session that it would start is not started. */
static Rig *
rig_for_adopting(DccTestWorld *world)
{
    Rig *rig = rig_new(world, "unused", "", NULL);

    rig_drop_session(rig);
    return rig;
}

static void
test_goes_on(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = NULL;
    gint64 pid;

    begin_elsewhere("keeps", "");
    rig = rig_for_adopting(world);
    pid = read_pid(rig, "keeps");
    g_assert_true(is_alive(pid));
    rig_adopt(rig);
    g_assert_cmpint(dcc_session_get_pid(rig->session), ==, pid);
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RUNNING);
    g_assert_false(is_owned(rig));
    dcc_test_wait_for(rig_count_events(rig, "agent") >= 1, PATIENCE_MS);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "saved");
    g_assert_cmpstr(rig_get_step(rig, "quit"), ==, "done");
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
    g_assert_false(is_alive(pid));
}

/* Its crash is told with its code, for a handle tells strangers, too. */
static void
test_crash_after_adoption(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = NULL;
    gint64 pid;

    begin_elsewhere("crashes", "");
    rig = rig_for_adopting(world);
    pid = read_pid(rig, "crashes");
    rig_adopt(rig);
    end_process(pid, 0xc0000005);
    dcc_test_wait_for(rig_count_events(rig, "exit") == 1, PATIENCE_MS);
    g_assert_cmpint(
        dcc_result_get_signal(dcc_session_get_result(rig->session)), ==, DCC_SIGNAL_SEGV);
    rig_wait_state(rig, DCC_STATE_RUNNING); /* brought back */
    g_assert_true(is_owned(rig));
    g_assert_cmpint(dcc_session_get_pid(rig->session), !=, pid);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

/* "PID left-KIND NUMBER INCARNATION", a line for each that it has left. */
static guint
read_left(const char *oracle, gint64 *pids, guint room)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    guint n = 0;

    if (!g_file_get_contents(oracle, &text, NULL, NULL))
        return 0;
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL && n < room; i++)
        if (strstr(lines[i], "left-") != NULL)
            pids[n++] = g_ascii_strtoll(lines[i], NULL, 10);
    return n;
}

/* The job has outlived the session that made it. */
static void
test_tree_ends_after_adoption(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *oracle = dcc_test_world_build_path(world, "oracle");
    g_autofree char *args = g_strdup_printf("--tree fork --tree setsid --oracle %s", oracle);
    g_autoptr(Rig) rig = NULL;
    gint64 pids[3];

    begin_elsewhere("family", args);
    rig = rig_for_adopting(world);
    dcc_test_wait_for(read_left(oracle, pids, 2) == 2, PATIENCE_MS);
    pids[2] = read_pid(rig, "family");
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        g_assert_true(is_alive(pids[i]));
    rig_adopt(rig);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        g_assert_false(is_alive(pids[i]));
    g_assert_cmpint(
        dcc_result_get_kind(dcc_session_get_result(rig->session)), ==, DCC_RESULT_STOPPED);
}

/* Session and main process have died, and what it had started goes on: it is found by the job, whose name it keeps, and
 * ended by who comes next. */
static void
test_what_both_have_left(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *oracle = dcc_test_world_build_path(world, "oracle");
    g_autofree char *args = g_strdup_printf("--tree fork --tree setsid --oracle %s", oracle);
    g_autoptr(Rig) rig = NULL;
    gint64 pids[2], pid;

    begin_elsewhere("bereft", args);
    rig = rig_for_adopting(world);
    dcc_test_wait_for(read_left(oracle, pids, 2) == 2, PATIENCE_MS);
    pid = read_pid(rig, "bereft");
    end_process(pid, 0);
    g_assert_true(is_alive(pids[0]) && is_alive(pids[1]));
    rig_adopt(rig);
    dcc_test_wait_for(!is_alive(pids[0]) && !is_alive(pids[1]), PATIENCE_MS);
    if (!rig->ended)
        dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

/* How it ended is known to nobody, and that is what is said: never a success. */
static void
test_lost(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = NULL;
    gint64 pid;

    begin_elsewhere("lost", "");
    rig = rig_for_adopting(world);
    pid = read_pid(rig, "lost");
    end_process(pid, 0);
    dcc_test_wait_for(is_forgotten(pid), PATIENCE_MS);
    rig_adopt(rig);
    dcc_test_wait_for(rig_count_events(rig, "exit") == 1, PATIENCE_MS);
    g_assert_cmpint(dcc_result_get_kind(dcc_session_get_result(rig->session)), ==, DCC_RESULT_LOST);
    g_assert_cmpint(dcc_result_to_exit_status(dcc_session_get_result(rig->session)), ==, 125);
    if (!rig->ended)
        dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

/* The name is launched again instead: the run that nobody attended is settled first. */
static void
test_name_is_held(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Rig) rig = NULL;
    gint64 pid;

    begin_elsewhere("mine", "");
    rig = rig_new(world, "mine", "", NULL);
    pid = read_pid(rig, "mine");
    g_assert_false(dcc_session_start(rig->session, &error));
    g_assert_true(dcc_error_is_busy(error));
    rig_drop_session(rig);
    rig_adopt(rig);
    g_assert_cmpint(dcc_session_get_pid(rig->session), ==, pid);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
    g_assert_false(is_alive(pid));
}

/* It is asked as a person would: its window is closed. */
static void
test_window_is_closed(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "window", "--refuse-quit --window", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpstr(rig_get_step(rig, "quit"), ==, "refused");
    g_assert_cmpstr(rig_get_step(rig, "signal"), ==, "done");
    g_assert_null(rig_get_step(rig, "kill"));
}

int
main(int argc, char **argv)
{
    if (argc == 4 && g_str_equal(argv[1], "session"))
        return be_session(argv[2], argv[3]);
    rig_init(&argc, &argv);
    self_program = g_canonicalize_filename(argv[0], NULL);
    g_test_add_func("/windows/session/goes-on", test_goes_on);
    g_test_add_func("/windows/session/crash-after-adoption", test_crash_after_adoption);
    g_test_add_func("/windows/session/tree-ends-after-adoption", test_tree_ends_after_adoption);
    g_test_add_func("/windows/session/what-both-have-left", test_what_both_have_left);
    g_test_add_func("/windows/session/lost", test_lost);
    g_test_add_func("/windows/session/name-is-held", test_name_is_held);
    g_test_add_func("/windows/session/window-is-closed", test_window_is_closed);
    return g_test_run();
}
