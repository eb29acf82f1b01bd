/* Rows: the schema that is made of them, and the arguments that they take. */
#include "mcp-field.h"

#include "dcc-error.h"
#include "dcc-json.h"

static const char *const choices[] = {"one", "two", NULL};
static const McpField inner[] = {{.name = "x", .type = MCP_TEXT, .about = "x", .required = TRUE},
                                 {NULL}};
static const McpField fields[] = {
    {.name = "name", .type = MCP_TEXT, .about = "a name", .required = TRUE},
    {.name = "choice", .type = MCP_TEXT, .about = "a choice", .choices = choices},
    {.name = "count", .type = MCP_INTEGER, .about = "a count", .min = 1, .max = 5, .fallback = "2"},
    {.name = "part", .type = MCP_NUMBER, .about = "a part", .min = 0, .max = 1},
    {.name = "flag", .type = MCP_BOOLEAN, .about = "a flag"},
    {NULL},
};
static const McpField list[] = {
    {.name = "items", .type = MCP_OBJECTS, .about = "items", .nullable = TRUE, .fields = inner},
    {NULL},
};

static void
test_schema(void)
{
    g_autoptr(JsonObject) schema = mcp_field_make_schema(fields, TRUE);
    g_autoptr(JsonObject) open = mcp_field_make_schema(list, FALSE);
    g_autofree char *text = dcc_json_to_line(schema), *other = dcc_json_to_line(open);

    g_assert_cmpstr(
        text,
        ==,
        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"description\":\"a "
        "name\"},\"choice\":{\"type\":\"string\",\"description\":\"a choice\",\"enum\":[\"one\","
        "\"two\"]},\"count\":{\"type\":\"integer\",\"description\":\"a count\",\"minimum\":1,"
        "\"maximum\":5,\"default\":2},\"part\":{\"type\":\"number\",\"description\":\"a part\","
        "\"minimum\":0,\"maximum\":1},\"flag\":{\"type\":\"boolean\",\"description\":\"a flag\"}},"
        "\"required\":[\"name\"],\"additionalProperties\":false}");
    g_assert_cmpstr(
        other,
        ==,
        "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":[\"array\",\"null\"],"
        "\"description\":\"items\",\"items\":{\"type\":\"object\",\"properties\":{\"x\":{"
        "\"type\":\"string\",\"description\":\"x\"}},\"required\":[\"x\"]}}},\"required\":"
        "[]}");
}

/* words: NULL: taken. */
static const struct {
    const char *arguments, *words;
} cases[] = {
    {"{\"name\":\"a\"}", NULL},
    {"{\"name\":\"a\",\"choice\":\"two\",\"count\":5,\"part\":0.5,\"flag\":true}", NULL},
    {"{\"name\":\"a\",\"count\":5.0}", NULL},
    {"{}", "the argument 'name' is missing: a name"},
    {"{\"name\":null}", "'name' is to be text"},
    {"{\"name\":7}", "'name' is to be text"},
    {"{\"name\":{\"base64\":\"YQ==\"}}", "'name' is to be text"},
    {"{\"name\":\"a\",\"count\":0}", "'count' is from 1 to 5"},
    {"{\"name\":\"a\",\"count\":6}", "'count' is from 1 to 5"},
    {"{\"name\":\"a\",\"count\":2.5}", "'count' is to be whole number"},
    {"{\"name\":\"a\",\"count\":1e300}", "'count' is to be whole number"},
    {"{\"name\":\"a\",\"count\":\"2\"}", "'count' is to be whole number"},
    {"{\"name\":\"a\",\"part\":1.5}", "'part' is from 0 to 1"},
    {"{\"name\":\"a\",\"flag\":1}", "'flag' is to be true or false"},
    {"{\"name\":\"a\",\"choice\":\"three\"}", "'choice' is one of one, two"},
    {"{\"name\":\"a\",\"env\":\"A=b\"}",
     "there is no argument 'env'; there are: name, choice, count, part, flag"},
};

static void
test_arguments(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) arguments = dcc_json_from_text(cases[i].arguments, -1, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(mcp_field_check(fields, arguments, &error) == (cases[i].words == NULL));
        if (cases[i].words != NULL) {
            g_assert_error(error, DCC_ERROR, DCC_ERROR_INVALID);
            g_assert_cmpstr(error->message, ==, cases[i].words);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mcp/field/schema", test_schema);
    g_test_add_func("/mcp/field/arguments", test_arguments);
    return g_test_run();
}
