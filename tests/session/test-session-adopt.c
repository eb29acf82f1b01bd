/* A session that dies takes nothing with it: the next one knows all that happened meanwhile. */
#include "session-rig.h"

#include "dcc-test-signal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#ifdef G_OS_UNIX
#include <gio/gunixsocketaddress.h>
#endif

static gint64
get_status_int(Rig *rig, const char *member)
{
    g_autoptr(JsonObject) status = NULL;
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *text = dcc_session_get_status(rig->session);

    json_parser_load_from_data(parser, text, -1, NULL);
    status = json_object_ref(json_node_get_object(json_parser_get_root(parser)));
    return json_object_get_int_member(status, member);
}

static void
test_goes_on(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "keeps", "", NULL);
    g_autoptr(JsonObject) status = NULL;
    gint64 pid;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    rig_drop_session(rig);

    g_assert_false(dcc_test_is_gone(pid));
    status = dcc_instance_get_status(rig->runtime, "keeps", NULL);
    g_assert_nonnull(status);
    g_assert_false(json_object_get_boolean_member(status, "attended"));
    g_assert_cmpstr(json_object_get_string_member(status, "state"), ==, "running");
    g_assert_cmpint(json_object_get_int_member(status, "pid"), ==, pid);

    rig_adopt(rig);
    g_assert_cmpint(dcc_session_get_pid(rig->session), ==, pid);
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RUNNING);
    dcc_test_wait_for(rig_count_events(rig, "agent") >= 2, 10000);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
    g_assert_cmpstr(rig_get_step(rig, "save"), ==, "saved");
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
}

/* As it stands between the decision to stop and the first word of the run about it. */
static void
forget_request(Rig *rig)
{
    g_autofree char *path =
        g_build_filename(dcc_runtime_get_path(rig->runtime), "stopping", "record.json", NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();
    JsonObject *record;

    g_assert_true(json_parser_load_from_file(parser, path, NULL));
    record = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(record, "state"), ==, "stopping");
    json_object_set_boolean_member(record, "requested", FALSE);
    json_generator_set_root(generator, json_parser_get_root(parser));
    g_assert_true(json_generator_to_file(generator, path, NULL));
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
}

/* Its shim has written it down. */
static gboolean
end_is_on_record(Rig *rig)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(rig->runtime, "stopping", NULL);
    JsonNode *result = json_object_get_member(status, "result");

    return JSON_NODE_HOLDS_OBJECT(result) &&
           g_str_equal(json_object_get_string_member(json_node_get_object(result), "kind"),
                       "signaled");
}

/* It was asked to end, the session died before it could write down more than that, and it ended
 * while nobody was there: the end of a stop, which the next session sees through. */
static void
test_stop_goes_on_after_the_end(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "stopping", "--tree setsid", NULL);
    DccResult *result;
    gint64 pid;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    dcc_session_stop(rig->session, 0);
    rig_wait_state(rig, DCC_STATE_STOPPING);
    rig_drop_session(rig);
    forget_request(rig);
    dcc_test_terminate(pid);
    dcc_test_wait_for(RIG_HAS_SHIM ? end_is_on_record(rig) : dcc_test_is_gone(pid), 10000);
    rig_adopt(rig);
    rig_wait_end(rig);
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_STOPPED);
    result = dcc_session_get_result(rig->session);
    if (RIG_HAS_SHIM) /* elsewhere it could not be asked, and was ended at once */
        g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_STOPPED);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
    g_assert_cmpuint(rig_count_events(rig, "restart"), ==, 0);
}

/* What ended while nobody was there is told by the next, once, with its signal. */
static void
test_death_meanwhile(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "meanwhile", "", "restart", "never", NULL);
    gint64 pid;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    rig_drop_session(rig);
    dcc_test_crash(pid);
    dcc_test_wait_for(dcc_test_is_gone(pid), 10000);
    rig_adopt(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_CRASHED);
    rig_assert_unattended(dcc_session_get_result(rig->session), DCC_SIGNAL_SEGV);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
}

static void
test_crash_after_adoption_is_brought_back(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "after", "", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    rig_drop_session(rig);
    rig_adopt(rig);
    dcc_test_crash(dcc_session_get_pid(rig->session));
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == 1 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 2);
}

/* A delay before the next run is not cut short by a session that dies meanwhile. */
static void
test_delay_goes_on(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "patient", "", "backoff", "fixed:1h", "jitter", "0", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_test_crash(dcc_session_get_pid(rig->session));
    rig_wait_state(rig, DCC_STATE_RESTARTING);
    rig_drop_session(rig);
    rig_adopt(rig);
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RESTARTING);
    g_assert_cmpint(get_status_int(rig, "restart_in_ms"), >, 55 * 60 * 1000);
    g_assert_cmpint(get_status_int(rig, "restart_in_ms"), <=, 60 * 60 * 1000);
    g_assert_cmpuint(rig_count_events(rig, "started"), ==, 1);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
}

static void
test_unattended_name_is_taken(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "alone", "", NULL);
    g_autoptr(Rig) other = rig_new(world, "alone", "", NULL);
    g_autoptr(GError) error = NULL;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    rig_drop_session(rig);
    g_assert_false(dcc_session_start(other->session, &error));
    g_assert_true(dcc_error_is_busy(error));
    rig_adopt(rig);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

/* 0: there are none on this system. */
static gint64
get_shim(Rig *rig)
{
    return RIG_HAS_SHIM ? get_status_int(rig, "shim_pid") : 0;
}

static void
leave_files_alone(DccTestWorld *world)
{
    g_autoptr(Rig) rig = rig_new(world, "all", "", NULL);
    gint64 pid, shim;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    shim = get_shim(rig);
    rig_drop_session(rig);
    if (shim > 0)
        dcc_test_kill(shim);
    dcc_test_kill(pid);
    dcc_test_wait_for(dcc_test_is_gone(pid) && (shim == 0 || dcc_test_is_gone(shim)), 10000);
}

static void
assert_told_once(DccTestWorld *world)
{
    g_autofree char *deaths = dcc_test_world_build_path(world, "state/dcchost/all/deaths.jsonl");
    g_autofree char *text = NULL;
    const char *lost;

    g_assert_true(g_file_get_contents(deaths, &text, NULL, NULL));
    lost = strstr(text, "\"lost\"");
    g_assert_nonnull(lost);
    g_assert_null(strstr(lost + 1, "\"lost\""));
}

/* Asked to stop before the run before is settled: nothing is started, and that run is told all the same. */
static void
test_stopped_while_settling(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) next = rig_new(world, "all", "", NULL);

    leave_files_alone(world);
    rig_begin(next);
    dcc_session_stop(next->session, 0);
    rig_wait_end(next);
    g_assert_cmpint(dcc_session_get_state(next->session), ==, DCC_STATE_STOPPED);
    g_assert_true(dcc_error_is_gone(dcc_session_get_refusal(next->session)));
    g_assert_cmpuint(rig_count_events(next, "started"), ==, 0);
    assert_told_once(world);
}

/* A program that lets go of its session in the middle: the next one settles it. */
static void
test_dropped_while_settling(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) dropped = rig_new(world, "all", "", NULL);
    g_autoptr(Rig) next = rig_new(world, "all", "", NULL);

    leave_files_alone(world);
    rig_begin(dropped);
    rig_drop_session(dropped);
    rig_start(next);
    rig_wait_state(next, DCC_STATE_RUNNING);
    dcc_session_kill(next->session);
    rig_wait_end(next);
    assert_told_once(world);
}

/* Nobody is left but the files: the next launch under the name brings them to safety and tells of
 * the end. */
static void
test_all_killed(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) next = rig_new(world, "all", "", NULL);
    g_autofree char *control = dcc_test_world_build_path(world, "run/dcchost/all/control.sock");
    g_autoptr(GDir) left = NULL;
    const char *entry;

    leave_files_alone(world);
    g_unlink(control);
    rig_begin(next);
    /* All of that is done from the main loop, which may have others to serve. */
    g_assert_false(g_file_test(control, G_FILE_TEST_EXISTS));
    g_assert_cmpint(dcc_session_get_state(next->session), ==, DCC_STATE_STARTING);
    rig_wait_state(next, DCC_STATE_RUNNING);
    g_assert_true(g_file_test(control, G_FILE_TEST_EXISTS));
    dcc_session_stop(next->session, 0);
    rig_wait_end(next);
    assert_told_once(world);
    left = g_dir_open(g_get_tmp_dir(), 0, NULL);
    while ((entry = g_dir_read_name(left)) != NULL)
        g_assert_false(g_str_has_prefix(entry, "dcchost-all-"));
}

static void
test_attended_is_not_adopted(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "held", "", NULL);
    g_autoptr(GError) error = NULL;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    g_assert_null(dcc_session_adopt(rig->registry, rig->runtime, "held", &error));
    g_assert_true(dcc_error_is_busy(error));
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RUNNING);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

#ifdef G_OS_UNIX
static gpointer
take_and_break(gpointer data)
{
    g_autoptr(GSocket) taken = g_socket_accept(data, NULL, NULL);

    g_assert_nonnull(taken);
    g_socket_close(data, NULL);
    return NULL;
}

/* A session that the kernel is taking down can still be connected to; it attends nothing. */
static void
test_dying_attends_nothing(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "dying", "", NULL);
    g_autofree char *path = dcc_test_world_build_path(world, "run/dcchost/dying/control.sock");
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) door =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
    GThread *dying;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    rig_drop_session(rig);
    g_unlink(path);
    g_assert_true(g_socket_bind(door, address, FALSE, NULL));
    g_assert_true(g_socket_listen(door, NULL));
    dying = g_thread_new("dying", take_and_break, door);
    g_assert_false(dcc_instance_is_attended(rig->runtime, "dying"));
    g_thread_join(dying);
    rig_adopt(rig);
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

#else
/* There it is a process that a file names, which lives or not: tests/windows/test-channel.c. */
static void
test_dying_attends_nothing(void)
{
    g_test_skip("sockets are no files on this system");
}
#endif

static gboolean
is_without_shim(void)
{
    if (!RIG_HAS_SHIM)
        g_test_skip("there is no shim on this system");
    return !RIG_HAS_SHIM;
}

/* Without its shim the application lives on, and its end is known or honestly lost. */
static void
test_shim_killed(gconstpointer data)
{
    gboolean adopt = GPOINTER_TO_INT(data);
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "shimless", "", "restart", "never", NULL);
    gint64 pid;
    DccResult *result;

    if (is_without_shim())
        return;
    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    dcc_test_kill(get_status_int(rig, "shim_pid"));
    if (adopt) {
        rig_drop_session(rig);
        rig_adopt(rig);
    }
    dcc_test_wait_for(rig_count_events(rig, "degraded") == 1 || adopt, 10000);
    g_assert_false(dcc_test_is_gone(pid));
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RUNNING);
    dcc_test_crash(pid);
    rig_wait_end(rig);
    result = dcc_session_get_result(rig->session);
    if (dcc_result_get_kind(result) == DCC_RESULT_LOST)
        g_assert_cmpint(dcc_result_to_exit_status(result), ==, 125);
    else
        g_assert_cmpint(dcc_result_get_signal(result), ==, DCC_SIGNAL_SEGV);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
}

static void
test_stop_without_shim(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "shimless", "--tree fork --refuse-quit", "tree-timeout", "300ms", NULL);

    if (is_without_shim())
        return;
    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_test_kill(get_status_int(rig, "shim_pid"));
    dcc_test_wait_for(rig_count_events(rig, "degraded") == 1, 10000);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_STOPPED);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/session/adopt/goes-on", test_goes_on);
    g_test_add_func("/session/adopt/death-meanwhile", test_death_meanwhile);
    g_test_add_func("/session/adopt/stop-meanwhile", test_stop_goes_on_after_the_end);
    g_test_add_func("/session/adopt/crash-after", test_crash_after_adoption_is_brought_back);
    g_test_add_func("/session/adopt/delay", test_delay_goes_on);
    g_test_add_func("/session/adopt/unattended-name-is-taken", test_unattended_name_is_taken);
    g_test_add_func("/session/adopt/all-killed", test_all_killed);
    g_test_add_func("/session/adopt/stopped-while-settling", test_stopped_while_settling);
    g_test_add_func("/session/adopt/dropped-while-settling", test_dropped_while_settling);
    g_test_add_func("/session/adopt/attended", test_attended_is_not_adopted);
    g_test_add_func("/session/adopt/dying", test_dying_attends_nothing);
    g_test_add_data_func("/session/shim/killed", GINT_TO_POINTER(FALSE), test_shim_killed);
    g_test_add_data_func(
        "/session/shim/killed-and-adopted", GINT_TO_POINTER(TRUE), test_shim_killed);
    g_test_add_func("/session/shim/stop-without", test_stop_without_shim);
    return g_test_run();
}
