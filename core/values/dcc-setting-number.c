/* The numbers among the settings, as text. Threading: any. */
#include "dcc-setting-number.h"

#include <string.h>

#include "dcc-settings.h"

static gboolean
parse_bytes(const char *text, gint64 *value)
{
    static const char suffixes[] = "KMG";
    gsize length = strlen(text);
    const char *suffix = length > 0 ? strchr(suffixes, text[length - 1]) : NULL;
    g_autofree char *digits = g_strndup(text, suffix != NULL ? length - 1 : length);
    int shift = suffix != NULL ? 10 * (int)(suffix - suffixes + 1) : 0;

    if (!g_ascii_string_to_signed(digits, 10, 0, G_MAXINT64 >> shift, value, NULL))
        return FALSE;
    *value <<= shift;
    return TRUE;
}

gboolean
dcc_number_parse(DccNumberKind kind, const char *text, gint64 *value)
{
    switch (kind) {
    case DCC_NUMBER_DURATION:
        return dcc_duration_parse(text, value, NULL);
    case DCC_NUMBER_BYTES:
        return parse_bytes(text, value);
    case DCC_NUMBER_PERCENT:
    case DCC_NUMBER_COUNT:
        break;
    }

    gsize length = strlen(text);
    gboolean sign = kind == DCC_NUMBER_PERCENT && length > 0 && text[length - 1] == '%';
    g_autofree char *digits = g_strndup(text, sign ? length - 1 : length);

    return g_ascii_string_to_signed(digits, 10, 0, G_MAXINT64, value, NULL);
}

char *
dcc_number_format(DccNumberKind kind, gint64 value)
{
    if (kind == DCC_NUMBER_DURATION)
        return dcc_duration_format(value);
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}
