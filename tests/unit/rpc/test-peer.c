/* Both ends of a conversation agree on what was asked, what was answered, and that it is over. */
#include "dcc-error.h"
#include "dcc-json.h"
#include "talk.h"

static JsonObject *
object_with(const char *member, gint64 value)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, member, value);
    return object;
}

static void
test_request_and_answer(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autoptr(JsonObject) answer = NULL;
    const Asked *asked;

    wire_say(talk->wire, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"add\",\"params\":{\"a\":1}}");
    asked = talk_wait_asked(talk, 0);
    g_assert_cmpstr(asked->method, ==, "add");
    g_assert_cmpint(dcc_json_get_int(asked->params, "a", 0), ==, 1);
    dcc_peer_reply(talk->peer, asked->id, object_with("sum", 2));
    answer = wire_hear(talk->wire);
    g_assert_cmpint(dcc_json_get_int(answer, "id", 0), ==, 7);
    g_assert_cmpint(dcc_json_get_int(dcc_json_get_object(answer, "result"), "sum", 0), ==, 2);
    g_assert_cmpstr(dcc_json_get_string(answer, "jsonrpc", NULL), ==, "2.0");
}

static void
test_params_of_another_type(gconstpointer params)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *line = g_strdup_printf("{\"id\":1,\"method\":\"m\"%s}", (const char *)params);
    const Asked *asked;

    wire_say(talk->wire, line);
    asked = talk_wait_asked(talk, 0);
    g_assert_nonnull(asked->params);
    g_assert_cmpuint(json_object_get_size(asked->params), ==, 0);
}

static void
test_refusals(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autoptr(GError) error = g_error_new_literal(DCC_ERROR, DCC_ERROR_BUSY, "it renders");
    g_autoptr(GError) other = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_ACCES, "no access");
    g_autoptr(JsonObject) busy = NULL;
    g_autoptr(JsonObject) unknown = NULL;
    g_autoptr(JsonObject) foreign = NULL;
    JsonObject *failure;

    dcc_peer_fail(talk->peer, 1, error);
    dcc_peer_fail_unknown_method(talk->peer, 2, "fly");
    dcc_peer_fail(talk->peer, 3, other);
    busy = wire_hear(talk->wire);
    failure = dcc_json_get_object(busy, "error");
    g_assert_cmpint(dcc_json_get_int(failure, "code", 0), ==, -32000 - DCC_ERROR_BUSY);
    g_assert_cmpstr(dcc_json_get_string(failure, "message", NULL), ==, "it renders");
    g_assert_cmpstr(
        dcc_json_get_string(dcc_json_get_object(failure, "data"), "name", NULL), ==, "busy");
    unknown = wire_hear(talk->wire);
    failure = dcc_json_get_object(unknown, "error");
    g_assert_cmpint(dcc_json_get_int(failure, "code", 0), ==, -32601);
    g_assert_nonnull(strstr(dcc_json_get_string(failure, "message", ""), "fly"));
    foreign = wire_hear(talk->wire);
    failure = dcc_json_get_object(foreign, "error");
    g_assert_cmpint(dcc_json_get_int(failure, "code", 0), ==, -32000 - DCC_ERROR_FAILED);
}

/* A foreign id comes back as it was: number, string or whatever else. */
static const char *const ids[] = {
    "1",
    "0",
    "-1",
    "-5",
    "9223372036854775807",
    "-9223372036854775808",
    "\"one\"",
    "\"\"",
    "\"-1\"",
    "1.5",
    "true",
    "[1,2]",
    "{\"a\":null}",
};

static void
test_ids(void)
{
    g_autoptr(Talk) talk = talk_new();

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *line = g_strdup_printf("{\"id\":%s,\"method\":\"m\"}", ids[i]);
        g_autoptr(JsonObject) answer = NULL;
        g_autofree char *text = NULL;

        wire_say(talk->wire, line);
        dcc_peer_reply(talk->peer, talk_wait_asked(talk, i)->id, NULL);
        answer = wire_hear(talk->wire);
        text = json_to_string(json_object_get_member(answer, "id"), FALSE);
        g_assert_cmpstr(text, ==, ids[i]);
        g_assert_nonnull(dcc_json_get_object(answer, "result"));
    }
}

/* Answered in another order than asked, each with its own. */
static void
test_ids_out_of_order(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autoptr(JsonObject) first = NULL;
    g_autoptr(JsonObject) second = NULL;

    wire_say(talk->wire, "{\"id\":\"a\",\"method\":\"m\"}\n{\"id\":\"b\",\"method\":\"m\"}");
    talk_wait_asked(talk, 1);
    dcc_peer_reply(talk->peer, talk_wait_asked(talk, 1)->id, NULL);
    dcc_peer_reply(talk->peer, talk_wait_asked(talk, 0)->id, NULL);
    first = wire_hear(talk->wire);
    second = wire_hear(talk->wire);
    g_assert_cmpstr(dcc_json_get_string(first, "id", NULL), ==, "b");
    g_assert_cmpstr(dcc_json_get_string(second, "id", NULL), ==, "a");
}

static void
test_null_id_is_a_notification(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autoptr(GError) error = g_error_new_literal(DCC_ERROR, DCC_ERROR_BUSY, "no");

    wire_say(talk->wire, "{\"id\":null,\"method\":\"m\"}\n{\"method\":\"n\"}");
    talk_wait_asked(talk, 1);
    for (guint i = 0; i < 2; i++) {
        gint64 id = talk_wait_asked(talk, i)->id;

        g_assert_cmpint(id, ==, 0);
        dcc_peer_reply(talk->peer, id, json_object_new());
        dcc_peer_fail(talk->peer, id, error);
        dcc_peer_fail_unknown_method(talk->peer, id, "m");
    }
    g_assert_true(wire_is_silent(talk->wire));
}

static void
test_call(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};
    g_autoptr(JsonObject) request = NULL;

    dcc_peer_call(talk->peer, "ping", object_with("n", 3), 1000, talk_on_outcome, &outcome);
    request = wire_hear(talk->wire);
    g_assert_cmpstr(dcc_json_get_string(request, "method", NULL), ==, "ping");
    g_assert_cmpint(dcc_json_get_int(dcc_json_get_object(request, "params"), "n", 0), ==, 3);
    g_assert_cmpint(dcc_json_get_int(request, "id", 0), ==, 1);
    wire_say(talk->wire, "{\"id\":1,\"result\":{\"n\":4}}");
    dcc_test_wait_for(outcome.count == 1, 5000);
    g_assert_cmpint(dcc_json_get_int(outcome.result, "n", 0), ==, 4);
    g_assert_cmpuint(dcc_manual_clock_pending(talk->clock), ==, 0);
}

static const struct {
    const char *name;
    const char *answer;
    int code;
} bad_answers[] = {
    {"no-result", "{\"id\":1}", DCC_ERROR_PROTOCOL},
    {"result-null", "{\"id\":1,\"result\":null}", DCC_ERROR_PROTOCOL},
    {"result-a-number", "{\"id\":1,\"result\":5}", DCC_ERROR_PROTOCOL},
    {"result-a-list", "{\"id\":1,\"result\":[1]}", DCC_ERROR_PROTOCOL},
    {"unknown-method", "{\"id\":1,\"error\":{\"code\":-32601}}", DCC_ERROR_NOT_SUPPORTED},
    {"busy", "{\"id\":1,\"error\":{\"code\":-32001,\"message\":\"m\"}}", 1},
    {"code-far-away", "{\"id\":1,\"error\":{\"code\":-9223372036854775808}}", DCC_ERROR_FAILED},
    {"code-far-above", "{\"id\":1,\"error\":{\"code\":9223372036854775807}}", DCC_ERROR_FAILED},
    {"code-a-word", "{\"id\":1,\"error\":{\"code\":\"x\",\"message\":[]}}", DCC_ERROR_FAILED},
    {"error-empty", "{\"id\":1,\"error\":{}}", DCC_ERROR_FAILED},
};

static void
test_bad_answer(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};

    dcc_peer_call(talk->peer, "ping", NULL, 1000, talk_on_outcome, &outcome);
    wire_say(talk->wire, bad_answers[i].answer);
    dcc_test_wait_for(outcome.count == 1, 5000);
    g_assert_error(outcome.error, DCC_ERROR, bad_answers[i].code);
    g_assert_cmpstr(outcome.error->message, !=, "");
    g_assert_true(dcc_peer_is_open(talk->peer));
}

static void
test_timeout(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};
    g_auto(Outcome) patient = {0};

    dcc_peer_call(talk->peer, "ping", NULL, 1000, talk_on_outcome, &outcome);
    dcc_peer_call(talk->peer, "save", NULL, -1, talk_on_outcome, &patient);
    dcc_manual_clock_advance(talk->clock, 999);
    g_assert_cmpuint(outcome.count, ==, 0);
    dcc_manual_clock_advance(talk->clock, 1);
    g_assert_cmpuint(outcome.count, ==, 1);
    g_assert_true(dcc_error_is_timeout(outcome.error));
    g_assert_nonnull(strstr(outcome.error->message, "ping"));
    /* late, twice, and of nobody: the conversation goes on */
    wire_say(talk->wire, "{\"id\":1,\"result\":{}}\n{\"id\":1,\"result\":{}}");
    wire_say(talk->wire, "{\"id\":99,\"result\":{}}\n{\"id\":\"2\",\"result\":{}}\n{}");
    wire_say(talk->wire, "{\"id\":2,\"result\":{}}\n{\"id\":2,\"error\":{}}");
    dcc_test_wait_for(patient.count == 1, 5000);
    dcc_manual_clock_advance(talk->clock, 1000000);
    g_assert_nonnull(patient.result);
    g_assert_cmpuint(outcome.count, ==, 1);
    g_assert_cmpuint(patient.count, ==, 1);
    g_assert_true(dcc_peer_is_open(talk->peer));
}

static void
assert_gone_once(Outcome *outcomes, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_assert_cmpuint(outcomes[i].count, ==, 1);
        g_assert_true(dcc_error_is_gone(outcomes[i].error));
        outcome_clear(&outcomes[i]);
    }
}

/* 256 wait at most; one more is refused, not forgotten. */
static void
test_many_outstanding(void)
{
    g_autoptr(Talk) talk = talk_new();
    Outcome outcomes[256] = {0};
    g_auto(Outcome) refused = {0};
    g_auto(Outcome) late = {0};

    for (guint i = 0; i < 256; i++)
        dcc_peer_call(talk->peer, "m", NULL, 1000, talk_on_outcome, &outcomes[i]);
    dcc_peer_call(talk->peer, "m", json_object_new(), 1000, talk_on_outcome, &refused);
    g_assert_true(dcc_error_is_busy(refused.error));
    wire_hang_up(talk->wire);
    dcc_test_wait_for(talk->closed == 1, 5000);
    assert_gone_once(outcomes, 256);
    dcc_peer_call(talk->peer, "m", json_object_new(), 1000, talk_on_outcome, &late);
    g_assert_true(dcc_error_is_gone(late.error));
    dcc_peer_notify(talk->peer, "m", json_object_new());
    dcc_peer_reply(talk->peer, 1, json_object_new());
    g_assert_cmpuint(talk->closed, ==, 1);
}

static void
test_close_with_calls(void)
{
    g_autoptr(Talk) talk = talk_new();
    Outcome outcomes[3] = {0};

    for (guint i = 0; i < 3; i++)
        dcc_peer_call(talk->peer, "m", NULL, i * 100, talk_on_outcome, &outcomes[i]);
    dcc_peer_close(talk->peer);
    dcc_peer_close(talk->peer);
    g_assert_cmpuint(talk->closed, ==, 0);
    dcc_manual_clock_advance(talk->clock, 1000);
    assert_gone_once(outcomes, 3);
    wire_wait_closed(talk->wire);
}

/* The owner lets go of the peer while the peer tells it something. */
static void
test_freed_when_asked(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk->drop_when_asked = TRUE;
    wire_say(talk->wire, "{\"id\":1,\"method\":\"a\"}\n{\"id\":2,\"method\":\"b\"}");
    talk_wait_asked(talk, 0);
    wire_wait_closed(talk->wire);
    g_assert_cmpuint(talk->asked->len, ==, 1);
    g_assert_null(talk->peer);
}

static void
test_freed_when_closed(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};

    talk->drop_when_closed = TRUE;
    dcc_peer_call(talk->peer, "m", NULL, 1000, talk_on_outcome, &outcome);
    wire_hang_up(talk->wire);
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_null(talk->peer);
    g_assert_cmpuint(outcome.count, ==, 1);
}

typedef void (*Speak)(Talk *talk, Outcome *outcome);

static void
speak_call(Talk *talk, Outcome *outcome)
{
    dcc_peer_call(talk->peer, "m", NULL, 1000, talk_on_outcome, outcome);
}

static void
speak_notify(Talk *talk, Outcome *outcome)
{
    dcc_peer_notify(talk->peer, "m", NULL);
}

static void
speak_reply(Talk *talk, Outcome *outcome)
{
    dcc_peer_reply(talk->peer, 1, NULL);
}

static void
speak_fail(Talk *talk, Outcome *outcome)
{
    dcc_peer_fail_unknown_method(talk->peer, 1, "m");
}

/* That the other side is gone may first be seen when it is spoken to. */
static void
test_freed_when_speaking(gconstpointer data)
{
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};

    talk->drop_when_closed = TRUE;
    wire_hang_up(talk->wire);
    (*(const Speak *)data)(talk, &outcome);
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_null(talk->peer);
    if (*(const Speak *)data == speak_call)
        g_assert_true(dcc_error_is_gone(outcome.error));
}

/* It is told that the other side does not read, and lets go, while it speaks. */
static void
test_freed_when_not_read(void)
{
    g_autoptr(Talk) talk = talk_new();
    Outcome outcomes[256] = {0};
    g_autofree char *text = g_strnfill(20 * 1024, 'x');
    guint n = 0;

    talk->drop_when_closed = TRUE;
    for (; n < 256 && talk->peer != NULL; n++) {
        JsonObject *params = json_object_new();

        json_object_set_string_member(params, "text", text);
        dcc_peer_call(talk->peer, "m", params, 1000, talk_on_outcome, &outcomes[n]);
    }
    g_assert_cmpuint(talk->closed, ==, 1);
    for (guint i = 0; i < n; i++)
        g_assert_true(dcc_error_is_gone(outcomes[i].error));
    for (guint i = 0; i < n; i++)
        outcome_clear(&outcomes[i]);
}

/* What it said before it went is heard, though we find first that we cannot answer. */
static void
test_last_words(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_auto(Outcome) outcome = {0};

    wire_say(talk->wire, "{\"method\":\"a\"}\n{\"method\":\"bye\"}");
    wire_hang_up(talk->wire);
    dcc_peer_call(talk->peer, "m", NULL, 1000, talk_on_outcome, &outcome);
    dcc_peer_notify(talk->peer, "m", NULL);
    g_assert_true(dcc_peer_is_flushed(talk->peer));
    dcc_test_wait_for(talk->closed == 1, 5000);
    g_assert_cmpuint(talk->asked->len, ==, 2);
    g_assert_cmpstr(talk_wait_asked(talk, 1)->method, ==, "bye");
    g_assert_true(dcc_error_is_gone(outcome.error));
    g_assert_cmpuint(outcome.count, ==, 1);
}

/* Nor when it had to wait for room to write. */
static void
test_freed_when_writing_later(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *text = g_strnfill(600 * 1024, 'x');
    JsonObject *params = json_object_new();

    talk->drop_when_closed = TRUE;
    json_object_set_string_member(params, "text", text);
    dcc_peer_notify(talk->peer, "m", params);
    g_assert_false(dcc_peer_is_flushed(talk->peer));
    wire_hang_up(talk->wire);
    dcc_test_wait_for(talk->closed == 1, 5000);
    dcc_test_turn();
    g_assert_null(talk->peer);
}

static void
test_freed_in_answer(gconstpointer data)
{
    const char *how = data;
    g_autoptr(Talk) talk = talk_new();
    Outcome outcomes[3] = {{.drop = talk}, {.drop = talk}, {.drop = talk}};

    for (guint i = 0; i < 3; i++)
        dcc_peer_call(talk->peer, "m", NULL, 1000 + i, talk_on_outcome, &outcomes[i]);
    if (g_str_equal(how, "timeout"))
        dcc_manual_clock_advance(talk->clock, 5000);
    else if (g_str_equal(how, "answer"))
        wire_say(talk->wire, "{\"id\":1,\"result\":{}}\n{\"id\":2,\"result\":{}}");
    else
        wire_hang_up(talk->wire);
    dcc_test_wait_for(outcomes[0].count == 1 && outcomes[1].count == 1 && outcomes[2].count == 1,
                      5000);
    g_assert_null(talk->peer);
    for (guint i = 0; i < 3; i++)
        outcome_clear(&outcomes[i]);
}

static void
test_order(void)
{
    g_autoptr(Talk) talk = talk_new();
    const guint n = 5000;

    for (guint i = 0; i < n; i++) {
        g_autofree char *line = g_strdup_printf("{\"method\":\"m\",\"params\":{\"n\":%u}}", i);

        wire_say(talk->wire, line);
        dcc_peer_notify(talk->peer, "m", object_with("n", i));
    }
    talk_wait_asked(talk, n - 1);
    for (guint i = 0; i < n; i++) {
        g_autoptr(JsonObject) heard = wire_hear(talk->wire);
        const Asked *asked = talk_wait_asked(talk, i);

        g_assert_cmpint(dcc_json_get_int(dcc_json_get_object(heard, "params"), "n", -1), ==, i);
        g_assert_cmpint(dcc_json_get_int(asked->params, "n", -1), ==, i);
    }
    g_assert_true(dcc_peer_is_flushed(talk->peer));
}

static void
test_drain(void)
{
    g_autoptr(Talk) talk = talk_new();

    for (guint i = 0; i < 1000; i++)
        wire_say(talk->wire, "{\"method\":\"m\"}");
    wire_hang_up(talk->wire);
    dcc_peer_drain(talk->peer);
    g_assert_cmpuint(talk->asked->len, ==, 1000);
    g_assert_cmpuint(talk->closed, ==, 1);
    dcc_peer_drain(talk->peer);
    g_assert_cmpuint(talk->closed, ==, 1);
}

/* Taken in while a line is being handled: each line is heard once, in order. */
static void
test_drain_when_asked(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk->drain_when_asked = TRUE;
    wire_say(talk->wire, "{\"method\":\"a\"}\n{\"method\":\"b\"}\n{\"method\":\"c\"}");
    talk_wait_asked(talk, 2);
    dcc_test_turn();
    g_assert_cmpuint(talk->asked->len, ==, 3);
    g_assert_cmpstr(talk_wait_asked(talk, 0)->method, ==, "a");
    g_assert_cmpstr(talk_wait_asked(talk, 1)->method, ==, "b");
    g_assert_cmpstr(talk_wait_asked(talk, 2)->method, ==, "c");
    g_assert_true(dcc_peer_is_open(talk->peer));
}

int
main(int argc, char **argv)
{
    static const Speak speaks[] = {speak_call, speak_notify, speak_reply, speak_fail};

    dcc_test_init(&argc, &argv);
    g_test_add_func("/peer/request", test_request_and_answer);
    g_test_add_data_func("/peer/params/none", "", test_params_of_another_type);
    g_test_add_data_func("/peer/params/list", ",\"params\":[1]", test_params_of_another_type);
    g_test_add_data_func("/peer/params/null", ",\"params\":null", test_params_of_another_type);
    g_test_add_func("/peer/refusals", test_refusals);
    g_test_add_func("/peer/ids", test_ids);
    g_test_add_func("/peer/ids-out-of-order", test_ids_out_of_order);
    g_test_add_func("/peer/null-id", test_null_id_is_a_notification);
    g_test_add_func("/peer/call", test_call);
    for (guint i = 0; i < G_N_ELEMENTS(bad_answers); i++) {
        g_autofree char *path = g_strconcat("/peer/bad-answer/", bad_answers[i].name, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_bad_answer);
    }
    g_test_add_func("/peer/timeout", test_timeout);
    g_test_add_func("/peer/many-outstanding", test_many_outstanding);
    g_test_add_func("/peer/close-with-calls", test_close_with_calls);
    g_test_add_func("/peer/freed/asked", test_freed_when_asked);
    g_test_add_func("/peer/freed/closed", test_freed_when_closed);
    g_test_add_data_func("/peer/freed/calling", &speaks[0], test_freed_when_speaking);
    g_test_add_data_func("/peer/freed/notifying", &speaks[1], test_freed_when_speaking);
    g_test_add_data_func("/peer/freed/replying", &speaks[2], test_freed_when_speaking);
    g_test_add_data_func("/peer/freed/failing", &speaks[3], test_freed_when_speaking);
    g_test_add_func("/peer/freed/not-read", test_freed_when_not_read);
    g_test_add_func("/peer/last-words", test_last_words);
    g_test_add_func("/peer/freed/writing-later", test_freed_when_writing_later);
    g_test_add_data_func("/peer/freed/answer", "answer", test_freed_in_answer);
    g_test_add_data_func("/peer/freed/timeout", "timeout", test_freed_in_answer);
    g_test_add_data_func("/peer/freed/hang-up", "hang-up", test_freed_in_answer);
    g_test_add_func("/peer/order", test_order);
    g_test_add_func("/peer/drain", test_drain);
    g_test_add_func("/peer/drain-when-asked", test_drain_when_asked);
    return g_test_run();
}
