/* docs/mcp-reference.md, from the table of tools. */
#include "mcp-reference.h"

#include "mcp-tools.h"

static const char head[] =
    "# The tools of `dcchost mcp`\n"
    "\n"
    "Made from the table in `mcp/mcp-tools.c` by `dcchost mcp --print-reference`; a test compares "
    "them.\n"
    "What they are for, and how a client is set up: [mcp.md](mcp.md).\n";

static void
append_traits(GString *text, const McpTool *tool)
{
    static const struct {
        guint trait;
        const char *with, *without;
    } words[] = {{MCP_LOOKS, "looks", "changes something"},
                 {MCP_DESTROYS, "may cost work", NULL},
                 {MCP_REPEATS, "a second call changes nothing more", NULL},
                 {MCP_REACHES, "what comes of it is the application's business", NULL}};
    gboolean first = TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        const char *word = (tool->traits & words[i].trait) != 0 ? words[i].with : words[i].without;

        if (word == NULL)
            continue;
        g_string_append_printf(text, "%s%s", first ? "" : "; ", word);
        first = FALSE;
    }
}

static void
append_rows(GString *text, const McpField *fields, const char *prefix, gboolean is_input)
{
    for (; fields->name != NULL; fields++) {
        g_autofree char *inner = g_strdup_printf(
            "%s%s%s.", prefix, fields->name, fields->type == MCP_OBJECTS ? "[]" : "");

        g_string_append_printf(text,
                               "| `%s%s` | %s%s | %s",
                               prefix,
                               fields->name,
                               mcp_field_type_name(fields),
                               fields->nullable ? ", or null" : "",
                               fields->about);
        if (is_input && fields->choices != NULL) {
            g_autofree char *choices = g_strjoinv(", ", (char **)fields->choices);

            g_string_append_printf(text, " (%s)", choices);
        }
        if (is_input && fields->min < fields->max && fields->max < G_MAXINT64)
            g_string_append_printf(
                text, " (%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ")", fields->min, fields->max);
        if (is_input)
            g_string_append_printf(text,
                                   " | %s |\n",
                                   fields->required           ? "needed"
                                   : fields->fallback != NULL ? fields->fallback
                                                              : "-");
        else
            g_string_append(text, " |\n");
        /* A status is told once, by the tool of that name. */
        if (fields->fields != NULL && fields->fields->name != NULL && !is_input &&
            g_strcmp0(fields->name, "status") != 0 && g_strcmp0(fields->name, "instances") != 0)
            append_rows(text, fields->fields, inner, FALSE);
    }
}

static void
append_tool(GString *text, const McpTool *tool)
{
    g_string_append_printf(text, "\n## `%s`\n\n%s: %s\n\n", tool->name, tool->title, tool->about);
    append_traits(text, tool);
    g_string_append_printf(
        text, ".%s\n", tool->is_allowed != NULL ? " Only where the user allows it." : "");
    if (tool->input->name != NULL) {
        g_string_append(text, "\n| argument | type | | left out |\n|---|---|---|---|\n");
        append_rows(text, tool->input, "", TRUE);
    }
    g_string_append(text, "\n| answer | type | |\n|---|---|---|\n");
    append_rows(text, tool->output, "", FALSE);
}

char *
mcp_reference_make(void)
{
    GString *text = g_string_new(head);

    for (const McpTool *tool = mcp_tools; tool->name != NULL; tool++)
        append_tool(text, tool);
    return g_string_free(text, FALSE);
}
