/* Whoever is on the other side cannot make us crash, wait, or keep more than was agreed. */
#include "dcc-sample.h"
#include "talk.h"

#include <unistd.h>

typedef struct {
    const char *name;
    const char *bytes;
    gsize length; /* 0: a string */
} Garbage;

static const Garbage garbage[] = {
    {"words", "hello there\n", 0},
    {"http", "GET / HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\n", 0},
    {"length-prefix", "\x40\x00\x00\x00\n", 5},
    {"array", "[1,2,3]\n", 0},
    {"batch", "[{\"id\":1,\"method\":\"m\"}]\n", 0},
    {"number", "5\n", 0},
    {"null", "null\n", 0},
    {"string", "\"m\"\n", 0},
    {"half", "{\"id\":1,\n", 0},
    {"two", "{\"method\":\"m\"}{\"method\":\"m\"}\n", 0},
    {"latin", "{\"method\":\"\xe9\"}\n", 0},
    {"control", "\x01\x02\x03\n", 0},
    {"nul", "\0\n", 2},
    {"nul-behind", "{\"id\":1}\0\n", 10},
    {"nul-inside", "{\"method\":\"a\0b\"}\n", 17},
    {"nul-first", "\0{\"method\":\"m\"}\n", 16},
};

static void
test_garbage(gconstpointer data)
{
    const Garbage *bad = data;
    g_autoptr(Talk) talk = talk_new();

    wire_send(talk->wire, bad->bytes, bad->length > 0 ? bad->length : strlen(bad->bytes));
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_cmpstr(talk->reason, ==, "what it sent is no JSON object");
    g_assert_cmpuint(talk->asked->len, ==, 0);
    g_assert_false(dcc_peer_is_open(talk->peer));
    wire_wait_closed(talk->wire);
}

static void
test_empty_lines_are_nothing(void)
{
    g_autoptr(Talk) talk = talk_new();

    wire_say(talk->wire, "\n\n\n{\"method\":\"m\"}\r\n\n");
    talk_wait_asked(talk, 0);
    g_assert_true(wire_is_silent(talk->wire));
    g_assert_cmpuint(talk->closed, ==, 0);
}

static void
test_deep(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *deep = g_strnfill(500 * 1000, '[');

    wire_send(talk->wire, "{\"a\":", 5);
    wire_say(talk->wire, deep);
    dcc_test_wait_for(talk->closed == 1, 5000);
}

static void
test_long_line(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *text = g_strnfill(DCC_PEER_MAX_LINE - 40, 'x');
    g_autofree char *line = g_strdup_printf("{\"method\":\"m\",\"params\":{\"t\":\"%s\"}}", text);

    g_assert_cmpuint(strlen(line), <=, DCC_PEER_MAX_LINE);
    wire_say(talk->wire, line);
    talk_wait_asked(talk, 0);
    g_assert_true(dcc_peer_is_open(talk->peer));
}

static void
test_line_without_end(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *line = g_strnfill(DCC_PEER_MAX_LINE + 1, 'x');

    wire_send(talk->wire, line, DCC_PEER_MAX_LINE + 1);
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_cmpstr(talk->reason, ==, "what it sent has no end of line");
}

static gint64
get_resident(void)
{
    DccSample sample;

    dcc_sample_open(&sample, getpid(), FALSE);
    dcc_sample_read(&sample, dcc_sample_now());
    dcc_sample_close(&sample);
    g_assert_cmpint(sample.rss_bytes, >, 0);
    return sample.rss_bytes;
}

/* 1 GiB is announced, as much as is taken in is sent. */
static void
test_gigabyte(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *chunk = g_strnfill(1024 * 1024, 'x');
    gint64 before = get_resident();
    guint sent = 0;

    wire_send(talk->wire, "{\"t\":\"", 6);
    while (sent < 1024 && wire_send(talk->wire, chunk, 1024 * 1024))
        sent++;
    g_assert_cmpuint(sent, <, 8);
    g_assert_cmpuint(talk->closed, ==, 1);
    g_assert_cmpint(get_resident() - before, <, 64 * 1024 * 1024);
}

static void
test_never_reads(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *text = g_strnfill(10 * 1024, 'x');
    gint64 before = get_resident();
    guint sent = 0;

    for (; sent < 100 * 1000 && talk->closed == 0; sent++) {
        JsonObject *params = json_object_new();

        json_object_set_string_member(params, "text", text);
        dcc_peer_notify(talk->peer, "m", params);
    }
    g_assert_cmpuint(talk->closed, ==, 1);
    g_assert_cmpstr(talk->reason, ==, "it does not read what it is sent");
    g_assert_cmpuint(sent, >, DCC_PEER_MAX_PENDING / (11 * 1024));
    g_assert_cmpuint(sent, <, 4 * DCC_PEER_MAX_PENDING / (10 * 1024));
    g_assert_cmpint(get_resident() - before, <, 32 * 1024 * 1024);
}

static void
test_byte_by_byte(void)
{
    g_autoptr(Talk) talk = talk_new();
    const char *line = "{\"id\":\"\xc3\xa9\",\"method\":\"m\",\"params\":{\"a\":[1,2]}}\n";

    for (const char *c = line; *c != '\0'; c++) {
        g_assert_cmpuint(talk->asked->len, ==, 0);
        wire_send(talk->wire, c, 1);
        dcc_test_turn();
    }
    talk_wait_asked(talk, 0);
    g_assert_true(dcc_peer_is_open(talk->peer));
}

static void
test_half_and_gone(void)
{
    g_autoptr(Talk) talk = talk_new();

    wire_say(talk->wire, "{\"method\":\"m\"}");
    wire_send(talk->wire, "{\"method\":\"n\"", 13);
    wire_hang_up(talk->wire);
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_cmpuint(talk->asked->len, ==, 1);
    g_assert_cmpstr(talk->reason, ==, "it closed the connection");
}

/* Requests that are never answered, with ids that we must keep. */
static void
test_ids_are_not_hoarded(void)
{
    g_autoptr(Talk) talk = talk_new();
    guint answerable = 0;

    for (guint i = 0; i < 3000; i++) {
        g_autofree char *line = g_strdup_printf("{\"id\":\"%u\",\"method\":\"m\"}", i);

        wire_say(talk->wire, line);
    }
    talk_wait_asked(talk, 2999);
    for (guint i = 0; i < 3000; i++)
        answerable += talk_wait_asked(talk, i)->id != 0;
    g_assert_cmpuint(answerable, <, 3000);
    g_assert_true(dcc_peer_is_open(talk->peer));
}

/* One who talks without end does not keep the others from being heard. */
static void
test_chatterbox_starves_nobody(void)
{
    g_autoptr(Talk) loud = talk_new();
    g_autoptr(Talk) meek = talk_new();

    wire_say(meek->wire, "{\"method\":\"m\"}");
    for (guint i = 0; i < 2000; i++)
        wire_say(loud->wire, "{\"method\":\"some-long-name-to-fill-the-pipe-with\"}");
    for (guint i = 0; i < 4 && meek->asked->len == 0; i++)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(meek->asked->len, ==, 1);
    g_assert_cmpuint(loud->asked->len, <, 2000 + 1);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(garbage); i++) {
        g_autofree char *path = g_strconcat("/peer/garbage/", garbage[i].name, NULL);

        g_test_add_data_func(path, &garbage[i], test_garbage);
    }
    g_test_add_func("/peer/empty-lines", test_empty_lines_are_nothing);
    g_test_add_func("/peer/deep", test_deep);
    g_test_add_func("/peer/long-line", test_long_line);
    g_test_add_func("/peer/line-without-end", test_line_without_end);
    g_test_add_func("/peer/gigabyte", test_gigabyte);
    g_test_add_func("/peer/never-reads", test_never_reads);
    g_test_add_func("/peer/byte-by-byte", test_byte_by_byte);
    g_test_add_func("/peer/half-and-gone", test_half_and_gone);
    g_test_add_func("/peer/ids-not-hoarded", test_ids_are_not_hoarded);
    g_test_add_func("/peer/chatterbox", test_chatterbox_starves_nobody);
    return g_test_run();
}
