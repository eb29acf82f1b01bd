/* Names, locks and directories of instances: a name has one holder, whatever races for it. */
#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-store-file.h"
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    gboolean good;
} names[] = {
    {"a", TRUE},     {"blender", TRUE},      {"shot-10.v2_b", TRUE}, {"0", TRUE},
    {"_", TRUE},     {"A-", TRUE},           {"a..b", TRUE},         {"", FALSE},
    {".", FALSE},    {"..", FALSE},          {".hidden", FALSE},     {"-option", FALSE},
    {"a/b", FALSE},  {"/a", FALSE},          {"a b", FALSE},         {"a\n", FALSE},
    {"a\tb", FALSE}, {"caf\xc3\xa9", FALSE}, {"\xff", FALSE},        {"a*", FALSE},
    {"a\\b", FALSE}, {"a:b", FALSE},         {"a;b", FALSE},         {"$a", FALSE},
    {"~", FALSE},
};

static void
test_names(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autofree char *longest = g_strnfill(64, 'n');
    g_autofree char *longer = g_strnfill(65, 'n');

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(DccInstanceDir) instance_dir =
            dcc_instance_dir_open(runtime, names[i].name, TRUE, &error);

        g_assert_cmpint(dcc_instance_dir_is_name(names[i].name), ==, names[i].good);
        g_assert_cmpint(instance_dir != NULL, ==, names[i].good);
        if (!names[i].good)
            g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
    }
    g_assert_false(dcc_instance_dir_is_name(NULL));
    g_assert_true(dcc_instance_dir_is_name(longest));
    g_assert_false(dcc_instance_dir_is_name(longer));
}

static void
test_absent(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(dcc_runtime_get_path(runtime), "none", NULL);

    g_assert_null(dcc_instance_dir_open(runtime, "none", FALSE, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_locks(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) first = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autoptr(DccInstanceDir) second = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(dcc_instance_dir_get_lock_fd(first), ==, -1);
    g_assert_true(dcc_instance_dir_lock_name(first, &error));
    g_assert_true(dcc_instance_dir_lock_name(first, &error));
    g_assert_cmpint(dcc_instance_dir_get_lock_fd(first), >=, 0);
    g_assert_false(dcc_instance_dir_lock_name(second, &error));
    g_assert_no_error(error);
    /* the other lock is another lock */
    g_assert_true(dcc_instance_dir_lock_session(second, &error));
    g_assert_false(dcc_instance_dir_lock_session(first, &error));
    g_assert_no_error(error);
    g_clear_pointer(&first, dcc_instance_dir_free);
    g_assert_true(dcc_instance_dir_lock_name(second, &error));
}

/* Held as long as anybody has the descriptor: so the shim keeps the name when the session dies. */
static void
test_inherited_lock(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) first = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autoptr(DccInstanceDir) second = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    int fd;

    g_assert_true(dcc_instance_dir_lock_name(first, NULL));
    fd = dup(dcc_instance_dir_get_lock_fd(first));
    g_clear_pointer(&first, dcc_instance_dir_free);
    g_assert_false(dcc_instance_dir_lock_name(second, NULL));
    close(fd);
    g_assert_true(dcc_instance_dir_lock_name(second, NULL));
}

static void
test_lock_is_no_lock(gconstpointer data)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *precious = dcc_test_world_write(world, "precious", "gold", -1);
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autofree char *path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_LOCK);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    GPtrArray *moved;

    if (g_str_equal(data, "dir"))
        g_assert_cmpint(mkdir(path, 0700), ==, 0);
    else
        g_assert_cmpint(symlink(precious, path), ==, 0);
    /* It is moved aside, which is told, and not followed. */
    g_assert_true(dcc_instance_dir_lock_name(instance_dir, &error));
    g_assert_no_error(error);
    moved = dcc_instance_dir_get_moved(instance_dir);
    g_assert_cmpuint(moved->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(moved, 0), path));
    g_assert_true(g_file_get_contents(precious, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "gold");
}

static void
test_dissolve(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autoptr(DccInstanceDir) next = NULL;
    g_autofree char *dir = g_strdup(dcc_instance_dir_get_dir(instance_dir));
    g_autofree char *file = g_build_filename(dir, "tmp", "a", "b", NULL);
    g_autoptr(GDir) left = NULL;

    g_assert_true(dcc_instance_dir_lock_name(instance_dir, NULL));
    g_assert_true(dcc_instance_dir_lock_session(instance_dir, NULL));
    g_assert_cmpint(g_mkdir_with_parents(file, 0700), ==, 0);
    dcc_instance_dir_dissolve(instance_dir);
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    g_assert_cmpint(dcc_instance_dir_get_lock_fd(instance_dir), ==, -1);
    left = g_dir_open(dcc_runtime_get_path(runtime), 0, NULL);
    g_assert_null(g_dir_read_name(left));
    g_assert_true(g_file_test(dcc_instance_dir_get_state_dir(instance_dir), G_FILE_TEST_IS_DIR));
    next = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_assert_true(dcc_instance_dir_lock_name(next, NULL));
}

/* A session may be killed between making the directory and putting it on record. */
static void
test_temp_dir(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, "fake", TRUE, NULL);
    g_autoptr(GError) error = NULL;
    const char *parent = dcc_instance_dir_get_state_dir(dir);
    g_autofree char *empty = NULL, *full = NULL, *last = NULL, *work = NULL;

    g_assert_true(dcc_instance_dir_lock_name(dir, NULL));
    empty = dcc_instance_dir_make_temp_dir(dir, parent, &error);
    g_assert_no_error(error);
    full = dcc_instance_dir_make_temp_dir(dir, parent, &error);
    g_assert_no_error(error);
    g_assert_false(g_file_test(empty, G_FILE_TEST_EXISTS));
    work = g_build_filename(full, "work", NULL);
    g_assert_true(g_file_set_contents(work, "x", 1, NULL));
    last = dcc_instance_dir_make_temp_dir(dir, parent, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_test(work, G_FILE_TEST_EXISTS));
    dcc_instance_dir_dissolve(dir);
    g_assert_false(g_file_test(last, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(work, G_FILE_TEST_EXISTS));

    dir = (dcc_instance_dir_free(dir), dcc_instance_dir_open(runtime, "fake", TRUE, NULL));
    g_assert_null(dcc_instance_dir_make_temp_dir(dir, "/nowhere/at/all", &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
}

/* Shared by the contenders. */
typedef struct {
    int inside;
    int collisions;
    int wins;
    int errors;
    int go;
} Arena;

static void
contend_once(Arena *arena, DccRuntime *runtime)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, "prize", TRUE, &error);

    if (instance_dir == NULL) {
        __atomic_add_fetch(&arena->errors, 1, __ATOMIC_SEQ_CST);
        return;
    }
    if (!dcc_instance_dir_lock_name(instance_dir, &error)) {
        __atomic_add_fetch(&arena->errors, error != NULL, __ATOMIC_SEQ_CST);
        return;
    }
    if (__atomic_add_fetch(&arena->inside, 1, __ATOMIC_SEQ_CST) != 1)
        __atomic_add_fetch(&arena->collisions, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&arena->wins, 1, __ATOMIC_SEQ_CST);
    sched_yield();
    __atomic_add_fetch(&arena->inside, -1, __ATOMIC_SEQ_CST);
    dcc_instance_dir_dissolve(instance_dir);
}

static pid_t
start_contender(Arena *arena, DccRuntime *runtime, int wins)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    alarm(30);
    while (!__atomic_load_n(&arena->go, __ATOMIC_SEQ_CST))
        sched_yield();
    while (__atomic_load_n(&arena->wins, __ATOMIC_SEQ_CST) < wins) {
        alarm(30); /* of one attempt: how many fit into a minute is the machine's business */
        contend_once(arena, runtime);
    }
    _exit(0);
}

/* Two take the name, and remove it again, as fast as they can: never both at once. A place that is
 * removed under whoever opens it may be refused to it, as long as nobody is let in beside another. */
static void
test_contenders(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    Arena *arena =
        mmap(NULL, sizeof(Arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[3];
    int status;

    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        pids[i] = start_contender(arena, runtime, 3000);
    __atomic_store_n(&arena->go, 1, __ATOMIC_SEQ_CST);
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++) {
        g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
        g_assert_cmpint(status, ==, 0);
    }
    g_test_message("%d wins, %d refused with an error", arena->wins, arena->errors);
    g_assert_cmpint(arena->collisions, ==, 0);
    g_assert_cmpint(arena->wins, >=, 3000);
    g_assert_cmpint(arena->errors, ==, 0);
    munmap(arena, sizeof(Arena));
}

/* In the child: 0 when it won, 1 when it was told that the name is taken. */
static pid_t
start_rival(Arena *arena, DccRuntime *runtime)
{
    pid_t pid = fork();
    g_autoptr(GError) error = NULL;
    DccInstanceDir *instance_dir;

    if (pid != 0)
        return pid;
    alarm(30);
    instance_dir = dcc_instance_dir_open(runtime, "prize", TRUE, &error);
    while (!__atomic_load_n(&arena->go, __ATOMIC_SEQ_CST))
        sched_yield();
    if (instance_dir == NULL)
        _exit(2);
    if (!dcc_instance_dir_lock_name(instance_dir, &error))
        _exit(error != NULL ? 3 : 1);
    __atomic_add_fetch(&arena->wins, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&arena->go, __ATOMIC_SEQ_CST) == 1)
        sched_yield();
    _exit(0);
}

/* Two start together, the winner stays: the other is told so. */
static void
test_one_winner(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    Arena *arena =
        mmap(NULL, sizeof(Arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (guint round = 0; round < 250; round++) {
        int status[2];

        memset(arena, 0, sizeof *arena);
        for (guint i = 0; i < 2; i++)
            g_assert_cmpint(start_rival(arena, runtime), >, 0);
        __atomic_store_n(&arena->go, 1, __ATOMIC_SEQ_CST);
        /* the one that ends first is the loser; then the winner may go */
        g_assert_cmpint(wait(&status[1]), >, 0);
        __atomic_store_n(&arena->go, 2, __ATOMIC_SEQ_CST);
        g_assert_cmpint(wait(&status[0]), >, 0);
        g_assert_cmpint(WEXITSTATUS(status[1]), ==, 1);
        g_assert_cmpint(WEXITSTATUS(status[0]), ==, 0);
        g_assert_cmpint(arena->wins, ==, 1);
    }
    munmap(arena, sizeof(Arena));
}

static void
test_json_files(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *good = dcc_test_world_write(world, "good", "{\"a\":1}\n", -1);
    g_autofree char *large = dcc_test_world_write(world, "large", "{\"a\":1}\n", -1);
    g_autofree char *link = dcc_test_world_build_path(world, "link");
    g_autofree char *fifo = dcc_test_world_build_path(world, "fifo");
    g_autofree char *dir = dcc_test_world_build_path(world, "dir");
    g_autofree char *theirs = dcc_test_world_write(world, "theirs", "{\"a\":1}\n", -1);
    g_autoptr(JsonObject) object = dcc_instance_dir_read_json(good);

    g_assert_cmpint(dcc_json_get_int(object, "a", 0), ==, 1);
    g_assert_cmpint(truncate(large, 1LL << 40), ==, 0);
    g_assert_cmpint(symlink(good, link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(mkdir(dir, 0700), ==, 0);
    g_assert_null(dcc_instance_dir_read_json(large));
    g_assert_null(dcc_instance_dir_read_json(link));
    g_assert_null(dcc_instance_dir_read_json(fifo));
    g_assert_null(dcc_instance_dir_read_json(dir));
    if (geteuid() == 0) {
        g_assert_cmpint(chown(theirs, 65534, 65534), ==, 0);
        g_assert_null(dcc_instance_dir_read_json(theirs));
    }
}

/* Replaced at once or not at all, and private. */
static void
test_write_json(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_write(world, "d/file", "{\"old\":1}\n", -1);
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *outside = dcc_test_world_write(world, "outside", "gold", -1);
    g_autofree char *link = g_build_filename(dir, "link", NULL);
    g_autofree char *content = NULL;
    g_autoptr(JsonObject) object = json_object_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) listing = NULL;
    struct stat st;
    guint n = 0;

    json_object_set_int_member(object, "new", 2);
    g_assert_true(dcc_store_file_write_json(path, object, DCC_STORE_STATE, &error));
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "{\"new\":2}\n");
    g_clear_pointer(&content, g_free);
    g_assert_cmpint(symlink(outside, link), ==, 0);
    dcc_store_file_write_json(link, object, DCC_STORE_STATE, NULL);
    g_assert_true(g_file_get_contents(outside, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "gold");
    g_assert_cmpint(lstat(link, &st), ==, 0);
    listing = g_dir_open(dir, 0, NULL);
    while (g_dir_read_name(listing) != NULL)
        n++;
    g_assert_cmpuint(n, ==, 2);
}

static void
test_runtime_directories(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *file = dcc_test_world_write(world, "file", "x", -1);
    g_autofree char *shared = dcc_test_world_build_path(world, "shared");
    g_autofree char *absent = dcc_test_world_build_path(world, "absent");
    const char *bad[] = {"relative", "run", file, shared, absent, "/proc"};

    g_assert_cmpint(mkdir(shared, 0700), ==, 0);
    g_assert_cmpint(g_chmod(shared, 0777), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_setenv("XDG_RUNTIME_DIR", bad[i], TRUE);
        g_assert_null(dcc_runtime_open(&error));
        g_assert_true(dcc_error_is_unsafe(error));
        g_assert_nonnull(strstr(error->message, bad[i]));
    }
    g_assert_false(g_file_test(absent, G_FILE_TEST_EXISTS));
}

static void
test_runtime_is_squatted(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *outside = dcc_test_world_build_path(world, "outside");
    g_autofree char *path = dcc_test_world_build_path(world, "run/dcchost");
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(mkdir(outside, 0700), ==, 0);
    g_assert_cmpint(symlink(outside, path), ==, 0);
    g_assert_null(dcc_runtime_open(&error));
    g_assert_true(dcc_error_is_unsafe(error));
    g_assert_nonnull(strstr(error->message, path));
    g_assert_cmpint(g_remove(outside), ==, 0);
}

static void
test_list_names(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = NULL;
    g_auto(GStrv) live = NULL;
    g_auto(GStrv) all = NULL;
    const char *expected_live[] = {"b", "c", NULL};
    const char *expected_all[] = {"a", "b", "c", NULL};
    const char *asked[] = {
        "a", "b", "c", "no-record", "never", ".hidden", "bad name", "", "..", "../dcchost/b"};
    const char *paths[] = {"run/dcchost/c/record.json",
                           "run/dcchost/b/record.json",
                           "run/dcchost/no-record/lock",
                           "run/dcchost/.hidden/record.json",
                           "run/dcchost/bad name/record.json",
                           "state/dcchost/a/last.json",
                           "state/dcchost/b/last.json",
                           "state/dcchost/never/output.log"};

    for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
        g_free(dcc_test_world_write(world, paths[i], "{}", -1));
    runtime = dcc_runtime_open(NULL);
    live = dcc_runtime_list_names(runtime, FALSE);
    all = dcc_runtime_list_names(runtime, TRUE);
    g_assert_cmpstrv(live, expected_live);
    g_assert_cmpstrv(all, expected_all);
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++)
        g_assert_cmpint(
            dcc_runtime_has_name(runtime, asked[i]), ==, g_strv_contains(expected_all, asked[i]));
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/place/names", test_names);
    g_test_add_func("/place/absent", test_absent);
    g_test_add_func("/place/locks", test_locks);
    g_test_add_func("/place/inherited-lock", test_inherited_lock);
    g_test_add_data_func("/place/lock-is-dir", "dir", test_lock_is_no_lock);
    g_test_add_data_func("/place/lock-is-link", "link", test_lock_is_no_lock);
    g_test_add_func("/place/dissolve", test_dissolve);
    g_test_add_func("/place/temp-dir", test_temp_dir);
    g_test_add_func("/place/contenders", test_contenders);
    g_test_add_func("/place/one-winner", test_one_winner);
    g_test_add_func("/place/json-files", test_json_files);
    g_test_add_func("/place/write-json", test_write_json);
    g_test_add_func("/runtime/directories", test_runtime_directories);
    g_test_add_func("/runtime/squatted", test_runtime_is_squatted);
    g_test_add_func("/runtime/list-names", test_list_names);
    return g_test_run();
}
