/* Installations, and the order of versions as people read them. */
#include "dcc-installation.h"

/* Oldest first; what stands in one row is equal. */
static const char *const ascending[][3] = {
    {"3.6.1", "3.6.1.0", "3.6.01"},
    {"4.2.0 alpha", "4.2.0-alpha", "4.2.0 Alpha"},
    {"4.2.0 beta"},
    {"4.2.0 rc1"},
    {"4.2.0 rc2"},
    {"4.2.0 rc10"},
    {"4.2", "4.2.0", "4.2.0.0"},
    {"4.2.1"},
    {"4.9"},
    {"4.10"},
    {"20.5.50"},
    {"20.5.332"},
    {"2024.2"},
    {"2025"},
    {"99999999999999999999999998"},
    {"99999999999999999999999999"},
};

static void
test_order(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ascending); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(ascending); j++)
            for (int a = 0; a < 3 && ascending[i][a] != NULL; a++)
                for (int b = 0; b < 3 && ascending[j][b] != NULL; b++)
                    g_assert_cmpint(dcc_version_compare(ascending[i][a], ascending[j][b]),
                                    ==,
                                    (i > j) - (i < j));
    g_assert_cmpint(dcc_version_compare(NULL, "0"), ==, -1);
    g_assert_cmpint(dcc_version_compare("0", NULL), ==, 1);
    g_assert_cmpint(dcc_version_compare(NULL, NULL), ==, 0);
    g_assert_cmpint(dcc_version_compare("", ""), ==, 0);
    g_assert_cmpint(dcc_version_compare("...", "\xff"), ==, 0);
}

static void
test_matches(void)
{
    static const struct {
        const char *version;
        const char *wanted;
        gboolean matches;
    } cases[] = {
        {"4.2", "4.2", TRUE},
        {"4.2.1", "4.2", TRUE},
        {"4.20", "4.2", FALSE},
        {"4.2 LTS", "4.2", TRUE},
        {"4.2.0 alpha", "4.2", TRUE},
        {"14.2", "4.2", FALSE},
        {"4", "4.2", FALSE},
        {"4.2.1", "4", TRUE},
        {"4.2", NULL, TRUE},
        {NULL, "4.2", FALSE},
        {NULL, NULL, TRUE},
        {"2025.1", "2025", TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(
            dcc_version_matches(cases[i].version, cases[i].wanted), ==, cases[i].matches);
}

static void
test_installation(void)
{
    static const char *const command[] = {"/opt/b/blender", "--version", NULL};
    g_autoptr(DccInstallation) plain = dcc_installation_new("/opt/b/blender", NULL, "/opt");

    g_assert_null(dcc_installation_get_version(plain));
    g_assert_null(dcc_installation_get_version_command(plain));
    g_assert_null(dcc_installation_get_reservation(plain));
    dcc_installation_set_version_command(plain, command);
    dcc_installation_set_reservation(plain, "a snap cannot see the agent's socket");

    g_autoptr(DccInstallation) known = dcc_installation_with_version(plain, "4.2.1");

    g_assert_cmpstr(dcc_installation_get_executable(known), ==, "/opt/b/blender");
    g_assert_cmpstr(dcc_installation_get_version(known), ==, "4.2.1");
    g_assert_cmpstr(dcc_installation_get_origin(known), ==, "/opt");
    g_assert_true(g_strv_equal(dcc_installation_get_version_command(known), command));
    g_assert_cmpstr(
        dcc_installation_get_reservation(known), ==, "a snap cannot see the agent's socket");
    g_assert_null(dcc_installation_get_version(plain));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/version/order", test_order);
    g_test_add_func("/version/matches", test_matches);
    g_test_add_func("/installation/facts", test_installation);
    return g_test_run();
}
