/* What exit codes of Windows are told as. */
#include "dcc-nt-status.h"
#include "dcc-signals.h"

#include <string.h>

static void
test_meanings(void)
{
    static const struct {
        guint32 status;
        int code;   /* -1: a signal */
        int signal; /* 0: an exit */
        const char *words;
    } rows[] = {
        {0, 0, 0, NULL},
        {1, 1, 0, NULL},
        {3, 3, 0, NULL}, /* abort() of old programs; others mean 3 */
        {255, 255, 0, NULL},
        {259, 259, 0, NULL}, /* what "still active" is called is a code like any other */
        {1000000, 1000000, 0, NULL},
        {0x7fffffff, 0x7fffffff, 0, NULL},
        {0xffffffff, 255, 0, NULL}, /* exit(-1) */
        {0xfffffffe, 254, 0, NULL},
        {0xffffff00, 255, 0, NULL}, /* never 0 */
        {0x80004005, 5, 0, NULL},
        {0x80070000, 255, 0, NULL},
        {0xc0000005, -1, DCC_SIGNAL_SEGV, "access violation"},
        {0xc000001d, -1, DCC_SIGNAL_ILLEGAL, "instruction"},
        {0xc0000094, -1, DCC_SIGNAL_FLOAT, "zero"},
        {0xc00000fd, -1, DCC_SIGNAL_SEGV, "stack"},
        {0xc0000374, -1, DCC_SIGNAL_ABORT, "heap"},
        {0xc0000409, -1, DCC_SIGNAL_ABORT, "stopped itself"},
        {0xc000013a, -1, DCC_SIGNAL_INTERRUPT, "Ctrl-C"},
        {0xc0000017, -1, DCC_SIGNAL_ABORT, "memory"},
        {0xc000012d, -1, DCC_SIGNAL_ABORT, "memory"},
        {0xe06d7363, -1, DCC_SIGNAL_ABORT, "C++"},
        {0x80000003, -1, DCC_SIGNAL_TRAP, "breakpoint"},
        {0xc0001234, -1, DCC_SIGNAL_ABORT, "not known here"},
        {0xc0000135, 127, 0, "a DLL that it needs is missing"},
        {0xc0000139, 127, 0, "lacks a function"},
        {0xc0000142, 127, 0, "initialised"},
        {0xc000007b, 127, 0, "32 and 64 bits"},
        {(guint32)DCC_NT_STATUS_OURS(DCC_SIGNAL_KILL), -1, DCC_SIGNAL_KILL, "dcchost"},
        {(guint32)DCC_NT_STATUS_OURS(0), -1, DCC_SIGNAL_ABORT, "not known here"},
        {(guint32)DCC_NT_STATUS_OURS(200), -1, DCC_SIGNAL_ABORT, "not known here"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        DccNtStatus seen = dcc_nt_status_decode(rows[i].status);

        g_test_message(
            "0x%08X: code %d, signal %d, it %s", rows[i].status, seen.code, seen.signal, seen.text);
        g_assert_cmpint(seen.kind, ==, rows[i].signal ? DCC_RESULT_SIGNALED : DCC_RESULT_EXITED);
        g_assert_cmpint(seen.code, ==, rows[i].code);
        g_assert_cmpint(seen.signal, ==, rows[i].signal);
        if (rows[i].words != NULL)
            g_assert_nonnull(strstr(seen.text, rows[i].words));
        else
            g_assert_null(seen.text);
        g_assert_cmpint(dcc_nt_status_is_start_failure(rows[i].status), ==, rows[i].code == 127);
    }
}

/* Whatever it is: success is 0 alone, and each is an exit or a signal that this house has. */
static void
test_no_failure_is_success(void)
{
    for (guint i = 0; i < 200000; i++) {
        guint32 status = (guint32)g_test_rand_int() & (i % 2 ? 0xf000ffffu : 0xffffffffu);
        DccNtStatus seen = dcc_nt_status_decode(status);

        g_assert_cmpint(seen.code == 0, ==, status == 0);
        if (seen.kind == DCC_RESULT_EXITED)
            g_assert_cmpint(seen.code, >=, 0);
        else
            g_assert_true(seen.signal > 0 && seen.signal <= DCC_SIGNAL_LAST && seen.text != NULL);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nt-status/meanings", test_meanings);
    g_test_add_func("/nt-status/no-failure-is-success", test_no_failure_is_success);
    return g_test_run();
}
