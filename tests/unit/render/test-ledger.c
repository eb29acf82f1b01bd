/* Which frames are there: what a file is the picture of, and what is said of the rest. */
#include "dcc-frame-ledger.h"
#include "dcc-json.h"

static DccFrameLedger *
make(const char *numbers, const char *expect)
{
    g_autoptr(DccFrames) frames = dcc_frames_parse(numbers, NULL);
    g_autoptr(DccFramePath) path = expect ? dcc_frame_path_parse(expect, NULL) : NULL;
    g_autoptr(DccRenderJob) job = dcc_render_job_new(frames, path, NULL, NULL);

    return dcc_frame_ledger_new(job);
}

static const struct {
    const char *frames, *expect, *file;
    int frame; /* G_MININT: none of them */
} files[] = {
    {"1-5", "/o/f_####.png", "/o/f_0003.png", 3},
    {"1-5", "/o/f_####.png", "/o/f_3.png", G_MININT},
    {"1-5", "/o/f_####.png", "/o/f_0009.png", G_MININT},
    {"1-5", "/o/f_####.png", "/o/f_.png", G_MININT},
    {"1-5", "/o/f_####.png", "/other/f_0003.png", G_MININT},
    {"1-5", "/o/f_#.png", "/o/f_3.png", 3},
    {"1-20000", "/o/f_####.png", "/o/f_12345.png", 12345},
    {"-5-5", "/o/f_####.png", "/o/f_-0003.png", -3},
    {"3", "/o/still.png", "/o/still.png", 3},
    {"3", "/o/still.png", "/o/else.png", G_MININT},
    {"1-5", NULL, "/any/v2_shot.0003.exr", 3},
    {"1-5", NULL, "/any/shot0003", 3},
    {"1-5", NULL, "/any/shot_0003.jp2", 3},
    {"1-5", NULL, "/v3/shot.exr", G_MININT},
    {"1-5", NULL, "/any/shot_0009.exr", G_MININT},
    {"-5--1", NULL, "/any/shot_-0003.exr", -3},
    {"3", NULL, "/any/shot-0003.exr", 3},
};

static void
test_files(void)
{
    for (guint n = 0; n < G_N_ELEMENTS(files); n++) {
        g_autoptr(DccFrameLedger) ledger = make(files[n].frames, files[n].expect);
        guint i = 0;
        gboolean found = dcc_frame_ledger_find_file(ledger, files[n].file, &i);

        g_test_message("%s", files[n].file);
        g_assert_cmpint(found, ==, files[n].frame != G_MININT);
        if (found)
            g_assert_cmpint(dcc_frame_ledger_get_frame(ledger, i), ==, files[n].frame);
    }
}

static void
test_what_was_done_stays_done(void)
{
    g_autoptr(DccFrameLedger) ledger = make("1-3", NULL);

    dcc_frame_ledger_set(ledger, 1, DCC_FRAME_DONE, NULL);
    dcc_frame_ledger_set(ledger, 1, DCC_FRAME_FAILED, "late news");
    dcc_frame_ledger_set(ledger, 1, DCC_FRAME_DONE, NULL);
    g_assert_cmpint(dcc_frame_ledger_get_state(ledger, 1), ==, DCC_FRAME_DONE);
    g_assert_cmpuint(dcc_frame_ledger_count_done(ledger), ==, 1);
    dcc_frame_ledger_give_up(ledger, NULL, "over");
    g_assert_cmpint(dcc_frame_ledger_get_state(ledger, 1), ==, DCC_FRAME_DONE);
    g_assert_cmpint(dcc_frame_ledger_get_state(ledger, 2), ==, DCC_FRAME_FAILED);
}

static void
test_failures(void)
{
    g_autoptr(DccFrameLedger) ledger = make("1-9", NULL);
    g_autoptr(DccFrames) some = dcc_frames_parse("1-4", NULL);
    g_autoptr(JsonObject) object = NULL;
    JsonArray *failures;
    JsonObject *first, *second, *third;

    dcc_frame_ledger_note(ledger, 2, "it is cut off");
    dcc_frame_ledger_give_up(ledger, some, "not there");
    dcc_frame_ledger_set(ledger, 5, DCC_FRAME_DONE, NULL);
    dcc_frame_ledger_give_up(ledger, NULL, "stopped");
    object = dcc_frame_ledger_to_json(ledger, "failed");
    failures = dcc_json_get_array(object, "failures");
    g_assert_cmpstr(dcc_json_get_string(object, "failed", NULL), ==, "1-5,7-9");
    g_assert_true(json_object_get_null_member(object, "missing"));
    g_assert_cmpuint(json_array_get_length(failures), ==, 3);
    first = json_array_get_object_element(failures, 0);
    second = json_array_get_object_element(failures, 1);
    third = json_array_get_object_element(failures, 2);
    g_assert_cmpstr(dcc_json_get_string(first, "frames", NULL), ==, "1,2,4");
    g_assert_cmpstr(dcc_json_get_string(first, "reason", NULL), ==, "not there");
    g_assert_cmpstr(dcc_json_get_string(second, "frames", NULL), ==, "3");
    g_assert_cmpstr(dcc_json_get_string(second, "reason", NULL), ==, "it is cut off");
    g_assert_cmpstr(dcc_json_get_string(third, "frames", NULL), ==, "5,7-9");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/files", test_files);
    g_test_add_func("/ledger/what-was-done-stays-done", test_what_was_done_stays_done);
    g_test_add_func("/ledger/failures", test_failures);
    return g_test_run();
}
