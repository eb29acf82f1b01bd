/* What the user's login knows: the directory for sockets, by one rule, and what an environment
 * lacks. Which login there is on this machine is not asked here: see tests/cli/test_mcp_allowed.py.
 */
#include "dcc-login.h"
#include "dcc-safe-dir.h"
#include "dcc-user.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *top;
    char *own; /* what the login would have made */
} Fixture;

static void
set_up(Fixture *self, gconstpointer data)
{
    self->top = g_dir_make_tmp("login-XXXXXX", NULL);
    self->own = g_strdup_printf("%s/%u", self->top, dcc_user_get_id());
}

static void
tear_down(Fixture *self, gconstpointer data)
{
    dcc_safe_dir_remove(self->top);
    g_free(self->top);
    g_free(self->own);
}

static void
assert_found(Fixture *self, gboolean found)
{
    g_autofree char *path = dcc_login_find_runtime_dir(self->top);

    g_assert_cmpstr(path, ==, found ? self->own : NULL);
}

static void
test_runtime_dir(Fixture *self, gconstpointer data)
{
    assert_found(self, FALSE);
    g_assert_cmpint(g_mkdir(self->own, 0700), ==, 0);
    assert_found(self, TRUE);
    g_assert_cmpint(chmod(self->own, 0770), ==, 0);
    assert_found(self, FALSE);
    g_assert_cmpint(chmod(self->own, 0702), ==, 0);
    assert_found(self, FALSE);
}

static void
test_a_link_is_none(Fixture *self, gconstpointer data)
{
    g_autofree char *other = g_build_filename(self->top, "other", NULL);

    g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
    g_assert_cmpint(symlink(other, self->own), ==, 0);
    assert_found(self, FALSE);
}

static void
test_a_file_is_none(Fixture *self, gconstpointer data)
{
    g_assert_true(g_file_set_contents(self->own, "", 0, NULL));
    assert_found(self, FALSE);
}

static void
test_a_strangers_is_none(Fixture *self, gconstpointer data)
{
    if (dcc_user_get_id() != 0) {
        g_test_skip("only root can give a directory away");
        return;
    }
    g_assert_cmpint(g_mkdir(self->own, 0700), ==, 0);
    g_assert_cmpint(chown(self->own, 65534, 65534), ==, 0);
    assert_found(self, FALSE);
}

/* A display that is known already is nobody's to change, nor is the key to it. */
static void
test_own_display_stays(Fixture *self, gconstpointer data)
{
    char **environment = g_environ_setenv(NULL, "DISPLAY", ":55", TRUE);
    g_autofree char *from = NULL;
    g_auto(GStrv) complete = NULL;

    environment = g_environ_setenv(environment, "XDG_RUNTIME_DIR", self->top, TRUE);
    complete = dcc_login_complete_environment(environment, &from);
    g_assert_cmpstr(g_environ_getenv(complete, "DISPLAY"), ==, ":55");
    g_assert_cmpstr(g_environ_getenv(complete, "XDG_RUNTIME_DIR"), ==, self->top);
    g_assert_null(g_environ_getenv(complete, "XAUTHORITY"));
    g_assert_cmpstr(from, ==, "the environment of this server");
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/login/runtime-dir", test_runtime_dir);
    ADD("/login/a-link-is-none", test_a_link_is_none);
    ADD("/login/a-file-is-none", test_a_file_is_none);
    ADD("/login/a-strangers-is-none", test_a_strangers_is_none);
    ADD("/login/own-display-stays", test_own_display_stays);
    return g_test_run();
}
