/* A helper that does not help lets every test pass that leans on it: so the helpers are tested too.
 */
#include "dcc-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs the rest of this very test in a process of its own; TRUE in there. */
static gboolean
in_trap(const char *expected_stderr)
{
    if (g_test_subprocess())
        return TRUE;
    g_test_trap_subprocess(NULL, 10 * G_USEC_PER_SEC, 0);
    if (expected_stderr) {
        g_test_trap_assert_failed();
        g_test_trap_assert_stderr(expected_stderr);
    } else {
        g_test_trap_assert_passed();
    }
    return FALSE;
}

static void
test_a_warning_fails(void)
{
    if (in_trap("*unannounced warning: something is wrong*"))
        g_log_structured("any", G_LOG_LEVEL_WARNING, "MESSAGE", "something is wrong");
}

static void
test_a_g_warning_fails(void)
{
    if (in_trap("*something else is wrong*"))
        g_warning("something else is wrong");
}

static void
test_an_announced_warning_passes(void)
{
    if (!in_trap(NULL))
        return;
    dcc_test_expect_warning("*is wrong");
    g_log_structured("any", G_LOG_LEVEL_WARNING, "MESSAGE", "something is wrong");
    dcc_test_assert_expected_warnings();
}

static void
test_a_missing_warning_fails(void)
{
    if (!in_trap("*expected and did not come: never*"))
        return;
    dcc_test_expect_warning("never");
    dcc_test_assert_expected_warnings();
}

static gboolean
set_flag(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

static gboolean
get_flag(gpointer data)
{
    return *(gboolean *)data;
}

static void
test_waiting_turns_the_loop(void)
{
    gboolean flag = FALSE;

    g_timeout_add(20, set_flag, &flag);
    g_assert_true(dcc_test_wait(get_flag, &flag, 5000));
    flag = FALSE;
    g_assert_false(dcc_test_wait(get_flag, &flag, 20));
    g_idle_add(set_flag, &flag);
    dcc_test_wait_for(flag, 5000);
}

static void
test_world_is_private(void)
{
    g_autofree char *before = g_strdup(g_getenv("HOME"));
    g_setenv("DCCHOST_ANYTHING", "1", TRUE);
    DccTestWorld *world = dcc_test_world_new();
    g_autofree char *path = g_strdup(dcc_test_world_get_path(world));
    g_autofree char *file = dcc_test_world_write(world, "a/b/c", "text", -1);

    g_assert_true(g_str_has_prefix(g_getenv("HOME"), path));
    g_assert_true(g_str_has_prefix(g_getenv("XDG_RUNTIME_DIR"), path));
    g_assert_null(g_getenv("DCCHOST_ANYTHING"));
    g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
    dcc_test_world_free(world);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpstr(g_getenv("HOME"), ==, before);
    g_assert_cmpstr(g_getenv("DCCHOST_ANYTHING"), ==, "1");
    g_unsetenv("DCCHOST_ANYTHING");
}

static void
test_world_sees_leaked_descriptor(void)
{
    if (!in_trap("*descriptors were left open*leaked*"))
        return;
    DccTestWorld *world = dcc_test_world_new();
    g_autofree char *file = dcc_test_world_write(world, "leaked", "", -1);

    g_assert_cmpint(g_open(file, O_RDONLY | O_CLOEXEC, 0), >=, 0);
    dcc_test_world_free(world);
}

/* Even a test that is aborted leaves nothing behind. */
static void
die_with_parent(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_sleeper(GPid *pid)
{
    char *argv[] = {(char *)"sleep", (char *)"30", NULL};
    GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
    g_autoptr(GError) error = NULL;

    g_spawn_async(NULL, argv, NULL, flags, die_with_parent, NULL, pid, &error);
    g_assert_no_error(error);
}

static void
test_world_sees_left_process(void)
{
    if (!in_trap("*processes were left behind*sleep 30*"))
        return;
    DccTestWorld *world = dcc_test_world_new();
    GPid pid;

    start_sleeper(&pid);
    dcc_test_world_free(world);
}

static void
test_counting_processes(void)
{
    guint descendants = dcc_test_count_descendants();
    GPid pid;

    g_assert_cmpuint(dcc_test_count_zombies(), ==, 0);
    g_setenv("DCC_TEST_MARK", "here", TRUE);
    start_sleeper(&pid);
    g_unsetenv("DCC_TEST_MARK");
    g_assert_cmpuint(dcc_test_count_descendants(), ==, descendants + 1);
    g_assert_cmpuint(dcc_test_count_processes("DCC_TEST_MARK", "here"), ==, 1);
    g_assert_cmpuint(dcc_test_count_processes("DCC_TEST_MARK", "her"), ==, 0);
    g_autofree char *list = dcc_test_list_processes("DCC_TEST_MARK", "here");
    g_assert_nonnull(strstr(list, "sleep 30\n"));

    kill(pid, SIGKILL);
    dcc_test_wait_for(dcc_test_count_zombies() == 1, 5000);
    g_assert_cmpuint(dcc_test_count_descendants(), ==, descendants);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    g_assert_cmpuint(dcc_test_count_zombies(), ==, 0);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/test/a-warning-fails", test_a_warning_fails);
    g_test_add_func("/test/a-g-warning-fails", test_a_g_warning_fails);
    g_test_add_func("/test/an-announced-warning-passes", test_an_announced_warning_passes);
    g_test_add_func("/test/a-missing-warning-fails", test_a_missing_warning_fails);
    g_test_add_func("/test/waiting", test_waiting_turns_the_loop);
    g_test_add_func("/test/world-is-private", test_world_is_private);
    g_test_add_func("/test/world-sees-descriptor", test_world_sees_leaked_descriptor);
    g_test_add_func("/test/world-sees-process", test_world_sees_left_process);
    g_test_add_func("/test/counting", test_counting_processes);
    return g_test_run();
}
