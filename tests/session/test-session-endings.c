/* Every way a run can end is told once, and truly. */
#include "session-rig.h"

#include <glib/gstdio.h>

typedef struct {
    const char *args;
    DccResultKind kind;
    DccState state;
    int code;
    int signal;
    int status; /* what a shell is shown */
} Ending;

static const Ending endings[] = {
    {"--exit-after 1 --code 0", DCC_RESULT_EXITED, DCC_STATE_STOPPED, 0, 0, 0},
    {"--exit-after 1 --code 1", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 1, 0, 1},
    {"--exit-after 1 --code 139", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 139, 0, 139},
    {"--exit-after 1 --code 255", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 255, 0, 255},
    {"--crash-after 1 --signal 11",
     DCC_RESULT_SIGNALED,
     DCC_STATE_CRASHED,
     -1,
     DCC_SIGNAL_SEGV,
     139},
    {"--crash-after 1 --signal 6",
     DCC_RESULT_SIGNALED,
     DCC_STATE_CRASHED,
     -1,
     DCC_SIGNAL_ABORT,
     134},
    {"--crash-after 1 --signal 9",
     DCC_RESULT_SIGNALED,
     DCC_STATE_CRASHED,
     -1,
     DCC_SIGNAL_KILL,
     137},
    {"--wrapper --crash-after 1 --signal 11", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 139, 0, 139},
    {"--exit-before-ready 0", DCC_RESULT_START_FAILED, DCC_STATE_FAILED, -1, 0, 1},
    {"--job --exit-before-ready 0", DCC_RESULT_EXITED, DCC_STATE_STOPPED, 0, 0, 0},
    {"--job --exit-before-ready 5", DCC_RESULT_EXITED, DCC_STATE_FAILED, 5, 0, 5},
    {"--exit-before-ready 5", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 5, 0, 5},
    {"--hold-stdout --exit-after 1 --code 7", DCC_RESULT_EXITED, DCC_STATE_CRASHED, 7, 0, 7},
};

static void
test_ending(gconstpointer data)
{
    const Ending *ending = data;
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "ending", ending->args, "restart", "never", NULL);
    DccResult *result;

    rig_start(rig);
    rig_wait_end(rig);
    result = dcc_session_get_result(rig->session);
    g_assert_cmpstr(dcc_enum_to_nick(DCC_TYPE_RESULT_KIND, dcc_result_get_kind(result)),
                    ==,
                    dcc_enum_to_nick(DCC_TYPE_RESULT_KIND, ending->kind));
    g_assert_cmpint(dcc_result_get_code(result), ==, ending->code);
    g_assert_cmpint(dcc_result_get_signal(result), ==, ending->signal);
    g_assert_cmpint(dcc_result_to_exit_status(result), ==, ending->status);
    rig_wait_state(rig, ending->state);
    g_assert_cmpuint(rig_count_events(rig, "exit"), ==, 1);
    g_assert_cmpuint(rig_count_events(rig, "ended"), ==, 1);
    g_assert_cmpuint(rig_count_events(rig, "degraded"), ==, 0);
}

/* A wrapper's 139 stays a code, and what it speaks of is said beside it. */
static void
test_likely_signal(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(
        world, "wrapped", "--wrapper --crash-after 1 --signal 11", "restart", "never", NULL);

    rig_start(rig);
    rig_wait_end(rig);
    g_assert_cmpint(
        dcc_result_get_likely_signal(dcc_session_get_result(rig->session)), ==, DCC_SIGNAL_SEGV);
}

static void
test_never_ready(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig =
        rig_new(world, "never", "--never-ready --print waiting", "start-timeout", "300ms", NULL);
    DccResult *result;

    rig_start(rig);
    rig_wait_end(rig);
    result = dcc_session_get_result(rig->session);
    g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_START_FAILED);
    g_assert_cmpstr(dcc_result_get_stage(result), ==, "ready");
    g_assert_cmpint(dcc_result_to_exit_status(result), ==, 124);
    rig_wait_state(rig, DCC_STATE_FAILED);
    g_assert_nonnull(rig_get_event(rig, "log-tail", 0));
    g_assert_cmpuint(rig_count_events(rig, "restart"), ==, 0);
}

static void
test_cannot_execute(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path =
        dcc_test_world_write(world, "broken.exe", "#!/nonexistent/interpreter\n", -1);
    g_autofree char *before = g_strdup(g_getenv("DCCHOST_FAKE_EXECUTABLE"));
    g_autoptr(Rig) rig = rig_new(world, "noexec", "", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    g_setenv("DCCHOST_FAKE_EXECUTABLE", path, TRUE);
    rig_start(rig);
    rig_wait_end(rig);
    g_setenv("DCCHOST_FAKE_EXECUTABLE", before, TRUE);
    g_assert_cmpint(
        dcc_result_get_kind(dcc_session_get_result(rig->session)), ==, DCC_RESULT_START_FAILED);
    g_assert_cmpstr(dcc_result_get_stage(dcc_session_get_result(rig->session)), ==, "exec");
    /* Not found is the interpreter, which Windows does not look for. */
    g_assert_cmpint(dcc_result_to_exit_status(dcc_session_get_result(rig->session)),
                    ==,
                    G_DIR_SEPARATOR == '/' ? 127 : 126);
}

/* Whoever stole nothing but the name is told by whom it is held. */
static void
test_name_taken(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) first = rig_new(world, "mine", "", NULL);
    g_autoptr(Rig) second = rig_new(world, "mine", "", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *pid = NULL;

    rig_start(first);
    rig_wait_state(first, DCC_STATE_RUNNING);
    g_assert_false(dcc_session_start(second->session, &error));
    g_assert_true(dcc_error_is_busy(error));
    pid = g_strdup_printf("pid %" G_GINT64_FORMAT, dcc_session_get_pid(first->session));
    g_assert_nonnull(strstr(error->message, pid));
    g_assert_nonnull(strstr(error->message, "since 20"));
    dcc_session_stop(first->session, 0);
    rig_wait_end(first);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strdup_printf("/session/ending/%s", endings[i].args);

        g_test_add_data_func(g_strdelimit(path, " ", '_'), &endings[i], test_ending);
    }
    g_test_add_func("/session/ending/likely-signal", test_likely_signal);
    g_test_add_func("/session/start/never-ready", test_never_ready);
    g_test_add_func("/session/start/cannot-execute", test_cannot_execute);
    g_test_add_func("/session/start/name-taken", test_name_taken);
    return g_test_run();
}
