/* The last lines of one run's output.
 *
 * Problem: the log on disk goes over many runs, and reading it back at every end costs a disk that
 * may be slow or full. Contract: bounded in lines and in bytes of a line. Threading: one thread.
 */
#include "dcc-line-ring.h"

#include <string.h>

struct _DccLineRing {
    char *lines[DCC_LINE_RING_LINES];
    guint64 added;
};

DccLineRing *
dcc_line_ring_new(void)
{
    return g_new0(DccLineRing, 1);
}

void
dcc_line_ring_free(DccLineRing *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < DCC_LINE_RING_LINES; i++)
        g_free(self->lines[i]);
    g_free(self);
}

/* Not in the middle of a character. */
static char *
cut(const char *line)
{
    gsize length = strlen(line);
    const char *end = line + DCC_LINE_RING_LENGTH;

    if (length <= DCC_LINE_RING_LENGTH)
        return g_strndup(line, length);
    while (end > line && (*end & 0xc0) == 0x80)
        end--;
    return g_strndup(line, (gsize)(end - line));
}

void
dcc_line_ring_add(DccLineRing *self, const char *line)
{
    char **slot = &self->lines[self->added++ % DCC_LINE_RING_LINES];

    g_free(*slot);
    *slot = cut(line);
}

char **
dcc_line_ring_list(DccLineRing *self, guint n)
{
    guint count = (guint)MIN(MIN(self->added, n), DCC_LINE_RING_LINES);
    char **list = g_new0(char *, count + 1);

    for (guint i = 0; i < count; i++)
        list[i] = g_strdup(self->lines[(self->added - count + i) % DCC_LINE_RING_LINES]);
    return list;
}
