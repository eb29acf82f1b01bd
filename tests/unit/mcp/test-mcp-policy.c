/* Paths: no spelling and no link leads out of the roots. */
#include "mcp-policy.h"

#include "dcc-error.h"
#include "dcc-safe-dir.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

/* relative to the test's directory; NULL: refused. */
static const struct {
    const char *given, *real;
} cases[] = {
    {"in/scene.blend", "in/scene.blend"},
    {"in/./sub/../scene.blend", "in/scene.blend"},
    {"in//scene.blend", "in/scene.blend"},
    {"in/sub/inward", "in/scene.blend"},
    {"in/new.blend", "in/new.blend"}, /* to be written */
    {"in/sub/new.blend", "in/sub/new.blend"},
    {"out/back/scene.blend", "in/scene.blend"}, /* where it leads is what counts */
    {"out/scene.blend", NULL},
    {"in/../out/scene.blend", NULL},
    {"in/sub/../../out/scene.blend", NULL},
    {"in/outward/scene.blend", NULL},
    {"in/outward/new.blend", NULL},
    {"in/outfile", NULL},
    {"in/dangling", NULL}, /* could be made to lead anywhere */
    {"in/nowhere/new.blend", NULL},
    {"in-beside/scene.blend", NULL}, /* a name that only begins like a root */
    {"in/..", NULL},
    {"in/nix/..", NULL},
};

static void
make_tree(const char *top)
{
    static const char *const dirs[] = {"in", "in/sub", "out", "in-beside"};
    static const char *const files[] = {
        "in/scene.blend", "out/scene.blend", "in-beside/scene.blend"};
    static const struct {
        const char *at, *to;
    } links[] = {{"in/sub/inward", "../scene.blend"},
                 {"in/outward", "../out"},
                 {"in/outfile", "../out/scene.blend"},
                 {"in/dangling", "../out/not-there"},
                 {"out/back", "../in"}};

    for (guint i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *path = g_build_filename(top, dirs[i], NULL);

        g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    }
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(top, files[i], NULL);

        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    }
    for (guint i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *path = g_build_filename(top, links[i].at, NULL);

        g_assert_cmpint(symlink(links[i].to, path), ==, 0);
    }
}

static void
test_paths(void)
{
    g_autofree char *made = g_dir_make_tmp("mcp-XXXXXX", NULL);
    g_autofree char *top = realpath(made, NULL);
    g_autofree char *root = g_build_filename(top, "in", NULL);
    char *roots[] = {root, NULL};
    McpPolicy policy = {0};

    make_tree(top);
    g_assert_true(mcp_policy_set_roots(&policy, roots, NULL));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *given = g_strconcat(top, "/", cases[i].given, NULL);
        g_autofree char *real = mcp_policy_resolve(&policy, given, &error);
        g_autofree char *wanted =
            cases[i].real != NULL ? g_strconcat(top, "/", cases[i].real, NULL) : NULL;

        g_test_message("%s", cases[i].given);
        g_assert_cmpstr(real, ==, wanted);
        g_assert_true((real == NULL) == (error != NULL));
    }
    mcp_policy_clear(&policy);
    dcc_safe_dir_remove(top);
}

static void
test_relative(void)
{
    McpPolicy policy = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(mcp_policy_set_roots(&policy, NULL, NULL));
    g_assert_null(mcp_policy_resolve(&policy, "scene.blend", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    mcp_policy_clear(&policy);
}

static void
test_root_not_there(void)
{
    char *roots[] = {(char *)"/nowhere/at/all", NULL};
    McpPolicy policy = {0};
    g_autoptr(GError) error = NULL;

    g_assert_false(mcp_policy_set_roots(&policy, roots, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
}

/* Some clients start their servers there, and everything would lie below it. */
static void
test_the_top_is_no_usual_root(void)
{
    g_autofree char *here = g_get_current_dir();
    McpPolicy policy = {0};

    g_assert_cmpint(g_chdir("/"), ==, 0);
    g_assert_true(mcp_policy_set_roots(&policy, NULL, NULL));
    g_assert_cmpint(g_chdir(here), ==, 0);
    for (char **p = policy.roots; *p != NULL; p++)
        g_assert_cmpstr(*p, !=, "/");
    mcp_policy_clear(&policy);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mcp/policy/paths", test_paths);
    g_test_add_func("/mcp/policy/relative", test_relative);
    g_test_add_func("/mcp/policy/root-not-there", test_root_not_there);
    g_test_add_func("/mcp/policy/the-top-is-no-usual-root", test_the_top_is_no_usual_root);
    return g_test_run();
}
