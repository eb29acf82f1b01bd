/* Words and variables in the forms that Windows starts programs with. */
#include "dcc-command-line.h"

#include <string.h>

#define ROUNDS 20000

/* What Microsoft's documentation says that main() gets, read off it and not off our quoting. (transfer full) */
static char **
take_apart(const char *line)
{
    GPtrArray *words = g_ptr_array_new();

    /* The first word: up to a quotation mark, in which a backslash means itself. */
    g_assert_cmpint(*line, ==, '"');
    g_ptr_array_add(words, g_strndup(line + 1, strcspn(line + 1, "\"")));
    line += 1 + strcspn(line + 1, "\"") + 1;
    for (;;) {
        g_autoptr(GString) word = g_string_new(NULL);
        gboolean quoted = FALSE;

        line += strspn(line, " \t");
        if (*line == '\0')
            break;
        while (*line != '\0' && (quoted || !strchr(" \t", *line))) {
            gsize n = strspn(line, "\\");

            line += n;
            for (gsize i = 0; i < (*line == '"' ? n / 2 : n); i++)
                g_string_append_c(word, '\\');
            if (n > 0 && *line != '"')
                continue;
            if (*line == '"' && n % 2 == 0)
                quoted = !quoted;
            else
                g_string_append_c(word, *line);
            line++;
        }
        g_assert_false(quoted);
        g_ptr_array_add(words, g_string_free(g_steal_pointer(&word), FALSE));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static void
check(const char *const *argv)
{
    g_autofree char *line = dcc_command_line_join(argv);
    g_auto(GStrv) seen = take_apart(line);

    g_assert_cmpstrv(seen, argv);
}

static void
test_written(void)
{
    static const struct {
        const char *argv[5];
        const char *line;
    } rows[] = {
        {{"C:\\a.exe", NULL}, "\"C:\\a.exe\""},
        {{"C:\\with blank\\a.exe", "x", NULL}, "\"C:\\with blank\\a.exe\" x"},
        {{"a.exe", "", "b", NULL}, "\"a.exe\" \"\" b"},
        {{"a.exe", "two words", NULL}, "\"a.exe\" \"two words\""},
        {{"a.exe", "C:\\dir\\", NULL}, "\"a.exe\" C:\\dir\\"},
        {{"a.exe", "C:\\a dir\\", NULL}, "\"a.exe\" \"C:\\a dir\\\\\""},
        {{"a.exe", "say \"hi\"", NULL}, "\"a.exe\" \"say \\\"hi\\\"\""},
        {{"a.exe", "\\\\server\\share", NULL}, "\"a.exe\" \\\\server\\share"},
        {{"a.exe", "a\\\"b", NULL}, "\"a.exe\" \"a\\\\\\\"b\""},
        {{"a.exe", "\xc3\xa4\xe2\x82\xac", NULL}, "\"a.exe\" \xc3\xa4\xe2\x82\xac"},
        {{"a.exe", "%PATH%", "^&|<>", "*.c", NULL}, "\"a.exe\" %PATH% ^&|<> *.c"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = dcc_command_line_join(rows[i].argv);

        g_assert_cmpstr(line, ==, rows[i].line);
        check(rows[i].argv);
    }
}

static void
test_any_words(void)
{
    static const char letters[] = "\\\\\\\"\" \tab";

    for (guint round = 0; round < ROUNDS; round++) {
        g_auto(GStrv) argv = g_new0(char *, 6);
        gint n = g_test_rand_int_range(1, 6);

        argv[0] = g_strdup("C:\\some dir\\a.exe");
        for (gint i = 1; i < n; i++) {
            GString *word = g_string_new(NULL);

            for (gint left = g_test_rand_int_range(0, 8); left > 0; left--)
                g_string_append_c(word, letters[g_test_rand_int_range(0, sizeof letters - 1)]);
            argv[i] = g_string_free(word, FALSE);
        }
        check((const char *const *)argv);
    }
}

static void
test_block(void)
{
    const char *const envp[] = {
        "b=1", "A=2", "=C:=C:\\work", "Path=old", "c=", "PATH=new", "no setting", NULL};
    static const char expected[] = "=C:=C:\\work\0A=2\0b=1\0c=\0PATH=new\0";
    gsize length = 0;
    g_autofree char *block = dcc_command_line_make_block(envp, &length);

    g_assert_cmpmem(block, length, expected, sizeof expected);
}

static void
test_block_of_nothing(void)
{
    const char *const envp[] = {NULL};
    gsize length = 0;
    g_autofree char *block = dcc_command_line_make_block(envp, &length);

    g_assert_cmpmem(block, length, "\0", 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command-line/written", test_written);
    g_test_add_func("/command-line/any-words", test_any_words);
    g_test_add_func("/command-line/block", test_block);
    g_test_add_func("/command-line/block-of-nothing", test_block_of_nothing);
    return g_test_run();
}
