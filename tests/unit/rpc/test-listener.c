/* A door of one's own: only its owner comes in, and no crowd or squatter brings the house down. */
#include "dcc-error.h"
#include "dcc-listener.h"
#include "dcc-socket.h"
#include "wire.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static void
on_connection(int fd, gpointer data)
{
    ++*(guint *)data;
    close(fd);
}

static void
test_connect(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    guint n = 0;
    g_autoptr(DccListener) listener =
        dcc_listener_new(dcc_test_world_get_path(world), "a.sock", on_connection, &n, NULL);
    g_autofree char *path = dcc_test_world_build_path(world, "a.sock");
    g_autoptr(Wire) wire = NULL;
    struct stat st;

    g_assert_nonnull(listener);
    g_assert_cmpint(lstat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0600);
    wire = wire_connect(dcc_test_world_get_path(world), "a.sock");
    dcc_test_wait_for(n == 1, 5000);
    wire_wait_closed(wire);
}

static void
test_crowd(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    guint n = 0;
    g_autoptr(DccListener) listener =
        dcc_listener_new(dcc_test_world_get_path(world), "a.sock", on_connection, &n, NULL);
    g_autoptr(GPtrArray) wires = g_ptr_array_new_with_free_func((GDestroyNotify)wire_free);

    for (guint i = 0; i < 60; i++)
        g_ptr_array_add(wires, wire_connect(dcc_test_world_get_path(world), "a.sock"));
    dcc_test_wait_for(n == 60, 5000);
}

static void
test_drain(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    guint n = 0;
    g_autoptr(DccListener) listener =
        dcc_listener_new(dcc_test_world_get_path(world), "a.sock", on_connection, &n, NULL);
    g_autoptr(Wire) wire = wire_connect(dcc_test_world_get_path(world), "a.sock");

    dcc_listener_drain(listener);
    g_assert_cmpuint(n, ==, 1);
    dcc_listener_drain(listener);
    g_assert_cmpuint(n, ==, 1);
}

/* A home may lie deeper than a socket's address is long. */
static void
test_long_path(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *part = g_strnfill(120, 'd');
    g_autofree char *dir = g_build_filename(dcc_test_world_get_path(world), part, part, part, NULL);
    guint n = 0;
    g_autoptr(DccListener) listener = NULL;
    g_autoptr(Wire) wire = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    listener = dcc_listener_new(dir, "agent.sock", on_connection, &n, &error);
    g_assert_no_error(error);
    wire = wire_connect(dir, "agent.sock");
    dcc_test_wait_for(n == 1, 5000);
}

static void
squat(const char *how, const char *path, const char *precious)
{
    if (g_str_equal(how, "file"))
        g_assert_true(g_file_set_contents(path, "in the way", -1, NULL));
    else if (g_str_equal(how, "dangling"))
        g_assert_cmpint(symlink("/nonexistent/nowhere", path), ==, 0);
    else if (g_str_equal(how, "link"))
        g_assert_cmpint(symlink(precious, path), ==, 0);
    else if (g_str_equal(how, "fifo"))
        g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    else
        g_assert_cmpint(mkdir(path, 0700), ==, 0);
}

/* What stands in the way in our own directory is replaced or refused; nothing outside is touched.
 */
static void
test_squatted(gconstpointer data)
{
    const char *how = data;
    gboolean refused = g_str_equal(how, "dir");
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *precious = dcc_test_world_write(world, "outside/precious", "gold", -1);
    g_autofree char *dir = dcc_test_world_build_path(world, "in");
    g_autofree char *path = g_build_filename(dir, "a.sock", NULL);
    g_autofree char *content = NULL;
    guint n = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(DccListener) listener = NULL;
    struct stat st;

    g_assert_cmpint(g_chmod(precious, 0644), ==, 0);
    g_assert_cmpint(mkdir(dir, 0700), ==, 0);
    squat(how, path, precious);
    listener = dcc_listener_new(dir, "a.sock", on_connection, &n, &error);
    if (refused) {
        g_assert_true(dcc_error_is_unsafe(error));
        g_assert_nonnull(strstr(error->message, path));
    } else {
        g_autoptr(Wire) wire = wire_connect(dir, "a.sock");

        dcc_test_wait_for(n == 1, 5000);
    }
    g_assert_true(g_file_get_contents(precious, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "gold");
    g_assert_cmpint(stat(precious, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0644);
}

/* An old socket that nobody listens on, as a crash leaves it. */
static void
test_stale(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *dir = dcc_test_world_get_path(world);
    guint n = 0;
    g_autoptr(DccListener) listener = NULL;
    g_autoptr(Wire) wire = NULL;

    for (guint i = 0; i < 3; i++) {
        g_clear_pointer(&listener, dcc_listener_free);
        listener = dcc_listener_new(dir, "a.sock", on_connection, &n, NULL);
        g_assert_nonnull(listener);
    }
    wire = wire_connect(dir, "a.sock");
    dcc_test_wait_for(n == 1, 5000);
}

static void
test_no_directory(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *dir = dcc_test_world_build_path(world, "absent");
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_listener_new(dir, "a.sock", on_connection, NULL, &error));
    g_assert_true(dcc_error_is_unsafe(error));
    g_assert_nonnull(strstr(error->message, dir));
}

static void
fill_descriptors(GArray *fds)
{
    int fd;

    while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        g_array_append_val(fds, fd);
}

/* Runs in a process of its own. No descriptor is left: who knocks is turned away at once and the
 * loop comes to rest; with descriptors again it goes on. */
static void
live_without_descriptors(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *dir = dcc_test_world_get_path(world);
    const struct rlimit limit = {64, 64};
    guint n = 0, turns = 0;
    g_autoptr(DccListener) listener = dcc_listener_new(dir, "a.sock", on_connection, &n, NULL);
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
    Wire *wires[3];

    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    dcc_test_turn();
    for (guint i = 0; i < 3; i++)
        wires[i] = wire_connect(dir, "a.sock");
    fill_descriptors(fds);
    for (turns = 0; turns < 1000 && g_main_context_iteration(NULL, FALSE); turns++) {
    }
    g_assert_cmpuint(turns, <, 10);
    g_assert_cmpuint(n, ==, 0);
    for (guint i = 0; i < 3; i++) {
        char c;

        g_assert_cmpint(read(wires[i]->fd, &c, 1), ==, 0);
        wire_free(wires[i]);
    }
    for (guint i = 0; i < fds->len; i++)
        close(g_array_index(fds, int, i));
    wires[0] = wire_connect(dir, "a.sock");
    dcc_test_wait_for(n == 1, 5000);
    wire_free(wires[0]);
}

static void
test_no_descriptors(void)
{
    if (g_test_subprocess()) {
        live_without_descriptors();
        return;
    }
    g_test_trap_subprocess(NULL, 20 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_passed();
}

/* In the child: connects as another user; exits with 0 when it was let go at once. */
static void
knock_as_nobody(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char c;
    int fd;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        _exit(2);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(3);
    _exit(read(fd, &c, 1) == 0 ? 0 : 4);
}

static gboolean
has_ended(gpointer data)
{
    int *status = data;

    return waitpid(status[0], &status[1], WNOHANG) == status[0];
}

/* The directory and the socket are opened wide: the peer's user is looked at all the same. */
static void
test_another_user(void)
{
    g_autoptr(DccTestWorld) world = NULL;
    g_autofree char *path = NULL;
    guint n = 0;
    g_autoptr(DccListener) listener = NULL;
    int child[2] = {0};

    if (geteuid() != 0) {
        g_test_skip("only root can become another user");
        return;
    }
    world = dcc_test_world_new();
    path = dcc_test_world_build_path(world, "a.sock");
    listener = dcc_listener_new(dcc_test_world_get_path(world), "a.sock", on_connection, &n, NULL);
    g_assert_cmpint(g_chmod(dcc_test_world_get_path(world), 0755), ==, 0);
    g_assert_cmpint(g_chmod(path, 0666), ==, 0);
    child[0] = fork();
    if (child[0] == 0)
        knock_as_nobody(path);
    g_assert_true(dcc_test_wait(has_ended, child, 10000));
    g_assert_cmpint(child[1], ==, 0);
    g_assert_cmpuint(n, ==, 0);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    g_test_add_func("/listener/connect", test_connect);
    g_test_add_func("/listener/crowd", test_crowd);
    g_test_add_func("/listener/drain", test_drain);
    g_test_add_func("/listener/long-path", test_long_path);
    g_test_add_data_func("/listener/squatted/file", "file", test_squatted);
    g_test_add_data_func("/listener/squatted/dir", "dir", test_squatted);
    g_test_add_data_func("/listener/squatted/dangling", "dangling", test_squatted);
    g_test_add_data_func("/listener/squatted/link", "link", test_squatted);
    g_test_add_data_func("/listener/squatted/fifo", "fifo", test_squatted);
    g_test_add_func("/listener/stale", test_stale);
    g_test_add_func("/listener/no-directory", test_no_directory);
    g_test_add_func("/listener/no-descriptors", test_no_descriptors);
    g_test_add_func("/listener/another-user", test_another_user);
    return g_test_run();
}
