/* The launcher on Windows: a launch is a job. The arguments: hands. */
#include "dcc-file-name.h"
#include "dcc-handle.h"
#include "dcc-identity.h"
#include "dcc-job.h"
#include "dcc-launcher.h"
#include "windows-kids.h"

#include <windows.h>

#define GENERATION 3

static char *hands;

/* All generations, of which none knows the others. (transfer full) */
static GArray *
launch_generations(DccLauncher *launcher, gint64 *pid, guint64 *began)
{
    const char *const argv[] = {hands, "grow", G_STRINGIFY(GENERATION), NULL};
    g_autoptr(GError) error = NULL;

    *pid = dcc_launcher_launch(launcher, "tree", argv, NULL, NULL, &error);
    g_assert_no_error(error);
    *began = dcc_identity_read_start(*pid);
    kids_wait_for(dcc_job_count(*pid, *began) == GENERATION);
    return dcc_job_list(*pid, *began);
}

static void
assert_gone(GArray *pids)
{
    g_assert_cmpuint(pids->len, ==, GENERATION);
    for (guint i = 0; i < pids->len; i++)
        g_assert_false(dcc_identity_is_pid_alive(g_array_index(pids, gint64, i)));
}

static void
test_generations(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) pids = NULL;
    gint64 pid;
    guint64 began;

    pids = launch_generations(launcher, &pid, &began);
    dcc_launcher_terminate(launcher, "tree", 100, &error);
    g_assert_no_error(error);
    assert_gone(pids);
    g_assert_cmpint(dcc_launcher_pid_of(launcher, "tree"), ==, 0);
    g_assert_cmpuint(dcc_job_count(pid, began), ==, 0);
}

/* The first has ended; what it started is still of the launch. */
static void
test_first_is_gone(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) pids = NULL;
    gint64 pid;
    guint64 began;
    DccProcessRef first;

    pids = launch_generations(launcher, &pid, &began);
    g_assert_true(dcc_launcher_ask_to_end(launcher, "tree", &error));
    first = dcc_process_ref_open(pid, NULL);
    g_assert_true(dcc_process_ref_kill(first));
    kids_wait_for(dcc_process_ref_has_ended(first));
    dcc_process_ref_close(&first);
    g_assert_cmpuint(dcc_job_count(pid, began), ==, GENERATION - 1);
    dcc_launcher_kill(launcher, "tree", &error);
    g_assert_no_error(error);
    assert_gone(pids);
}

static void
test_launcher(void)
{
    g_autoptr(DccLauncher) launcher = dcc_launcher_new();
    const char *const argv[] = {hands, "sleep", NULL};
    const char *const crash[] = {hands, "crash", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(dcc_launcher_launch(launcher, "a", argv, NULL, NULL, &error), >, 0);
    g_assert_cmpint(dcc_launcher_launch(launcher, "a", argv, NULL, NULL, &error), ==, 0);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    g_clear_error(&error);
    g_assert_cmpuint(dcc_launcher_get_running_count(launcher), ==, 1);
    g_assert_true(dcc_launcher_kill(launcher, "a", &error));
    g_assert_cmpint(dcc_launcher_launch(launcher, "a", crash, NULL, NULL, &error), >, 0);
    g_assert_true(dcc_launcher_wait_for(launcher, "a", KIDS_PATIENCE));
    g_assert_cmpint(dcc_launcher_launch(launcher, "a", argv, NULL, NULL, &error), >, 0);
    g_assert_cmpuint(dcc_launcher_get_restart_count(launcher, "a"), ==, 1);
    g_assert_true(dcc_launcher_kill(launcher, "a", &error));
    g_assert_no_error(error);
}

/* This program again, in a job that lets nobody leave it: what it launches gets a job of its own all the same. */
static void
test_in_a_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    WCHAR path[1024];
    g_autofree char *program = NULL;
    DccChild child;

    g_assert_true(
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
    GetModuleFileNameW(NULL, path, 1024);
    program = g_utf16_to_utf8((const gunichar2 *)path, -1, NULL, NULL, NULL);
    {
        const char *const argv[] = {program, hands, "-p", "/launches/generations", NULL};
        const DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = 2};

        g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    }
    g_assert_true(AssignProcessToJobObject(job, dcc_handle_from_number(child.process)));
    g_assert_cmpint(dcc_child_reap(&child), ==, 0);
    CloseHandle(job);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    hands = dcc_file_name_normalize(argv[1]);
    g_test_add_func("/launches/generations", test_generations);
    g_test_add_func("/launches/first-is-gone", test_first_is_gone);
    g_test_add_func("/launches/launcher", test_launcher);
    g_test_add_func("/launches/in-a-job", test_in_a_job);
    return g_test_run();
}
