/* A private directory with copies of the module fixtures in it. The umask of whoever runs the tests
 * must not decide whether a copy is safe, so modes are set by hand. */
#include "module-scratch.h"
#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
scratch_set_up(Scratch *self, gconstpointer data)
{
    g_autofree char *template = g_build_filename(g_get_tmp_dir(), "dcc-test-XXXXXX", NULL);
    char *real;

    g_assert_nonnull(g_mkdtemp(template));
    real = realpath(template, NULL);
    self->directory = g_strdup(real);
    free(real);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    return remove(path);
}

void
scratch_tear_down(Scratch *self, gconstpointer data)
{
    g_assert_cmpint(nftw(self->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
    g_free(self->directory);
}

char *
scratch_path(Scratch *self, const char *name)
{
    return g_build_filename(self->directory, name, NULL);
}

char *
scratch_directory(Scratch *self, const char *name)
{
    char *path = scratch_path(self, name);

    g_assert_cmpint(g_mkdir_with_parents(path, 0755), ==, 0);
    g_assert_cmpint(chmod(path, 0755), ==, 0);
    return path;
}

void
scratch_write(const char *path, gconstpointer bytes, gsize length)
{
    FILE *file;

    /* A new file each time: one that is loaded must not be written over. */
    g_unlink(path);
    file = fopen(path, "wxe");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
    g_assert_cmpint(chmod(path, 0755), ==, 0);
}

GBytes *
scratch_fixture(const char *id)
{
    g_autofree char *path = g_strdup_printf("%s/dcchost-%s.so", FIXTURE_DIR, id);
    g_autoptr(GError) error = NULL;
    char *bytes = NULL;
    gsize length = 0;

    g_file_get_contents(path, &bytes, &length, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(bytes, length);
}

char *
scratch_copy(const char *id, const char *directory)
{
    g_autoptr(GBytes) bytes = scratch_fixture(id);
    char *path = g_strdup_printf("%s/dcchost-%s.so", directory, id);

    scratch_write(path, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return path;
}
