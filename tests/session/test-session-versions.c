/* A program that embeds a session goes on while a copy of the application is asked for its version. */
#include "session-rig.h"

#include <string.h>

typedef struct {
    DccTestWorld *world;
    char *asked; /* there: the version has been asked for */
    char *told;  /* made: it is told */
    Rig *rig;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autofree char *gate = NULL;

    f->world = dcc_test_world_new();
    f->asked = dcc_test_world_build_path(f->world, "asked");
    f->told = dcc_test_world_build_path(f->world, "told");
    gate = g_strdup_printf("%s|%s", f->asked, f->told);
    g_setenv("FAKE_VERSION_GATE", gate, TRUE);
    f->rig = rig_new(f->world, "asked", "", NULL);
    rig_begin(f->rig);
    dcc_test_wait_for(g_file_test(f->asked, G_FILE_TEST_EXISTS), 30000);
}

/* dcc_test_world_free() fails the test when a process is left. */
static void
tear_down(Fixture *f, gconstpointer data)
{
    rig_free(f->rig);
    g_unsetenv("FAKE_VERSION_GATE");
    dcc_test_world_free(f->world);
    g_free(f->asked);
    g_free(f->told);
}

static void
assert_no_directory(Fixture *f)
{
    g_auto(GStrv) names = dcc_runtime_list_names(f->rig->runtime, TRUE);
    g_autofree char *dir = g_build_filename(dcc_runtime_get_path(f->rig->runtime), "asked", NULL);

    g_assert_cmpuint(g_strv_length(names), ==, 0);
#ifdef G_OS_UNIX /* wine removes what somebody has open when he closes it, and its directory not at all */
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
#endif
}

static void
test_told(Fixture *f, gconstpointer data)
{
    g_autofree char *status = dcc_session_get_status(f->rig->session);

    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_STARTING);
    g_assert_cmpint(dcc_session_get_pid(f->rig->session), ==, -1);
    g_assert_nonnull(strstr(status, "\"starting\""));
    dcc_session_restart(f->rig->session); /* it is on its way */
    g_file_set_contents(f->told, "", 0, NULL);
    rig_wait_state(f->rig, DCC_STATE_RUNNING);
    g_assert_cmpuint(rig_count_events(f->rig, "started"), ==, 1);
    g_assert_null(dcc_session_get_refusal(f->rig->session));
    dcc_session_kill(f->rig->session);
    rig_wait_end(f->rig);
}

static void
test_stopped(Fixture *f, gconstpointer data)
{
    dcc_session_stop(f->rig->session, 0);
    dcc_session_stop(f->rig->session, 0); /* nothing is left to be hurried */
    rig_wait_end(f->rig);
    g_assert_cmpint(dcc_session_get_state(f->rig->session), ==, DCC_STATE_STOPPED);
    g_assert_cmpstr(dcc_session_get_refusal(f->rig->session)->message,
                    ==,
                    "stop was asked for before its version was known");
    g_assert_cmpstr(dcc_result_get_stage(dcc_session_get_result(f->rig->session)), ==, "stopped");
    g_assert_cmpuint(f->rig->events->len, ==, 0);
    assert_no_directory(f);
}

static void
test_dropped(Fixture *f, gconstpointer data)
{
    rig_drop_session(f->rig);
    assert_no_directory(f);
    g_file_set_contents(f->told, "", 0, NULL);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add("/session/versions/told", Fixture, NULL, set_up, test_told, tear_down);
    g_test_add("/session/versions/stopped", Fixture, NULL, set_up, test_stopped, tear_down);
    g_test_add("/session/versions/dropped", Fixture, NULL, set_up, test_dropped, tear_down);
    return g_test_run();
}
