/* The facts of an ended run, as an adapter finds them. */
#include "dcc-exit-info.h"
#include "dcc-output-event.h"

static void
test_raw_ends(void)
{
    g_autoptr(DccExitInfo) exited = dcc_exit_info_new_exited(3);
    g_autoptr(DccExitInfo) signaled = dcc_exit_info_new_signaled(11, TRUE);
    g_autoptr(DccExitInfo) lost = dcc_exit_info_new_lost("the machine was started again");

    g_assert_cmpint(dcc_exit_info_get_kind(exited), ==, DCC_RESULT_EXITED);
    g_assert_cmpint(dcc_exit_info_get_code(exited), ==, 3);
    g_assert_cmpint(dcc_exit_info_get_signal(exited), ==, 0);
    g_assert_cmpint(dcc_exit_info_get_kind(signaled), ==, DCC_RESULT_SIGNALED);
    g_assert_cmpint(dcc_exit_info_get_code(signaled), ==, -1);
    g_assert_cmpint(dcc_exit_info_get_signal(signaled), ==, 11);
    g_assert_true(dcc_exit_info_get_core_dumped(signaled));
    g_assert_cmpint(dcc_exit_info_get_kind(lost), ==, DCC_RESULT_LOST);
    g_assert_cmpint(dcc_exit_info_get_code(lost), ==, -1);
    g_assert_cmpstr(dcc_exit_info_get_reason(lost), ==, "the machine was started again");
}

static void
test_impossible_ends(void)
{
    static const int codes[] = {-1, 256, 1000};
    static const int signals[] = {0, -11, 65};

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*code*failed*");
        g_assert_null(dcc_exit_info_new_exited(codes[i]));
        g_test_expect_message(NULL, G_LOG_LEVEL_CRITICAL, "*signal*failed*");
        g_assert_null(dcc_exit_info_new_signaled(signals[i], FALSE));
        g_test_assert_expected_messages();
    }
}

static void
test_facts(void)
{
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);

    g_assert_false(dcc_exit_info_is_headless(info) || dcc_exit_info_was_ready(info) ||
                   dcc_exit_info_was_requested(info) || dcc_exit_info_is_our_signal(info) ||
                   dcc_exit_info_is_job(info));
    g_assert_cmpint(dcc_exit_info_get_started(info), ==, 0);
    dcc_exit_info_set_job(info, TRUE);
    dcc_exit_info_set_headless(info, TRUE);
    dcc_exit_info_set_ready(info, TRUE);
    dcc_exit_info_set_requested(info, TRUE);
    dcc_exit_info_set_our_signal(info, TRUE);
    dcc_exit_info_set_pid(info, 4711);
    dcc_exit_info_set_times(info, 5, 9);
    dcc_exit_info_set_temp_dir(info, "/t");
    dcc_exit_info_set_scene(info, "/s.blend");
    g_assert_null(dcc_exit_info_get_args(info));
    g_assert_cmpint(dcc_exit_info_get_saved(info), ==, -1);
    dcc_exit_info_set_args(info, (const char *const[]){"-a", "\xff", NULL});
    dcc_exit_info_set_args(info, dcc_exit_info_get_args(info));
    dcc_exit_info_set_saved(info, 3);
    g_assert_true(dcc_exit_info_is_headless(info) && dcc_exit_info_was_ready(info) &&
                  dcc_exit_info_was_requested(info) && dcc_exit_info_is_our_signal(info) &&
                  dcc_exit_info_is_job(info));
    g_assert_cmpint(dcc_exit_info_get_pid(info), ==, 4711);
    g_assert_cmpint(dcc_exit_info_get_started(info), ==, 5);
    g_assert_cmpint(dcc_exit_info_get_ended(info), ==, 9);
    g_assert_cmpstr(dcc_exit_info_get_temp_dir(info), ==, "/t");
    g_assert_cmpstr(dcc_exit_info_get_scene(info), ==, "/s.blend");
    g_assert_cmpstr(dcc_exit_info_get_args(info)[1], ==, "\xff");
    g_assert_null(dcc_exit_info_get_args(info)[2]);
    g_assert_cmpint(dcc_exit_info_get_saved(info), ==, 3);
}

static void
add(DccExitInfo *info, DccOutputKind kind, const char *text)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(kind, text);

    dcc_exit_info_add_event(info, event);
}

static void
test_events(void)
{
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
    const char *text = "untouched";

    g_assert_false(dcc_exit_info_has_event(info, DCC_OUTPUT_SAVED, &text));
    g_assert_cmpstr(text, ==, "untouched");
    add(info, DCC_OUTPUT_SAVED, "/one.png");
    add(info, DCC_OUTPUT_SAVED, "/two.png");
    add(info, DCC_OUTPUT_DONE, NULL);
    g_assert_true(dcc_exit_info_has_event(info, DCC_OUTPUT_SAVED, &text));
    g_assert_cmpstr(text, ==, "/two.png");
    g_assert_true(dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, &text));
    g_assert_null(text);
    g_assert_true(dcc_exit_info_has_event(info, DCC_OUTPUT_DONE, NULL));
    g_assert_false(dcc_exit_info_has_event(info, DCC_OUTPUT_CRASH, NULL));
}

static void
test_last_lines(void)
{
    static const char *const lines[] = {"one", "tw\xff", NULL};
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);

    g_assert_null(dcc_exit_info_get_last_lines(info)[0]);
    dcc_exit_info_set_last_lines(info, lines);
    g_assert_cmpstr(dcc_exit_info_get_last_lines(info)[0], ==, "one");
    g_assert_cmpstr(dcc_exit_info_get_last_lines(info)[1], ==, "tw\xef\xbf\xbd");
    g_assert_null(dcc_exit_info_get_last_lines(info)[2]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/exit-info/raw-ends", test_raw_ends);
    g_test_add_func("/exit-info/impossible-ends", test_impossible_ends);
    g_test_add_func("/exit-info/facts", test_facts);
    g_test_add_func("/exit-info/events", test_events);
    g_test_add_func("/exit-info/last-lines", test_last_lines);
    return g_test_run();
}
