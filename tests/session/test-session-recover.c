/* Work brought back: what is chosen, what is offered, how often, and what is kept of each bad end.
 */
#include "session-rig.h"

#include "dcc-test-signal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static JsonObject *
get_status(Rig *rig)
{
    g_autofree char *text = dcc_session_get_status(rig->session);
    g_autoptr(JsonParser) parser = json_parser_new();

    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

static const char *
get_text(JsonObject *object, const char *member)
{
    return json_object_get_string_member_with_default(object, member, NULL);
}

static void
crash(Rig *rig)
{
    guint restarts = dcc_session_get_restart_count(rig->session);

    dcc_test_crash(dcc_session_get_pid(rig->session));
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == restarts + 1 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
}

static void
leave(Rig *rig, const char *name, const char *content)
{
    g_autofree char *dir = rig_get_temp_dir(rig);
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static void
test_auto(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "auto", "", "recover", "auto", NULL);
    g_autoptr(JsonObject) status = NULL;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    leave(rig, "7_autosave.scene", "work");
    crash(rig);
    status = get_status(rig);
    g_assert_nonnull(get_text(status, "recovered"));
    g_assert_true(g_str_has_suffix(get_text(status, "recovered"), "-7_autosave.scene"));
    g_assert_cmpstr(get_text(status, "scene"), ==, get_text(status, "recovered"));
    g_assert_cmpuint(rig_count_events(rig, "recovery"), ==, 1);
    g_assert_cmpstr(get_text(rig_get_event(rig, "recovery", 0), "action"), ==, "opened");
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

static void
test_never(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "never", "", "recover", "never", NULL);
    g_autoptr(JsonObject) status = NULL;
    g_autoptr(GError) error = NULL;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    leave(rig, "7_autosave.scene", "work");
    crash(rig);
    status = get_status(rig);
    g_assert_true(json_object_get_null_member(status, "recovered"));
    g_assert_true(json_object_get_null_member(status, "recovery"));
    g_assert_cmpuint(rig_count_events(rig, "recovery"), ==, 0);
    /* Nothing is offered; what lies in safety can be asked for all the same. */
    g_assert_true(dcc_session_recover(rig->session, &error));
    g_assert_no_error(error);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

/* Offered, and taken when somebody asks. */
static void
test_ask(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "ask", "", NULL);
    g_autoptr(JsonObject) status = NULL, later = NULL;
    guint restarts;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    leave(rig, "7_autosave.scene", "work");
    crash(rig);
    status = get_status(rig);
    g_assert_true(json_object_get_null_member(status, "recovered"));
    g_assert_cmpstr(
        get_text(json_object_get_object_member(status, "recovery"), "kind"), ==, "autosave");
    g_assert_cmpstr(get_text(rig_get_event(rig, "recovery", 0), "action"), ==, "offered");
    g_assert_nonnull(strstr(get_text(rig_get_event(rig, "recovery", 0), "reason"),
                            "dcchost restart ask --recover"));
    restarts = dcc_session_get_restart_count(rig->session);
    g_assert_true(dcc_session_recover(rig->session, NULL));
    dcc_session_restart(rig->session);
    dcc_test_wait_for(dcc_session_get_restart_count(rig->session) == restarts + 1 &&
                          dcc_session_get_state(rig->session) == DCC_STATE_RUNNING,
                      20000);
    later = get_status(rig);
    g_assert_true(g_str_has_suffix(get_text(later, "recovered"), "-7_autosave.scene"));
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

/* Not everybody may make links on Windows. */
static void
lead(const char *link)
{
    g_autoptr(GFile) file = g_file_new_for_path(link);
    g_autoptr(GError) error = NULL;

    if (!g_file_make_symbolic_link(file, "/proc/self/exe", NULL, &error))
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

/* Empty files, links, directories: nobody's work. */
static void
test_what_is_no_work(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "none", "", "recover", "auto", NULL);
    g_autofree char *dir = NULL, *link = NULL, *folder = NULL;
    g_autoptr(JsonObject) status = NULL;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dir = rig_get_temp_dir(rig);
    link = g_build_filename(dir, "recovery.scene", NULL);
    folder = g_build_filename(dir, "1_autosave.scene", NULL);
    lead(link);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    leave(rig, "2_autosave.scene", "");
    crash(rig);
    status = get_status(rig);
    g_assert_true(json_object_get_null_member(status, "recovered"));
    g_assert_true(json_object_get_null_member(status, "recovery"));
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

/* Once more in safe mode, and then no more; work of each run is not lost on the way. */
static void
test_row(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "row", "--crash-save --crash-after 1", "recover", "auto", NULL);
    JsonObject *gave_up;

    rig_start(rig);
    rig_wait_end(rig);
    rig_wait_state(rig, DCC_STATE_FAILED);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 3);
    g_assert_false(json_object_get_boolean_member(rig_get_event(rig, "restart", 0), "safe"));
    g_assert_true(json_object_get_boolean_member(rig_get_event(rig, "restart", 1), "safe"));
    gave_up = rig_get_event(rig, "gave-up", 0);
    g_assert_true(g_str_has_prefix(get_text(gave_up, "reason"),
                                   "3 crashes in a row on unsaved work, the last in safe mode: "));
    g_assert_cmpuint(rig_count_events(rig, "bundle"), ==, 3);
}

/* The row, the wish for safe mode and the work outlive the session. */
static void
test_row_survives(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "lives", "", "recover", "auto", NULL);
    g_autoptr(JsonObject) status = NULL;
    gint64 pid;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    leave(rig, "1_autosave.scene", "work");
    crash(rig);
    leave(rig, "2_autosave.scene", "more work");
    pid = dcc_session_get_pid(rig->session);
    rig_drop_session(rig);
    dcc_test_crash(pid);
    dcc_test_wait_for(dcc_test_is_gone(pid), 10000);
    rig_adopt(rig);
    dcc_test_wait_for(dcc_session_get_state(rig->session) == DCC_STATE_RUNNING &&
                          dcc_session_get_pid(rig->session) > 0 &&
                          dcc_session_get_pid(rig->session) != pid,
                      20000);
    status = get_status(rig);
    g_assert_true(json_object_get_boolean_member(status, "safe"));
    g_assert_true(g_str_has_suffix(get_text(status, "recovered"), "-2_autosave.scene"));
    g_assert_true(json_object_get_boolean_member(rig_get_event(rig, "restart", 1), "safe"));
    g_assert_cmpuint(rig_count_events(rig, "bundle"), ==, 2);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
}

static char *
read_in(const char *bundle, const char *name)
{
    g_autofree char *path = g_build_filename(bundle, name, NULL);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void
test_bundle(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(
        world, "box", "--print FAKE_CRASH --crash-save --crash-after 1", "restart", "never", NULL);
    g_autofree char *death_text = NULL, *log = NULL, *curve = NULL, *env = NULL;
    g_autoptr(JsonObject) death = NULL;
    const char *bundle;

    rig_start(rig);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "bundle"), ==, 1);
    bundle = get_text(rig_get_event(rig, "bundle", 0), "path");
    death = dcc_instance_read_death(rig->runtime, "box");
    g_assert_cmpstr(get_text(death, "bundle"), ==, bundle);
    g_assert_cmpstr(
        get_text(json_object_get_object_member(death, "result"), "verdict"), ==, "crash");
    g_assert_cmpstr(get_text(json_object_get_object_member(death, "next"), "action"), ==, "rest");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(death, "files")), ==, 3);
    log = read_in(bundle, "log.txt");
    g_assert_nonnull(strstr(log, "FAKE_CRASH"));
    curve = read_in(bundle, "resources.tsv");
    g_assert_true(g_str_has_prefix(curve, "time\tcpu_percent\t"));
    env = read_in(bundle, "environment.txt");
    g_assert_nonnull(strstr(env, "DCCHOST_AGENT_TOKEN=***\n"));
    g_assert_nonnull(strstr(env, "DCCHOST_NAME=box\n"));
}

static void
test_bundles_are_limited(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "few", "--crash-after 1", "max-restarts", "4", "bundles", "2", NULL);
    g_autofree char *crashes = NULL;
    g_autoptr(GDir) dir = NULL;
    guint n = 0;

    rig_start(rig);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "bundle"), ==, 5);
    crashes = g_path_get_dirname(get_text(rig_get_event(rig, "bundle", 0), "path"));
    dir = g_dir_open(crashes, 0, NULL);
    while (g_dir_read_name(dir) != NULL)
        n++;
    g_assert_cmpuint(n, ==, 2);
}

/* Whoever had the name has gone: the application, and its shim where there is one. */
static gboolean
is_free(Rig *rig, const char *name)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(rig->runtime, name, NULL);

    return status == NULL || (json_object_get_null_member(status, "pid") &&
                              json_object_get_null_member(status, "shim_pid"));
}

/* As rig_assert_unattended(). */
static void
assert_unattended(JsonObject *result)
{
    if (!RIG_HAS_SHIM && g_str_equal(get_text(result, "kind"), "lost"))
        return;
    g_assert_cmpint(json_object_get_int_member(result, "signal"), ==, DCC_SIGNAL_SEGV);
}

/* Nobody was there, and nobody adopted it: the next launch under the name gathers what it left. */
static void
test_leftover(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "left", "--print last_words", NULL);
    g_autoptr(JsonObject) death = NULL;
    g_autofree char *log = NULL;
    gint64 pid;

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    pid = dcc_session_get_pid(rig->session);
    leave(rig, "1_autosave.scene", "work");
    rig_drop_session(rig);
    dcc_test_crash(pid);
    dcc_test_wait_for(is_free(rig, "left"), 10000);
    g_assert_null(dcc_instance_read_death(rig->runtime, "left"));
    {
        g_autoptr(Rig) next = rig_new(world, "left", "", NULL);

        rig_start(next);
        rig_wait_state(next, DCC_STATE_RUNNING);
        death = dcc_instance_read_death(next->runtime, "left");
        g_assert_nonnull(death);
        g_assert_cmpint(json_object_get_int_member(death, "pid"), ==, pid);
        assert_unattended(json_object_get_object_member(death, "result"));
        log = read_in(get_text(death, "bundle"), "log.txt");
        g_assert_nonnull(strstr(log, "last_words"));
        dcc_session_stop(next->session, 0);
        rig_wait_end(next);
    }
}

/* An end that somebody wanted is no crash. */
static void
test_no_bundle_for_a_stop(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "good", "", NULL);

    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    dcc_session_stop(rig->session, 0);
    rig_wait_end(rig);
    g_assert_cmpuint(rig_count_events(rig, "bundle"), ==, 0);
    g_assert_null(dcc_instance_read_death(rig->runtime, "good"));
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/session/recover/auto", test_auto);
    g_test_add_func("/session/recover/never", test_never);
    g_test_add_func("/session/recover/ask", test_ask);
    g_test_add_func("/session/recover/no-work", test_what_is_no_work);
    g_test_add_func("/session/recover/row", test_row);
    g_test_add_func("/session/recover/row-survives", test_row_survives);
    g_test_add_func("/session/recover/bundle", test_bundle);
    g_test_add_func("/session/recover/limits", test_bundles_are_limited);
    g_test_add_func("/session/recover/leftover", test_leftover);
    g_test_add_func("/session/recover/stop", test_no_bundle_for_a_stop);
    return g_test_run();
}
