/* The order of version numbers as people read them.
 *
 * A version is a row of numbers and words. Numbers are compared as numbers of any length, a number
 * that is not there counts as 0, and a word ("alpha", "rc1") makes a version older than the same
 * without. Threading: any thread.
 */
#include <string.h>

#include "dcc-installation.h"

typedef struct {
    const char *start;
    gsize length;
    gboolean is_word;
} Token;

static Token
next_token(const char **rest)
{
    const char *p = *rest;

    while (*p != '\0' && !g_ascii_isalnum(*p))
        p++;
    if (g_ascii_isdigit(*p))
        while (*p == '0')
            p++;

    Token token = {.start = p, .is_word = g_ascii_isalpha(*p)};

    while (token.is_word ? g_ascii_isalpha(*p) : g_ascii_isdigit(*p))
        p++;
    token.length = (gsize)(p - token.start);
    *rest = p;
    return token;
}

static int
compare_tokens(Token a, Token b)
{
    if (a.is_word != b.is_word)
        return a.is_word ? -1 : 1;
    if (!a.is_word && a.length != b.length)
        return a.length < b.length ? -1 : 1;

    int order = g_ascii_strncasecmp(a.start, b.start, MIN(a.length, b.length));

    if (order == 0 && a.length != b.length)
        order = a.length < b.length ? -1 : 1;
    return order;
}

/**
 * dcc_version_compare:
 * @a: (nullable): a version; %NULL is older than all
 * @b: (nullable): another
 *
 * Orders versions as people read them: 4.10 is newer than 4.9, 4.2.0 alpha is older than 4.2.0,
 * 4.2 and 4.2.0 are equal.
 *
 * Returns: -1, 0 or 1
 *
 * Since: 1.0
 */
int
dcc_version_compare(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);

    while (*a != '\0' || *b != '\0') {
        Token left = next_token(&a);
        Token right = next_token(&b);
        int order = compare_tokens(left, right);

        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return 0;
}

/**
 * dcc_version_matches:
 * @version: (nullable): a version
 * @wanted: (nullable): the beginning of one
 *
 * Asks whether a version is the wanted one or a part of it: 4.2 matches 4.2 and 4.2.1, not
 * 4.20.
 *
 * Returns: %TRUE if it is; always when nothing is wanted
 *
 * Since: 1.0
 */
gboolean
dcc_version_matches(const char *version, const char *wanted)
{
    if (wanted == NULL || *wanted == '\0')
        return TRUE;
    if (version == NULL || !g_str_has_prefix(version, wanted))
        return FALSE;

    gsize length = strlen(wanted);

    return !(g_ascii_isdigit(wanted[length - 1]) && g_ascii_isdigit(version[length]));
}
