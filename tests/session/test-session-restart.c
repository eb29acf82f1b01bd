/* Brought back after a crash, as often as the policy allows; hung is told from busy. */
#include "session-rig.h"

static void
test_brought_back(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *count = dcc_test_world_build_path(world, "lives");
    g_autofree char *args =
        g_strdup_printf("--count-file %s --crash-times 2 --crash-after 1", count);
    g_autoptr(Rig) rig = rig_new(world, "back", args, NULL);

    rig_start(rig);
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == 2 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 2);
    g_assert_cmpuint(rig_count_events(rig, "restart"), ==, 2);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 3);
    g_assert_cmpuint(rig_count_events(rig, "started"), ==, 3);
}

static void
test_gives_up(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "hopeless", "--crash-after 1", "max-restarts", "3", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_FAILED);
    g_assert_cmpuint(rig_count_events(rig, "gave-up"), ==, 1);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 4);
    g_assert_cmpint(
        dcc_result_get_signal(dcc_session_get_result(rig->session)), ==, DCC_SIGNAL_SEGV);
}

static void
test_instant_crash(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "instant", "--exit-before-ready 9", "instant-crash", "10s", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_FAILED);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 2);
}

/* A quit by the artist is no request of ours. */
static void
test_clean_quit_stays(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "quit", "--exit-after 1", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpuint(rig_count_events(rig, "started"), ==, 1);
}

static void
test_restart_always(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "always", "--exit-after 1", "restart", "always", NULL);

    rig_start(rig);
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) >= 2, 20000);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
}

static void
test_bad_scene_is_not_tried_again(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "scene", "--bad-scene", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_FAILED);
    g_assert_cmpuint(rig_count_events(rig, "started"), ==, 1);
    g_assert_cmpint(dcc_result_to_exit_status(dcc_session_get_result(rig->session)), ==, 78);
}

static void
test_asked_restart(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "again", "", NULL);
    gint64 first;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    first = dcc_session_get_pid(rig->session);
    dcc_session_restart(rig->session);
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == 1 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
    g_assert_cmpint(dcc_session_get_pid(rig->session), !=, first);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "saved");
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

#define FAST_PROBES                                                                                \
    "probe-period", "50ms", "probe-timeout", "200ms", "probe-failures", "2", "progress-window",    \
        "300ms"

/* Written while it hangs, with the kernel's view of each thread; the Python stacks, or why not. */
static void
check_hang_report(Rig *rig, gboolean silent)
{
    g_autofree char *text = NULL;
    JsonObject *event;

    dcc_test_wait_for(rig_get_event(rig, "rescue", 0) != NULL, 20000);
    event = rig_get_event(rig, "rescue", 0);
    g_assert_cmpstr(json_object_get_string_member(event, "kind"), ==, "stacks");
    g_assert_true(
        g_file_get_contents(json_object_get_string_member(event, "path"), &text, NULL, NULL));
    g_assert_nonnull(strstr(text, " cpu "));
    g_assert_nonnull(strstr(text, " wchan "));
    g_assert_nonnull(strstr(text, " syscall "));
    if (silent)
        g_assert_nonnull(strstr(text, "Python stacks:\nnot available: "));
    else
        g_assert_null(strstr(text, "not available"));
    g_assert_cmpuint(rig_count_events(rig, "rescue"), ==, 1);
}

static void
test_hung(gconstpointer data)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(
        world, "hung", data, FAST_PROBES, "save-timeout", "100ms", "term-timeout", "100ms", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_UNRESPONSIVE);
    check_hang_report(rig, strstr(data, "freeze") != NULL);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 0);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "restart"), ==, 0);
}

/* It works, without a turn of its main thread: that is no hang. */
static void
test_busy(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(
        world, "busy", "--busy-after 1 --busy-for 1500 --exit-after 2500", FAST_PROBES, NULL);

    rig_start(rig);
    rig_wait_end(rig);
    g_assert_null(rig_get_event(rig, "restart", 0));
    for (guint i = 0; i < rig->events->len; i++) {
        JsonObject *event = g_ptr_array_index(rig->events, i);

        if (g_str_equal(json_object_get_string_member(event, "type"), "state"))
            g_assert_cmpstr(json_object_get_string_member(event, "to"), !=, "unresponsive");
    }
}

static void
test_hang_passes(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "passes", "--hang-after 1 --hang-for 6500", FAST_PROBES, NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_UNRESPONSIVE);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

static void
test_hang_restart(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *count = dcc_test_world_build_path(world, "lives");
    g_autofree char *args =
        g_strdup_printf("--count-file %s --crash-times 1 --freeze-after 1", count);
    g_autoptr(Rig) rig = rig_new(world,
                                 "hangrestart",
                                 args,
                                 FAST_PROBES,
                                 "on-hang",
                                 "restart",
                                 "hang-timeout",
                                 "100ms",
                                 "save-timeout",
                                 "100ms",
                                 "term-timeout",
                                 "100ms",
                                 NULL);

    rig_start(rig);
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == 1 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/session/restart/brought-back", test_brought_back);
    g_test_add_func("/session/restart/gives-up", test_gives_up);
    g_test_add_func("/session/restart/instant-crash", test_instant_crash);
    g_test_add_func("/session/restart/clean-quit-stays", test_clean_quit_stays);
    g_test_add_func("/session/restart/always", test_restart_always);
    g_test_add_func("/session/restart/bad-scene", test_bad_scene_is_not_tried_again);
    g_test_add_func("/session/restart/asked", test_asked_restart);
    g_test_add_data_func("/session/health/hung", "--hang-after 1", test_hung);
    g_test_add_data_func("/session/health/frozen", "--freeze-after 1", test_hung);
    g_test_add_func("/session/health/busy", test_busy);
    g_test_add_func("/session/health/hang-passes", test_hang_passes);
    g_test_add_func("/session/health/hang-restart", test_hang_restart);
    return g_test_run();
}
