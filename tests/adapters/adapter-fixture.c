/* What the tests of all adapters share: trees of made-up files, and ends as tables. */
#include "adapter-fixture.h"
#include <glib/gstdio.h>

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

char *
fixture_put_content(const char *root, const char *name, const char *content, gssize length)
{
    char *path = g_build_filename(root, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, content, length, NULL));
    return path;
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

static void
add_output(DccAdapter *adapter, DccExitInfo *info, const char *output)
{
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

    dcc_exit_info_set_last_lines(info, (const char *const *)lines);
    for (guint i = 0; lines[i]; i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, lines[i]);

        if (event)
            dcc_exit_info_add_event(info, event);
    }
}

DccExitInfo *
fixture_end(DccAdapter *adapter, int code, int flags, const char *output)
{
    DccExitInfo *info =
        code >= 0 ? dcc_exit_info_new_exited(code) : dcc_exit_info_new_signaled(-code, FALSE);

    dcc_exit_info_set_ready(info, (flags & READY) != 0);
    dcc_exit_info_set_requested(info, (flags & REQUESTED) != 0);
    dcc_exit_info_set_our_signal(info, (flags & OURS) != 0);
    dcc_exit_info_set_headless(info, (flags & HEADLESS) != 0);
    dcc_exit_info_set_job(info, (flags & JOB) == JOB);
    if (adapter && output)
        add_output(adapter, info, output);
    return info;
}

DccLaunchRequest *
fixture_request(const char *app, gboolean headless, const char *private_dir, const char *args)
{
    DccLaunchRequest *request = dcc_launch_request_new(app);
    g_auto(GStrv) argv = g_strsplit(args, " ", -1);

    dcc_launch_request_set_headless(request, headless);
    dcc_launch_request_set_private_dir(request, private_dir);
    dcc_launch_request_set_temp_dir(request, "/own-tmp");
    g_assert_true(dcc_launch_request_add_env(request, "DISPLAY=:7", NULL));
    if (*args)
        dcc_launch_request_set_args(request, (const char *const *)argv);
    return request;
}

void
fixture_assert_part(DccAdapter *adapter, const char *line, gint64 part)
{
    g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, line);
    gint64 told = -1, whole = 0;

    if (event)
        dcc_output_event_get_part(event, &told, &whole);
    g_assert_cmpint(told, ==, part);
}
