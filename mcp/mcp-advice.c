/* What dcchost tells people to do, in the words of tools.
 *
 * One table says which verb is which tool, and which options are arguments of it; anything else of
 * a command line has no meaning here and is passed over.
 */
#include "mcp-advice.h"

#include <string.h>

static const struct {
    const char *verb;
    const char *tool;
    const char *subject; /* the argument that the first word is; NULL: none */
} verbs[] = {
    {"launch", "launch", "app"},
    {"list", "list_applications", "app"},
    {"ps", "list_instances", NULL},
    {"status", "status", "name"},
    {"why", "why", "name"},
    {"logs", "logs", "name"},
    {"events", "events", "name"},
    {"probe", "probe", "name"},
    {"restart", "restart", "name"},
    {"stop", "stop", "name"},
    {"kill", "kill", "name"},
    {"adopt", "adopt", "name"},
    {"doctor", "doctor", "app"},
};

static const struct {
    const char *option, *argument;
} options[] = {{"--recover", "recover"}, {"--headless", "headless"}, {"--safe", "safe"}};

#define PROGRAM "dcchost "

static gboolean
is_word(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("._-", c) != NULL);
}

/* (transfer full) (nullable): the next word of a command line; *text is then behind it. */
static char *
take_word(const char **text)
{
    const char *from = *text, *to;
    char *word;

    while (*from == ' ')
        from++;
    for (to = from; is_word(*to); to++)
        ;
    if (to == from)
        return NULL;
    if (to[-1] == '.') /* of the sentence */
        to--;
    word = g_strndup(from, (gsize)(to - from));
    *text = to;
    return word;
}

static gboolean
is_name(const char *word)
{
    /* APP and NAME are what a usage says, and no name of anything; a word of the sentence that goes
     * on is none either. */
    static const char *const words[] = {
        "with", "ends", "shows", "takes", "starts", "tells", "looks", NULL};

    return *word != '-' && strcmp(word, "NAME") != 0 && strcmp(word, "APP") != 0 &&
           !g_strv_contains(words, word);
}

static const char *
find_option(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        if (strcmp(options[i].option, word) == 0)
            return options[i].argument;
    return NULL;
}

/* text: behind "dcchost ". (transfer none): the tool; NULL: it is no command that is one. *rest:
 * behind the command. */
static const char *
read_command(const char *text, JsonObject *arguments, const char **rest)
{
    g_autofree char *verb = take_word(&text);
    const char *tool = NULL, *subject = NULL, *before;
    char *word;

    for (guint i = 0; verb != NULL && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(verbs[i].verb, verb) != 0)
            continue;
        tool = verbs[i].tool;
        subject = verbs[i].subject;
    }
    before = text;
    while (tool != NULL && (word = take_word(&text)) != NULL) {
        g_autofree char *held = word;
        const char *flag = find_option(held);

        if (strcmp(held, "with") == 0) { /* "dcchost launch with --headless" */
            before = text;
            continue;
        }
        if (flag != NULL)
            json_object_set_boolean_member(arguments, flag, TRUE);
        else if (subject != NULL && is_name(held)) {
            json_object_set_string_member(arguments, subject, held);
            subject = NULL;
        } else if (*held != '-' && strcmp(held, "NAME") != 0 && strcmp(held, "APP") != 0)
            break;
        before = text;
    }
    *rest = before;
    return tool;
}

static void
append_call(GString *words, const char *tool, JsonObject *arguments)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), arguments);
    g_autofree char *text = json_to_string(node, FALSE);

    g_string_append(words, tool);
    if (json_object_get_size(arguments) > 0)
        g_string_append_printf(words, " %s", text);
}

char *
mcp_advice_in_tools(const char *text)
{
    GString *words = g_string_new(NULL);
    const char *found;

    while ((found = strstr(text, PROGRAM)) != NULL) {
        g_autoptr(JsonObject) arguments = json_object_new();
        const char *rest, *tool = read_command(found + strlen(PROGRAM), arguments, &rest);
        gboolean quoted = found > text && found[-1] == '\'';

        g_string_append_len(words, text, found - text - (tool != NULL && quoted ? 1 : 0));
        if (tool == NULL) {
            g_string_append(words, PROGRAM);
            text = found + strlen(PROGRAM);
            continue;
        }
        append_call(words, tool, arguments);
        text = quoted && *rest == '\'' ? rest + 1 : rest;
    }
    g_string_append(words, text);
    return g_string_free(words, FALSE);
}

JsonObject *
mcp_advice_to_object(const char *text)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autofree char *words = mcp_advice_in_tools(text);
    const char *found = strstr(text, PROGRAM), *rest;
    const char *tool =
        found != NULL ? read_command(found + strlen(PROGRAM), arguments, &rest) : NULL;

    json_object_set_string_member(object, "text", words);
    if (tool == NULL) {
        json_object_set_null_member(object, "tool");
        json_object_set_null_member(object, "arguments");
        return object;
    }
    json_object_set_string_member(object, "tool", tool);
    json_object_set_object_member(object, "arguments", g_steal_pointer(&arguments));
    return object;
}
