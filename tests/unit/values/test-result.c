/* Every end a process can have, what it becomes, what a shell sees of it, and the way through JSON.
 */
#include <errno.h>
#include <string.h>

#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-result.h"
#include "dcc-signals.h"

#define NO_VERDICT (-1)

static DccResult *
judge(DccExitInfo *info, int verdict_kind)
{
    g_autoptr(DccVerdict) verdict =
        verdict_kind != NO_VERDICT ? dcc_verdict_new((DccVerdictKind)verdict_kind, NULL) : NULL;

    return dcc_result_new_ended(info, verdict);
}

static void
assert_equal(DccResult *a, DccResult *b)
{
    g_assert_cmpint(dcc_result_get_kind(a), ==, dcc_result_get_kind(b));
    g_assert_cmpint(dcc_result_get_verdict(a), ==, dcc_result_get_verdict(b));
    g_assert_cmpint(dcc_result_get_code(a), ==, dcc_result_get_code(b));
    g_assert_cmpint(dcc_result_get_signal(a), ==, dcc_result_get_signal(b));
    g_assert_cmpint(dcc_result_get_likely_signal(a), ==, dcc_result_get_likely_signal(b));
    g_assert_cmpint(dcc_result_get_core_dumped(a), ==, dcc_result_get_core_dumped(b));
    g_assert_cmpstr(dcc_result_get_stage(a), ==, dcc_result_get_stage(b));
    g_assert_cmpint(dcc_result_get_errno(a), ==, dcc_result_get_errno(b));
    g_assert_cmpstr(dcc_result_get_reason(a), ==, dcc_result_get_reason(b));
    g_assert_cmpint(dcc_result_to_exit_status(a), ==, dcc_result_to_exit_status(b));
}

static void
check_round_trip(DccResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = dcc_result_to_json(result);
    g_autoptr(DccResult) again = dcc_result_from_json(text, &error);

    g_assert_no_error(error);
    assert_equal(result, again);

    g_autofree char *text_again = dcc_result_to_json(again);

    g_assert_cmpstr(text, ==, text_again);
}

static void
test_every_code(void)
{
    for (int code = 0; code < 256; code++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(code);
        g_autoptr(DccResult) result = judge(info, NO_VERDICT);

        g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_EXITED);
        g_assert_cmpint(dcc_result_get_code(result), ==, code);
        g_assert_cmpint(dcc_result_get_signal(result), ==, 0);
        g_assert_cmpint(
            dcc_result_get_likely_signal(result), ==, code > 128 && code <= 192 ? code - 128 : 0);
        g_assert_cmpint(dcc_result_to_exit_status(result), ==, code);
        check_round_trip(result);
    }
}

static void
test_every_signal(void)
{
    for (int number = 1; number <= 64; number++) {
        for (int core = 0; core < 2; core++) {
            g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(number, core);
            g_autoptr(DccResult) result = judge(info, NO_VERDICT);

            g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_SIGNALED);
            g_assert_cmpint(dcc_result_get_code(result), ==, -1);
            g_assert_cmpint(dcc_result_get_signal(result), ==, number);
            g_assert_cmpint(dcc_result_get_likely_signal(result), ==, 0);
            g_assert_cmpint(dcc_result_get_core_dumped(result), ==, core);
            g_assert_cmpint(dcc_result_to_exit_status(result), ==, 128 + number);
            check_round_trip(result);
        }
    }
}

/* The raw end is code (>= 0) or signal (< 0). */
static const struct {
    const char *what;
    int raw;
    gboolean requested;
    gboolean ours;
    int verdict;
    DccResultKind kind;
    DccVerdictKind means;
    int status;
} table[] = {
    {"quit by the user",
     0,
     FALSE,
     FALSE,
     DCC_VERDICT_CLEAN,
     DCC_RESULT_EXITED,
     DCC_VERDICT_CLEAN,
     0},
    {"stopped by agent",
     0,
     TRUE,
     FALSE,
     DCC_VERDICT_CLEAN,
     DCC_RESULT_STOPPED,
     DCC_VERDICT_CLEAN,
     0},
    {"stopped, not judged", 0, TRUE, FALSE, NO_VERDICT, DCC_RESULT_STOPPED, DCC_VERDICT_CLEAN, 0},
    {"stopped, clean code of its own",
     11,
     TRUE,
     FALSE,
     DCC_VERDICT_CLEAN,
     DCC_RESULT_STOPPED,
     DCC_VERDICT_CLEAN,
     11},
    {"failed while stopping",
     1,
     TRUE,
     FALSE,
     DCC_VERDICT_FAILED,
     DCC_RESULT_EXITED,
     DCC_VERDICT_FAILED,
     1},
    {"our SIGTERM",
     -DCC_SIGNAL_TERMINATE,
     TRUE,
     TRUE,
     DCC_VERDICT_KILLED,
     DCC_RESULT_STOPPED,
     DCC_VERDICT_CLEAN,
     0},
    {"our SIGKILL",
     -DCC_SIGNAL_KILL,
     TRUE,
     TRUE,
     NO_VERDICT,
     DCC_RESULT_STOPPED,
     DCC_VERDICT_CLEAN,
     0},
    {"somebody's SIGKILL in our stop",
     -DCC_SIGNAL_KILL,
     TRUE,
     FALSE,
     DCC_VERDICT_KILLED,
     DCC_RESULT_SIGNALED,
     DCC_VERDICT_KILLED,
     137},
    {"our signal, no stop asked",
     -DCC_SIGNAL_TERMINATE,
     FALSE,
     TRUE,
     DCC_VERDICT_KILLED,
     DCC_RESULT_SIGNALED,
     DCC_VERDICT_KILLED,
     143},
    {"crash while stopping",
     -DCC_SIGNAL_SEGV,
     TRUE,
     FALSE,
     DCC_VERDICT_CRASH,
     DCC_RESULT_SIGNALED,
     DCC_VERDICT_CRASH,
     139},
    {"crash while stopping, called clean",
     -DCC_SIGNAL_SEGV,
     TRUE,
     FALSE,
     DCC_VERDICT_CLEAN,
     DCC_RESULT_SIGNALED,
     DCC_VERDICT_CLEAN,
     139},
    {"out of memory, killed",
     -DCC_SIGNAL_KILL,
     FALSE,
     FALSE,
     DCC_VERDICT_OOM,
     DCC_RESULT_OOM,
     DCC_VERDICT_OOM,
     137},
    {"out of memory, by its own word",
     1,
     FALSE,
     FALSE,
     DCC_VERDICT_OOM,
     DCC_RESULT_OOM,
     DCC_VERDICT_OOM,
     137},
    {"no licence",
     1,
     FALSE,
     FALSE,
     DCC_VERDICT_LICENCE,
     DCC_RESULT_EXITED,
     DCC_VERDICT_LICENCE,
     75},
    {"bad scene",
     0,
     FALSE,
     FALSE,
     DCC_VERDICT_BAD_SCENE,
     DCC_RESULT_EXITED,
     DCC_VERDICT_BAD_SCENE,
     78},
    {"script error",
     1,
     FALSE,
     FALSE,
     DCC_VERDICT_SCRIPT_ERROR,
     DCC_RESULT_EXITED,
     DCC_VERDICT_SCRIPT_ERROR,
     1},
    {"said success without proof",
     0,
     FALSE,
     FALSE,
     DCC_VERDICT_SUSPICIOUS,
     DCC_RESULT_EXITED,
     DCC_VERDICT_SUSPICIOUS,
     1},
    {"wrapper says 139",
     139,
     FALSE,
     FALSE,
     DCC_VERDICT_CRASH,
     DCC_RESULT_EXITED,
     DCC_VERDICT_CRASH,
     139},
};

static void
test_judgements(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(DccExitInfo) info = table[i].raw >= 0
                                          ? dcc_exit_info_new_exited(table[i].raw)
                                          : dcc_exit_info_new_signaled(-table[i].raw, FALSE);

        dcc_exit_info_set_requested(info, table[i].requested);
        dcc_exit_info_set_our_signal(info, table[i].ours);

        g_autoptr(DccResult) result = judge(info, table[i].verdict);

        g_test_message("%s", table[i].what);
        g_assert_cmpint(dcc_result_get_kind(result), ==, table[i].kind);
        g_assert_cmpint(dcc_result_get_verdict(result), ==, table[i].means);
        g_assert_cmpint(dcc_result_to_exit_status(result), ==, table[i].status);
        check_round_trip(result);
    }
}

static void
test_reasons(void)
{
    g_autoptr(DccExitInfo) crash = dcc_exit_info_new_signaled(DCC_SIGNAL_SEGV, TRUE);
    g_autoptr(DccVerdict) verdict =
        dcc_verdict_new(DCC_VERDICT_CRASH, "segmentation fault in \xff.so");
    g_autoptr(DccResult) judged = dcc_result_new_ended(crash, verdict);
    g_autoptr(DccResult) bare = dcc_result_new_ended(crash, NULL);

    g_assert_cmpstr(dcc_result_get_reason(judged), ==, "segmentation fault in \xef\xbf\xbd.so");
    g_assert_cmpstr(dcc_result_get_reason(bare), ==, "ended by signal 11, core dumped");

    dcc_exit_info_set_requested(crash, TRUE);

    g_autoptr(DccResult) stopping = dcc_result_new_ended(crash, verdict);

    g_assert_cmpstr(dcc_result_get_reason(stopping), ==, "crashed while stopping");
}

/* Whatever else is claimed of it, a lost end is never success (guarantee G4). */
static void
test_lost(void)
{
    for (int verdict = NO_VERDICT; verdict <= DCC_VERDICT_FAILED; verdict++) {
        for (int requested = 0; requested < 2; requested++) {
            g_autoptr(DccExitInfo) info = dcc_exit_info_new_lost("the machine was started again");

            dcc_exit_info_set_requested(info, requested);

            g_autoptr(DccResult) result = judge(info, verdict);

            g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_LOST);
            g_assert_cmpint(dcc_result_get_code(result), ==, -1);
            g_assert_cmpint(dcc_result_to_exit_status(result), ==, 125);
            g_assert_cmpstr(dcc_result_get_reason(result), ==, "the machine was started again");
            check_round_trip(result);
        }
    }
}

static void
test_start_failed(void)
{
    static const struct {
        const char *stage;
        int errno_code;
        int status;
    } cases[] = {
        {"ready", 0, 124},
        {"exec", ENOENT, 127},
        {"exec", EACCES, 126},
        {"exec", ENOEXEC, 126},
        {"exec", E2BIG, 126},
        {"chdir", ENOENT, 78},
        {"adapter", 0, 125},
        {"early-exit", 0, 1},
        {"spawn", EAGAIN, 125},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccResult) result =
            dcc_result_new_start_failed(cases[i].stage, cases[i].errno_code, NULL);

        g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_START_FAILED);
        g_assert_cmpint(dcc_result_get_code(result), ==, -1);
        g_assert_cmpint(dcc_result_to_exit_status(result), ==, cases[i].status);
        g_assert_nonnull(strstr(dcc_result_get_reason(result), cases[i].stage));
        check_round_trip(result);
    }
}

static void
test_cause(void)
{
    g_autoptr(DccResult) late = dcc_result_new_start_failed("ready", 0, "not ready within 5 s");
    g_autoptr(DccVerdict) cause = dcc_verdict_new(DCC_VERDICT_LICENCE, "no licence: full");
    g_autoptr(DccResult) result = dcc_result_with_cause(late, cause);

    g_assert_cmpint(dcc_result_get_kind(result), ==, DCC_RESULT_START_FAILED);
    g_assert_cmpint(dcc_result_get_verdict(result), ==, DCC_VERDICT_LICENCE);
    g_assert_cmpstr(dcc_result_get_reason(result), ==, "not ready within 5 s; no licence: full");
    g_assert_cmpint(dcc_result_to_exit_status(result), ==, 75);
    check_round_trip(result);
}

static void
test_json_members(void)
{
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(DCC_SIGNAL_SEGV, TRUE);
    g_autoptr(DccResult) signaled = judge(info, DCC_VERDICT_CRASH);
    g_autoptr(DccResult) failed = dcc_result_new_start_failed("exec", ENOENT, "no such file");
    g_autofree char *signaled_text = dcc_result_to_json(signaled);
    g_autofree char *failed_text = dcc_result_to_json(failed);

    g_assert_cmpstr(signaled_text,
                    ==,
                    "{\"kind\":\"signaled\",\"verdict\":\"crash\",\"code\":-1,\"signal\":11,"
                    "\"core_dumped\":true,\"reason\":\"ended by signal 11, core dumped\"}");
    g_assert_cmpstr(
        failed_text,
        ==,
        "{\"kind\":\"start-failed\",\"verdict\":\"unknown\",\"code\":-1,\"signal\":0,"
        "\"core_dumped\":false,\"reason\":\"no such file\",\"stage\":\"exec\",\"errno\":2}");
}

static void
test_damaged_json(void)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"kind\":\"exited\"}",
        "{\"kind\":\"exited\",\"verdict\":\"clean\"}",
        "{\"kind\":\"gone\",\"verdict\":\"clean\",\"code\":0}",
        "{\"kind\":\"none\",\"verdict\":\"clean\",\"code\":0}",
        "{\"kind\":\"lost\",\"verdict\":\"clean\",\"code\":0,\"signal\":0}",
        "{\"kind\":\"exited\",\"verdict\":\"clean\",\"code\":256,\"signal\":0}",
        "{\"kind\":\"exited\",\"verdict\":\"clean\",\"code\":4294967296,\"signal\":0}",
        "{\"kind\":\"exited\",\"verdict\":\"clean\",\"code\":0,\"signal\":9}",
        "{\"kind\":\"exited\",\"verdict\":\"clean\",\"code\":\"0\",\"signal\":0}",
        "{\"kind\":\"signaled\",\"verdict\":\"crash\",\"code\":-1,\"signal\":0}",
        "{\"kind\":\"signaled\",\"verdict\":\"crash\",\"code\":-1,\"signal\":65}",
        "{\"kind\":\"stopped\",\"verdict\":\"clean\",\"code\":-1,\"signal\":0}",
        "{\"kind\":\"start-failed\",\"verdict\":\"unknown\",\"code\":-1,\"signal\":0}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad[i]);
        g_assert_null(dcc_result_from_json(bad[i], &error));
        g_assert_true(dcc_error_is_invalid(error) || dcc_error_is_protocol(error));
    }
}

/* A job that was stopped has not done its work, however orderly it ended. */
static void
test_stopped_job(void)
{
    for (gboolean job = FALSE; job <= TRUE; job++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
        g_autoptr(DccVerdict) verdict = dcc_verdict_new(DCC_VERDICT_CLEAN, "quit as asked");
        g_autoptr(DccResult) result = NULL;
        g_autoptr(DccResult) read = NULL;
        g_autofree char *text = NULL;

        dcc_exit_info_set_job(info, job);
        dcc_exit_info_set_requested(info, TRUE);
        result = dcc_result_new_ended(info, verdict);
        text = dcc_result_to_json(result);
        read = dcc_result_from_json(text, NULL);
        g_assert_cmpint(dcc_result_get_kind(read), ==, DCC_RESULT_STOPPED);
        g_assert_cmpint(
            dcc_result_get_verdict(read), ==, job ? DCC_VERDICT_CANCELLED : DCC_VERDICT_CLEAN);
        g_assert_cmpint(dcc_result_to_exit_status(read), ==, job ? 143 : 0);
    }
}

static void
test_peak_memory(void)
{
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(9, FALSE);
    g_autoptr(DccResult) plain = dcc_result_new_ended(info, NULL);
    g_autoptr(DccResult) with = dcc_result_with_peak_memory(plain, 300 << 20, "kernel");
    g_autoptr(DccResult) without = dcc_result_with_peak_memory(with, -1, "kernel");
    g_autofree char *text = dcc_result_to_json(with);
    g_autoptr(DccResult) read = dcc_result_from_json(text, NULL);
    const char *from = "x";

    g_assert_cmpint(dcc_result_get_peak_memory(plain, NULL), ==, -1);
    g_assert_cmpint(dcc_result_get_peak_memory(read, &from), ==, 300 << 20);
    g_assert_cmpstr(from, ==, "kernel");
    g_assert_cmpint(dcc_result_get_signal(read), ==, 9);
    g_assert_cmpint(dcc_result_get_peak_memory(without, &from), ==, -1);
    g_assert_null(from);
}

/* In order, but not because its user wanted it: 0 would say that all was done. */
static void
test_cancelled(void)
{
    for (int requested = 0; requested < 2; requested++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
        g_autoptr(DccResult) clean = NULL, cancelled = NULL, told = NULL;

        dcc_exit_info_set_requested(info, requested);
        clean = judge(info, DCC_VERDICT_CLEAN);
        cancelled = dcc_result_as_cancelled(clean, NULL);
        told = dcc_result_as_cancelled(clean, "the machine goes down");
        g_assert_cmpint(dcc_result_to_exit_status(clean), ==, 0);
        g_assert_cmpint(dcc_result_get_verdict(cancelled), ==, DCC_VERDICT_CANCELLED);
        g_assert_cmpint(dcc_result_get_kind(cancelled), ==, dcc_result_get_kind(clean));
        g_assert_cmpstr(dcc_result_get_reason(cancelled), ==, dcc_result_get_reason(clean));
        g_assert_cmpint(dcc_result_to_exit_status(cancelled), ==, 143);
        g_assert_cmpstr(dcc_result_get_reason(told), ==, "the machine goes down");
        check_round_trip(told);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/result/every-code", test_every_code);
    g_test_add_func("/result/every-signal", test_every_signal);
    g_test_add_func("/result/judgements", test_judgements);
    g_test_add_func("/result/reasons", test_reasons);
    g_test_add_func("/result/lost", test_lost);
    g_test_add_func("/result/start-failed", test_start_failed);
    g_test_add_func("/result/cause", test_cause);
    g_test_add_func("/result/json-members", test_json_members);
    g_test_add_func("/result/damaged-json", test_damaged_json);
    g_test_add_func("/result/stopped-job", test_stopped_job);
    g_test_add_func("/result/peak-memory", test_peak_memory);
    g_test_add_func("/result/cancelled", test_cancelled);
    return g_test_run();
}
