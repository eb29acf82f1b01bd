/* Text of others: whole where it is short, cut between two characters where it is not. */
#include "dcc-text.h"

#include <string.h>

#define MAX_BYTES 20

static void
test_short(void)
{
    static const char *const whole[] = {
        "", "a", "save", "12345678901234567890", "\xC3\xA4\xE2\x82\xAC"};

    for (guint i = 0; i < G_N_ELEMENTS(whole); i++) {
        g_autofree char *text = dcc_text_cut(whole[i], MAX_BYTES);

        g_assert_cmpstr(text, ==, whole[i]);
    }
    g_assert_null(dcc_text_cut(NULL, MAX_BYTES));
}

/* Every place that a cut may fall on, in characters of one to four bytes. */
static void
test_boundaries(void)
{
    static const char *const letters[] = {"x", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\xA1"};

    for (guint i = 0; i < G_N_ELEMENTS(letters); i++) {
        for (guint before = 0; before < 5; before++) {
            g_autoptr(GString) said = g_string_new_len("abcd", before);
            g_autofree char *text = NULL;

            for (guint n = 0; n < 100; n++)
                g_string_append(said, letters[i]);
            text = dcc_text_cut(said->str, MAX_BYTES);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_assert_cmpuint(strlen(text), <=, MAX_BYTES);
            g_assert_cmpuint(strlen(text), >, MAX_BYTES - 4);
            g_assert_true(g_str_has_suffix(text, "..."));
            g_assert_cmpint(strncmp(text, said->str, strlen(text) - 3), ==, 0);
        }
    }
}

/* A byte that is no UTF-8 takes the room of three when it is replaced. */
static void
test_no_text(void)
{
    g_autoptr(GString) said = g_string_new(NULL);
    g_autofree char *text = NULL;

    for (guint n = 0; n < 100; n++)
        g_string_append_c(said, (char)0xFF);
    text = dcc_text_cut(said->str, MAX_BYTES);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpuint(strlen(text), <=, MAX_BYTES);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/short", test_short);
    g_test_add_func("/text/boundaries", test_boundaries);
    g_test_add_func("/text/no-text", test_no_text);
    return g_test_run();
}
