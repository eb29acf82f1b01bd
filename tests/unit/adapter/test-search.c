/* Where an adapter looks: links, loops, roots and the list of places. */
#include "dcc-search-looks.h"
#include "dcc-search.h"
#include "module-scratch.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
put(Scratch *s, const char *name, mode_t mode)
{
    g_autofree char *path = scratch_path(s, name);
    g_autofree char *directory = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0755), ==, 0);
    scratch_write(path, "x", 1);
    g_assert_cmpint(chmod(path, mode), ==, 0);
}

static void
put_link(Scratch *s, const char *target, const char *name)
{
    g_autofree char *path = scratch_path(s, name);

    g_assert_cmpint(symlink(target, path), ==, 0);
}

static DccSearch *
search_below(Scratch *s)
{
    const char *environ[] = {"HOME=/home/me", "PATH=bin:/usr/bin::/opt/bin", "DCCHOST_X=1", NULL};

    return dcc_search_new(s->directory, environ);
}

/* The matches without the root, joined by blanks. */
static char *
glob(Scratch *s, DccSearch *search, const char *pattern)
{
    g_auto(GStrv) found = dcc_search_glob(search, pattern);

    for (guint i = 0; found[i]; i++) {
        g_assert_true(g_str_has_prefix(found[i], s->directory));
        memmove(
            found[i], found[i] + strlen(s->directory), strlen(found[i] + strlen(s->directory)) + 1);
    }
    return g_strjoinv(" ", found);
}

#define assert_glob(s, search, pattern, expected)                                                  \
    do {                                                                                           \
        g_autofree char *found_ = glob(s, search, pattern);                                        \
        g_assert_cmpstr(found_, ==, expected);                                                     \
    } while (0)

static void
test_glob(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) search = NULL;

    put(s, "opt/blender-4.1/blender", 0755);
    put(s, "opt/blender-4.2/blender", 0755);
    put(s, "opt/.blender-9/blender", 0755);
    put(s, "home/me/Applications/blender-3/blender", 0755);
    search = search_below(s);
    assert_glob(
        s, search, "/opt/blender*/blender", "/opt/blender-4.1/blender /opt/blender-4.2/blender");
    assert_glob(
        s, search, "//opt/./../opt/blender-4.[2-9]/blender", "/opt/./../opt/blender-4.2/blender");
    assert_glob(s, search, "~/Applications/*/blender", "/home/me/Applications/blender-3/blender");
    assert_glob(s, search, "/opt/blender-4.1/blender", "/opt/blender-4.1/blender");
    assert_glob(s, search, "/opt/blender-4.1/blender/*", "");
    assert_glob(s, search, "/nowhere/*/x", "");
    assert_glob(s, search, "relative/*", "");
}

static void
test_links(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) search = NULL;

    put(s, "opt/app-4.2/run", 0755);
    put_link(s, "app-4.2", "opt/app");
    put_link(s, ".", "opt/app-loop");
    put_link(s, "app-self", "opt/app-self");
    put_link(s, "/etc", "opt/app-out");
    put_link(s, "nowhere", "opt/app-dead");
    search = search_below(s);
    /* One copy has one name, and that is its own. */
    assert_glob(s, search, "/opt/app*/run", "/opt/app-4.2/run");
    assert_glob(
        s, search, "/opt/*/*/*/*/*/run", "/opt/app-loop/app-loop/app-loop/app-loop/app-4.2/run");
    /* Not a way out of the root. */
    assert_glob(s, search, "/opt/app-out/passwd", "");
    assert_glob(s, search, "/opt/app-out/pass*", "");
    assert_glob(s, search, "/../../../../etc/pass*", "");
}

static void
test_program(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) search = NULL;
    g_autofree char *expected = NULL;
    g_autofree char *found = NULL;

    put(s, "bin/run", 0755);
    put(s, "usr/bin/run", 0644);
    put(s, "opt/bin/run", 0755);
    search = search_below(s);
    expected = scratch_path(s, "opt/bin/run");
    found = dcc_search_program(search, "run");
    g_assert_cmpstr(found, ==, expected);
    g_assert_null(dcc_search_program(search, "walk"));
    /* What came out may go in again. */
    g_assert_true(dcc_search_is_executable(search, found));
    g_assert_true(dcc_search_is_executable(search, "/opt/bin/run"));
    g_assert_false(dcc_search_is_executable(search, "/usr/bin/run"));
    g_assert_false(dcc_search_is_executable(search, "/opt/bin"));
}

static void
test_realpath(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) search = NULL;
    g_autofree char *expected = NULL;
    g_autofree char *real = NULL;

    put(s, "opt/app-1/run", 0755);
    put_link(s, "opt/app-1/run", "run");
    search = search_below(s);
    expected = scratch_path(s, "opt/app-1/run");
    real = dcc_search_realpath(search, "/run");
    g_assert_cmpstr(real, ==, expected);
    g_assert_null(dcc_search_realpath(search, "/gone"));
    g_assert_null(dcc_search_realpath(search, "/../../etc/passwd"));
}

static void
test_places(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) search = search_below(s);
    g_autofree char *places = NULL;

    g_assert_cmpstr(dcc_search_getenv(search, "DCCHOST_X"), ==, "1");
    g_assert_null(dcc_search_getenv(search, "DCCHOST_Y"));
    g_strfreev(dcc_search_glob(search, "/opt/x*"));
    g_strfreev(dcc_search_glob(search, "~/x"));
    g_assert_null(dcc_search_program(search, "x"));
    g_strfreev(dcc_search_glob(search, "/opt/x*"));
    g_assert_false(dcc_search_is_executable(search, "/snap/bin/x"));
    places = g_strjoinv("|", (char **)dcc_search_get_places(search));
    g_assert_cmpstr(places,
                    ==,
                    "$DCCHOST_X|$DCCHOST_Y|/opt/x*|/home/me/x|x on PATH (bin:/usr/bin::/opt/bin)|"
                    "/snap/bin/x");
}

static void
test_real_root(void)
{
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autofree char *shell = dcc_search_program(search, "sh");
    g_auto(GStrv) found = dcc_search_glob(search, "/et[c]");

    g_assert_nonnull(shell);
    g_assert_true(g_path_is_absolute(shell));
    g_assert_cmpstr(found[0], ==, "/etc");
    g_assert_null(found[1]);
}

/* What an adapter asks for: what it finds decides what it asks for next. */
static char *
ask_all(DccSearch *search)
{
    g_autoptr(GString) text = g_string_new(dcc_search_getenv(search, "DCCHOST_X"));
    g_auto(GStrv) found = dcc_search_glob(search, "/opt/blender*/blender");
    g_autofree char *program = dcc_search_program(search, "blender");

    for (guint i = 0; found[i]; i++) {
        g_autofree char *real = dcc_search_realpath(search, found[i]);
        gboolean is_executable = real && dcc_search_is_executable(search, real);

        g_string_append_printf(text, "\n%s -> %s %d", found[i], real, is_executable);
    }
    g_string_append_printf(text, "\n%s", program);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Whoever asks again until nothing is open has had the same answers, in the same places. */
static void
test_put_off(Scratch *s, gconstpointer data)
{
    g_autoptr(DccSearch) direct = NULL, search = NULL;
    g_autofree char *expected = NULL, *answer = NULL, *known = NULL;
    g_autofree char *places = NULL, *expected_places = NULL;
    DccSearchLooks *open;
    guint rounds = 0;

    put(s, "opt/blender-4.1/blender", 0755);
    put(s, "opt/blender-4.2/blender", 0644);
    put(s, "usr/bin/blender", 0755);
    put_link(s, "blender-4.1", "opt/blender");
    direct = search_below(s);
    expected = ask_all(direct);
    search = search_below(s);
    dcc_search_put_off(search, TRUE);
    for (;;) {
        g_free(answer);
        answer = ask_all(search);
        open = dcc_search_take_open(search);
        if (!open)
            break;
        g_assert_cmpstr(answer, !=, expected);
        dcc_search_looks_do(open);
        dcc_search_learn(search, open);
        dcc_search_looks_free(open);
        rounds++;
    }
    g_assert_cmpuint(rounds, ==, 3); /* glob and program, real paths, whether they are programs */
    g_assert_cmpstr(answer, ==, expected);
    places = g_strjoinv("\n", (char **)dcc_search_get_places(search));
    expected_places = g_strjoinv("\n", (char **)dcc_search_get_places(direct));
    g_assert_cmpstr(places, ==, expected_places);
    /* What is known is not looked at again; what is not is, from now on. */
    dcc_search_put_off(search, FALSE);
    put(s, "opt/blender-5.0/blender", 0755);
    known = ask_all(search);
    g_assert_cmpstr(known, ==, expected);
    assert_glob(s, search, "/opt/blender-5*/blender", "/opt/blender-5.0/blender");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/search/glob", Scratch, NULL, scratch_set_up, test_glob, scratch_tear_down);
    g_test_add("/search/links", Scratch, NULL, scratch_set_up, test_links, scratch_tear_down);
    g_test_add("/search/program", Scratch, NULL, scratch_set_up, test_program, scratch_tear_down);
    g_test_add("/search/realpath", Scratch, NULL, scratch_set_up, test_realpath, scratch_tear_down);
    g_test_add("/search/places", Scratch, NULL, scratch_set_up, test_places, scratch_tear_down);
    g_test_add("/search/put-off", Scratch, NULL, scratch_set_up, test_put_off, scratch_tear_down);
    g_test_add_func("/search/real-root", test_real_root);
    return g_test_run();
}
