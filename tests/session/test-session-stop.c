/* The stop sequence: each step is taken only when the one before it did not do, and nothing is left at
 * its end. */
#include "session-rig.h"

static void
assert_stopped(Rig *rig)
{
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
}

static void
test_saves_and_quits(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "well", "", NULL);
    JsonObject *rescue;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    assert_stopped(rig);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "saved");
    g_assert_cmpstr(rig_get_step(rig, "quit"), ==, "done");
    g_assert_null(rig_get_step(rig, "signal"));
    g_assert_cmpint(
        dcc_result_get_kind(dcc_session_get_result(rig->session)), ==, DCC_RESULT_STOPPED);
    rescue = rig_get_event(rig, "rescue", 0);
    g_assert_nonnull(rescue);
    g_assert_true(
        g_file_test(json_object_get_string_member(rescue, "path"), G_FILE_TEST_IS_REGULAR));
}

typedef struct {
    const char *args;
    const char *save;
    const char *quit;
    const char *signal;
    const char *kill;
} Sequence;

static const Sequence sequences[] = {
    {"--refuse-save", "refused", "done", NULL, NULL},
    {"--false-save", "refused", "done", NULL, NULL},
    {"--slow-save 5000", "timed-out", NULL, NULL, NULL},
    {"--refuse-quit", "saved", "refused", "done", NULL},
    {"--refuse-quit --ignore-term", "saved", "refused", "timed-out", "done"},
    {"--no-agent", "not-supported", "not-supported", "done", NULL},
    {"--no-agent --ignore-term", "not-supported", "not-supported", "timed-out", "done"},
};

/* On Windows what has no window, and a console that is not ours, cannot be asked to end: then it is killed. */
static gboolean
is_deaf(const Sequence *sequence, const char *signal)
{
    return G_DIR_SEPARATOR != '/' && g_strcmp0(sequence->signal, "done") == 0 &&
           g_strcmp0(signal, "timed-out") == 0;
}

static void
test_sequence(gconstpointer data)
{
    const Sequence *sequence = data;
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world,
                                 "down",
                                 sequence->args,
                                 "settle",
                                 "50ms",
                                 "save-timeout",
                                 "300ms",
                                 "term-timeout",
                                 "300ms",
                                 "tree-timeout",
                                 "200ms",
                                 NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    assert_stopped(rig);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, sequence->save);
    if (sequence->quit != NULL)
        g_assert_cmpstr(rig_get_step(rig, "quit"), ==, sequence->quit);
    if (is_deaf(sequence, rig_get_step(rig, "signal"))) {
        g_assert_cmpstr(rig_get_step(rig, "kill"), ==, "done");
        return;
    }
    if (sequence->signal != NULL)
        g_assert_cmpstr(rig_get_step(rig, "signal"), ==, sequence->signal);
    if (sequence->kill != NULL)
        g_assert_cmpstr(rig_get_step(rig, "kill"), ==, sequence->kill);
    else
        g_assert_null(rig_get_step(rig, "kill"));
}

/* dcc_test_world_free() fails the test when a process is left. */
static void
test_tree(gconstpointer data)
{
    g_autofree char *args = g_strdup_printf("--tree %s", (const char *)data);
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "tree", args, "tree-timeout", "200ms", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    assert_stopped(rig);
}

static void
test_crash_empties_the_tree(gconstpointer data)
{
    g_autofree char *args = g_strdup_printf("--tree %s --crash-after 1", (const char *)data);
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "tree", args, "restart", "never", "tree-timeout", "200ms", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_CRASHED);
}

static void
test_kill(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "kill", "--tree ignore-term --ignore-term", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_kill(rig->session);
    assert_stopped(rig);
    g_assert_null(rig_get_step(rig, "save"));
    g_assert_null(rig_get_step(rig, "signal"));
    g_assert_cmpint(
        dcc_result_get_signal(dcc_session_get_result(rig->session)), ==, DCC_SIGNAL_KILL);
}

/* Asked again, it leaves the step it is at. */
static void
test_hurry(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world,
                                 "hurry",
                                 "--slow-save 15000 --refuse-quit --ignore-term",
                                 "term-timeout",
                                 "15s",
                                 "tree-timeout",
                                 "15s",
                                 NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    for (guint i = 0; i < 5; i++) {
        dcc_session_stop(rig->session, 0);
        dcc_test_turn();
    }
    assert_stopped(rig);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "skipped");
}

static void
test_deadline(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "deadline", "--slow-save 15000 --ignore-term", NULL);
    gint64 began;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    began = g_get_monotonic_time();
    dcc_session_stop(rig->session, 300);
    assert_stopped(rig);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 290000);
    g_assert_cmpstr(rig_get_step(rig, "kill"), ==, "done");
}

/* Before it is ready, while it is stopped, while it waits to be started again: stop is always
 * heard. */
static void
test_stop_while_starting(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "early", "--never-ready", NULL);

    rig_start(rig);
    dcc_session_stop(rig->session, 0);
    assert_stopped(rig);
}

static gboolean
is_paused(Rig *rig)
{
    g_autofree char *status = dcc_session_get_status(rig->session);

    return strstr(status, "\"paused\":true") != NULL;
}

/* It is woken first, for asleep it could not save. */
static void
test_stop_while_paused(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "paused", "--stop-self", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_test_wait_for(is_paused(rig), 10000);
    dcc_session_stop(rig->session, 0);
    assert_stopped(rig);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "saved");
}

static void
test_stop_outranks_restart(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "delay", "--crash-after 1", "backoff", "fixed:60s", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RESTARTING);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpuint(rig_count_events(rig, "started"), ==, 1);
}

int
main(int argc, char **argv)
{
    static const char *const trees[] = {
        "fork", "double-fork", "setsid", "refork", "stopped", "ignore-term"};

    rig_init(&argc, &argv);
    g_test_add_func("/session/stop/saves-and-quits", test_saves_and_quits);
    for (guint i = 0; i < G_N_ELEMENTS(sequences); i++) {
        g_autofree char *path = g_strdup_printf("/session/stop/sequence/%s", sequences[i].args);

        g_test_add_data_func(g_strdelimit(path, " ", '_'), &sequences[i], test_sequence);
    }
    for (guint i = 0; i < G_N_ELEMENTS(trees); i++) {
        g_autofree char *stop = g_strdup_printf("/session/stop/tree/%s", trees[i]);
        g_autofree char *crash = g_strdup_printf("/session/crash/tree/%s", trees[i]);

        g_test_add_data_func(stop, trees[i], test_tree);
        g_test_add_data_func(crash, trees[i], test_crash_empties_the_tree);
    }
    g_test_add_func("/session/stop/kill", test_kill);
    g_test_add_func("/session/stop/hurry", test_hurry);
    g_test_add_func("/session/stop/deadline", test_deadline);
    g_test_add_func("/session/stop/while-starting", test_stop_while_starting);
    if (G_DIR_SEPARATOR == '/') /* Windows pauses nothing */
        g_test_add_func("/session/stop/while-paused", test_stop_while_paused);
    g_test_add_func("/session/stop/outranks-restart", test_stop_outranks_restart);
    return g_test_run();
}
