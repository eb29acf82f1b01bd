/* Splitting a stream into lines; see the header. The rest of a line that is too long is skipped,
 * not kept: a line of 100 MiB costs 64 KiB. */
#include "dcc-lines.h"

#include <string.h>

void
dcc_lines_init(DccLines *self)
{
    self->partial = g_string_new(NULL);
    self->pending = 0;
}

void
dcc_lines_clear(DccLines *self)
{
    g_string_free(self->partial, TRUE);
    self->partial = NULL;
}

static char *
finish(DccLines *self)
{
    gsize length = self->partial->len;
    char *line;

    if (length > 0 && self->partial->str[length - 1] == '\r')
        length--;
    line = g_utf8_make_valid(self->partial->str, (gssize)length);
    g_string_truncate(self->partial, 0);
    self->pending = 0;
    return line;
}

gsize
dcc_lines_take(DccLines *self, const char *bytes, gsize n, char **line)
{
    const char *end = memchr(bytes, '\n', n);
    gsize length = end != NULL ? (gsize)(end - bytes) : n;
    gsize room = DCC_LINE_MAX - self->partial->len;

    g_string_append_len(self->partial, bytes, (gssize)MIN(length, room));
    self->pending += length;
    *line = end != NULL ? finish(self) : NULL;
    return end != NULL ? length + 1 : length;
}

char *
dcc_lines_flush(DccLines *self)
{
    return self->pending > 0 ? finish(self) : NULL;
}
