/* Quoting for Windows; see the header.
 *
 * Problem: a program gets one text and takes it apart itself. GLib's quoting loses empty words. Contract: a backslash
 * counts only before a quotation mark: there it is doubled, and so are those before the mark that ends a word.
 * Threading: any. */
#include "dcc-command-line.h"

#include <string.h>

static gboolean
needs_quotes(const char *word)
{
    return *word == '\0' || strpbrk(word, " \t\n\v\"") != NULL;
}

static void
add_word(GString *line, const char *word)
{
    gsize backslashes = 0;

    if (!needs_quotes(word)) {
        g_string_append(line, word);
        return;
    }
    g_string_append_c(line, '"');
    for (; *word != '\0'; word++) {
        if (*word == '"')
            for (gsize i = 0; i <= backslashes; i++)
                g_string_append_c(line, '\\');
        backslashes = *word == '\\' ? backslashes + 1 : 0;
        g_string_append_c(line, *word);
    }
    for (gsize i = 0; i < backslashes; i++)
        g_string_append_c(line, '\\');
    g_string_append_c(line, '"');
}

/* The first word is taken apart by another rule: a backslash in it never counts. */
char *
dcc_command_line_join(const char *const *argv)
{
    GString *line = g_string_new(NULL);

    g_string_append_printf(line, "\"%s\"", argv[0]);
    for (guint i = 1; argv[i] != NULL; i++) {
        g_string_append_c(line, ' ');
        add_word(line, argv[i]);
    }
    return g_string_free(line, FALSE);
}

/* "=C:=C:\work" is a name of the system's own, which begins with '='. */
static gsize
measure_name(const char *setting)
{
    return *setting != '\0' ? 1 + strcspn(setting + 1, "=") : 0;
}

static int
compare_names(const char *a, const char *b)
{
    gsize a_length = measure_name(a), b_length = measure_name(b);
    int order = g_ascii_strncasecmp(a, b, MIN(a_length, b_length));

    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int
compare(gconstpointer a, gconstpointer b)
{
    return compare_names(*(const char *const *)a, *(const char *const *)b);
}

char *
dcc_command_line_make_block(const char *const *envp, gsize *length)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    GString *block = g_string_new(NULL);

    for (; *envp != NULL; envp++)
        if (strchr(*envp, '=') != NULL)
            g_ptr_array_add(sorted, (gpointer)*envp);
    /* It keeps the order of equals. */
    g_ptr_array_sort(sorted, compare);
    for (guint i = 0; i < sorted->len; i++) {
        const char *setting = g_ptr_array_index(sorted, i);

        if (i + 1 < sorted->len && compare_names(setting, g_ptr_array_index(sorted, i + 1)) == 0)
            continue;
        g_string_append_len(block, setting, (gssize)strlen(setting) + 1);
    }
    if (block->len == 0)
        g_string_append_c(block, '\0');
    g_string_append_c(block, '\0');
    *length = block->len;
    return g_string_free(block, FALSE);
}
