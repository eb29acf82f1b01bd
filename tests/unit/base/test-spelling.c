/* What somebody may have meant. */
#include "dcc-spelling.h"

static const char *const known[] = {"blender", "fake", "houdini", "maya", NULL};

static void
test_nearest(void)
{
    static const struct {
        const char *word, *meant;
    } cases[] = {
        {"mya", "maya"},
        {"mayaa", "maya"},
        {"amya", "maya"},
        {"Blender", "blender"},
        {"blneder", "blender"},
        {"bl", "blender"},
        {"houdin", "houdini"},
        {"hou", "houdini"},
        {"nuke", "fake"}, /* two letters away: it is asked, not done */
        {"xy", NULL},
        {"", NULL},
        {"photoshop", NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(dcc_spelling_nearest(cases[i].word, known), ==, cases[i].meant);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spelling/nearest", test_nearest);
    return g_test_run();
}
