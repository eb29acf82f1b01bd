/* Where Blender is, and what an ended one left: measured on Blender 3.4.1, Debian 12. Starts
 * nothing. */
#include "blender-fixture.h"
#include "dcc-error.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
put_program(const char *root, const char *name)
{
    g_autofree char *path = fixture_put_content(root, name, "#!/bin/sh\n", -1);

    g_assert_cmpint(g_chmod(path, 0755), ==, 0);
}

static GListModel *
find(const char *root, const char *override)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autofree char *setting = g_strconcat("DCCHOST_BLENDER_EXECUTABLE=", override, NULL);
    const char *const environ[] = {
        "HOME=/users/ada", "PATH=/usr/local/bin:/usr/bin", override ? setting : NULL, NULL};
    g_autoptr(DccSearch) search = dcc_search_new(root, environ);
    GError *error = NULL;
    GListModel *found = dcc_adapter_find_installations(adapter, search, &error);

    g_assert_no_error(error);
    return found;
}

/* "origin path version reservation?" a line, with the root left out. */
static char *
describe(GListModel *found, const char *root)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < g_list_model_get_n_items(found); i++) {
        g_autoptr(DccInstallation) it = g_list_model_get_item(found, i);
        const char *version = dcc_installation_get_version(it);
        const char *const *command = dcc_installation_get_version_command(it);
        const char *path = dcc_installation_get_executable(it);

        g_assert_true(g_str_has_prefix(path, root));
        g_string_append_printf(text,
                               "%s %s %s%s\n",
                               dcc_installation_get_origin(it),
                               path + strlen(root),
                               version ? version : (command ? "ask" : "?"),
                               dcc_installation_get_reservation(it) ? " reserved" : "");
    }
    return g_string_free(text, FALSE);
}

static void
test_find(void)
{
    g_autofree char *root = fixture_root();
    g_autofree char *snap = g_build_filename(root, "snap/bin/blender", NULL);
    g_autofree char *link = g_build_filename(root, "usr/local/bin/blender", NULL);
    g_autofree char *target = g_build_filename(root, "opt/blender-4.2.0-linux-x64/blender", NULL);
    g_autofree char *snap_target = g_build_filename(root, "usr/bin/snap", NULL);
    g_autoptr(GListModel) found = NULL;
    g_autofree char *got = NULL;

    put_program(root, "usr/bin/blender");
    put_program(root, "usr/bin/snap");
    put_program(root, "opt/blender-4.2.0-linux-x64/blender");
    put_program(root, "opt/blender-4.3/blender");
    put_program(root, "opt/blender-4.3/blender-launcher");
    put_program(root, "users/ada/Applications/blender-2.93.18-linux-x64/blender");
    put_program(root, "users/ada/blender-4.4.0-alpha-linux-x64/blender");
    put_program(root, "var/lib/flatpak/exports/bin/org.blender.Blender");
    put_program(root, "snap/bin/x");
    put_program(root, "usr/local/bin/x");
    g_assert_cmpint(symlink(snap_target, snap), ==, 0);
    g_assert_cmpint(symlink(target, link), ==, 0);
    found = find(root, NULL);
    got = describe(found, root);
    g_assert_cmpstr(got,
                    ==,
                    "PATH /opt/blender-4.2.0-linux-x64/blender 4.2.0\n"
                    "distribution /usr/bin/blender ask\n"
                    "/opt /opt/blender-4.3/blender ask\n"
                    "home /users/ada/blender-4.4.0-alpha-linux-x64/blender 4.4.0-alpha\n"
                    "home /users/ada/Applications/blender-2.93.18-linux-x64/blender 2.93.18\n"
                    "snap /snap/bin/blender ask\n"
                    "flatpak /var/lib/flatpak/exports/bin/org.blender.Blender ? reserved\n");
    fixture_clean(root);
}

/* Where the makers' other channels, launchers and people put it. */
static void
test_find_channels(void)
{
    static const struct {
        const char *path, *line;
    } cases[] = {
        {"opt/blender/5.0/blender", "/opt %s ask"},
        {"opt/blender/blender-4.2.1-linux-x64/blender", "/opt %s 4.2.1"},
        {"opt/blender5/blender", "/opt %s ask"},
        {"users/ada/Downloads/blender-4.5.2-linux-x64/blender", "home %s 4.5.2"},
        {"users/ada/apps/blender/blender-3.6.9-linux-x64/blender", "home %s 3.6.9"},
        {"users/ada/.steam/steam/steamapps/common/Blender/blender", "Steam %s ask"},
        {"users/ada/.local/share/Steam/steamapps/common/Blender/blender", "Steam %s ask"},
        {"users/ada/Blenders/stable/blender-4.4.3-linux-x64/blender", "Blender Launcher %s 4.4.3"},
        {"users/ada/lib/stable/blender-4.4.1-stable.deadbeef0123/blender",
         "Blender Launcher %s 4.4.1"},
        {"users/ada/lib/daily/blender-5.4.0-alpha+main.c0ffee-linux.x86_64-release/blender",
         "Blender Launcher %s 5.4.0-alpha reserved"},
        {"users/ada/lib/daily/blender-5.1.1-candidate+v51.c0ffee-linux.x86_64-release/blender",
         "Blender Launcher %s 5.1.1-rc reserved"},
        {"users/ada/lib/experimental/blender-5.4.0-alpha+branch.1-linux.x86_64-release/blender",
         "Blender Launcher %s 5.4.0-alpha reserved"},
        {"opt/blender-5.4.0-alpha+main.c0ffee-linux.x86_64-release/blender",
         "/opt %s 5.4.0-alpha reserved"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *root = fixture_root();
        g_autofree char *path = g_strconcat("/", cases[i].path, NULL);
        g_auto(GStrv) parts = g_strsplit(cases[i].line, "%s", 2);
        g_autofree char *wanted = g_strconcat(parts[0], path, parts[1], "\n", NULL);
        g_autoptr(GListModel) found = NULL;
        g_autofree char *got = NULL;

        put_program(root, cases[i].path);
        found = find(root, NULL);
        got = describe(found, root);
        g_assert_cmpstr(got, ==, wanted);
        fixture_clean(root);
    }
}

static void
test_find_override(void)
{
    g_autofree char *root = fixture_root();
    g_autofree char *mine = g_build_filename(root, "studio/blender-launcher", NULL);
    g_autoptr(GListModel) found = NULL;
    g_autofree char *got = NULL;

    put_program(root, "usr/bin/blender");
    put_program(root, "studio/blender");
    put_program(root, "studio/blender-launcher");
    found = find(root, mine);
    got = describe(found, root);
    /* The launcher is a stub that ends at once: its neighbour is what was meant. */
    g_assert_cmpstr(got,
                    ==,
                    "$DCCHOST_BLENDER_EXECUTABLE /studio/blender ask\n"
                    "PATH /usr/bin/blender ask reserved\n");
    fixture_clean(root);
}

static void
test_find_bad_override(void)
{
    g_autofree char *root = fixture_root();
    g_autoptr(DccAdapter) adapter = make_adapter();
    const char *const environ[] = {"HOME=/", "DCCHOST_BLENDER_EXECUTABLE=/no/such", NULL};
    g_autoptr(DccSearch) search = dcc_search_new(root, environ);
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_adapter_find_installations(adapter, search, &error));
    g_assert_true(dcc_error_is_not_installed(error));
    g_assert_nonnull(strstr(error->message, "/no/such"));
    fixture_clean(root);
}

static void
test_find_nothing(void)
{
    g_autofree char *root = fixture_root();
    g_autoptr(GListModel) found = find(root, NULL);

    g_assert_cmpuint(g_list_model_get_n_items(found), ==, 0);
    fixture_clean(root);
}

static void
test_version(void)
{
    static const struct {
        const char *output, *version;
    } cases[] = {
        {"Blender 3.4.1\n", "3.4.1"},
        {"Blender 3.4.1\nBlender 3.4.1\n", "3.4.1"},
        {"Blender 4.2.1 LTS\n\tbuild date: 2024-08-19\n\tbuild platform: Linux\n", "4.2.1"},
        {"Blender 4.3.0 Alpha\r\n", "4.3.0-alpha"},
        {"Blender 5.4.0 Beta\n", "5.4.0-beta"},
        {"Blender 5.4.0 Release Candidate\n", "5.4.0-rc"},
        {"Blender 5.2.2 LTS\n", "5.2.2"},
        {"Blender 3.1.0 (hash c77597cd0e15 built 2022-03-09 00:34:48)\n", "3.1.0"},
        {"libGL: no driver\nBlender 2.93\n", "2.93"},
        {"bash: blender: command not found\n", NULL},
        {"Blender\n", NULL},
        {"My Blender 3.4.1\n", NULL},
        {"", NULL},
    };
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccInstallation) it = dcc_installation_new("/usr/bin/blender", NULL, "PATH");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *version = dcc_adapter_read_version(adapter, it, cases[i].output);

        g_assert_cmpstr(version, ==, cases[i].version);
    }
}

static void
put_aged(const char *directory, const char *name, time_t changed)
{
    g_autofree char *path = fixture_put_content(directory, name, "content", -1);
    const struct timespec times[2] = {{.tv_sec = changed}, {.tv_sec = changed}};

    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void
test_rescue(void)
{
    static const struct {
        const char *name;
        DccRescueKind kind;
    } wanted[] = {
        {"4711_autosave.blend", DCC_RESCUE_AUTOSAVE},
        {"scene.crash.txt", DCC_RESCUE_CRASH_REPORT},
        {"quit.blend", DCC_RESCUE_RECOVERY},
        {"dcchost-stacks-1.txt", DCC_RESCUE_STACKS},
        {"dcchost-faults.txt", DCC_RESCUE_STACKS},
        {"scene_4711_autosave.blend", DCC_RESCUE_AUTOSAVE},
    };
    g_autofree char *directory = fixture_root();
    g_autofree char *link = g_build_filename(directory, "evil_autosave.blend", NULL);
    g_autofree char *empty = fixture_put_content(directory, "empty_autosave.blend", "", 0);
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_signaled(SIGSEGV, FALSE);
    g_autoptr(GListModel) list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        put_aged(directory, wanted[i].name, 1000000 - (time_t)i);
    put_aged(directory, "other.txt", 1);
    put_aged(directory, "quit.blend1", 1);
    put_aged(directory, "quitter.blend", 1);
    put_aged(directory, "blender_AbCdEf/inner_autosave.blend", 1);
    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
    dcc_exit_info_set_temp_dir(info, directory);
    list = dcc_adapter_list_rescue_files(adapter, info, NULL);
    g_assert_cmpuint(g_list_model_get_n_items(list), ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(DccRescueFile) file = g_list_model_get_item(list, i);
        g_autofree char *path = g_build_filename(directory, wanted[i].name, NULL);

        g_assert_cmpstr(dcc_rescue_file_get_path(file), ==, path);
        g_assert_cmpint(dcc_rescue_file_get_kind(file), ==, wanted[i].kind);
    }
    fixture_clean(directory);
}

#define STARTED ((gint64)1000000)
/* Who tells of the directory that a run shares with other Blenders. */
typedef enum { NOBODY, OUTPUT, AGENT, NEWER_OUTPUT } Teller;

typedef struct {
    const char *name;
    int late; /* seconds after the start */
    int kinds[3];
} SharedFile;

/* The kind of the one file in a shared directory, as the adapter finds it; -1: not found. */
static int
find_shared(const SharedFile *file, Teller teller)
{
    g_autofree char *own = fixture_root();
    g_autofree char *shared = fixture_root();
    g_autofree char *note = g_strdup_printf("%s\n4711\n", shared);
    char quote = teller == NEWER_OUTPUT ? '"' : '\'';
    g_autofree char *quit =
        g_strdup_printf("Saved session recovery to %c%s/quit.blend%c", quote, shared, quote);
    g_autofree char *report = g_strdup_printf("Writing: %s/shot.crash.txt", shared);
    const char *lines[] = {quit, report, "Blender quit", NULL};
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
    g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, report);
    g_autoptr(GListModel) list = NULL;
    g_autoptr(DccRescueFile) found = NULL;

    put_aged(shared, file->name, STARTED + file->late);
    dcc_exit_info_set_temp_dir(info, own);
    dcc_exit_info_set_times(info, STARTED * G_USEC_PER_SEC, (STARTED + 20) * G_USEC_PER_SEC);
    /* Below a wrapper the process is another one, and Blender's own is known to the agent. */
    dcc_exit_info_set_pid(info, teller == AGENT ? 99 : 4711);
    if (teller == AGENT)
        g_free(fixture_put_content(own, DCC_BLENDER_TEMP_NOTE, note, -1));
    if (teller == OUTPUT || teller == NEWER_OUTPUT) {
        dcc_exit_info_set_last_lines(info, lines);
        dcc_exit_info_add_event(info, event);
    }
    list = dcc_adapter_list_rescue_files(adapter, info, NULL);
    found = g_list_model_get_item(list, 0);
    fixture_clean(own);
    fixture_clean(shared);
    return found ? (int)dcc_rescue_file_get_kind(found) : -1;
}

/* The artist's preference "Temporary Files". */
static void
test_rescue_shared(void)
{
    static const SharedFile files[] = {
        {"4711_autosave.blend", 9, {-1, DCC_RESCUE_AUTOSAVE, DCC_RESCUE_AUTOSAVE}},
        {"shot_4711_autosave.blend", 9, {-1, DCC_RESCUE_AUTOSAVE, DCC_RESCUE_AUTOSAVE}},
        {"quit.blend", 9, {-1, DCC_RESCUE_RECOVERY, -1}},
        {"shot.crash.txt", 9, {-1, DCC_RESCUE_CRASH_REPORT, -1}},
        {"4711_autosave.blend", -9, {-1, -1, -1}},      /* an earlier 4711's */
        {"shot_4712_autosave.blend", 9, {-1, -1, -1}},  /* another Blender's */
        {"shot_14711_autosave.blend", 9, {-1, -1, -1}}, /* the same */
        {"quit.blend", -9, {-1, -1, -1}},
        {"other.crash.txt", 9, {-1, -1, -1}},
        {"precious.blend", 9, {-1, -1, -1}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        for (int teller = NOBODY; teller <= NEWER_OUTPUT; teller++) {
            int kind = files[i].kinds[teller == NEWER_OUTPUT ? OUTPUT : teller];

            g_test_message("%s, %d", files[i].name, teller);
            g_assert_cmpint(find_shared(&files[i], (Teller)teller), ==, kind);
        }
    }
}

static void
test_rescue_nothing(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    const char *const directories[] = {NULL, "/no/such/directory"};

    for (guint i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autoptr(DccExitInfo) info = dcc_exit_info_new_exited(0);
        g_autoptr(GListModel) list = NULL;

        if (directories[i])
            dcc_exit_info_set_temp_dir(info, directories[i]);
        list = dcc_adapter_list_rescue_files(adapter, info, NULL);
        g_assert_cmpuint(g_list_model_get_n_items(list), ==, 0);
    }
}

static void
test_name(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    g_assert_cmpstr(dcc_adapter_get_id(adapter), ==, "blender");
    g_assert_cmpstr(dcc_adapter_get_title(adapter), ==, "Blender");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/blender/name", test_name);
    g_test_add_func("/blender/find/places", test_find);
    g_test_add_func("/blender/find/channels", test_find_channels);
    g_test_add_func("/blender/find/override", test_find_override);
    g_test_add_func("/blender/find/bad-override", test_find_bad_override);
    g_test_add_func("/blender/find/nothing", test_find_nothing);
    g_test_add_func("/blender/find/version", test_version);
    g_test_add_func("/blender/rescue/files", test_rescue);
    g_test_add_func("/blender/rescue/shared", test_rescue_shared);
    g_test_add_func("/blender/rescue/nothing", test_rescue_nothing);

    return g_test_run();
}
