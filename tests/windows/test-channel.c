/* Local channels of Windows: who is let in, who is not, and what a caller is told. */
#include "dcc-client.h"
#include "dcc-clock.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-json.h"
#include "dcc-listener.h"
#include "dcc-peer.h"
#include "dcc-runtime.h"
#include "dcc-safe-dir.h"
#include "dcc-socket-file.h"
#include "dcc-socket.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include <windows.h>
/* after windows.h */
#include <sddl.h>

#define PATIENCE_MS 60000
#define NAME        "control.sock"

/* A listener, whom it let in, and a private directory. */
typedef struct {
    char *dir;
    char *path;
    DccListener *listener;
    GArray *callers; /* DccSocket */
} Door;

static void
turn_until_now(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

#define wait_for(expression)                                                                       \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 end_ = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);              \
        while (!(expression)) {                                                                    \
            g_assert_cmpint(g_get_monotonic_time(), <, end_);                                      \
            turn_until_now();                                                                      \
            g_usleep(1000);                                                                        \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END

static void
on_caller(int caller, gpointer data)
{
    g_array_append_val(((Door *)data)->callers, caller);
}

static void
door_open(Door *self, gconstpointer data)
{
    g_autofree char *top = g_dir_make_tmp("dcc-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;

    self->dir = g_build_filename(top, "private", NULL);
    self->path = g_build_filename(self->dir, NAME, NULL);
    self->callers = g_array_new(FALSE, FALSE, sizeof(DccSocket));
    g_assert_true(dcc_safe_dir_make(self->dir, &error));
    g_assert_no_error(error);
    self->listener = dcc_listener_new(self->dir, NAME, on_caller, self, &error);
    g_assert_no_error(error);
}

static void
door_shut(Door *self, gconstpointer data)
{
    g_autofree char *top = g_path_get_dirname(self->dir);

    for (guint i = 0; i < self->callers->len; i++)
        dcc_socket_close(&g_array_index(self->callers, DccSocket, i));
    g_clear_pointer(&self->listener, dcc_listener_free);
    g_array_unref(self->callers);
    dcc_safe_dir_remove(top);
    g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
    g_free(self->dir);
    g_free(self->path);
}

static DccSocketFile
read_file(Door *self)
{
    g_autofree char *text = NULL;
    DccSocketFile file;
    gsize length = 0;

    g_assert_true(g_file_get_contents(self->path, &text, &length, NULL));
    g_assert_true(dcc_socket_file_parse(text, length, &file));
    return file;
}

/* This user's alone, or nobody would read what is in it. */
static void
put(const char *path, const char *text)
{
    int fd;

    g_unlink(path);
    fd = dcc_file_open_to_append(path);
    g_assert_true(fd >= 0 && dcc_fds_write_all(fd, text, strlen(text)));
    dcc_fds_close(&fd);
}

static void
write_file(Door *self, const DccSocketFile *file)
{
    g_autofree char *text = dcc_socket_file_format(file);

    put(self->path, text);
}

/* FALSE: who runs the test may not. */
static gboolean
give(const char *path, const char *access)
{
    g_autofree gunichar2 *wide = g_utf8_to_utf16(path, -1, NULL, NULL, NULL);
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR descriptor;
    gboolean given;

    if (access[0] == 'O')
        what |= OWNER_SECURITY_INFORMATION;
    g_assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        access, SDDL_REVISION_1, &descriptor, NULL));
    given = SetFileSecurityW((LPCWSTR)wide, what, descriptor);
    LocalFree(descriptor);
    return given;
}

static void
receive_all(DccSocket socket, char *bytes, gsize n)
{
    for (gsize got = 0; got < n;) {
        gssize more = dcc_socket_receive(socket, bytes + got, n - got, FALSE);

        g_assert_true(more > 0 || (more < 0 && errno == EAGAIN));
        got += (gsize)MAX(more, 0);
        turn_until_now();
    }
}

static void
test_conversation(Door *self, gconstpointer data)
{
    DccSocket client = dcc_socket_dial(self->dir, NAME), server;
    char text[8] = "";

    g_assert_cmpint(client, !=, DCC_SOCKET_NONE);
    /* It has not heard yet that this is the session. */
    g_assert_cmpint(dcc_socket_send(client, "ask\n", 4, FALSE), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    g_assert_cmpint(dcc_socket_receive(client, text, 1, FALSE), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    g_assert_cmpint(dcc_socket_wants(client, G_IO_OUT), ==, G_IO_IN);
    wait_for(self->callers->len == 1);
    wait_for(dcc_socket_send(client, "ask\n", 4, FALSE) == 4);
    g_assert_cmpint(dcc_socket_wants(client, G_IO_OUT), ==, G_IO_OUT);
    server = g_array_index(self->callers, DccSocket, 0);
    g_assert_true(dcc_socket_peer_is_ours(server) && dcc_socket_peer_is_ours(client));
    g_assert_cmpint(dcc_socket_get_peer_pid(client), ==, (gint64)read_file(self).pid);
    receive_all(server, text, 4);
    g_assert_cmpstr(text, ==, "ask\n");
    g_assert_cmpint(dcc_socket_send(server, "say\n", 4, FALSE), ==, 4);
    receive_all(client, text, 4); /* and nothing of the answer that proves who it is */
    g_assert_cmpstr(text, ==, "say\n");
    dcc_socket_close(&client);
    wait_for(dcc_socket_receive(server, text, 1, FALSE) == 0);
}

/* Many at once, of whom some never say a word. */
static void
test_many(Door *self, gconstpointer data)
{
    DccSocketFile file = read_file(self);
    g_autoptr(GSocketClient) tcp = g_socket_client_new();
    g_autoptr(GSocketConnection) silent =
        g_socket_client_connect_to_host(tcp, "127.0.0.1", file.port, NULL, NULL);
    DccSocket clients[20];

    g_assert_nonnull(silent);
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++) {
        clients[i] = dcc_socket_dial(self->dir, NAME);
        g_assert_cmpint(clients[i], !=, DCC_SOCKET_NONE);
    }
    wait_for(self->callers->len == G_N_ELEMENTS(clients));
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
        dcc_socket_close(&clients[i]);
}

/* What a stranger says, in one piece or in many. */
static const struct {
    const char *name, *words;
    gboolean by_letters;
} strangers[] = {
    {"wrong", "0000000000000000000000000000000000000000000000000000000000000000\n", FALSE},
    {"wrong-by-letters",
     "0000000000000000000000000000000000000000000000000000000000000000\n",
     TRUE},
    {"http",
     "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: somebody who is just curious, and "
     "long\r\n\r\n",
     FALSE},
    {"json",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stop\",\"params\":{\"wait\":false}}\n",
     FALSE},
    {"empty", "\n", FALSE},
    {"short", "00112233\n", FALSE},
    {"silent", "", FALSE},
};

static gboolean
is_closed(GSocket *socket)
{
    g_autoptr(GError) error = NULL;
    char byte;
    gssize n = g_socket_receive_with_blocking(socket, &byte, 1, FALSE, NULL, &error);

    g_assert_cmpint(n, <=, 0);
    return n == 0 || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void
test_stranger(Door *self, gconstpointer data)
{
    const char *words = strangers[GPOINTER_TO_INT(data)].words;
    gboolean by_letters = strangers[GPOINTER_TO_INT(data)].by_letters;
    g_autoptr(GSocketClient) tcp = g_socket_client_new();
    g_autoptr(GSocketConnection) stranger =
        g_socket_client_connect_to_host(tcp, "127.0.0.1", read_file(self).port, NULL, NULL);
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(stranger));
    DccSocket client;

    for (gsize at = 0, n; at < strlen(words); at += n) {
        n = by_letters ? 1 : strlen(words);
        if (!g_output_stream_write_all(out, words + at, n, NULL, NULL, NULL))
            break;
        turn_until_now();
    }
    wait_for(is_closed(g_socket_connection_get_socket(stranger)));
    g_assert_cmpuint(self->callers->len, ==, 0);
    client = dcc_socket_dial(self->dir, NAME);
    wait_for(self->callers->len == 1);
    dcc_socket_close(&client);
}

/* The port of a session that is dead is a stranger's by now, which is not believed, and is told nothing but the word that
 * opens a door that is no more. */
static GSocketConnection *catch (Door *self, GSocketListener *stranger, DccSocket *client)
{
    DccSocketFile file = read_file(self);

    file.port = g_socket_listener_add_any_inet_port(stranger, NULL, NULL);
    write_file(self, &file);
    *client = dcc_socket_dial(self->dir, NAME);
    g_assert_cmpint(*client, !=, DCC_SOCKET_NONE);
    return g_socket_listener_accept(stranger, NULL, NULL, NULL);
}

static void
test_stranger_listens(Door *self, gconstpointer data)
{
    g_autoptr(GSocketListener) stranger = g_socket_listener_new();
    g_autoptr(GSocketConnection) caught = NULL;
    char text[2 * DCC_SOCKET_WORD_LENGTH] = "", more;
    DccSocket client;
    gsize n = 0;

    caught = catch (self, stranger, &client);
    g_assert_cmpint(dcc_socket_send(client, "secret\n", 7, FALSE), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(caught)),
                            text,
                            DCC_SOCKET_WORD_LENGTH + 1,
                            &n,
                            NULL,
                            NULL);
    g_assert_cmpuint(n, ==, DCC_SOCKET_WORD_LENGTH + 1);
    memset(text, '0', sizeof text);
    g_output_stream_write_all(
        g_io_stream_get_output_stream(G_IO_STREAM(caught)), text, sizeof text, NULL, NULL, NULL);
    wait_for(dcc_socket_receive(client, text, sizeof text, FALSE) == -1 && errno != EAGAIN);
    g_assert_cmpint(errno, ==, EPROTO);
    g_assert_cmpint(dcc_socket_send(client, "secret\n", 7, FALSE), ==, -1);
    g_assert_cmpint(errno, ==, EPROTO);
    dcc_socket_close(&client);
    g_assert_cmpint(g_input_stream_read(
                        g_io_stream_get_input_stream(G_IO_STREAM(caught)), &more, 1, NULL, NULL),
                    <=,
                    0);
}

/* What is asked of a session does not wait for ever for a stranger who says nothing. */
static gpointer
ask_at(gpointer top)
{
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccClient) client = dcc_client_new(runtime, "private", NULL);
    GError *error = NULL;

    g_assert_nonnull(client);
    g_assert_null(dcc_client_call(client, "status", NULL, 500, &error));
    return error;
}

static void
test_stranger_is_asked(Door *self, gconstpointer data)
{
    gboolean speaks = GPOINTER_TO_INT(data);
    g_autofree char *top = g_path_get_dirname(self->dir);
    g_autofree char *run = g_build_filename(top, "dcchost", NULL);
    g_autoptr(GSocketListener) stranger = g_socket_listener_new();
    g_autoptr(GSocketConnection) caught = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(DccRuntime) runtime = NULL;
    g_autofree char *dir = g_build_filename(run, "private", NULL);
    DccSocketFile file = read_file(self);
    char text[DCC_SOCKET_WORD_LENGTH + 1];
    GThread *asker;

    g_setenv("XDG_RUNTIME_DIR", top, TRUE);
    g_setenv("XDG_STATE_HOME", top, TRUE);
    runtime = dcc_runtime_open(&error);
    g_assert_no_error(error);
    g_assert_cmpint(g_rename(self->dir, dir), ==, 0);
    g_free(self->path);
    self->path = g_build_filename(dir, NAME, NULL);
    file.port = g_socket_listener_add_any_inet_port(stranger, NULL, NULL);
    write_file(self, &file);
    asker = g_thread_new("asker", ask_at, NULL);
    caught = g_socket_listener_accept(stranger, NULL, NULL, NULL);
    memset(text, '0', sizeof text);
    if (speaks)
        g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(caught)),
                                  text,
                                  sizeof text,
                                  NULL,
                                  NULL,
                                  NULL);
    error = g_thread_join(asker);
    g_test_message("%s", error->message);
    if (speaks)
        g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
    else
        g_assert_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_unsetenv("XDG_STATE_HOME");
}

static gboolean
is_still_ours(const char *path)
{
    DccFileFacts facts;

    g_assert_true(dcc_file_facts_read(path, &facts));
    return facts.is_ours;
}

/* Somebody else reads it, or writes it, or has made it. */
static void
test_not_ours_alone(Door *self, gconstpointer data)
{
    if (!give(self->path, data)) {
        g_test_skip("this user may not give a file away");
        return;
    }
    if (is_still_ours(self->path) && ((const char *)data)[0] == 'O') {
        g_test_skip("wine lets nobody give a file away, and does not say so");
        return;
    }
    g_assert_cmpint(dcc_socket_dial(self->dir, NAME), ==, DCC_SOCKET_NONE);
    g_assert_cmpint(errno, ==, EPERM);
    turn_until_now();
    g_assert_cmpuint(self->callers->len, ==, 0);
}

/* Whoever wrote the file is dead: said at once, without two seconds of asking its port. */
static void
test_stale(Door *self, gconstpointer data)
{
    DccSocketFile file = read_file(self);
    gint64 before;

    file.start++; /* the number is another process's by now */
    write_file(self, &file);
    before = g_get_monotonic_time();
    g_assert_cmpint(dcc_socket_dial(self->dir, NAME), ==, DCC_SOCKET_NONE);
    g_assert_cmpint(errno, ==, ECONNREFUSED);
    g_test_message("refused after %" G_GINT64_FORMAT " us", g_get_monotonic_time() - before);
    g_clear_pointer(&self->listener, dcc_listener_free);
    file.start--;
    write_file(self, &file);
    g_assert_cmpint(dcc_socket_dial(self->dir, NAME), ==, DCC_SOCKET_NONE);
    g_unlink(self->path);
    g_assert_cmpint(dcc_socket_dial(self->dir, NAME), ==, DCC_SOCKET_NONE);
    g_assert_cmpint(errno, ==, ENOENT);
}

static void
test_garbage(Door *self, gconstpointer data)
{
    static const char *const rows[] = {"", "x", "dcchost-socket-1 1 2 3\n"};
    g_autofree char *much = g_strnfill(100000, '1');

    for (gsize i = 0; i <= G_N_ELEMENTS(rows); i++) {
        put(self->path, i < G_N_ELEMENTS(rows) ? rows[i] : much);
        g_assert_cmpint(dcc_socket_connect(self->dir, NAME), ==, DCC_SOCKET_NONE);
        g_assert_cmpint(errno, ==, EPROTO);
    }
    g_unlink(self->path);
    g_assert_cmpint(g_mkdir(self->path, 0700), ==, 0);
    g_assert_cmpint(dcc_socket_connect(self->dir, NAME), ==, DCC_SOCKET_NONE);
    g_assert_cmpint(errno, !=, EAGAIN);
}

/* What a person is told, who asks for such an instance. */
static void
test_told(Door *self, gconstpointer data)
{
    g_autofree char *top = g_path_get_dirname(self->dir);
    g_autofree char *run = g_build_filename(top, "dcchost", NULL);
    g_autofree char *dir = g_build_filename(run, "told", NULL);
    g_autofree char *path = g_build_filename(dir, NAME, NULL);
    g_autofree char *record = g_build_filename(dir, "record.json", NULL);
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(GError) error = NULL;

    g_setenv("XDG_RUNTIME_DIR", top, TRUE);
    g_setenv("XDG_STATE_HOME", top, TRUE);
    runtime = dcc_runtime_open(&error);
    g_assert_no_error(error);
    g_assert_true(dcc_safe_dir_make(dir, NULL) && g_file_set_contents(record, "{}", -1, NULL));
    put(path, "garbage");
    g_assert_null(dcc_client_new(runtime, "told", &error));
    g_test_message("%s", error->message);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
    g_assert_nonnull(strstr(error->message, "is damaged; remove it"));
    g_clear_error(&error);
    g_assert_true(give(path, "D:P(A;;FA;;;WD)"));
    g_assert_null(dcc_client_new(runtime, "told", &error));
    g_test_message("%s", error->message);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_UNSAFE);
    g_assert_nonnull(strstr(error->message, "is not this user's alone; remove it"));
    g_clear_error(&error);
    g_unlink(path);
    g_assert_null(dcc_client_new(runtime, "told", &error));
    g_test_message("%s", error->message);
    g_assert_error(error, DCC_ERROR, DCC_ERROR_GONE);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_unsetenv("XDG_STATE_HOME");
}

/* A second session of the same place: the file is the newest one's. */
static void
test_replaced(Door *self, gconstpointer data)
{
    DccSocketFile before = read_file(self), after;
    g_autoptr(GError) error = NULL;
    DccSocket second = dcc_socket_listen(self->dir, NAME, &error), client;

    g_assert_no_error(error);
    after = read_file(self);
    g_assert_cmpuint(after.port, !=, before.port);
    g_assert_cmpstr(after.call, !=, before.call);
    client = dcc_socket_dial(self->dir, NAME);
    wait_for(dcc_socket_accept(second) != DCC_SOCKET_NONE);
    g_assert_cmpuint(self->callers->len, ==, 0);
    dcc_socket_close(&client);
    dcc_socket_close(&second);
}

static void
test_no_directory(Door *self, gconstpointer data)
{
    g_autofree char *absent = g_build_filename(self->dir, "absent", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(dcc_socket_listen(absent, NAME, &error), ==, DCC_SOCKET_NONE);
    g_test_message("%s", error->message);
    g_assert_true(dcc_error_is_unsafe(error));
    g_assert_nonnull(strstr(error->message, absent));
}

/* A conversation over it, with much to say: what does not fit in one piece comes all the same. */
typedef struct {
    guint asked, answered;
} Talk;

static void
on_request(DccPeer *peer, gint64 id, const char *method, JsonObject *params, gpointer data)
{
    ((Talk *)data)->asked++;
    dcc_peer_reply(peer, id, json_object_ref(params));
}

static void
on_closed(DccPeer *peer, const char *reason, gpointer data)
{
}

static void
on_reply(JsonObject *result, const GError *error, gpointer data)
{
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(dcc_json_get_string(result, "much", "")), ==, 300000);
    ((Talk *)data)->answered++;
}

static void
test_peers(Door *self, gconstpointer data)
{
    static const DccPeerHandler handler = {.request = on_request, .closed = on_closed};
    g_autofree char *much = g_strnfill(300000, 'x');
    g_autoptr(DccClock) clock = dcc_clock_new();
    g_autoptr(DccPeer) client = NULL;
    g_autoptr(DccPeer) server = NULL;
    DccSocket caller = dcc_socket_dial(self->dir, NAME);
    Talk talk = {0};

    wait_for(self->callers->len == 1);
    client = dcc_peer_new(caller, clock, &handler, &talk);
    server = dcc_peer_new(g_array_index(self->callers, DccSocket, 0), clock, &handler, &talk);
    g_array_set_size(self->callers, 0);
    for (guint i = 0; i < 40; i++) {
        JsonObject *params = json_object_new();

        json_object_set_string_member(params, "much", much);
        dcc_peer_call(i % 2 ? server : client, "echo", params, -1, on_reply, &talk);
        wait_for(talk.answered == i + 1);
    }
    g_assert_cmpuint(talk.asked, ==, 40);
    dcc_peer_close(client);
    wait_for(!dcc_peer_is_open(server));
}

static void
add(const char *name, gconstpointer data, void (*func)(Door *, gconstpointer))
{
    g_test_add(name, Door, data, door_open, func, door_shut);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/channel/conversation", NULL, test_conversation);
    add("/channel/many", NULL, test_many);
    for (gsize i = 0; i < G_N_ELEMENTS(strangers); i++) {
        g_autofree char *name = g_strconcat("/channel/stranger-calls/", strangers[i].name, NULL);

        add(name, GINT_TO_POINTER((int)i), test_stranger);
    }
    add("/channel/stranger-listens", NULL, test_stranger_listens);
    add("/channel/stranger-is-asked/silent", GINT_TO_POINTER(FALSE), test_stranger_is_asked);
    add("/channel/stranger-is-asked/speaks", GINT_TO_POINTER(TRUE), test_stranger_is_asked);
    add("/channel/others-read", "D:P(A;;FA;;;OW)(A;;FR;;;WD)", test_not_ours_alone);
    add("/channel/others-write", "D:P(A;;FA;;;OW)(A;;FA;;;WD)", test_not_ours_alone);
    add("/channel/others-made", "O:S-1-5-21-1-2-3-1099D:P(A;;FA;;;OW)", test_not_ours_alone);
    add("/channel/stale", NULL, test_stale);
    add("/channel/garbage", NULL, test_garbage);
    add("/channel/told", NULL, test_told);
    add("/channel/replaced", NULL, test_replaced);
    add("/channel/no-directory", NULL, test_no_directory);
    add("/channel/peers", NULL, test_peers);
    return g_test_run();
}
