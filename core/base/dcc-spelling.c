/* What somebody may have meant. */
#include "dcc-spelling.h"
#include <string.h>

#define MAX_WORD     64
#define MAX_DISTANCE 2

/* How many letters have to be put in, left out or changed (Levenshtein). */
static guint
distance(const char *a, const char *b)
{
    gsize a_length = strlen(a), b_length = strlen(b);
    guint row[MAX_WORD + 1];

    if (a_length > MAX_WORD || b_length > MAX_WORD)
        return G_MAXUINT;
    for (gsize k = 0; k <= b_length; k++)
        row[k] = k;
    for (gsize i = 1; i <= a_length; i++) {
        guint diagonal = row[0];

        row[0] = i;
        for (gsize k = 1; k <= b_length; k++) {
            guint above = row[k];

            row[k] = MIN(MIN(above, row[k - 1]) + 1, diagonal + (a[i - 1] != b[k - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

const char *
dcc_spelling_nearest(const char *word, const char *const *known)
{
    g_autofree char *lower = g_ascii_strdown(word, -1);
    const char *best = NULL;
    guint best_distance = MAX_DISTANCE + 1;

    for (guint i = 0; *lower && known[i]; i++) {
        guint d = g_str_has_prefix(known[i], lower) ? 1 : distance(lower, known[i]);

        /* Two letters away from a word of two letters is anything. */
        if (d < best_distance && d < strlen(known[i])) {
            best = known[i];
            best_distance = d;
        }
    }
    return best;
}
