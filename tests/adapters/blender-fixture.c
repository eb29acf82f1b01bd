/* What the tests of the Blender adapter share. */
#include "blender-fixture.h"
#include <glib/gstdio.h>

DccAdapter *
make_adapter(void)
{
    return g_object_new(DCC_TYPE_BLENDER_ADAPTER, NULL);
}

char *
make_directory(void)
{
    GError *error = NULL;
    char *path = g_dir_make_tmp("dcc-blender-XXXXXX", &error);

    g_assert_no_error(error);
    return path;
}

void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_assert_cmpint(g_unlink(child), ==, 0);
    }
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

char *
put_file(const char *directory, const char *name, const char *content, gssize length)
{
    char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, content, length, NULL));
    return path;
}
