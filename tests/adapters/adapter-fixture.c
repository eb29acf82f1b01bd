/* A tree of made-up files, for tests of where an adapter looks and what it finds. */
#include "adapter-fixture.h"
#include <glib/gstdio.h>
#include <unistd.h>

char *
fixture_root(void)
{
    GError *error = NULL;
    char *path = g_dir_make_tmp("dcc-adapter-XXXXXX", &error);

    g_assert_no_error(error);
    return path;
}

void
fixture_put(const char *root, const char *name, int mode)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, "#!/bin/sh\n", -1, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

void
fixture_link(const char *root, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

void
fixture_clean(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            fixture_clean(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}
