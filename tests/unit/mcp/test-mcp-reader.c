/* Lines out of pieces: whatever the pieces are, the lines are the same. */
#include "mcp-reader.h"

#include <string.h>

#define MAX_LINE 16

static void
on_line(const char *line, gsize length, gpointer data)
{
    GString *told = data;

    if (line == NULL) {
        g_string_append(told, "<too long>");
        return;
    }
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpuint(length, <=, MAX_LINE);
    g_assert_cmpint(line[length], ==, '\0');
    g_string_append_printf(told, "<%s>", line);
}

static const struct {
    const char *input;
    const char *told;
} cases[] = {
    {"", ""},
    {"a\n", "<a>"},
    {"a\r\nb\n", "<a><b>"},
    {"\n\r\n\n", ""},
    {"a", "<a>"}, /* the end of the input ends a line */
    {"a\nb", "<a><b>"},
    {"0123456789abcdef\n", "<0123456789abcdef>"},
    {"0123456789abcdefg\n", "<too long>"},
    {"0123456789abcdefg", "<too long>"},
    {"0123456789abcdefgh0123456789abcdefgh\nok\n", "<too long><ok>"},
    {"x\n0123456789abcdefg\n0123456789abcdefg\ny\n", "<x><too long><too long><y>"},
};

static void
test_cases(gconstpointer data)
{
    gsize piece = GPOINTER_TO_SIZE(data);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) told = g_string_new(NULL);
        g_autoptr(McpReader) reader = mcp_reader_new(MAX_LINE, on_line, told);
        gsize length = strlen(cases[i].input);

        for (gsize at = 0; at < length; at += piece)
            mcp_reader_feed(reader, cases[i].input + at, MIN(piece, length - at));
        mcp_reader_finish(reader);
        g_assert_cmpstr(told->str, ==, cases[i].told);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/mcp/reader/byte-by-byte", GSIZE_TO_POINTER(1), test_cases);
    g_test_add_data_func("/mcp/reader/pieces", GSIZE_TO_POINTER(5), test_cases);
    g_test_add_data_func("/mcp/reader/at-once", GSIZE_TO_POINTER(1000), test_cases);
    return g_test_run();
}
