/* Spans of time as people write them.
 *
 * Contract: whole milliseconds in both directions; what is written here is read here. Decimals are
 * read without floating point and without the locale, and rounded up: a span that is not nothing
 * never becomes nothing. Threading: any thread.
 */
#include "dcc-error.h"
#include "dcc-settings.h"

#define MS_PER_SECOND G_GINT64_CONSTANT(1000)
#define MS_PER_MINUTE (60 * MS_PER_SECOND)
#define MS_PER_HOUR   (60 * MS_PER_MINUTE)
/* A span must fit in microseconds too. */
#define MAX_MS       (G_MAXINT64 / 1000)
#define MAX_DECIMALS 9

typedef struct {
    const char *suffix;
    gint64 ms;
} Unit;

/* The largest first: that is the order in which one is chosen for writing. */
static const Unit units[] = {
    {"h", MS_PER_HOUR},
    {"m", MS_PER_MINUTE},
    {"s", MS_PER_SECOND},
    {"ms", 1},
    {"", MS_PER_SECOND},
};

static gint64
find_unit(const char *suffix)
{
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_str_equal(units[i].suffix, suffix))
            return units[i].ms;
    return 0;
}

static gboolean
read_digits(const char **text, gint64 *number)
{
    const char *p = *text;

    for (*number = 0; g_ascii_isdigit(*p); p++) {
        if (*number > MAX_MS / 10 - 1)
            return FALSE;
        *number = *number * 10 + (*p - '0');
    }
    gboolean some = p != *text;

    *text = p;
    return some;
}

/* Further decimals than we count are rounded up into the last one. */
static gboolean
read_decimals(const char **text, gint64 *number, gint64 *scale)
{
    const char *p = *text;
    gboolean rest = FALSE;
    int n = 0;

    for (*number = 0, *scale = 1; g_ascii_isdigit(*p); p++, n++) {
        if (n >= MAX_DECIMALS) {
            rest = rest || *p != '0';
            continue;
        }
        *number = *number * 10 + (*p - '0');
        *scale *= 10;
    }
    *number += rest ? 1 : 0;
    *text = p;
    return n > 0;
}

static gboolean
read_duration(const char *text, gint64 *ms)
{
    gint64 whole = 0;
    gint64 decimals = 0;
    gint64 scale = 1;

    if (!read_digits(&text, &whole))
        return FALSE;
    if (*text == '.') {
        text++;
        if (!read_decimals(&text, &decimals, &scale))
            return FALSE;
    }

    gint64 unit = find_unit(text);

    if (unit == 0 || whole > MAX_MS / unit - 1)
        return FALSE;
    *ms = whole * unit + (decimals * unit + scale - 1) / scale;
    return TRUE;
}

/**
 * dcc_duration_parse:
 * @text: (nullable): a span of time
 * @ms: (out) (optional): milliseconds
 * @error: where to put an error, or %NULL
 *
 * Reads "10s", "500ms", "2m", "1h", or a bare number of seconds: "2.5". What is less than a
 * millisecond is rounded up. The error is %DCC_ERROR_INVALID.
 *
 * Returns: %TRUE if it is a span of time; @ms is left alone otherwise
 *
 * Since: 1.0
 */
gboolean
dcc_duration_parse(const char *text, gint64 *ms, GError **error)
{
    gint64 value = 0;

    if (text == NULL || !read_duration(text, &value)) {
        g_autofree char *shown = g_utf8_make_valid(text != NULL ? text : "", -1);

        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "\"%s\" is no span of time: write for example 500ms, 10s, 2m, 1h or 2.5",
                    shown);
        return FALSE;
    }
    if (ms != NULL)
        *ms = value;
    return TRUE;
}

/**
 * dcc_duration_format:
 * @ms: milliseconds
 *
 * The shortest text that dcc_duration_parse() reads as the same.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
dcc_duration_format(gint64 ms)
{
    if (ms == 0)
        return g_strdup("0s");
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (ms % units[i].ms == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", ms / units[i].ms, units[i].suffix);
    g_return_val_if_reached(NULL);
}
