/* Frames: what is read, what is refused, and what holds for any list. */
#include "dcc-error.h"
#include "dcc-frames.h"
#include <string.h>

static const struct {
    const char *text;
    const char *written;
    guint count;
} sound[] = {
    {"5", "5", 1},
    {"1-3", "1-3", 3},
    {"1-240x2,300", "1-239x2,300", 121},
    {"1-5,9", "1-5,9", 6},
    {"3-7,1-5", "1-7", 7},
    {"1-10,2-4,10", "1-10", 10},
    {"9,1", "1,9", 2},
    {"1,2", "1,2", 2},
    {"1-2", "1,2", 2},
    {"-5", "-5", 1},
    {"-5--1", "-5--1", 5},
    {"-5-5x5", "-5-5x5", 3},
    {"0-0", "0", 1},
    {"0001-0010", "1-10", 10},
    {"1-10x100", "1", 1},
    {"1,5,6,7", "1,5-7", 4},
    {"1,3,5,6,7", "1-5x2,6,7", 5},
    {"1-1000000", "1-1000000", 1000000},
    {"-999999999,999999999", "-999999999,999999999", 2},
};

static void
test_sound(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(sound); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(DccFrames) frames = dcc_frames_parse(sound[i].text, &error);
        g_autofree char *written = NULL;

        g_assert_no_error(error);
        written = dcc_frames_to_text(frames);
        g_assert_cmpstr(written, ==, sound[i].written);
        g_assert_cmpuint(dcc_frames_count(frames), ==, sound[i].count);
    }
}

static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"", "no frames are named"},
    {"10-1", "run backwards; write 1-10"},
    {"-1--5", "run backwards; write -5--1"},
    {"1-", "make no sense"},
    {"-", "make no sense"},
    {"--1", "make no sense"},
    {"1,,2", "are an empty place in the list; leave that comma out"},
    {"1,", "are an empty place in the list"},
    {",", "are an empty place in the list"},
    {"1, 2", "make no sense"},
    {"\xef\xbc\x91-\xef\xbc\x93", "make no sense"}, /* full-width digits */
    {"1-10x-2", "make no sense"},
    {"1-2-3", "make no sense"},
    {"1 - 5", "make no sense"},
    {"1..5", "make no sense"},
    {"1-5x", "make no sense"},
    {"1-5x-1", "make no sense"},
    {"1-5x0", "a step of 0"},
    {"5x2", "make no sense"},
    {"a", "make no sense"},
    {"1-5a", "make no sense"},
    {"1.5", "make no sense"},
    {"0x10", "make no sense"},
    {"+5", "make no sense"},
    {"1-999999999", "999999999 in all, at most 1000000"},
    {"1-1000001", "1000001 in all"},
    {"1-1000000,1-1000000", "2000000 in all"},
    {"1000000000", "have a number of more than nine digits"},
    {"1-1000000000", "have a number of more than nine digits"},
    {"1-2x1000000000", "have a number of more than nine digits"},
    {"99999999999999999999", "have a number of more than nine digits"},
    {"\xff-5", "make no sense"},
};

static void
test_refused(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_frames_parse(refused[i].text, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
        if (!strstr(error->message, refused[i].says))
            g_error("'%s' says '%s'", refused[i].text, error->message);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
}

static void
test_looking(void)
{
    g_autoptr(DccFrames) frames = dcc_frames_parse("-2-4x2,9", NULL);
    int first = 0, last = 0, step = 0;

    g_assert_cmpint(dcc_frames_get(frames, 0), ==, -2);
    g_assert_cmpint(dcc_frames_get(frames, 4), ==, 9);
    g_assert_true(dcc_frames_contains(frames, 0));
    g_assert_false(dcc_frames_contains(frames, 1));
    g_assert_true(dcc_frames_get_run(frames, 0, &first, &last, &step));
    g_assert_cmpint(first, ==, -2);
    g_assert_cmpint(last, ==, 4);
    g_assert_cmpint(step, ==, 2);
    g_assert_true(dcc_frames_get_run(frames, 4, &first, &last, &step));
    g_assert_cmpint(first, ==, 9);
    g_assert_cmpint(last, ==, 9);
    g_assert_cmpint(step, ==, 1);
    g_assert_false(dcc_frames_get_run(frames, 5, &first, &last, &step));
}

/* Any set of numbers is kept, in order and once, and is the same after it was written and read. */
static void
test_any_set_is_kept(void)
{
    for (guint round = 0; round < 500; round++) {
        guint n = (guint)g_test_rand_int_range(0, 60);
        g_autofree int *numbers = g_new(int, n + 1);
        g_autoptr(GHashTable) set = g_hash_table_new(NULL, NULL);
        g_autoptr(DccFrames) frames = NULL;
        g_autoptr(DccFrames) again = NULL;
        g_autofree char *text = NULL;

        for (guint i = 0; i < n; i++) {
            numbers[i] = g_test_rand_int_range(-30, 60);
            g_hash_table_add(set, GINT_TO_POINTER(numbers[i]));
        }
        frames = dcc_frames_new(numbers, n);
        g_assert_cmpuint(dcc_frames_count(frames), ==, g_hash_table_size(set));
        for (guint i = 0; i < dcc_frames_count(frames); i++) {
            int frame = dcc_frames_get(frames, i);

            g_assert_true(g_hash_table_contains(set, GINT_TO_POINTER(frame)));
            g_assert_true(i == 0 || frame > dcc_frames_get(frames, i - 1));
        }
        text = dcc_frames_to_text(frames);
        if (n == 0)
            continue;
        again = dcc_frames_parse(text, NULL);
        g_assert_cmpuint(dcc_frames_count(again), ==, dcc_frames_count(frames));
        for (guint i = 0; i < dcc_frames_count(frames); i++)
            g_assert_cmpint(dcc_frames_get(again, i), ==, dcc_frames_get(frames, i));
    }
}

/* The runs, one after another, are the whole. */
static void
test_runs_are_the_whole(void)
{
    for (guint round = 0; round < 200; round++) {
        int numbers[40];
        guint seen = 0;
        int first = 0, last = 0, step = 0;
        g_autoptr(DccFrames) frames = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
            numbers[i] = g_test_rand_int_range(-40, 40);
        frames = dcc_frames_new(numbers, G_N_ELEMENTS(numbers));
        while (dcc_frames_get_run(frames, seen, &first, &last, &step)) {
            g_assert_cmpint(step, >=, 1);
            for (int frame = first; frame <= last; frame += step)
                g_assert_cmpint(dcc_frames_get(frames, seen++), ==, frame);
        }
        g_assert_cmpuint(seen, ==, dcc_frames_count(frames));
    }
}

/* Letters of the language in any order: it is read or refused, and what is read can be written. */
static void
test_any_text(void)
{
    static const char letters[] = "0123456789-,x# ";

    for (guint round = 0; round < 20000; round++) {
        char text[16] = "";
        guint n = (guint)g_test_rand_int_range(0, sizeof text - 1);
        g_autoptr(GError) error = NULL;
        g_autoptr(DccFrames) frames = NULL;
        g_autofree char *written = NULL;

        for (guint i = 0; i < n; i++)
            text[i] = letters[g_test_rand_int_range(0, sizeof letters - 1)];
        frames = dcc_frames_parse(text, &error);
        g_assert_true((frames == NULL) == (error != NULL));
        if (!frames || dcc_frames_count(frames) > 5000)
            continue;
        written = dcc_frames_to_text(frames);
        g_assert_cmpuint(strlen(written), >, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frames/sound", test_sound);
    g_test_add_func("/frames/refused", test_refused);
    g_test_add_func("/frames/looking", test_looking);
    g_test_add_func("/frames/any-set-is-kept", test_any_set_is_kept);
    g_test_add_func("/frames/runs-are-the-whole", test_runs_are_the_whole);
    g_test_add_func("/frames/any-text", test_any_text);
    return g_test_run();
}
