/* Every cell of the rule for crashes in a row on one scene. */
#include "dcc-crash-streak.h"

static void
test_answers(void)
{
    static const DccStreakAnswer expected[5][6] = {
        /* crashes: 0, 1, 2, 3, 4, 5 */
        [0] = {DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_START},
        [1] = {DCC_STREAK_START,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP},
        [2] = {DCC_STREAK_START,
               DCC_STREAK_SAFE,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP},
        [3] = {DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_SAFE,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP},
        [4] = {DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_START,
               DCC_STREAK_SAFE,
               DCC_STREAK_STOP,
               DCC_STREAK_STOP},
    };

    for (guint limit = 0; limit < G_N_ELEMENTS(expected); limit++)
        for (guint n = 0; n < G_N_ELEMENTS(expected[limit]); n++)
            g_assert_cmpint(dcc_crash_streak_answer(n, limit), ==, expected[limit][n]);
    g_assert_cmpint(dcc_crash_streak_answer(G_MAXUINT - 1, 3), ==, DCC_STREAK_STOP);
}

typedef struct {
    DccStreakEvent event;
    const char *scene;
    guint n; /* after two crashes on "a" */
    const char *kept;
} Cell;

static void
test_events(void)
{
    static const Cell cells[] = {
        {DCC_STREAK_CRASH, "a", 3, "a"},
        {DCC_STREAK_CRASH, "b", 1, "b"},
        {DCC_STREAK_CRASH, NULL, 0, NULL},
        {DCC_STREAK_ASIDE, "a", 2, "a"},
        {DCC_STREAK_ASIDE, "b", 2, "a"},
        {DCC_STREAK_ASIDE, NULL, 2, "a"},
        {DCC_STREAK_WELL, "a", 0, NULL},
        {DCC_STREAK_WELL, "b", 0, NULL},
        {DCC_STREAK_WELL, NULL, 0, NULL},
    };

    G_STATIC_ASSERT(G_N_ELEMENTS(cells) == 3 * DCC_N_STREAK_EVENTS);
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
        DccCrashStreak row = {0};

        dcc_crash_streak_note(&row, DCC_STREAK_CRASH, "a");
        dcc_crash_streak_note(&row, DCC_STREAK_CRASH, "a");
        g_assert_cmpuint(row.n, ==, 2);
        dcc_crash_streak_note(&row, cells[i].event, cells[i].scene);
        g_assert_cmpuint(row.n, ==, cells[i].n);
        g_assert_cmpstr(row.scene, ==, cells[i].kept);
        dcc_crash_streak_clear(&row);
    }
}

static void
test_no_scene_makes_no_row(void)
{
    DccCrashStreak row = {0};

    for (guint i = 0; i < 10; i++)
        dcc_crash_streak_note(&row, DCC_STREAK_CRASH, NULL);
    g_assert_cmpuint(row.n, ==, 0);
}

/* Who has nothing to say of scene or plug-ins is named here, so that a new verdict is thought
 * about. */
static void
test_verdicts(void)
{
    static const DccStreakEvent expected[] = {
        [DCC_VERDICT_UNKNOWN] = DCC_STREAK_CRASH,
        [DCC_VERDICT_CLEAN] = DCC_STREAK_WELL,
        [DCC_VERDICT_CRASH] = DCC_STREAK_CRASH,
        [DCC_VERDICT_KILLED] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_OOM] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_LICENCE] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_BAD_SCENE] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_SCRIPT_ERROR] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_BROKEN_INSTALL] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_NO_DISPLAY] = DCC_STREAK_ASIDE,
        [DCC_VERDICT_CANCELLED] = DCC_STREAK_WELL,
        [DCC_VERDICT_SUSPICIOUS] = DCC_STREAK_CRASH,
        [DCC_VERDICT_FAILED] = DCC_STREAK_CRASH,
    };

    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpint(dcc_crash_streak_event((DccVerdictKind)i), ==, expected[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crash-streak/answers", test_answers);
    g_test_add_func("/crash-streak/events", test_events);
    g_test_add_func("/crash-streak/no-scene", test_no_scene_makes_no_row);
    g_test_add_func("/crash-streak/verdicts", test_verdicts);
    return g_test_run();
}
