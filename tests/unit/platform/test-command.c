/* Short commands: their output, their end, and a limit to our patience. */
#include "dcc-spawn.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

static void
assert_no_children(void)
{
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
}

static void
test_output(void)
{
    const char *argv[] = {"/bin/sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_autofree char *text = dcc_command_run(argv, NULL, 10000, 1000, &status, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "out\nerr\n");
    g_assert_cmphex(status, ==, 3 << 8);
    assert_no_children();
}

static void
test_limit(void)
{
    const char *argv[] = {"/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x", NULL};
    g_autofree char *text = dcc_command_run(argv, NULL, 10000, 1000, NULL, NULL);

    g_assert_cmpuint(strlen(text), ==, 1000);
}

static void
test_timeout(void)
{
    const char *argv[] = {"/bin/sh", "-c", "trap '' TERM; sleep 1000 & sleep 1000", NULL};
    g_autoptr(GError) error = NULL;
    gint64 began = g_get_monotonic_time();

    g_assert_null(dcc_command_run(argv, NULL, 100, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_USEC_PER_SEC);
    assert_no_children();
}

static gpointer
cancel_when_there(gpointer data)
{
    const char *path = g_object_get_data(data, "path");

    while (!g_file_test(path, G_FILE_TEST_EXISTS))
        g_usleep(1000);
    g_cancellable_cancel(data);
    return NULL;
}

/* Whoever cancels does not wait until time is up, and nothing of the command is left. */
static void
test_cancel(void)
{
    g_autofree char *dir = g_dir_make_tmp("dcch-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "there", NULL);
    g_autofree char *script = g_strdup_printf(": >%s; sleep 1000 & exec sleep 1000", path);
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    GThread *thread;

    g_object_set_data(G_OBJECT(cancellable), "path", path);
    thread = g_thread_new("cancel", cancel_when_there, cancellable);
    g_assert_null(dcc_command_run_cancellable(argv, NULL, 600000, 1000, cancellable, NULL, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_thread_join(thread);
    assert_no_children();
    g_clear_error(&error);
    g_assert_null(dcc_command_run_cancellable(argv, NULL, 10, 1000, cancellable, NULL, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_remove(path);
    g_rmdir(dir);
}

/* A helper that stays and holds the pipe does not hold us. */
static void
test_held_pipe(void)
{
    const char *argv[] = {"/bin/sh", "-c", "sleep 2 & echo done", NULL};
    gint64 began = g_get_monotonic_time();
    g_autofree char *text = dcc_command_run(argv, NULL, 10000, 1000, NULL, NULL);

    g_assert_cmpstr(text, ==, "done\n");
    g_assert_cmpint(g_get_monotonic_time() - began, <, G_USEC_PER_SEC);
}

/* Neither one that prints without end nor one that leaves such a helper behind holds us. */
static void
test_endless_output(void)
{
    const char *itself[] = {"/bin/sh", "-c", "exec yes", NULL};
    const char *helper[] = {"/bin/sh", "-c", "echo first; yes & exit 3", NULL};
    g_autoptr(GError) error = NULL;
    gint64 began = g_get_monotonic_time();
    g_autofree char *text = NULL;
    int status = 0;

    g_assert_null(dcc_command_run(itself, NULL, 200, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
    text = dcc_command_run(helper, NULL, 60000, 1000, &status, NULL);
    g_assert_true(g_str_has_prefix(text, "first\n"));
    g_assert_cmphex(status, ==, 3 << 8);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 30 * G_USEC_PER_SEC);
}

static void
test_missing(void)
{
    const char *argv[] = {"/nonexistent", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_command_run(argv, NULL, 100, 1000, NULL, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_START);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/command/output", test_output);
    g_test_add_func("/process/command/limit", test_limit);
    g_test_add_func("/process/command/timeout", test_timeout);
    g_test_add_func("/process/command/cancel", test_cancel);
    g_test_add_func("/process/command/held-pipe", test_held_pipe);
    g_test_add_func("/process/command/endless-output", test_endless_output);
    g_test_add_func("/process/command/missing", test_missing);
    return g_test_run();
}
