/* Bytes in, lines out: valid UTF-8, without their end, cut at 64 KiB. */
#pragma once

#include "dcc-log-reader.h"

G_BEGIN_DECLS

#define DCC_LINE_MAX (64 * 1024)

typedef struct {
    GString *partial;
    gsize pending; /* bytes taken since the last line's end, those that are cut off among them */
} DccLines;

void
dcc_lines_init(DccLines *self);
void
dcc_lines_clear(DccLines *self);
/* Takes bytes up to the end of the first line in them. Returns how many. *line: (transfer full) the
 * line, NULL when it does not end in these bytes. One line at a time, for its receiver may want no
 * more. */
gsize
dcc_lines_take(DccLines *self, const char *bytes, gsize n, char **line);
/* (transfer full) (nullable): what there is of a line that has no end yet. */
char *
dcc_lines_flush(DccLines *self);

G_END_DECLS
