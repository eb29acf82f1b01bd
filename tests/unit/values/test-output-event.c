/* A significant line says only what it says: nothing unknown is shown as a number. */
#include "dcc-output-event.h"

static void
test_empty(void)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    int frame = 99;
    gint64 part = 99;
    gint64 whole = 99;

    g_assert_cmpint(dcc_output_event_get_kind(event), ==, DCC_OUTPUT_PROGRESS);
    g_assert_null(dcc_output_event_get_text(event));
    g_assert_false(dcc_output_event_get_frame(event, &frame));
    g_assert_cmpint(frame, ==, 99);
    dcc_output_event_get_part(event, &part, &whole);
    g_assert_cmpint(part, ==, 0);
    g_assert_cmpint(whole, ==, 0);
    g_assert_cmpint(dcc_output_event_get_remaining(event), ==, -1);
}

static void
test_full(void)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_SAVED, "/out/0001.png");
    int frame = 99;
    gint64 part = 0;
    gint64 whole = 0;

    dcc_output_event_set_frame(event, 0);
    dcc_output_event_set_part(event, 3, 8);
    dcc_output_event_set_remaining(event, 1500);
    g_assert_cmpstr(dcc_output_event_get_text(event), ==, "/out/0001.png");
    g_assert_true(dcc_output_event_get_frame(event, &frame));
    g_assert_cmpint(frame, ==, 0);
    dcc_output_event_get_part(event, &part, NULL);
    dcc_output_event_get_part(event, NULL, &whole);
    g_assert_cmpint(part, ==, 3);
    g_assert_cmpint(whole, ==, 8);
    g_assert_cmpint(dcc_output_event_get_remaining(event), ==, 1500);
    dcc_output_event_set_remaining(event, -20);
    g_assert_cmpint(dcc_output_event_get_remaining(event), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/output-event/empty", test_empty);
    g_test_add_func("/output-event/full", test_full);
    return g_test_run();
}
