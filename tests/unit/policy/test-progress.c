/* How far a render is, from lines made up. */
#include "dcc-progress.h"

#define SECOND G_GINT64_CONSTANT(1000000)

static gboolean
feed_sample(DccProgress *progress, int frame, gint64 part, gint64 whole, gint64 now)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);

    dcc_output_event_set_frame(event, frame);
    dcc_output_event_set_part(event, part, whole);
    return dcc_progress_feed(progress, event, now);
}

static gboolean
feed_saved(DccProgress *progress, gint64 now)
{
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_SAVED, "/tmp/0001.png");

    return dcc_progress_feed(progress, event, now);
}

static void
assert_percent(DccProgress *progress, double percent)
{
    g_assert_cmpfloat_with_epsilon(dcc_progress_get_percent(progress), percent, 1e-6);
}

static void
test_frames_and_samples(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 5, 1);
    int frame;

    assert_percent(progress, 0);
    g_assert_false(dcc_progress_get_frame(progress, &frame));
    g_assert_true(feed_sample(progress, 1, 0, 0, 0));
    assert_percent(progress, 0);
    g_assert_true(feed_sample(progress, 1, 32, 64, SECOND));
    assert_percent(progress, 10);
    g_assert_true(feed_saved(progress, 2 * SECOND));
    assert_percent(progress, 20);
    g_assert_true(feed_sample(progress, 4, 16, 64, 3 * SECOND));
    assert_percent(progress, 65);
    g_assert_true(dcc_progress_get_frame(progress, &frame));
    g_assert_cmpint(frame, ==, 4);
    g_assert_cmpuint(dcc_progress_get_saved(progress), ==, 1);
}

static void
test_never_backwards(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 4, 1);

    feed_sample(progress, 2, 60, 64, 0);
    double before = dcc_progress_get_percent(progress);
    g_assert_false(feed_sample(progress, 2, 1, 64, 5 * SECOND)); /* the next layer begins */
    assert_percent(progress, before);
    g_assert_false(feed_sample(progress, 1, 1, 1, 10 * SECOND));
    assert_percent(progress, before);
}

static void
test_ranges(void)
{
    static const struct {
        int first, last, step, frame;
        double percent;
    } cases[] = {
        {1, 1, 1, 1, 50},
        {10, 20, 2, 14, 41.666666667},
        {10, 21, 2, 15, 41.666666667},
        {20, 10, -5, 15, 50},
        {-10, -1, 1, -5, 55},
        {0, 249, 1, 249, 99.8},
        {1, 10, 0, 5, -1},
        {10, 1, 1, 5, -1},
        {1, 10, -1, 5, -1},
        {5, 8, 1, 4, 0},
        {5, 8, 1, 9, 0},
        {1, 2, 5, 1, 50},
        {G_MININT, G_MAXINT, 1, 0, 50},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DccProgress) progress =
            dcc_progress_new(cases[i].first, cases[i].last, cases[i].step);

        feed_sample(progress, cases[i].frame, 1, 2, 0);
        assert_percent(progress, cases[i].percent);
    }
}

/* At most once a second and a per cent, but for the last word. */
static void
test_speaks_seldom(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 1, 1);
    guint said = 0;

    for (gint64 i = 0; i <= 10000; i++)
        said += feed_sample(progress, 1, i, 20000, i * SECOND / 1000) ? 1 : 0;
    g_assert_cmpuint(said, >=, 10);
    g_assert_cmpuint(said, <=, 11);
    g_assert_false(feed_sample(progress, 1, 10100, 20000, 60 * SECOND));
    g_assert_true(feed_sample(progress, 1, 10200, 20000, 60 * SECOND));
    g_assert_true(feed_sample(progress, 1, 20000, 20000, 60 * SECOND + 1));
    assert_percent(progress, 100);
    /* Whole, and yet not written: that the picture is there is news, and so is a second one. */
    g_assert_true(feed_saved(progress, 60 * SECOND + 2));
    g_assert_true(feed_saved(progress, 60 * SECOND + 3));
    g_assert_false(feed_sample(progress, 1, 20000, 20000, 70 * SECOND));
    g_assert_cmpuint(dcc_progress_get_saved(progress), ==, 2);
}

static void
test_unknown_range(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(0, 0, 0);
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);

    g_assert_true(feed_sample(progress, 7, 1, 2, 0));
    g_assert_false(feed_sample(progress, 7, 2, 2, 2 * SECOND));
    g_assert_true(feed_sample(progress, 8, 1, 2, 4 * SECOND));
    g_assert_true(feed_saved(progress, 6 * SECOND));
    assert_percent(progress, -1);
    g_assert_cmpint(dcc_progress_get_remaining(progress), ==, -1);
    dcc_output_event_set_remaining(event, 4200);
    dcc_progress_feed(progress, event, 7 * SECOND);
    g_assert_cmpint(dcc_progress_get_remaining(progress), ==, 4200);
}

/* Pictures without frame numbers are counted. */
static void
test_saved_alone(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 4, 1);

    for (guint i = 1; i <= 6; i++) {
        feed_saved(progress, i * SECOND);
        assert_percent(progress, MIN(i, 4) * 25);
    }
}

/* Blender with --log-file prints nothing, and its agent tells what begins. */
static void
test_frames_by_the_agent(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(2, 6, 2);
    int frame = 0;

    g_assert_true(dcc_progress_begin_frame(progress, 2, 0));
    assert_percent(progress, 0);
    g_assert_true(dcc_progress_get_frame(progress, &frame));
    g_assert_cmpint(frame, ==, 2);
    g_assert_true(dcc_progress_begin_frame(progress, 4, 2 * SECOND));
    assert_percent(progress, 100.0 / 3);
    /* Its line comes later than the agent's word: it was of the frame before. */
    g_assert_false(feed_saved(progress, 4 * SECOND));
    assert_percent(progress, 100.0 / 3);
    g_assert_true(dcc_progress_get_frame(progress, &frame));
    g_assert_cmpint(frame, ==, 4);
    feed_saved(progress, 6 * SECOND);
    feed_saved(progress, 8 * SECOND);
    assert_percent(progress, 100);
    g_assert_false(dcc_progress_begin_frame(progress, 4, 10 * SECOND)); /* never backwards */
    assert_percent(progress, 100);
    dcc_progress_begin_frame(progress, 9, 12 * SECOND); /* out of the range */
    assert_percent(progress, 100);
}

static void
test_lines_know_better_than_the_agent(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 4, 1);
    int frame = 0;

    feed_sample(progress, 1, 32, 64, 0);
    g_assert_false(dcc_progress_begin_frame(progress, 2, 2 * SECOND));
    feed_saved(progress, 4 * SECOND);
    assert_percent(progress, 25);
    g_assert_true(dcc_progress_get_frame(progress, &frame));
    g_assert_cmpint(frame, ==, 1);
}

static void
test_remaining_of_the_whole(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 10, 1);

    feed_sample(progress, 1, 0, 0, 0);
    g_assert_cmpint(dcc_progress_get_remaining(progress), ==, -1);
    feed_sample(progress, 3, 0, 0, 10 * SECOND);
    g_assert_cmpint(dcc_progress_get_remaining(progress), ==, 40000);
    feed_sample(progress, 10, 1, 1, 50 * SECOND);
    g_assert_cmpint(dcc_progress_get_remaining(progress), ==, 0);
}

static void
test_other_lines_say_nothing(void)
{
    g_autoptr(DccProgress) progress = dcc_progress_new(1, 4, 1);
    g_autoptr(DccOutputEvent) event = dcc_output_event_new(DCC_OUTPUT_CRASH, "x");

    dcc_output_event_set_frame(event, 3);
    g_assert_false(dcc_progress_feed(progress, event, 0));
    assert_percent(progress, 0);
    g_assert_false(dcc_progress_get_frame(progress, NULL));
}

/* Any lines at all: between 0 and 100, never back, a word only with news. */
static void
test_random_lines(void)
{
    for (guint32 seed = 0; seed < 500; seed++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        g_autoptr(DccProgress) progress = dcc_progress_new(1, g_rand_int_range(random, 1, 20), 1);
        double before = 0, told = -1;
        guint told_saved = 0;
        gint64 now = 0;

        for (guint i = 0; i < 200; i++) {
            now += g_rand_int_range(random, 0, 2 * SECOND);
            gboolean said = g_rand_int_range(random, 0, 4) == 0
                                ? feed_saved(progress, now)
                                : feed_sample(progress,
                                              g_rand_int_range(random, -2, 25),
                                              (gint64)g_rand_int(random) - G_MAXINT32,
                                              (gint64)g_rand_int(random) - G_MAXINT32,
                                              now);
            double percent = dcc_progress_get_percent(progress);

            g_assert_cmpfloat(percent, >=, before);
            g_assert_cmpfloat(percent, <=, 100);
            if (said && percent < 100)
                g_assert_cmpfloat(percent, >, told);
            else if (said)
                g_assert_true(percent > told || dcc_progress_get_saved(progress) > told_saved);
            told = said ? percent : told;
            told_saved = said ? dcc_progress_get_saved(progress) : told_saved;
            before = percent;
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/progress/frames-and-samples", test_frames_and_samples);
    g_test_add_func("/progress/never-backwards", test_never_backwards);
    g_test_add_func("/progress/ranges", test_ranges);
    g_test_add_func("/progress/speaks-seldom", test_speaks_seldom);
    g_test_add_func("/progress/unknown-range", test_unknown_range);
    g_test_add_func("/progress/saved-alone", test_saved_alone);
    g_test_add_func("/progress/by-the-agent", test_frames_by_the_agent);
    g_test_add_func("/progress/lines-know-better", test_lines_know_better_than_the_agent);
    g_test_add_func("/progress/remaining", test_remaining_of_the_whole);
    g_test_add_func("/progress/other-lines", test_other_lines_say_nothing);
    g_test_add_func("/progress/random", test_random_lines);
    return g_test_run();
}
