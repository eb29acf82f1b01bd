/* The control socket under clients of every kind: none of them harms the session or another client.
 */
#include "session-rig.h"

#include "dcc-socket.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#ifdef G_OS_UNIX
#include <sys/resource.h>
#define N_FOLLOWERS 1000
#else
#define N_FOLLOWERS                                                                                \
    200 /* both ends are this process's, which waits for each with a thread for 63 of them */
#endif

#define N_PROBES 1000

static DccSocket
dial_door(Rig *rig, const char *name, const char *door)
{
    g_autofree char *dir = g_build_filename(dcc_runtime_get_path(rig->runtime), name, NULL);
    DccSocket fd;

    while ((fd = dcc_socket_dial(dir, door)) == DCC_SOCKET_NONE) {
        g_assert_cmpint(errno, ==, EAGAIN);
        dcc_test_turn_once();
    }
    return fd;
}

static DccSocket
dial(Rig *rig, const char *name)
{
    return dial_door(rig, name, "control.sock");
}

static void
say(DccSocket fd, const char *line)
{
    while (*line != '\0') {
        gssize n = dcc_socket_send(fd, line, strlen(line), FALSE);

        g_assert_true(n >= 0 || errno == EAGAIN);
        line += MAX(n, 0);
        if (n < 0)
            dcc_test_turn_once();
    }
}

/* (transfer full): the next line, NULL when the session closed. */
static char *
hear(DccSocket fd, GString *in)
{
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    char chunk[16 * 1024];

    for (;;) {
        char *stop = memchr(in->str, '\n', in->len);
        gssize n;

        if (stop != NULL) {
            char *line = g_strndup(in->str, (gsize)(stop - in->str));

            g_string_erase(in, 0, stop - in->str + 1);
            return line;
        }
        n = dcc_socket_receive(fd, chunk, sizeof chunk, FALSE);
        if (n > 0)
            g_string_append_len(in, chunk, n);
        else if (n == 0 || errno != EAGAIN)
            return NULL;
        else
            dcc_test_turn_once();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

/* (transfer full): one question, one answer, on a connection of its own. */
static char *
ask(Rig *rig, const char *name, const char *line)
{
    g_autoptr(GString) in = g_string_new(NULL);
    DccSocket fd = dial(rig, name);
    char *answer;

    say(fd, line);
    answer = hear(fd, in);
    dcc_socket_close(&fd);
    return answer;
}

static void
start(Rig *rig)
{
    rig_start(rig);
    rig_wait_state(rig, DCC_STATE_RUNNING);
}

static void
finish(Rig *rig)
{
    dcc_session_kill(rig->session);
    rig_wait_end(rig);
}

static const char *const values[] = {
    "null",
    "true",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "1.5",
    "\"\"",
    "\"x\"",
    "[]",
    "[1,[2]]",
    "{}",
    "{\"a\":{}}",
};

static const char *const harmless[] = {
    "status", "events", "probe", "agent", "frame", "rendered", "fly", ""};
static const char *const params[] = {"since",
                                     "follow",
                                     "method",
                                     "params",
                                     "timeout_ms",
                                     "wait",
                                     "frame",
                                     "file",
                                     "verdict",
                                     "failures"};

/* Every parameter of every method that ends nothing, with every kind of value: an answer comes. */
static void
test_bad_params(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "params", "", NULL);
    g_autoptr(GString) in = g_string_new(NULL);
    DccSocket fd;

    start(rig);
    fd = dial(rig, "params");
    for (guint m = 0; m < G_N_ELEMENTS(harmless); m++)
        for (guint p = 0; p < G_N_ELEMENTS(params); p++)
            for (guint v = 0; v < G_N_ELEMENTS(values); v++) {
                g_autofree char *line =
                    g_strdup_printf("{\"id\":1,\"method\":\"%s\",\"params\":{\"%s\":%s}}\n"
                                    "{\"id\":2,\"method\":\"%s\",\"params\":%s}\n",
                                    harmless[m],
                                    params[p],
                                    values[v],
                                    harmless[m],
                                    values[v]);

                say(fd, line);
                for (guint answers = 0; answers < 2;) {
                    g_autofree char *answer = hear(fd, in);

                    g_assert_nonnull(answer);
                    answers += strstr(answer, "\"method\":\"event\"") == NULL;
                }
            }
    dcc_socket_close(&fd);
    g_assert_cmpint(dcc_session_get_state(rig->session), ==, DCC_STATE_RUNNING);
    finish(rig);
}

/* Those that end it: whatever they are given, it ends, and whoever waits is told. */
static void
test_bad_params_of_stop(gconstpointer data)
{
    guint v = GPOINTER_TO_UINT(data);
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "stops", "", "save-timeout", "300ms", NULL);
    g_autofree char *answer = NULL;
    g_autofree char *line = g_strdup_printf(
        "{\"id\":1,\"method\":\"stop\",\"params\":{\"timeout_ms\":%s,\"wait\":%s}}\n",
        values[v],
        values[v]);

    start(rig);
    answer = ask(rig, "stops", line);
    g_assert_nonnull(strstr(answer, "\"result\""));
    rig_wait_end(rig);
}

/* He asks it to stop and goes away: it stops all the same, and nobody else suffers. */
static void
test_waiter_goes(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "waiter", "--slow-quit 200", NULL);
    g_autoptr(GString) in = g_string_new(NULL);
    g_autofree char *answer = NULL;
    DccSocket gone, stays;

    start(rig);
    gone = dial(rig, "waiter");
    stays = dial(rig, "waiter");
    say(gone, "{\"id\":1,\"method\":\"stop\"}\n{\"id\":2,\"method\":\"probe\"}\n");
    dcc_socket_close(&gone);
    dcc_test_turn();
    say(stays, "{\"id\":3,\"method\":\"stop\"}\n");
    answer = hear(stays, in);
    g_assert_nonnull(strstr(answer, "\"id\":3"));
    g_assert_nonnull(strstr(answer, "\"steps\""));
    dcc_socket_close(&stays);
    rig_wait_end(rig);
}

#ifdef G_OS_UNIX
static void
allow_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = MIN(limit.rlim_max, 8192);
    setrlimit(RLIMIT_NOFILE, &limit);
}
#else
static void
allow_descriptors(void)
{
}
#endif

/* A thousand follow, one never reads: the others are told in time. */
static void
test_followers(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "followers", "", NULL);
    DccSocket *fds = g_new(DccSocket, N_FOLLOWERS);
    gint64 began;

    allow_descriptors();
    start(rig);
    for (guint i = 0; i < N_FOLLOWERS; i++) {
        fds[i] = dial(rig, "followers");
        say(fds[i],
            "{\"id\":1,\"method\":\"events\",\"params\":{\"since\":1000000,\"follow\":true}}\n");
        dcc_test_turn();
    }
    began = g_get_monotonic_time();
    finish(rig);
    for (guint i = 1; i < N_FOLLOWERS; i++) {
        g_autoptr(GString) in = g_string_new(NULL);
        g_autofree char *line = NULL;

        do {
            g_free(line);
            line = hear(fds[i], in);
            g_assert_nonnull(line);
        } while (strstr(line, "\"type\":\"ended\"") == NULL);
    }
    g_test_message("%d ms", (int)((g_get_monotonic_time() - began) / 1000));
    for (guint i = 0; i < N_FOLLOWERS; i++)
        dcc_socket_close(&fds[i]);
    g_free(fds);
}

/* The test itself is the application's agent; its token is in the record. */
static DccSocket
become_agent(Rig *rig, const char *name, GString *in)
{
    g_autofree char *path =
        g_build_filename(dcc_runtime_get_path(rig->runtime), name, "record.json", NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *line = NULL;
    g_autofree char *answer = NULL;
    DccSocket fd = dial_door(rig, name, "agent.sock");

    g_assert_true(json_parser_load_from_file(parser, path, NULL));
    line = g_strdup_printf(
        "{\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":1,\"pid\":1,\"ready\":true,"
        "\"scene\":\"\",\"token\":\"%s\"}}\n",
        json_object_get_string_member(json_node_get_object(json_parser_get_root(parser)), "token"));
    say(fd, line);
    answer = hear(fd, in);
    g_assert_nonnull(strstr(answer, "\"result\""));
    return fd;
}

/* A thousand want to know at once: the application is asked once. */
static void
test_probe_storm(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "storm", "--bad-token", NULL);
    g_autoptr(GString) in = g_string_new(NULL);
    g_autoptr(GString) heard = g_string_new(NULL);
    g_autofree char *ping = NULL;
    DccSocket fd, agent;
    char more;

    rig_start(rig);
    agent = become_agent(rig, "storm", heard);
    rig_wait_state(rig, DCC_STATE_RUNNING);
    fd = dial(rig, "storm");
    for (guint i = 0; i < N_PROBES; i++)
        say(fd, "{\"id\":1,\"method\":\"probe\"}\n");
    say(fd, "{\"id\":2,\"method\":\"fly\"}\n");
    g_free(hear(fd, in)); /* it has come to the end of them */
    ping = hear(agent, heard);
    g_assert_nonnull(strstr(ping, "\"ping\""));
    g_assert_cmpint(dcc_socket_receive(agent, &more, 1, FALSE), ==, -1);
    g_assert_cmpuint(heard->len, ==, 0);
    say(agent,
        "{\"id\":1,\"result\":{\"pid\":1,\"main_thread_age_ms\":5,\"busy\":null,\"scene\":\"\"}}"
        "\n");
    for (guint i = 0; i < N_PROBES; i++) {
        g_autofree char *answer = hear(fd, in);

        g_assert_nonnull(strstr(answer, "\"main_thread_age_ms\":5"));
    }
    dcc_socket_close(&fd);
    dcc_socket_close(&agent);
    finish(rig);
}

/* More has happened than a line may hold: who asks for all of it gets an answer and is kept. */
static void
test_long_history(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(Rig) rig = rig_new(world, "history", "", NULL);
    g_autoptr(GString) journal = g_string_new(NULL);
    g_autofree char *text = g_strnfill(700, 'x');
    g_autofree char *path = dcc_test_world_build_path(world, "state/dcchost/history/events.jsonl");
    g_autoptr(GString) in = g_string_new(NULL);
    g_autofree char *answer = NULL;
    g_autofree char *status = NULL;
    DccSocket fd;

    start(rig);
    rig_drop_session(rig);
    for (guint i = 1; i <= 4096; i++)
        g_string_append_printf(
            journal, "{\"seq\":%u,\"type\":\"output\",\"text\":\"%s\"}\n", i, text);
    g_assert_true(g_file_set_contents(path, journal->str, -1, NULL));
    rig_adopt(rig);
    fd = dial(rig, "history");
    say(fd, "{\"id\":1,\"method\":\"events\",\"params\":{\"since\":0,\"follow\":true}}\n");
    answer = hear(fd, in);
    g_assert_nonnull(answer);
    g_assert_cmpuint(strlen(answer), <=, 1024 * 1024);
    g_assert_nonnull(strstr(answer, "\"seq\":4096"));
    g_assert_nonnull(strstr(answer, "\"gap\""));
    g_assert_null(strstr(answer, "\"gap\":0"));
    dcc_socket_close(&fd);
    status = ask(rig, "history", "{\"id\":1,\"method\":\"status\"}\n");
    g_assert_nonnull(strstr(status, "\"result\""));
    finish(rig);
}

int
main(int argc, char **argv)
{
    rig_init(&argc, &argv);
    g_test_add_func("/control/bad-params", test_bad_params);
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *path = g_strdup_printf("/control/bad-params-of-stop/%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_bad_params_of_stop);
    }
    g_test_add_func("/control/waiter-goes", test_waiter_goes);
    g_test_add_func("/control/followers", test_followers);
    g_test_add_func("/control/probe-storm", test_probe_storm);
    g_test_add_func("/control/long-history", test_long_history);
    return g_test_run();
}
