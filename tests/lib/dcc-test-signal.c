/* By signals. */
#include "dcc-test-signal.h"

#include <errno.h>
#include <signal.h>

void
dcc_test_crash(gint64 pid)
{
    g_assert_cmpint(kill((pid_t)pid, SIGSEGV), ==, 0);
}

void
dcc_test_kill(gint64 pid)
{
    g_assert_cmpint(kill((pid_t)pid, SIGKILL), ==, 0);
}

void
dcc_test_terminate(gint64 pid)
{
    g_assert_cmpint(kill((pid_t)pid, SIGTERM), ==, 0);
}

gboolean
dcc_test_is_gone(gint64 pid)
{
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}
