/* A wait that all share: who comes while it lasts joins it. */
#include "dcc-cooldown.h"
#include "dcc-test.h"

#include <glib/gstdio.h>

#define NOW   (G_GINT64_CONSTANT(1000) * 1000 * 1000)
#define MS(n) ((n)*G_GINT64_CONSTANT(1000))

static gint64
join(const char *dir, gint64 now, gint64 delay_ms)
{
    return dcc_cooldown_join(dir, DCC_COOLDOWN_LICENCE, now, delay_ms);
}

static void
assert_between(gint64 value, gint64 least, gint64 most)
{
    g_assert_cmpint(value, >=, least);
    g_assert_cmpint(value, <=, most);
}

static void
clear(const char *dir)
{
    g_autofree char *file = g_build_filename(dir, DCC_COOLDOWN_LICENCE, NULL);
    g_autofree char *lock = g_strconcat(file, ".lock", NULL);

    g_remove(file);
    g_remove(lock);
    g_rmdir(dir);
}

static void
test_joined(void)
{
    g_autofree char *dir = g_dir_make_tmp("dcc-cooldown-XXXXXX", NULL);

    g_assert_cmpint(join(dir, NOW, 4000), ==, 4000);
    assert_between(join(dir, NOW + MS(1000), 4000), 3000, 3400);
    /* Who joins moves nothing. */
    assert_between(join(dir, NOW + MS(3999), 8000), 1, 801);
    g_assert_cmpint(join(dir, NOW + MS(4000), 8000), ==, 8000);
    assert_between(join(dir, NOW + MS(5000), 1000), 7000, 7100);
    clear(dir);
}

static void
test_no_wait(void)
{
    g_autofree char *dir = g_dir_make_tmp("dcc-cooldown-XXXXXX", NULL);

    g_assert_cmpint(join(dir, NOW, 0), ==, 0);
    g_assert_cmpint(join(dir, NOW, -5), ==, 0);
    g_assert_cmpint(join(dir, NOW, 1000), ==, 1000);
    clear(dir);
}

/* What is no record of this boot says nothing. */
static void
test_damaged(void)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "{\"boot_id\":\"another\",\"until\":1000500000}",
                                        "{\"until\":1000500000}",
                                        "{\"boot_id\":5,\"until\":\"x\"}"};
    g_autofree char *dir = g_dir_make_tmp("dcc-cooldown-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, DCC_COOLDOWN_LICENCE, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents(file, texts[i], -1, NULL));
        g_assert_cmpint(join(dir, NOW, 2000), ==, 2000);
    }
    clear(dir);
}

/* A clock that began anew (a time far ahead) is no reason to wait for ever. */
static void
test_far(void)
{
    g_autofree char *dir = g_dir_make_tmp("dcc-cooldown-XXXXXX", NULL);

    g_assert_cmpint(join(dir, NOW, 4000), ==, 4000);
    g_assert_cmpint(join(dir, NOW - MS(G_GINT64_CONSTANT(100) * 24 * 60 * 60 * 1000), 50), ==, 50);
    clear(dir);
}

static void
test_no_place(void)
{
    g_assert_cmpint(join("/nonexistent/place", NOW, 1234), ==, 1234);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cooldown/joined", test_joined);
    g_test_add_func("/cooldown/no-wait", test_no_wait);
    g_test_add_func("/cooldown/damaged", test_damaged);
    g_test_add_func("/cooldown/far", test_far);
    g_test_add_func("/cooldown/no-place", test_no_place);
    return g_test_run();
}
