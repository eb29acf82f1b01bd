/* The numbers among the settings, as text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    DCC_NUMBER_DURATION, /* milliseconds */
    DCC_NUMBER_COUNT,
    DCC_NUMBER_PERCENT,
    DCC_NUMBER_BYTES,
} DccNumberKind;

/* FALSE: it is none. Its range is the caller's to check. */
gboolean
dcc_number_parse(DccNumberKind kind, const char *text, gint64 *value);
/* (transfer full): what dcc_number_parse() takes. */
char *
dcc_number_format(DccNumberKind kind, gint64 value);

G_END_DECLS
