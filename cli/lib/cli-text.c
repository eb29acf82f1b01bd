/* Text for people. Everything here is pure. */
#include "cli-text.h"

#include <string.h>

/* What a terminal obeys rather than shows: controls, and what turns the order of the line about. */
static gboolean
is_shown(gunichar c)
{
    return !g_unichar_iscntrl(c) && !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

static char *
escape(const char *text, gboolean keep_lines)
{
    GString *out = g_string_new(NULL);
    const char *p = text;

    while (*p != '\0') {
        gunichar c = g_utf8_get_char_validated(p, -1);
        gboolean valid = c != (gunichar)-1 && c != (gunichar)-2;
        gsize length = valid ? (gsize)(g_utf8_next_char(p) - p) : 1;

        if (c == '\n' && !keep_lines)
            g_string_append(out, "\\n");
        else if (valid && (c == '\n' || c == '\t' || is_shown(c)))
            g_string_append_len(out, p, (gssize)length);
        else
            for (gsize i = 0; i < length; i++)
                g_string_append_printf(out, "\\x%02x", (guchar)p[i]);
        p += length;
    }
    return g_string_free(out, FALSE);
}

char *
cli_escape(const char *text)
{
    return escape(text, FALSE);
}

char *
cli_escape_keeping_lines(const char *text)
{
    return escape(text, TRUE);
}

char *
cli_duration_text(double seconds)
{
    gint64 s = (gint64)seconds;

    if (seconds < 0)
        return g_strdup("-");
    if (seconds < 9.95)
        return g_strdup_printf("%.1f s", seconds);
    if (s < 60)
        return g_strdup_printf("%d s", (int)(seconds + 0.5));
    if (s < 3600)
        return g_strdup_printf("%d min %d s", (int)(s / 60), (int)(s % 60));
    if (s < 86400)
        return g_strdup_printf("%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT " d %d h", s / 86400, (int)(s / 3600 % 24));
}

char *
cli_size_text(guint64 bytes)
{
    return g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
}

/* Levenshtein's distance, a row at a time; words here are short. */
static guint
distance(const char *a, const char *b)
{
    gsize n = strlen(b);
    g_autofree guint *row = g_new(guint, n + 1);

    for (gsize j = 0; j <= n; j++)
        row[j] = (guint)j;
    for (gsize i = 1; a[i - 1] != '\0'; i++) {
        guint diagonal = row[0];

        row[0] = (guint)i;
        for (gsize j = 1; j <= n; j++) {
            guint above = row[j];
            guint swap = diagonal + (a[i - 1] != b[j - 1]);

            row[j] = MIN(swap, MIN(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[n];
}

/* (transfer container): those of candidates that word may be a misspelling of. */
static GPtrArray *
list_near(const char *word, const char *const *candidates)
{
    GPtrArray *near = g_ptr_array_new();
    gsize length = strlen(word);

    if (length > 64)
        return near;
    for (gsize i = 0; candidates[i] != NULL; i++) {
        gboolean begins = length >= 2 && g_str_has_prefix(candidates[i], word);

        if (begins || distance(word, candidates[i]) <= (length <= 3 ? 1 : 2))
            g_ptr_array_add(near, (gpointer)candidates[i]);
    }
    return near;
}

char *
cli_near_text(const char *word, const char *const *candidates)
{
    g_autoptr(GPtrArray) near = list_near(word, candidates);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < near->len; i++)
        g_string_append_printf(
            text, "%s%s", i == 0 ? "; did you mean " : " or ", (char *)near->pdata[i]);
    if (near->len > 0)
        g_string_append_c(text, '?');
    return g_string_free(text, FALSE);
}
