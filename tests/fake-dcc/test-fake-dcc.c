/* The fake application does what it says it does: all that is tested with it leans on that. */
#include "dcc-test.h"

#include <gio/gunixsocketaddress.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

typedef struct {
    DccTestWorld *world;
    char *oracle;
    char *tmp;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->world = dcc_test_world_new();
    fixture->oracle = dcc_test_world_build_path(fixture->world, "oracle");
    fixture->tmp = g_strdup(g_getenv("TMPDIR"));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    dcc_test_world_free(fixture->world);
    g_free(fixture->oracle);
    g_free(fixture->tmp);
}

/* (transfer full): the fake application with the words of args, which may hold anything but spaces.
 */
static char **
make_argv(const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", -1);
    GPtrArray *argv = g_ptr_array_new();

    g_ptr_array_add(argv, g_strdup(dcc_test_fake_executable()));
    for (guint i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, g_strdup(words[i]));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

/* Runs it with these arguments (split at spaces) to its end; its wait status. */
static int
run(Fixture *fixture, const char *args, char **output)
{
    g_autofree char *line = g_strdup_printf("--lifetime 20 --oracle %s %s", fixture->oracle, args);
    g_auto(GStrv) argv = make_argv(line);
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_sync(NULL,
                 argv,
                 NULL,
                 output ? 0 : G_SPAWN_STDOUT_TO_DEV_NULL,
                 NULL,
                 NULL,
                 output,
                 NULL,
                 &status,
                 &error);
    g_assert_no_error(error);
    return status;
}

/* The last line of the oracle, without pid and incarnation: what it meant to do. */
static char *
read_intent(Fixture *fixture)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    g_file_get_contents(fixture->oracle, &text, NULL, &error);
    g_assert_no_error(error);
    g_strchomp(text);
    const char *line = strrchr(text, '\n');
    g_auto(GStrv) words = g_strsplit(line ? line + 1 : text, " ", -1);
    g_assert_cmpuint(g_strv_length(words), ==, 4);
    return g_strdup_printf("%s %s", words[1], words[2]);
}

static void
test_exit_codes(Fixture *fixture, gconstpointer data)
{
    for (int code = 0; code < 256; code += 5) {
        g_autofree char *args = g_strdup_printf("--no-agent --exit-after 0 --code %d", code);
        g_autofree char *intent = g_strdup_printf("exit %d", code);
        int status = run(fixture, args, NULL);
        g_autofree char *meant = read_intent(fixture);

        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, code);
        g_assert_cmpstr(meant, ==, intent);
    }
}

static gboolean
is_fatal(int number)
{
    static const int harmless[] = {
        SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, 32, 33};

    for (guint i = 0; i < G_N_ELEMENTS(harmless); i++)
        if (number == harmless[i])
            return FALSE;
    return TRUE;
}

static void
test_signals(Fixture *fixture, gconstpointer data)
{
    for (int number = 1; number <= 64; number++) {
        g_autofree char *args =
            g_strdup_printf("--no-agent --never-ready --crash-after 0 --signal %d", number);
        g_autofree char *intent = g_strdup_printf("signal %d", number);

        if (!is_fatal(number))
            continue;
        int status = run(fixture, args, NULL);
        g_autofree char *meant = read_intent(fixture);
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, number);
        g_assert_cmpstr(meant, ==, intent);
    }
}

static void
test_failures_to_start(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *args, *says;
        int code;
    } cases[] = {
        {"--licence-fail", "no licence", 3},
        {"--bad-scene x.scene", "bad scene 'x.scene'", 4},
        {"--exit-before-ready 0", "Fake quit", 0},
        {"--exit-before-ready 9", "", 9},
        {"--wrapper --no-agent --exit-after 0 --code 42", "", 42},
        {"--wrapper --no-agent --crash-after 0 --signal 11", "FAKE CRASH", 139},
        {"--version", "Fake 1.2.3\n", 0},
        {"--help", "--oracle", 0},
        {"--no-agent --print hello --exit-after 0", "hello\n", 0},
        {"--no-agent --print-args --exit-after 0", "arg --print-args\n", 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *output = NULL;
        int status = run(fixture, cases[i].args, &output);

        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, cases[i].code);
        g_assert_nonnull(strstr(output, cases[i].says));
    }
}

static void
test_crashes_for_so_many_lives(Fixture *fixture, gconstpointer data)
{
    g_autofree char *count = dcc_test_world_build_path(fixture->world, "count");
    g_autofree char *args = g_strdup_printf(
        "--no-agent --term-exit 5 --crash-after 0 --count-file %s --crash-times 2", count);
    g_autofree char *line = g_strdup_printf("--lifetime 20 --oracle %s %s", fixture->oracle, args);
    g_auto(GStrv) argv = make_argv(line);
    g_autoptr(GError) error = NULL;
    int status;
    GPid pid;

    g_assert_true(WIFSIGNALED(run(fixture, args, NULL)));
    g_assert_true(WIFSIGNALED(run(fixture, args, NULL)));
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    for (g_autofree char *intent = NULL; g_strcmp0(intent, "ready 0") != 0;) {
        dcc_test_turn_once();
        g_free(intent);
        intent = read_intent(fixture);
    }
    kill(pid, SIGTERM);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(WEXITSTATUS(status), ==, 5);
}

static void
test_evidence(Fixture *fixture, gconstpointer data)
{
    g_autofree char *recovery = g_build_filename(fixture->tmp, "recovery.scene", NULL);

    run(fixture, "--no-agent --crash-after 0 --crash-save", NULL);
    g_assert_true(g_file_test(recovery, G_FILE_TEST_EXISTS));
}

static void
test_output(Fixture *fixture, gconstpointer data)
{
    g_autofree char *one = NULL, *lines = NULL, *frames = NULL;

    run(fixture, "--no-agent --flood 100k --no-newline --exit-after 0 --code 1", &one);
    g_assert_cmpuint(strlen(one), ==, 102400);
    g_assert_null(strchr(one, '\n'));
    run(fixture, "--no-agent --flood 100k --exit-after 0 --code 1", &lines);
    g_assert_nonnull(strchr(lines, '\n'));
    run(fixture, "--no-agent --progress 2 --frames 2 --every 0 --exit-after 0", &frames);
    g_assert_nonnull(strstr(frames, "Fra:2 | Remaining:0 | Sample 2/2\nSaved: '"));
}

static gboolean
is_alone(gpointer data)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return dcc_test_count_descendants() == 0;
}

static gboolean
has_left(Fixture *fixture, const char *kind)
{
    g_autofree char *text = NULL;
    g_autofree char *word = g_strdup_printf(" left-%s 0 ", kind);

    return g_file_get_contents(fixture->oracle, &text, NULL, NULL) && strstr(text, word);
}

/* Nobody's alarm ends a stopped process: it needs a hand. */
static void
kill_stopped(Fixture *fixture)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents(fixture->oracle, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        if (strstr(lines[i], " left-stopped 0 "))
            kill(atoi(lines[i]), SIGKILL);
}

/* Each kind outlives the main process, and ends by itself in the end. Strays come to this process.
 */
static void
test_trees(Fixture *fixture, gconstpointer data)
{
    static const char *const kinds[] = {
        "fork", "double-fork", "setsid", "refork", "ignore-term", "stopped", "daemon"};

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int status =
        run(fixture,
            "--lifetime 1 --no-agent --exit-after 0 --code 6 --tree fork --tree double-fork "
            "--tree setsid --tree refork --tree ignore-term --tree stopped --daemon faked",
            NULL);
    g_assert_cmpint(WEXITSTATUS(status), ==, 6);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        dcc_test_wait_for(has_left(fixture, kinds[i]), 1000);
    g_assert_cmpuint(dcc_test_count_descendants(), >=, G_N_ELEMENTS(kinds) - 1);
    kill_stopped(fixture);
    g_assert_true(dcc_test_wait(is_alone, NULL, 5000));
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* The session's end of the agent's socket, by hand. */
typedef struct {
    GSocketListener *listener;
    GSocketConnection *connection;
    GDataInputStream *in;
    GPid pid;
    char *environ_socket;
} Session;

static void
session_accept(Session *session)
{
    g_autoptr(GError) error = NULL;

    g_clear_object(&session->in);
    g_clear_object(&session->connection);
    session->connection = g_socket_listener_accept(session->listener, NULL, NULL, &error);
    g_assert_no_error(error);
    session->in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(session->connection)));
}

/* NULL at the end of the conversation. */
static JsonNode *
session_read(Session *session)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(session->in, NULL, NULL, NULL);
    JsonNode *node = line ? json_from_string(line, &error) : NULL;

    g_assert_no_error(error);
    return node;
}

static void
session_write(Session *session, const char *line)
{
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(session->connection)),
                              line,
                              strlen(line),
                              NULL,
                              NULL,
                              NULL);
}

static void
session_expect(Session *session, const char *method)
{
    g_autoptr(JsonNode) node = session_read(session);

    g_assert_nonnull(node);
    g_assert_cmpstr(
        json_object_get_string_member(json_node_get_object(node), "method"), ==, method);
}

/* (transfer full): the answer, an object with "result" or "error". */
static JsonNode *
session_call(Session *session, const char *method, const char *params)
{
    g_autofree char *line = g_strdup_printf(
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"%s\",\"params\":%s}\n", method, params);

    session_write(session, line);
    for (;;) {
        JsonNode *node = session_read(session);

        if (!node || json_object_has_member(json_node_get_object(node), "id"))
            return node;
        json_node_unref(node);
    }
}

static void
session_greet(Session *session)
{
    session_expect(session, "hello");
    session_write(session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":1}}\n");
}

static Session
session_start(Fixture *fixture, const char *args)
{
    Session session = {.listener = g_socket_listener_new()};
    g_autofree char *path = dcc_test_world_build_path(fixture->world, "agent.sock");
    g_autofree char *line = g_strdup_printf("--lifetime 20 %s", args);
    g_auto(GStrv) argv = make_argv(line);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) error = NULL;

    g_socket_listener_add_address(session.listener,
                                  address,
                                  G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT,
                                  NULL,
                                  NULL,
                                  &error);
    g_assert_no_error(error);
    g_setenv("DCCHOST_AGENT_SOCKET", path, TRUE);
    g_setenv("DCCHOST_AGENT_TOKEN", "to\"ken", TRUE);
    g_spawn_async(NULL,
                  argv,
                  NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                  NULL,
                  NULL,
                  &session.pid,
                  &error);
    g_assert_no_error(error);
    session_accept(&session);
    return session;
}

static int
session_end(Session *session)
{
    int status;

    g_clear_object(&session->in);
    g_clear_object(&session->connection);
    g_clear_object(&session->listener);
    g_assert_cmpint(waitpid(session->pid, &status, 0), ==, session->pid);
    return status;
}

static void
test_agent_saves_and_quits(Fixture *fixture, gconstpointer data)
{
    Session session = session_start(fixture, "a\"scene");
    g_autofree char *params =
        g_strdup_printf("{\"x\":[{\"directory\":1}],\"directory\":\"%s\"}", fixture->tmp);
    g_autofree char *text = NULL;

    session_greet(&session);
    session_expect(&session, "ready");
    g_autoptr(JsonNode) ping = session_call(&session, "ping", "{}");
    JsonObject *state = json_object_get_object_member(json_node_get_object(ping), "result");
    g_assert_cmpint(json_object_get_int_member(state, "pid"), ==, session.pid);
    g_assert_cmpint(json_object_get_int_member(state, "main_thread_age_ms"), <, 100);
    g_assert_true(json_object_get_null_member(state, "busy"));
    g_assert_cmpstr(json_object_get_string_member(state, "scene"), ==, "a\"scene");

    g_autoptr(JsonNode) saved = session_call(&session, "save", params);
    JsonObject *result = json_object_get_object_member(json_node_get_object(saved), "result");
    g_assert_true(
        g_file_get_contents(json_object_get_string_member(result, "path"), &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "work-copy "));
    g_assert_cmpint(json_object_get_int_member(result, "bytes"), ==, strlen(text));

    g_autoptr(JsonNode) run_reply = session_call(&session, "run", "{\"source\":\"1\"}");
    JsonObject *refusal = json_object_get_object_member(json_node_get_object(run_reply), "error");
    g_assert_cmpint(json_object_get_int_member(refusal, "code"), ==, -32601);

    g_autoptr(JsonNode) quit = session_call(&session, "quit", "{\"code\":3}");
    g_assert_true(json_object_has_member(json_node_get_object(quit), "result"));
    session_expect(&session, "bye");
    g_assert_cmpint(WEXITSTATUS(session_end(&session)), ==, 3);
}

static void
test_agent_comes_back(Fixture *fixture, gconstpointer data)
{
    Session session = session_start(fixture, "--refuse-save --refuse-quit");

    session_greet(&session);
    session_expect(&session, "ready");
    session_accept(&session);
    g_autoptr(JsonNode) hello = session_read(&session);
    JsonObject *params = json_object_get_object_member(json_node_get_object(hello), "params");
    g_assert_true(json_object_get_boolean_member(params, "ready"));
    g_assert_cmpstr(json_object_get_string_member(params, "token"), ==, "to\"ken");
    session_write(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    g_autoptr(JsonNode) saved = session_call(&session, "save", "{\"directory\":\"/\"}");
    g_assert_true(json_object_has_member(json_node_get_object(saved), "error"));
    g_autoptr(JsonNode) quit = session_call(&session, "quit", "{}");
    g_assert_true(json_object_has_member(json_node_get_object(quit), "error"));
    kill(session.pid, SIGKILL);
    g_assert_cmpint(WTERMSIG(session_end(&session)), ==, SIGKILL);
}

/* The agent tells of a main thread that does not turn, for as long as that lasts. */
static void
test_agent_tells_of_a_hang(Fixture *fixture, gconstpointer data)
{
    Session session = session_start(fixture, "--hang-after 0");
    gint64 age = 0;

    session_greet(&session);
    session_expect(&session, "ready");
    while (age < 100) {
        g_autoptr(JsonNode) ping = session_call(&session, "ping", "{}");
        JsonObject *state = json_object_get_object_member(json_node_get_object(ping), "result");
        gint64 present = json_object_get_int_member(state, "main_thread_age_ms");

        g_assert_cmpint(present, >=, age);
        age = present;
        dcc_test_turn_once();
    }
    kill(session.pid, SIGKILL);
    session_end(&session);
}

#define ADD(name, func) g_test_add("/fake-dcc/" name, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    ADD("exit-codes", test_exit_codes);
    ADD("signals", test_signals);
    ADD("failures-to-start", test_failures_to_start);
    ADD("lives", test_crashes_for_so_many_lives);
    ADD("evidence", test_evidence);
    ADD("output", test_output);
    ADD("trees", test_trees);
    ADD("agent", test_agent_saves_and_quits);
    ADD("agent-comes-back", test_agent_comes_back);
    ADD("agent-tells-of-a-hang", test_agent_tells_of_a_hang);
    return g_test_run();
}
