/* The state directory when it is full or somebody else's, and the runtime directory when it is
 * taken away. */
#include "dcc-error.h"
#include "dcc-host-mark.h"
#include "dcc-identity.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-socket.h"
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    DccTestWorld *world;
    DccRuntime *runtime;
    DccInstanceDir *dir;
    char *state; /* of the name, as long as no other machine has it */
} Home;

static DccInstanceDir *
take(DccRuntime *runtime, GError **error)
{
    DccInstanceDir *dir = dcc_instance_dir_open(runtime, "x", TRUE, NULL);

    g_assert_nonnull(dir);
    if (dcc_instance_dir_lock_name(dir, error) && dcc_instance_dir_lock_session(dir, error))
        return dir;
    dcc_instance_dir_free(dir);
    return NULL;
}

static Home *
home_new(void)
{
    Home *self = g_new0(Home, 1);

    self->world = dcc_test_world_new();
    self->runtime = dcc_runtime_open(NULL);
    self->state = g_build_filename(dcc_runtime_get_state_path(self->runtime), "x", NULL);
    return self;
}

static void
home_free(Home *self)
{
    dcc_instance_dir_free(self->dir);
    g_object_unref(self->runtime);
    dcc_test_world_free(self->world);
    g_free(self->state);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Home, home_free)

static gboolean
has(const char *dir, const char *file)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static DccLastRecord *
make_last(const char *state)
{
    g_autoptr(JsonObject) status = json_object_new();

    json_object_set_string_member(status, "state", state);
    return dcc_last_record_new(status, NULL);
}

static void
assert_last(DccRuntime *runtime, const char *state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccLastRecord) last = dcc_instance_dir_read_last(runtime, "x", &error);

    g_assert_no_error(error);
    g_assert_cmpstr(dcc_json_get_string(last->status, "state", NULL), ==, state);
}

static void
assert_listed(DccRuntime *runtime, gboolean all, gboolean listed)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, all);

    g_assert_cmpint(g_strv_contains((const char *const *)names, "x"), ==, listed);
    if (all)
        g_assert_cmpint(dcc_runtime_has_name(runtime, "x"), ==, listed);
}

static void
test_concluded(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccLastRecord) last = make_last("stopped");
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = NULL;

    g_assert_null(dcc_instance_dir_read_last(home->runtime, "x", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    home->dir = take(home->runtime, NULL);
    dir = g_strdup(dcc_instance_dir_get_dir(home->dir));
    g_assert_true(has(home->state, DCC_HOST_MARK));
    g_assert_true(dcc_instance_dir_conclude(home->dir, last, &error));
    g_assert_no_error(error);
    g_assert_false(dcc_instance_dir_has_kept_last(home->dir));
    dcc_instance_dir_dissolve(home->dir);
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    g_assert_false(has(home->state, DCC_HOST_MARK));
    assert_last(home->runtime, "stopped");
    assert_listed(home->runtime, TRUE, TRUE);
}

/* Nothing can be put in place of a directory that is not empty: as good as a full disk. */
static void
block_last(Home *home)
{
    g_autofree char *path = g_build_filename(home->state, DCC_INSTANCE_DIR_LAST, "in", NULL);

    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

static void
unblock_last(Home *home)
{
    g_autofree char *path = g_build_filename(home->state, DCC_INSTANCE_DIR_LAST, NULL);
    g_autofree char *in = g_build_filename(path, "in", NULL);

    g_assert_cmpint(g_rmdir(in), ==, 0);
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static void
assert_kept(Home *home, const char *dir)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(dcc_instance_dir_has_kept_last(home->dir));
    dcc_instance_dir_dissolve(home->dir);
    g_assert_true(has(dir, DCC_INSTANCE_DIR_LAST));
    g_assert_false(has(dir, DCC_INSTANCE_DIR_RECORD));
    g_assert_false(has(dir, DCC_INSTANCE_DIR_LOCK));
    g_assert_false(has(dir, "files"));
    assert_last(home->runtime, "crashed");
    g_assert_null(dcc_instance_dir_open(home->runtime, "x", FALSE, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND); /* nothing to adopt */
    assert_listed(home->runtime, FALSE, FALSE);
    assert_listed(home->runtime, TRUE, TRUE);
}

/* How it ended is not lost, and where the disk has room again it goes there with the next run. */
static void
test_full_state_dir(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccLastRecord) last = make_last("crashed");
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = NULL;
    g_autofree char *files = NULL;
    g_autofree char *record = NULL;

    home->dir = take(home->runtime, NULL);
    dir = g_strdup(dcc_instance_dir_get_dir(home->dir));
    files = g_build_filename(dir, "files", "agent", NULL);
    record = g_build_filename(dir, DCC_INSTANCE_DIR_RECORD, NULL);
    g_assert_cmpint(g_mkdir_with_parents(files, 0700), ==, 0);
    g_assert_true(g_file_set_contents(record, "{}", -1, NULL));
    block_last(home);
    g_assert_false(dcc_instance_dir_conclude(home->dir, last, &error));
    g_assert_nonnull(error);
    assert_kept(home, dir);
    g_clear_pointer(&home->dir, dcc_instance_dir_free);

    unblock_last(home);
    home->dir = take(home->runtime, NULL);
    g_assert_false(has(dir, DCC_INSTANCE_DIR_LAST));
    g_assert_true(has(home->state, DCC_INSTANCE_DIR_LAST));
    assert_last(home->runtime, "crashed");
}

typedef struct {
    gboolean called;
    gboolean failed;
    gboolean kept;
} Told;

static void
on_concluded(DccInstanceDir *dir, const GError *error, gpointer data)
{
    Told *told = data;

    told->called = TRUE;
    told->failed = error != NULL;
    told->kept = dcc_instance_dir_has_kept_last(dir);
}

static void
test_concluded_later(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccLastRecord) last = make_last("crashed");
    g_autofree char *dir = NULL;
    g_autofree char *path = NULL;
    Told told = {0}, again = {0};

    home->dir = take(home->runtime, NULL);
    dir = g_strdup(dcc_instance_dir_get_dir(home->dir));
    dcc_instance_dir_conclude_async(home->dir, last, on_concluded, &told);
    g_assert_false(told.called);
    dcc_test_wait_for(told.called, 20000);
    g_assert_false(told.failed || told.kept);
    path = dcc_instance_dir_find_state_file(home->runtime, "x", DCC_INSTANCE_DIR_LAST);
    g_assert_cmpint(unlink(path), ==, 0);
    block_last(home);
    dcc_instance_dir_conclude_async(home->dir, last, on_concluded, &again);
    dcc_test_wait_for(again.called, 20000);
    g_assert_true(again.failed && again.kept);
    assert_kept(home, dir);
}

/* A program that drops its session just then is told nothing any more; what was to be written is. */
static void
test_concluded_for_nobody(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccLastRecord) last = make_last("crashed");
    g_autofree char *path = NULL;
    Told told = {0};

    home->dir = take(home->runtime, NULL);
    dcc_instance_dir_conclude_async(home->dir, last, on_concluded, &told);
    g_clear_pointer(&home->dir, dcc_instance_dir_free);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_false(told.called);
    path = dcc_instance_dir_find_state_file(home->runtime, "x", DCC_INSTANCE_DIR_LAST);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
remove_runtime_dir(const char *dir)
{
    static const char *const files[] = {DCC_INSTANCE_DIR_LOCK, DCC_INSTANCE_DIR_SESSION_LOCK};

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(dir, files[i], NULL);

        g_assert_cmpint(unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_restored(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccInstanceDir) other = dcc_instance_dir_open(home->runtime, "x", TRUE, NULL);
    g_autoptr(GError) error = NULL;
    const char *dir;

    home->dir = take(home->runtime, NULL);
    dir = dcc_instance_dir_get_dir(home->dir);
    g_assert_true(dcc_instance_dir_restore(home->dir, &error)); /* nothing to do */
    remove_runtime_dir(dir);
    g_assert_cmpint(g_rmdir(dcc_runtime_get_path(home->runtime)), ==, 0);
    g_assert_false(dcc_instance_dir_is_held(home->dir));
    g_assert_true(dcc_instance_dir_restore(home->dir, &error));
    g_assert_no_error(error);
    g_assert_true(dcc_instance_dir_is_held(home->dir));
    g_assert_false(dcc_instance_dir_lock_name(other, &error));
    g_assert_no_error(error);
    g_assert_false(dcc_instance_dir_lock_session(other, &error));
    g_assert_no_error(error);
}

static void
test_restored_too_late(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccInstanceDir) other = NULL;
    g_autoptr(GError) error = NULL;

    home->dir = take(home->runtime, NULL);
    remove_runtime_dir(dcc_instance_dir_get_dir(home->dir));
    other = take(home->runtime, NULL);
    g_assert_nonnull(other);
    g_assert_false(dcc_instance_dir_restore(home->dir, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    /* and what is another's stays */
    dcc_instance_dir_dissolve(home->dir);
    g_assert_true(dcc_instance_dir_is_held(other));
}

static void
test_not_restored(void)
{
    g_autoptr(Home) home = home_new();
    g_autofree char *away = dcc_test_world_build_path(home->world, "away");
    g_autoptr(GError) error = NULL;
    const char *base;

    home->dir = take(home->runtime, NULL);
    base = dcc_runtime_get_path(home->runtime);
    g_assert_cmpint(rename(base, away), ==, 0);
    g_assert_cmpint(symlink(away, base), ==, 0);
    remove_runtime_dir(dcc_instance_dir_get_dir(home->dir));
    g_assert_false(dcc_instance_dir_restore(home->dir, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
}

static void
put_mark(Home *home, const char *dir, const char *host, const char *boot, const char *runtime)
{
    g_autofree char *text = g_strdup_printf(
        "{\"host\":\"%s\",\"boot_id\":\"%s\",\"runtime\":\"%s\"}", host, boot, runtime);
    g_autofree char *name = g_path_get_basename(dir);
    g_autofree char *file = g_strdup_printf("state/dcchost/%s/" DCC_HOST_MARK, name);
    g_autofree char *path = dcc_test_world_write(home->world, file, text, -1);

    g_chmod(dcc_runtime_get_state_path(home->runtime), 0700);
    g_chmod(dir, 0700);
}

static char *
get_own_dir(Home *home)
{
    return g_strdup_printf("%s@%s", home->state, g_get_host_name());
}

/* Two machines and one home: each has its own. */
static void
test_another_host(void)
{
    g_autoptr(Home) home = home_new();
    g_autoptr(DccLastRecord) last = make_last("stopped");
    g_autofree char *own = get_own_dir(home);
    g_autofree char *mark = g_build_filename(home->state, DCC_HOST_MARK, NULL);
    g_autofree char *theirs =
        dcc_test_world_write(home->world, "state/dcchost/x/last.json", "{}", -1);

    put_mark(home, home->state, "elsewhere", "b", "/run/user/1000/dcchost");
    assert_listed(home->runtime, TRUE, FALSE);
    home->dir = take(home->runtime, NULL);
    g_assert_cmpstr(dcc_instance_dir_get_state_dir(home->dir), ==, own);
    g_assert_true(dcc_instance_dir_conclude(home->dir, last, NULL));
    dcc_instance_dir_dissolve(home->dir);
    g_assert_true(g_file_test(mark, G_FILE_TEST_EXISTS)); /* theirs */
    assert_last(home->runtime, "stopped");
    assert_listed(home->runtime, TRUE, TRUE);

    /* The other one has ended; each stays with what it has. */
    g_assert_cmpint(unlink(mark), ==, 0);
    g_clear_pointer(&home->dir, dcc_instance_dir_free);
    home->dir = take(home->runtime, NULL);
    g_assert_cmpstr(dcc_instance_dir_get_state_dir(home->dir), ==, own);
}

/* What an older dcchost has left, and this machine's own before it went down. */
static void
test_own_state(void)
{
    g_autoptr(Home) home = home_new();

    put_mark(home, home->state, g_get_host_name(), "an-earlier-boot", "/somewhere/else");
    home->dir = take(home->runtime, NULL);
    g_assert_cmpstr(dcc_instance_dir_get_state_dir(home->dir), ==, home->state);
}

/* One machine, two runtime directories: a login without XDG_RUNTIME_DIR beside one with it. */
static void
test_another_runtime_dir(void)
{
    g_autoptr(Home) home = home_new();
    g_autofree char *own = get_own_dir(home);
    g_autofree char *second_path = dcc_test_world_build_path(home->world, "second");
    g_autoptr(DccRuntime) second = NULL;
    g_autoptr(DccRuntime) third = NULL;
    g_autoptr(DccInstanceDir) there = NULL;
    g_autoptr(DccInstanceDir) nowhere = NULL;
    g_autoptr(GError) error = NULL;

    home->dir = take(home->runtime, NULL);
    g_assert_cmpint(g_mkdir(second_path, 0700), ==, 0);
    g_setenv("XDG_RUNTIME_DIR", second_path, TRUE);
    second = dcc_runtime_open(NULL);
    there = take(second, NULL);
    g_assert_cmpstr(dcc_instance_dir_get_state_dir(there), ==, own);

    /* A third finds both in use, and is told so. */
    g_free(second_path);
    second_path = dcc_test_world_build_path(home->world, "third");
    g_assert_cmpint(g_mkdir(second_path, 0700), ==, 0);
    g_setenv("XDG_RUNTIME_DIR", second_path, TRUE);
    third = dcc_runtime_open(NULL);
    nowhere = take(third, &error);
    g_assert_null(nowhere);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, "second"));

    /* The first one's session and shim have died without a word: its lock tells. */
    g_clear_pointer(&home->dir, dcc_instance_dir_free);
    g_clear_pointer(&there, dcc_instance_dir_free);
    g_clear_error(&error);
    nowhere = take(third, &error);
    g_assert_no_error(error);
    g_assert_nonnull(nowhere);
}

static void
test_damaged_mark(void)
{
    g_autoptr(Home) home = home_new();
    g_autofree char *path =
        dcc_test_world_write(home->world, "state/dcchost/x/" DCC_HOST_MARK, "{\"host\":5", -1);

    g_chmod(dcc_runtime_get_state_path(home->runtime), 0700);
    g_chmod(home->state, 0700);
    home->dir = take(home->runtime, NULL);
    g_assert_nonnull(home->dir);
    g_assert_cmpstr(dcc_instance_dir_get_state_dir(home->dir), ==, home->state);
}

/* The path that the kernel shows in /proc/net/unix is one that a cleaner of /tmp knows. */
static void
test_socket_path(void)
{
    g_autoptr(Home) home = home_new();
    g_autofree char *dir = g_strdup("/tmp/dcchost-test-XXXXXX");
    g_autofree char *path = NULL;
    struct sockaddr_un address = {0};
    socklen_t length = sizeof address;
    int fd;

    g_assert_nonnull(g_mkdtemp(dir));
    path = g_build_filename(dir, "control.sock", NULL);
    fd = dcc_socket_listen(dir, "control.sock", NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    g_assert_cmpstr(address.sun_path, ==, path);
    close(fd);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_socket_with_long_path(void)
{
    g_autoptr(Home) home = home_new();
    g_autofree char *name = g_strnfill(120, 'd');
    g_autofree char *dir = dcc_test_world_build_path(home->world, name);
    int fd, peer;

    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    fd = dcc_socket_listen(dir, "control.sock", NULL);
    g_assert_cmpint(fd, >=, 0);
    peer = dcc_socket_connect(dir, "control.sock");
    g_assert_cmpint(peer, >=, 0);
    close(peer);
    close(fd);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/state-dir/concluded", test_concluded);
    g_test_add_func("/state-dir/full", test_full_state_dir);
    g_test_add_func("/state-dir/concluded-later", test_concluded_later);
    g_test_add_func("/state-dir/concluded-for-nobody", test_concluded_for_nobody);
    g_test_add_func("/state-dir/restored", test_restored);
    g_test_add_func("/state-dir/restored-too-late", test_restored_too_late);
    g_test_add_func("/state-dir/not-restored", test_not_restored);
    g_test_add_func("/state-dir/another-host", test_another_host);
    g_test_add_func("/state-dir/own-state", test_own_state);
    g_test_add_func("/state-dir/another-runtime-dir", test_another_runtime_dir);
    g_test_add_func("/state-dir/damaged-mark", test_damaged_mark);
    g_test_add_func("/state-dir/socket-path", test_socket_path);
    g_test_add_func("/state-dir/socket-with-long-path", test_socket_with_long_path);
    return g_test_run();
}
