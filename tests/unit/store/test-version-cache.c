/* Versions remembered by file: bytes in their paths, older and newer formats. */
#include "dcc-json.h"
#include "dcc-test.h"
#include "dcc-version-cache.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    DccTestWorld *world;
    char *cache;
    char *app; /* a path that is not UTF-8 */
} Shelf;

static Shelf *
shelf_new(void)
{
    Shelf *self = g_new0(Shelf, 1);

    self->world = dcc_test_world_new();
    self->app = dcc_test_world_write(self->world, "opt/caf\xe9/run", "#!/bin/sh\n", -1);
    self->cache = g_build_filename(g_getenv("XDG_CACHE_HOME"), "dcchost", "versions.json", NULL);
    return self;
}

static void
shelf_free(Shelf *self)
{
    dcc_test_world_free(self->world);
    g_free(self->app);
    g_free(self->cache);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shelf, shelf_free)

static void
remember(const char *path, const char *version)
{
    g_autoptr(DccVersionCache) cache = dcc_version_cache_load();

    dcc_version_cache_put(cache, path, version);
    dcc_version_cache_save(cache);
}

static void
assert_remembered(const char *path, const char *version)
{
    g_autoptr(DccVersionCache) cache = dcc_version_cache_load();

    g_assert_cmpstr(dcc_version_cache_get(cache, path), ==, version);
}

static void
write_cache(Shelf *shelf, const char *text)
{
    g_autofree char *dir = g_path_get_dirname(shelf->cache);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(shelf->cache, text, -1, NULL));
}

static void
test_bytes(void)
{
    g_autoptr(Shelf) shelf = shelf_new();

    assert_remembered(shelf->app, NULL);
    remember(shelf->app, "4.2");
    assert_remembered(shelf->app, "4.2");
    remember(shelf->app, "4.3");
    assert_remembered(shelf->app, "4.3");
}

static void
test_other_file(void)
{
    g_autoptr(Shelf) shelf = shelf_new();

    remember(shelf->app, "4.2");
    g_assert_true(g_file_set_contents(shelf->app, "another", -1, NULL));
    assert_remembered(shelf->app, NULL);
}

static void
test_uninstalled_is_forgotten(void)
{
    g_autoptr(Shelf) shelf = shelf_new();
    g_autofree char *other = dcc_test_world_write(shelf->world, "other", "x", -1);
    g_autofree char *text = NULL;

    remember(shelf->app, "4.2");
    g_assert_cmpint(g_unlink(shelf->app), ==, 0);
    remember(other, "1");
    g_assert_true(g_file_get_contents(shelf->cache, &text, NULL, NULL));
    g_assert_null(strstr(text, "4.2"));
}

static void
test_format_1(void)
{
    g_autoptr(Shelf) shelf = shelf_new();
    g_autofree char *path = dcc_test_world_write(shelf->world, "plain", "x", -1);
    g_autofree char *text = NULL;
    GStatBuf st;

    g_assert_cmpint(g_stat(path, &st), ==, 0);
    text = g_strdup_printf("{\"format\":1,\"versions\":{\"%s\":{\"size\":%" G_GINT64_FORMAT
                           ",\"mtime_ns\":%" G_GINT64_FORMAT ",\"inode\":%" G_GINT64_FORMAT
                           ",\"version\":\"3.6\"},\"/gone\":5,\"/damaged\":{\"size\":1}}}",
                           path,
                           (gint64)st.st_size,
                           st.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st.st_mtim.tv_nsec,
                           (gint64)st.st_ino);
    write_cache(shelf, text);
    assert_remembered(path, "3.6");
    remember(shelf->app, "4.2");
    assert_remembered(path, "3.6");
    assert_remembered(shelf->app, "4.2");
}

/* Two versions of dcchost side by side: the older one does not take the newer one's. */
static void
test_newer_format_stays(void)
{
    static const char newer[] = "{\"format\":99,\"versions\":[],\"more\":1}";
    g_autoptr(Shelf) shelf = shelf_new();
    g_autofree char *text = NULL;

    write_cache(shelf, newer);
    remember(shelf->app, "4.2");
    g_assert_true(g_file_get_contents(shelf->cache, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, newer);
}

static const char *const damaged[] = {
    "",
    "[]",
    "{\"format\":2,\"versions\":[",
    "{\"format\":2}",
    "{\"format\":2,\"versions\":{}}",
    "{\"format\":2,\"versions\":[5,null,{\"path\":\"/x\"}]}",
    "{\"format\":\"2\",\"versions\":[]}",
};

static void
test_damaged(void)
{
    g_autoptr(Shelf) shelf = shelf_new();

    for (guint i = 0; i < G_N_ELEMENTS(damaged); i++) {
        write_cache(shelf, damaged[i]);
        assert_remembered(shelf->app, NULL);
        remember(shelf->app, "4.2");
        assert_remembered(shelf->app, "4.2");
    }
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/version-cache/bytes", test_bytes);
    g_test_add_func("/version-cache/other-file", test_other_file);
    g_test_add_func("/version-cache/uninstalled-is-forgotten", test_uninstalled_is_forgotten);
    g_test_add_func("/version-cache/format-1", test_format_1);
    g_test_add_func("/version-cache/newer-format-stays", test_newer_format_stays);
    g_test_add_func("/version-cache/damaged", test_damaged);
    return g_test_run();
}
