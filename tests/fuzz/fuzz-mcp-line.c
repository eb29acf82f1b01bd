/* Whatever a client of `dcchost mcp` sends: each line is told once, whole or as too long, and is a
 * message, refused with an answer that can be written, or passed over. */
#include "dcc-json.h"
#include "fuzz.h"
#include "mcp-message.h"
#include "mcp-reader.h"

#include <string.h>

#define MAX_LINE 4096

static const char *const seeds[] = {
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}\n",
    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/call\",\"params\":{\"name\":\"wait\","
    "\"arguments\":{\"name\":\"shot\",\"until\":\"frame\"},\"_meta\":{\"progressToken\":7,"
    "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}\n",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}\r\n"
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n",
    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]\n7\nnull\n\n\"text\"\n",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

static void
check_refusal(JsonObject *refusal)
{
    g_autofree char *line = dcc_json_to_line(refusal);
    g_autoptr(JsonObject) again = dcc_json_from_text(line, -1, NULL);

    g_assert_nonnull(again);
    g_assert_null(strchr(line, '\n'));
    g_assert_cmpint(dcc_json_get_int(dcc_json_get_object(again, "error"), "code", 0), <, 0);
}

static void
on_line(const char *line, gsize length, gpointer data)
{
    g_autoptr(JsonObject) refusal = NULL;
    g_autoptr(McpMessage) message = NULL;

    (*(guint *)data)++;
    if (line == NULL)
        return;
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpuint(length, <=, MAX_LINE);
    message = mcp_message_parse(line, length, &refusal);
    g_assert_true(message == NULL || refusal == NULL);
    if (refusal != NULL)
        check_refusal(refusal);
    if (message == NULL)
        return;
    g_assert_nonnull(message->params);
    g_assert_nonnull(message->meta);
    g_assert_true((message->id == NULL) == (message->key == NULL));
    g_assert_true(g_utf8_validate(message->method, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    guint told = 0, again = 0;
    g_autoptr(McpReader) reader = mcp_reader_new(MAX_LINE, on_line, &told);
    g_autoptr(McpReader) slow = mcp_reader_new(MAX_LINE, on_line, &again);

    mcp_reader_feed(reader, (const char *)data, size);
    mcp_reader_finish(reader);
    for (size_t at = 0; at < size; at += 7)
        mcp_reader_feed(slow, (const char *)data + at, MIN(7, size - at));
    mcp_reader_finish(slow);
    g_assert_cmpuint(told, ==, again);
    return 0;
}
