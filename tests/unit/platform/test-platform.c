/* The small parts of the platform: statuses, locks, facts of files, directories watched,
 * descriptors. */
#include "dcc-dir-watch.h"
#include "dcc-exit-set.h"
#include "dcc-exit-status.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-lock.h"
#include "dcc-own-process.h"
#include "dcc-sealed-file.h"
#include "dcc-signals.h"
#include "dcc-socket.h"
#include "dcc-source.h"
#include "dcc-spawn.h"
#include "dcc-stop-requests.h"
#include "dcc-system.h"
#include "dcc-test.h"
#include "dcc-user.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *hands;

static int
status_of(const char *mode, const char *number)
{
    const char *argv[] = {hands, mode, number, NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    DccChild child;
    int status = 0;

    g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    g_assert_cmpint(waitpid((pid_t)child.pid, &status, 0), ==, child.pid);
    dcc_process_ref_close(&child.process);
    return status;
}

static void
test_exit_status(void)
{
    DccExitStatus lost = dcc_exit_status_decode(-1);

    for (int code = 0; code < 256; code += 5) {
        g_autofree char *number = g_strdup_printf("%d", code);
        int status = status_of("exit", number);
        DccExitStatus end = dcc_exit_status_decode(status);

        g_assert_cmpint(end.kind, ==, DCC_RESULT_EXITED);
        g_assert_cmpint(end.code, ==, code);
        g_assert_cmpint(end.signal, ==, 0);
        g_assert_cmpint(dcc_exit_status_is_success(status), ==, code == 0);
    }
    g_assert_cmpint(lost.kind, ==, DCC_RESULT_LOST);
    g_assert_cmpint(lost.code, ==, -1);
    g_assert_false(dcc_exit_status_is_success(-1));
}

static void
test_exit_status_signals(void)
{
    static const int signals[] = {
        DCC_SIGNAL_HANGUP, DCC_SIGNAL_KILL, DCC_SIGNAL_SEGV, DCC_SIGNAL_TERMINATE, DCC_SIGNAL_LAST};

    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autofree char *number = g_strdup_printf("%d", signals[i]);
        DccExitStatus end = dcc_exit_status_decode(status_of("signal", number));

        g_assert_cmpint(end.kind, ==, DCC_RESULT_SIGNALED);
        g_assert_cmpint(end.signal, ==, signals[i]);
        g_assert_cmpint(end.code, ==, -1);
    }
    /* With and without a core, as wait(2) has it. */
    g_assert_true(dcc_exit_status_decode(SIGSEGV | 0x80).core_dumped);
    g_assert_false(dcc_exit_status_decode(SIGSEGV).core_dumped);
    /* Stopped or continued is no end. */
    g_assert_cmpint(dcc_exit_status_decode(SIGSTOP << 8 | 0x7f).kind, ==, DCC_RESULT_LOST);
}

static void
test_lock(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "room/lock");
    gboolean held;
    int first, second;

    g_assert_cmpint(dcc_lock_take(path, FALSE, &held), ==, -1);
    g_assert_false(held);
    first = dcc_lock_take(path, TRUE, &held);
    g_assert_cmpint(first, >=, 0);
    g_assert_true(dcc_lock_is_current(first, path));
    g_assert_cmpint(dcc_lock_take(path, TRUE, &held), ==, -1);
    g_assert_true(held);
    /* One whose file was removed holds a name no more. */
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_false(dcc_lock_is_current(first, path));
    second = dcc_lock_take(path, TRUE, &held);
    g_assert_cmpint(second, >=, 0);
    close(first);
    close(second);
    first = dcc_lock_take(path, FALSE, &held);
    g_assert_cmpint(first, >=, 0);
    close(first);
}

static void
test_file_facts(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *file = dcc_test_world_write(world, "file", "four", -1);
    g_autofree char *link = dcc_test_world_build_path(world, "link");
    g_autofree char *absent = dcc_test_world_build_path(world, "absent");
    const struct timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 7, .tv_nsec = 9}};
    DccFileFacts facts, same;
    int fd;

    g_assert_cmpint(symlink(file, link), ==, 0);
    g_assert_cmpint(utimensat(AT_FDCWD, file, times, 0), ==, 0);
    g_assert_true(dcc_file_facts_read(file, &facts));
    g_assert_cmpint(facts.kind, ==, DCC_FILE_REGULAR);
    g_assert_cmpint(facts.size, ==, 4);
    g_assert_cmpint(facts.mtime_ns, ==, G_GINT64_CONSTANT(7000000009));
    g_assert_true(facts.is_ours);
    g_assert_cmpint(facts.is_roots, ==, dcc_user_get_id() == 0);
    fd = open(link, O_RDONLY | O_CLOEXEC);
    g_assert_true(dcc_file_facts_read_open(fd, &same));
    close(fd);
    g_assert_true(dcc_file_facts_is_same(&facts, &same));
    g_assert_cmpint(g_chmod(file, 0620), ==, 0);
    g_assert_true(dcc_file_facts_read(file, &same));
    g_assert_true(same.others_can_write && !facts.others_can_write);
    g_assert_true(dcc_file_facts_read(link, &facts));
    g_assert_cmpint(facts.kind, ==, DCC_FILE_LINK);
    g_assert_true(dcc_file_facts_read(dcc_test_world_get_path(world), &facts));
    g_assert_cmpint(facts.kind, ==, DCC_FILE_DIRECTORY);
    g_assert_true(dcc_file_facts_read("/dev/null", &facts));
    g_assert_cmpint(facts.kind, ==, DCC_FILE_OTHER);
    g_assert_false(dcc_file_facts_read(absent, &facts));
    g_assert_cmpint(errno, ==, ENOENT);
}

static gboolean
count(gpointer data)
{
    (*(guint *)data)++;
    return G_SOURCE_CONTINUE;
}

static void
wait_for_more(const guint *counter, guint than)
{
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    while (*counter <= than && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(*counter, >, than);
}

static void
test_dir_watch(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *absent = dcc_test_world_build_path(world, "absent");
    g_autoptr(GError) error = NULL;
    GSource *source = dcc_dir_watch_source_new(dcc_test_world_get_path(world), &error);
    g_autofree char *path = NULL;
    guint n = 0;

    g_assert_no_error(error);
    dcc_source_attach(source, count, &n);
    path = dcc_test_world_write(world, "file", "x", -1);
    wait_for_more(&n, 0);
    n = 0;
    g_assert_cmpint(g_rename(path, absent), ==, 0);
    wait_for_more(&n, 0);
    /* What was told is not told again. */
    n = 0;
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(n, ==, 0);
    dcc_source_clear(&source);
    g_assert_cmpint(g_unlink(absent), ==, 0);
    g_assert_null(dcc_dir_watch_source_new(absent, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
}

static void
test_exit_set(void)
{
    const char *argv[] = {hands, "wait", NULL};
    DccSpawn spawn = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    DccExitSet *set = dcc_exit_set_new(NULL);
    guint numbers[4] = {0};
    DccChild child;

    g_assert_true(dcc_spawn(&spawn, &child, NULL, NULL));
    g_assert_true(dcc_exit_set_add(set, child.process, 7));
    g_assert_cmpuint(dcc_exit_set_wait(set, numbers, 4, 0), ==, 0);
    dcc_exit_set_wake(set);
    dcc_exit_set_wake(set);
    g_assert_cmpuint(dcc_exit_set_wait(set, numbers, 4, -1), ==, 0);
    kill((pid_t)child.pid, SIGKILL);
    g_assert_cmpuint(dcc_exit_set_wait(set, numbers, 4, -1), ==, 1);
    g_assert_cmpuint(numbers[0], ==, 7);
    dcc_exit_set_remove(set, child.process);
    g_assert_cmpuint(dcc_exit_set_wait(set, numbers, 4, 0), ==, 0);
    dcc_exit_set_free(set);
    g_assert_true(dcc_process_ref_reap(child.process, NULL));
    dcc_process_ref_close(&child.process);
}

static void
test_flag(void)
{
    int fd = dcc_fds_open_flag(TRUE);
    GPollFD poll_fd = {.fd = fd, .events = G_IO_IN};

    g_assert_cmpint(g_poll(&poll_fd, 1, 0), ==, 1);
    dcc_fds_set_flag(fd, TRUE);
    dcc_fds_set_flag(fd, FALSE);
    g_assert_cmpint(g_poll(&poll_fd, 1, 0), ==, 0);
    dcc_fds_set_flag(fd, FALSE);
    dcc_fds_set_flag(fd, TRUE);
    g_assert_cmpint(g_poll(&poll_fd, 1, 0), ==, 1);
    dcc_fds_close(&fd);
    g_assert_cmpint(fd, ==, -1);
}

static void
test_stop_requests(void)
{
    int fd = dcc_stop_requests_hold(DCC_STOP_REQUEST_TERMINATE | DCC_STOP_REQUEST_INTERRUPT);
    guint n = 0;
    GSource *source = dcc_stop_requests_watch(fd, count, &n);

    g_assert_false(dcc_stop_requests_take(fd));
    raise(SIGINT);
    wait_for_more(&n, 0);
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_INTERRUPT);
    raise(SIGTERM);
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, DCC_STOP_REQUEST_TERMINATE);
    g_assert_cmpint(dcc_stop_requests_take(fd), ==, 0);
    dcc_source_clear(&source);
    close(fd);
}

static void
test_sealed_file(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_write(world, "file", "content", -1);
    g_autofree char *one = NULL, *other = NULL, *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int sealed = dcc_sealed_file_copy(fd, "a-name", 7);

    close(fd);
    if (sealed < 0) {
        g_test_skip("this machine allows no code in memory");
        return;
    }
    one = dcc_sealed_file_get_path(sealed, 0);
    other = dcc_sealed_file_get_path(sealed, 2);
    g_assert_cmpstr(one, !=, other);
    g_assert_true(g_file_get_contents(other, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "content");
    g_assert_cmpint(pwrite(sealed, "x", 1, 0), ==, -1);
    g_assert_cmpint(ftruncate(sealed, 3), ==, -1);
    close(sealed);
}

static void
test_socket(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    const char *dir = dcc_test_world_get_path(world);
    DccSocket listening = dcc_socket_listen(dir, "sock", NULL);
    DccSocket client, server;
    char text[8];

    g_assert_cmpint(dcc_socket_accept(listening), ==, DCC_SOCKET_NONE);
    g_assert_cmpint(errno, ==, EAGAIN);
    client = dcc_socket_connect(dir, "sock");
    server = dcc_socket_accept(listening);
    g_assert_true(dcc_socket_peer_is_ours(client) && dcc_socket_peer_is_ours(server));
    g_assert_cmpint(dcc_socket_receive(server, text, sizeof text, FALSE), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    g_assert_cmpint(dcc_socket_send(client, "word", 4, TRUE), ==, 4);
    g_assert_cmpint(dcc_socket_receive(server, text, sizeof text, FALSE), ==, 4);
    /* Whoever goes away is an error to the other, not a signal. */
    dcc_socket_close(&server);
    g_assert_cmpint(server, ==, DCC_SOCKET_NONE);
    g_assert_cmpint(dcc_socket_send(client, "word", 4, TRUE), ==, -1);
    g_assert_cmpint(errno, ==, EPIPE);
    dcc_socket_close(&client);
    dcc_socket_close(&listening);
}

static void
test_own_process(void)
{
    g_autofree char *program = dcc_own_process_get_program();
    g_autofree char *link = g_file_read_link("/proc/self/exe", NULL);

    g_assert_cmpstr(program, ==, link);
    g_assert_false(dcc_own_process_is_privileged());
    status_of("exit", "0");
    g_assert_true(dcc_own_process_has_had_children());
}

static void
note(const char *what, gboolean good, const char *text, const char *advice, gpointer data)
{
    g_assert_cmpuint(strlen(what), >, 0);
    g_assert_cmpuint(strlen(text), >, 0);
    (*(guint *)data)++;
}

static void
test_system(void)
{
    guint64 bytes = 0;
    guint n = 0;

    dcc_system_check(note, &n);
    g_assert_cmpuint(n, ==, 3);
    g_assert_cmpuint(dcc_system_get_descriptor_limit(), >, 0);
    g_assert_true(dcc_system_get_free_bytes("/", &bytes));
    g_assert_false(dcc_system_get_free_bytes("/nonexistent", &bytes));
}

/* Whoever is told that the machine is out of something reads which limit it is. */
static void
test_explain(void)
{
    static const struct {
        int errno_code;
        const char *limit;
    } rows[] = {{EAGAIN, "ulimit -u"},
                {EAGAIN, "pids.max"},
                {EMFILE, "ulimit -n"},
                {ENFILE, "fs.file-max"},
                {ENOMEM, "memory.max"}};
    g_autofree char *other = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = dcc_system_explain(rows[i].errno_code);

        g_assert_true(g_str_has_prefix(text, g_strerror(rows[i].errno_code)));
        g_assert_nonnull(strstr(text, rows[i].limit));
    }
    other = dcc_system_explain(ENOENT);
    g_assert_cmpstr(other, ==, g_strerror(ENOENT));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hands = argv[argc - 1];
    g_test_add_func("/platform/exit-status/codes", test_exit_status);
    g_test_add_func("/platform/exit-status/signals", test_exit_status_signals);
    g_test_add_func("/platform/lock", test_lock);
    g_test_add_func("/platform/file-facts", test_file_facts);
    g_test_add_func("/platform/dir-watch", test_dir_watch);
    g_test_add_func("/platform/exit-set", test_exit_set);
    g_test_add_func("/platform/flag", test_flag);
    g_test_add_func("/platform/stop-requests", test_stop_requests);
    g_test_add_func("/platform/sealed-file", test_sealed_file);
    g_test_add_func("/platform/socket", test_socket);
    g_test_add_func("/platform/own-process", test_own_process);
    g_test_add_func("/platform/system", test_system);
    g_test_add_func("/platform/explain", test_explain);
    return g_test_run();
}
