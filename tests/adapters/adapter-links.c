/* Links, for the tests of a system on which everybody may make them. */
#include "adapter-fixture.h"

#include <unistd.h>

void
fixture_link(const char *root, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_cmpint(symlink(target, path), ==, 0);
}
