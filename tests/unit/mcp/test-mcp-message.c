/* What a client says, sound and unsound, and the envelopes of the answers. */
#include "dcc-json.h"
#include "mcp-answer.h"

#include <string.h>

#define REQUEST(members) "{\"jsonrpc\":\"2.0\"," members "}"
#define DEEP             "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["

/* key: of the id of a request; "" a notification. code: of the refusal, 0: none. */
static const struct {
    const char *line, *key, *method;
    int code;
} cases[] = {
    {REQUEST("\"id\":1,\"method\":\"a\""), "1", "a", 0},
    {REQUEST("\"id\":0,\"method\":\"a\""), "0", "a", 0},
    {REQUEST("\"id\":-7,\"method\":\"a\""), "-7", "a", 0},
    {REQUEST("\"id\":1.5,\"method\":\"a\""), "1.5", "a", 0},
    {REQUEST("\"id\":9223372036854775807,\"method\":\"a\""), "9223372036854775807", "a", 0},
    {REQUEST("\"id\":9223372036854775808,\"method\":\"a\""), NULL, NULL, MCP_ERROR_PARSE},
    {REQUEST("\"id\":1e999,\"method\":\"a\""), NULL, NULL, MCP_ERROR_PARSE},
    {REQUEST("\"id\":\"1\",\"method\":\"a\""), "\"1\"", "a", 0},
    {REQUEST("\"id\":\"\",\"method\":\"a\""), "\"\"", "a", 0},
    {REQUEST("\"id\":null,\"method\":\"a\""), NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":true,\"method\":\"a\""), NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":[1],\"method\":\"a\""), NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":{},\"method\":\"a\""), NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":1,\"method\":7"), NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":1"), NULL, NULL, MCP_ERROR_REQUEST},
    {"{\"id\":1,\"method\":\"a\"}", NULL, NULL, MCP_ERROR_REQUEST},
    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"a\"}", NULL, NULL, MCP_ERROR_REQUEST},
    {REQUEST("\"id\":1,\"method\":\"a\",\"params\":[]"), NULL, NULL, MCP_ERROR_PARAMS},
    {REQUEST("\"id\":1,\"method\":\"a\",\"params\":{}"), "1", "a", 0},
    {REQUEST("\"method\":\"a\""), "", "a", 0},
    {REQUEST("\"method\":\"a\",\"params\":[]"), NULL, NULL, 0},
    {REQUEST("\"id\":1,\"result\":{}"), NULL, NULL, 0}, /* an answer: we ask nothing */
    {REQUEST("\"id\":1,\"error\":{\"code\":1}"), NULL, NULL, 0},
    {"[]", NULL, NULL, MCP_ERROR_REQUEST},
    {" [{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}]", NULL, NULL, MCP_ERROR_REQUEST},
    {DEEP, NULL, NULL, MCP_ERROR_REQUEST},
    {"{\"a\":" DEEP, NULL, NULL, MCP_ERROR_PARSE},
    {"7", NULL, NULL, MCP_ERROR_REQUEST},
    {"\"text\"", NULL, NULL, MCP_ERROR_REQUEST},
    {"null", NULL, NULL, MCP_ERROR_PARSE},
    {"nonsense", NULL, NULL, MCP_ERROR_PARSE},
    {"{", NULL, NULL, MCP_ERROR_PARSE},
    {"{} {}", NULL, NULL, MCP_ERROR_PARSE},
    {"\xff\xfe", NULL, NULL, MCP_ERROR_PARSE},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc3\"}", NULL, NULL, MCP_ERROR_PARSE},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) refusal = NULL;
        g_autoptr(McpMessage) message =
            mcp_message_parse(cases[i].line, strlen(cases[i].line), &refusal);
        JsonObject *error = dcc_json_get_object(refusal, "error");

        g_test_message("%s", cases[i].line);
        g_assert_cmpint(dcc_json_get_int(error, "code", 0), ==, cases[i].code);
        g_assert_true((message != NULL) == (cases[i].method != NULL));
        g_assert_true(message == NULL || refusal == NULL);
        if (message == NULL)
            continue;
        g_assert_cmpstr(message->method, ==, cases[i].method);
        g_assert_cmpstr(message->key != NULL ? message->key : "", ==, cases[i].key);
        g_assert_nonnull(message->params);
        g_assert_nonnull(message->meta);
    }
}

/* A refusal goes back with the id of the request where that is sound, and with null where not. */
static void
test_refusal_has_the_id(void)
{
    const struct {
        const char *line, *answer;
    } both[] = {
        {"{\"id\":\"x\",\"method\":\"a\"}",
         "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32600,\"message\":"
         "\"\\\"jsonrpc\\\" "
         "is not \\\"2.0\\\"\"}}"},
        {"[]",
         "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"a batch is not "
         "taken; send one object a line\"}}"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        g_autoptr(JsonObject) refusal = NULL;
        g_autofree char *text = NULL;

        g_assert_null(mcp_message_parse(both[i].line, strlen(both[i].line), &refusal));
        text = dcc_json_to_line(refusal);
        g_assert_cmpstr(text, ==, both[i].answer);
    }
}

static McpMessage *
parse(const char *line)
{
    JsonObject *refusal = NULL;
    McpMessage *message = mcp_message_parse(line, strlen(line), &refusal);

    g_assert_nonnull(message);
    return message;
}

/* A modern result says what it is and who answers, and how long it may be kept; a legacy one has
 * none of these members. */
static void
test_eras(void)
{
    g_autoptr(McpMessage) legacy = parse(REQUEST("\"id\":1,\"method\":\"a\""));
    g_autoptr(McpMessage) modern = parse(REQUEST(
        "\"id\":1,\"method\":\"a\",\"params\":{\"_meta\":{\"" MCP_META_VERSION "\":\"x\"}}"));
    JsonObject *result = json_object_new();
    g_autoptr(JsonObject) old = NULL, new = NULL;

    g_assert_false(legacy->modern);
    g_assert_true(modern->modern);
    mcp_answer_set_cache(legacy, result, 5);
    old = mcp_answer_result(legacy, result);
    g_assert_cmpuint(json_object_get_size(dcc_json_get_object(old, "result")), ==, 0);
    result = json_object_new();
    mcp_answer_set_cache(modern, result, 5);
    new = mcp_answer_result(modern, result);
    result = dcc_json_get_object(new, "result");
    g_assert_cmpstr(dcc_json_get_string(result, "resultType", NULL), ==, "complete");
    g_assert_cmpint(dcc_json_get_int(result, "ttlMs", -1), ==, 5);
    g_assert_cmpstr(dcc_json_get_string(result, "cacheScope", NULL), ==, "private");
    result = dcc_json_get_object(dcc_json_get_object(result, "_meta"), MCP_META_SERVER);
    g_assert_cmpstr(dcc_json_get_string(result, "name", NULL), ==, "dcchost");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mcp/message/cases", test_cases);
    g_test_add_func("/mcp/message/refusal-has-the-id", test_refusal_has_the_id);
    g_test_add_func("/mcp/message/eras", test_eras);
    return g_test_run();
}
