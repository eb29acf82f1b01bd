/* A program that embeds a session goes on while a file server does not answer: where the copies of the application lie, the
 * scene, or a studio's own file. What waits for it is a thread, which may outlive the session. */
#include "session-rig.h"

#include <glib/gstdio.h>

/* A call of the library that takes longer than this has waited for the server. */
#define AT_ONCE_MS 5000

typedef struct {
    DccTestWorld *world;
    char *server; /* the directory that does not answer ... */
    char *stalls; /* ... as long as this file is there */
    Rig *rig;
} Fixture;

static void
stall(Fixture *f)
{
    g_assert_true(g_file_set_contents(f->stalls, "", 0, NULL));
}

static void
answer(Fixture *f)
{
    g_unlink(f->stalls);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->world = dcc_test_world_new();
    f->server = dcc_test_world_build_path(f->world, "server");
    f->stalls = dcc_test_world_build_path(f->world, "stalls");
    g_assert_cmpint(g_mkdir(f->server, 0700), ==, 0);
    g_setenv("DCC_TEST_STALLED", f->server, TRUE);
    g_setenv("DCC_TEST_STALLS", f->stalls, TRUE);
}

/* The thread that was left behind ends before the next test. dcc_test_world_free() fails the test when a process is
 * left. */
static void
tear_down(Fixture *f, gconstpointer data)
{
    answer(f);
    rig_free(f->rig);
    dcc_test_world_free(f->world);
    g_free(f->server);
    g_free(f->stalls);
    g_unsetenv("DCC_TEST_STALLED");
    g_unsetenv("DCC_TEST_STALLS");
    g_unsetenv("DCCHOST_LICENCE_PATTERNS");
    g_setenv("DCCHOST_FAKE_EXECUTABLE", dcc_test_fake_executable(), TRUE);
}

static void
begin(Fixture *f)
{
    gint64 began = g_get_monotonic_time();

    f->rig = rig_new(f->world, "stalled", "", NULL);
    rig_begin(f->rig);
    g_assert_cmpint(g_get_monotonic_time() - began, <, AT_ONCE_MS * 1000);
}

/* The application lies on a server that does not answer. */
static void
begin_search(Fixture *f)
{
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\nexec '%s' \"$@\"\n", dcc_test_fake_executable());
    g_autofree char *script = dcc_test_world_write(f->world, "server/app", text, -1);

    g_assert_cmpint(g_chmod(script, 0700), ==, 0);
    g_setenv("DCCHOST_FAKE_EXECUTABLE", script, TRUE);
    stall(f);
    begin(f);
}

/* So does a studio's own file. */
static void
begin_patterns(Fixture *f)
{
    g_autofree char *patterns = dcc_test_world_write(f->world, "server/patterns", "no seat\n", -1);

    g_setenv("DCCHOST_LICENCE_PATTERNS", patterns, TRUE);
    stall(f);
    begin(f);
}

static void
begin_either(Fixture *f, gconstpointer what)
{
    if (g_str_equal(what, "search"))
        begin_search(f);
    else
        begin_patterns(f);
}

static void
assert_starting(Fixture *f)
{
    g_autofree char *status = dcc_session_get_status(f->rig->session);

    for (int i = 0; i < 20; i++)
        dcc_test_turn_once();
    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_STARTING);
    g_assert_cmpint(dcc_session_get_pid(f->rig->session), ==, -1);
    g_assert_nonnull(strstr(status, "\"starting\""));
}

static void
assert_no_directory(Fixture *f)
{
    g_auto(GStrv) names = dcc_runtime_list_names(f->rig->runtime, TRUE);

    g_assert_cmpuint(g_strv_length(names), ==, 0);
}

static void
test_answers(Fixture *f, gconstpointer what)
{
    begin_either(f, what);
    assert_starting(f);
    answer(f);
    rig_wait_state(f->rig, DCC_STATE_RUNNING);
    g_assert_cmpuint(rig_count_events(f->rig, "started"), ==, 1);
    g_assert_null(dcc_session_get_refusal(f->rig->session));
    dcc_session_kill(f->rig->session);
    rig_wait_end(f->rig);
}

static void
test_stopped(Fixture *f, gconstpointer what)
{
    begin_either(f, what);
    assert_starting(f);
    dcc_session_stop(f->rig->session, 0);
    rig_wait_end(f->rig);
    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_STOPPED);
    g_assert_nonnull(dcc_session_get_refusal(f->rig->session));
    g_assert_cmpuint(f->rig->events->len, ==, 0);
    assert_no_directory(f);
}

static void
test_dropped(Fixture *f, gconstpointer what)
{
    begin_either(f, what);
    rig_drop_session(f->rig);
    assert_no_directory(f);
}

/* What it finds, it finds late. */
static void
test_nothing_there(Fixture *f, gconstpointer data)
{
    g_autofree char *program = g_build_filename(f->server, "app", NULL);

    g_setenv("DCCHOST_FAKE_EXECUTABLE", program, TRUE);
    stall(f);
    begin(f);
    assert_starting(f);
    answer(f);
    rig_wait_end(f->rig);
    g_assert_error(dcc_session_get_refusal(f->rig->session), DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
    assert_no_directory(f);
}

/* Another run that waits for a server can be called off. */
static void
test_restart(Fixture *f, gconstpointer how)
{
    g_autofree char *patterns = dcc_test_world_write(f->world, "server/patterns", "no seat\n", -1);

    g_setenv("DCCHOST_LICENCE_PATTERNS", patterns, TRUE);
    begin(f);
    rig_wait_state(f->rig, DCC_STATE_RUNNING);
    stall(f);
    dcc_session_restart(f->rig->session);
    rig_wait_state(f->rig, DCC_STATE_RESTARTING);
    for (int i = 0; i < 50; i++)
        dcc_test_turn_once();
    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_RESTARTING);
    dcc_session_restart(f->rig->session); /* it does not begin twice for that */
    if (g_str_equal(how, "answers")) {
        answer(f);
        rig_wait_state(f->rig, DCC_STATE_RUNNING);
        g_assert_cmpuint(rig_count_events(f->rig, "started"), ==, 2);
    }
    dcc_session_kill(f->rig->session);
    rig_wait_end(f->rig);
    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_STOPPED);
}

#define ADD(path, data, test) g_test_add(path, Fixture, data, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    ADD("/session/stalled/search/answers", "search", test_answers);
    ADD("/session/stalled/search/stopped", "search", test_stopped);
    ADD("/session/stalled/search/dropped", "search", test_dropped);
    ADD("/session/stalled/search/nothing-there", NULL, test_nothing_there);
    ADD("/session/stalled/patterns/answers", "patterns", test_answers);
    ADD("/session/stalled/patterns/stopped", "patterns", test_stopped);
    ADD("/session/stalled/patterns/dropped", "patterns", test_dropped);
    ADD("/session/stalled/restart/answers", "answers", test_restart);
    ADD("/session/stalled/restart/stopped", "stopped", test_restart);
    return g_test_run();
}
