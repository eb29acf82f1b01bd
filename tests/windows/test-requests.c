/* Ctrl-C on Windows is taken by the main loop, and each of them once. */
#include "dcc-fds.h"
#include "dcc-stop-requests.h"

#include <windows.h>

#define PATIENCE_MS 60000

static gboolean
count(gpointer n)
{
    (*(guint *)n)++;
    return G_SOURCE_CONTINUE;
}

static void
press(void)
{
    g_assert_true(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
}

static gboolean
is_up(int fd, int timeout_ms)
{
    GPollFD fds[] = {{.fd = fd, .events = G_IO_IN}, {.fd = -1, .events = G_IO_IN}};

    return dcc_fds_wait(fds, G_N_ELEMENTS(fds), timeout_ms) == 1 && fds[0].revents == G_IO_IN;
}

static void
test_taken(void)
{
    int fd = dcc_stop_requests_hold(DCC_STOP_REQUEST_TERMINATE | DCC_STOP_REQUEST_INTERRUPT);

    g_assert_cmpint(fd, >=, 0);
    g_assert_false(is_up(fd, 0));
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, 0);
    for (guint i = 0; i < 3; i++) {
        press();
        g_assert_true(is_up(fd, PATIENCE_MS));
        g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_INTERRUPT);
        g_assert_false(is_up(fd, 0));
    }
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, 0);
}

/* As `dcchost.client` asks a command to clean up. */
static void
test_break(void)
{
    int fd = dcc_stop_requests_hold(DCC_STOP_REQUEST_TERMINATE | DCC_STOP_REQUEST_INTERRUPT);

    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0)) {
        g_test_skip("this system sends no Ctrl-Break");
        return;
    }
    g_assert_true(is_up(fd, PATIENCE_MS));
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_TERMINATE);
    g_assert_false(is_up(fd, 0));
}

static void
test_told_to_the_main_loop(void)
{
    guint n = 0;
    int fd = dcc_stop_requests_hold(DCC_STOP_REQUEST_TERMINATE | DCC_STOP_REQUEST_INTERRUPT);
    GSource *source = dcc_stop_requests_watch(fd, count, &n);

    g_assert_false(g_main_context_iteration(NULL, FALSE));
    for (guint i = 1; i <= 3; i++) {
        press();
        while (n < i) /* what hangs is ended by the time that a test has */
            g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_INTERRUPT);
        while (g_main_context_iteration(NULL, FALSE)) {
        }
        g_assert_cmpuint(n, ==, i);
    }
    g_source_destroy(source);
    g_source_unref(source);
    press();
    g_assert_true(is_up(fd, PATIENCE_MS));
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_INTERRUPT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    FreeConsole();
    if (!AllocConsole()) {
        g_print("1..0 # SKIP no console can be had\n");
        return 0;
    }
    g_test_add_func("/requests/taken", test_taken);
    g_test_add_func("/requests/break", test_break);
    g_test_add_func("/requests/told-to-the-main-loop", test_told_to_the_main_loop);
    return g_test_run();
}
