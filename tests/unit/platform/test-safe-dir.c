/* A private directory is ours alone, and removing it removes nothing else. */
#include "dcc-error.h"
#include "dcc-exit-status.h"
#include "dcc-safe-dir.h"
#include "dcc-spawn.h"
#include "dcc-test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

/* Who we were before we became somebody else. */
static uid_t
saved_uid(void)
{
    uid_t real, effective, saved;

    g_assert_cmpint(getresuid(&real, &effective, &saved), ==, 0);
    return saved;
}

static void
assert_refused(const char *path, const char *how)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(dcc_safe_dir_make(path, &error));
    g_assert_true(dcc_error_is_unsafe(error));
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, how));
}

static void
test_make(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "new");
    g_autoptr(GError) error = NULL;
    struct stat st;

    g_assert_true(dcc_safe_dir_make(path, &error));
    g_assert_no_error(error);
    g_assert_cmpint(lstat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0700);
    g_assert_true(dcc_safe_dir_make(path, &error));
}

static void
test_modes(void)
{
    static const mode_t refused[] = {0755, 0777, 0750, 0701, 0710, 01777, 0770, 0704};
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "dir");

    g_assert_cmpint(mkdir(path, 0700), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        struct stat st;

        g_assert_cmpint(g_chmod(path, refused[i]), ==, 0);
        assert_refused(path, "chmod 700");
        g_assert_cmpint(lstat(path, &st), ==, 0);
        g_assert_cmpint(st.st_mode & 07777, ==, refused[i]);
    }
}

static void
test_no_directory(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *file = dcc_test_world_write(world, "file", "x", -1);
    g_autofree char *target = dcc_test_world_build_path(world, "target");
    g_autofree char *link = dcc_test_world_build_path(world, "link");
    g_autofree char *dangling = dcc_test_world_build_path(world, "dangling");
    g_autofree char *deep = dcc_test_world_build_path(world, "absent/dir");
    g_autofree char *fifo = dcc_test_world_build_path(world, "fifo");

    g_assert_cmpint(mkdir(target, 0700), ==, 0);
    g_assert_cmpint(symlink(target, link), ==, 0);
    g_assert_cmpint(symlink("/nonexistent/x", dangling), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(file, "remove it");
    assert_refused(link, "remove it");
    assert_refused(dangling, "remove it");
    assert_refused(fifo, "remove it");
    assert_refused(deep, "No such file");
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
}

static void
test_another_owner(void)
{
    g_autoptr(DccTestWorld) world = NULL;
    g_autofree char *path = NULL;

    if (geteuid() != 0) {
        g_test_skip("only root can give a directory away");
        return;
    }
    world = dcc_test_world_new();
    path = dcc_test_world_write(world, "theirs/file", "x", -1);
    path[strlen(path) - strlen("/file")] = '\0';
    g_assert_cmpint(chown(path, NOBODY, NOBODY), ==, 0);
    assert_refused(path, "belongs to somebody else");
    dcc_safe_dir_remove(path);
    path[strlen(path)] = '/';
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_parent(void)
{
    static const struct {
        mode_t mode;
        gboolean good;
    } modes[] = {
        {0700, TRUE}, {0755, TRUE}, {0775, FALSE}, {0777, FALSE}, {01777, TRUE}, {0702, FALSE}};
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "parent");
    g_autofree char *file = dcc_test_world_write(world, "file", "x", -1);
    g_autofree char *absent = dcc_test_world_build_path(world, "absent");
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(mkdir(path, 0700), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_clear_error(&error);
        g_assert_cmpint(g_chmod(path, modes[i].mode), ==, 0);
        g_assert_cmpint(dcc_safe_dir_check_parent(path, &error), ==, modes[i].good);
        g_assert_true(modes[i].good || strstr(error->message, path) != NULL);
    }
    g_assert_false(dcc_safe_dir_check_parent(file, NULL));
    g_assert_false(dcc_safe_dir_check_parent(absent, NULL));
}

/* Runs in a process of its own, as an ordinary user. */
static DccTestWorld *
become_ordinary(void)
{
    DccTestWorld *world = dcc_test_world_new();

    if (geteuid() == 0) {
        g_assert_cmpint(chown(dcc_test_world_get_path(world), NOBODY, NOBODY), ==, 0);
        g_assert_cmpint(setresuid(NOBODY, NOBODY, 0), ==, 0);
    }
    return world;
}

static void
leave_ordinary(DccTestWorld *world)
{
    g_assert_cmpint(setresuid(saved_uid(), saved_uid(), saved_uid()), ==, 0);
    dcc_test_world_free(world);
}

static void
test_unwritable_parent(void)
{
    if (g_test_subprocess()) {
        DccTestWorld *world = become_ordinary();
        g_autofree char *parent = dcc_test_world_build_path(world, "parent");
        g_autofree char *path = g_build_filename(parent, "dir", NULL);

        g_assert_cmpint(mkdir(parent, 0500), ==, 0);
        assert_refused(path, "Permission denied");
        g_assert_cmpint(g_chmod(parent, 0700), ==, 0);
        g_assert_cmpint(mkdir(path, 0500), ==, 0);
        assert_refused(path, "cannot be written to");
        g_assert_cmpint(g_chmod(path, 0), ==, 0);
        assert_refused(path, "Permission denied");
        leave_ordinary(world);
        return;
    }
    g_test_trap_subprocess(NULL, 20 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

static gboolean
mount_read_only(const char *path)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount(path, path, NULL, MS_BIND, NULL) == 0 &&
           mount(path, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

static gboolean
may_mount(void)
{
    const char *argv[] = {"/usr/bin/unshare", "--mount", "true", NULL};
    int status = -1;

    g_free(dcc_command_run(argv, NULL, 10000, 1000, &status, NULL));
    return dcc_exit_status_is_success(status);
}

/* Its mode is right: another mode would not help. */
static void
test_read_only(void)
{
    if (g_test_subprocess()) {
        g_autoptr(DccTestWorld) world = dcc_test_world_new();
        g_autofree char *parent = dcc_test_world_build_path(world, "parent");
        g_autofree char *path = g_build_filename(parent, "dir", NULL);
        g_autofree char *open = g_build_filename(parent, "open", NULL);
        g_autofree char *absent = g_build_filename(parent, "absent", NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(dcc_safe_dir_make(parent, NULL) && dcc_safe_dir_make(path, NULL));
        g_assert_cmpint(mkdir(open, 0755), ==, 0);
        g_assert_true(mount_read_only(parent));
        assert_refused(path, "read-only file system; set XDG_RUNTIME_DIR");
        assert_refused(open, "read-only file system; set XDG_RUNTIME_DIR");
        assert_refused(absent, "read-only file system; set XDG_RUNTIME_DIR");
        g_assert_false(dcc_safe_dir_make(path, &error));
        g_assert_null(strstr(error->message, "chmod"));
        g_assert_true(dcc_safe_dir_check(path, NULL));
        g_assert_cmpint(umount2(parent, MNT_DETACH), ==, 0);
        return;
    }
    if (!may_mount()) {
        g_test_skip("this user may not mount");
        return;
    }
    g_test_trap_subprocess(NULL, 20 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

static void
test_remove(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *top = dcc_test_world_build_path(world, "top");
    g_autofree char *odd = g_build_filename(top, "a\nb\xff", NULL);
    g_autofree char *fifo = g_build_filename(top, "fifo", NULL);

    g_free(dcc_test_world_write(world, "top/file", "x", -1));
    g_free(dcc_test_world_write(world, "top/a/b/c/file", "x", -1));
    g_free(dcc_test_world_write(world, "top/.hidden/..x", "x", -1));
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *name = g_strdup_printf("top/many/%u", i);

        g_free(dcc_test_world_write(world, name, "", -1));
    }
    g_assert_cmpint(mkdir(odd, 0700), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0), ==, 0);
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
    dcc_safe_dir_remove(top);
}

static void
test_remove_follows_no_link(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *top = dcc_test_world_build_path(world, "top");
    g_autofree char *precious = dcc_test_world_write(world, "outside/sub/precious", "gold", -1);
    g_autofree char *outside = dcc_test_world_build_path(world, "outside");
    g_autofree char *content = NULL;
    const char *names[] = {"file", "dir", "dots", "self", "dangling"};
    const char *targets[] = {precious, outside, "../outside", ".", "/nonexistent"};

    for (guint depth = 0; depth < 2; depth++)
        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path =
                g_build_filename(top, depth == 0 ? "." : "below", names[i], NULL);
            g_autofree char *dir = g_path_get_dirname(path);

            g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
            g_assert_cmpint(symlink(targets[i], path), ==, 0);
        }
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_get_contents(precious, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "gold");
    /* nor when it is a link itself */
    g_assert_cmpint(symlink(outside, top), ==, 0);
    dcc_safe_dir_remove(top);
    g_assert_true(g_file_test(precious, G_FILE_TEST_EXISTS));
}

static void
test_remove_deep(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *top = dcc_test_world_build_path(world, "top");
    g_autoptr(GString) path = g_string_new(top);

    for (guint i = 0; i < 100; i++)
        g_string_append(path, "/d");
    g_assert_cmpint(g_mkdir_with_parents(path->str, 0700), ==, 0);
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
}

/* Deeper than a path may be long, and than descriptors are wanted for. */
static void
test_remove_too_deep(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *top = dcc_test_world_build_path(world, "top");
    g_autofree char *name = g_strnfill(40, 'd');
    int fd;

    g_assert_cmpint(g_mkdir(top, 0700), ==, 0);
    fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (guint i = 0; i < 700; i++) {
        int below;

        g_assert_cmpint(mkdirat(fd, name, 0700), ==, 0);
        below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = below;
    }
    close(fd);
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
}

/* What an application leaves in its temporary directory may be closed even to its owner. */
static void
remove_closed_directories(DccTestWorld *world)
{
    static const mode_t modes[] = {0, 0500, 0300, 0100, 0400, 0200};
    g_autofree char *top = dcc_test_world_build_path(world, "top");

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *name = g_strdup_printf("top/%u/sub/file", i);
        g_autofree char *path = dcc_test_world_write(world, name, "x", -1);
        g_autofree char *sub = g_path_get_dirname(path);
        g_autofree char *dir = g_path_get_dirname(sub);

        g_assert_cmpint(g_chmod(sub, modes[i]), ==, 0);
        g_assert_cmpint(g_chmod(dir, modes[i]), ==, 0);
    }
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
}

static void
test_remove_closed(void)
{
    if (g_test_subprocess()) {
        DccTestWorld *world = become_ordinary();

        remove_closed_directories(world);
        leave_ordinary(world);
        return;
    }
    g_test_trap_subprocess(NULL, 20 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/safe-dir/make", test_make);
    g_test_add_func("/safe-dir/modes", test_modes);
    g_test_add_func("/safe-dir/no-directory", test_no_directory);
    g_test_add_func("/safe-dir/another-owner", test_another_owner);
    g_test_add_func("/safe-dir/parent", test_parent);
    g_test_add_func("/safe-dir/unwritable-parent", test_unwritable_parent);
    g_test_add_func("/safe-dir/read-only", test_read_only);
    g_test_add_func("/safe-dir/remove", test_remove);
    g_test_add_func("/safe-dir/remove-follows-no-link", test_remove_follows_no_link);
    g_test_add_func("/safe-dir/remove-deep", test_remove_deep);
    g_test_add_func("/safe-dir/remove-too-deep", test_remove_too_deep);
    g_test_add_func("/safe-dir/remove-closed", test_remove_closed);
    return g_test_run();
}
