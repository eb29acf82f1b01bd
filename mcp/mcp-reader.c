/* Lines out of whatever pieces they arrive in.
 *
 * Contract: no more of a line is kept than may be, whatever is sent: one that goes on and on costs
 * the limit once, is told as too long once, and the next line is read as if nothing had been.
 * Threading: one thread at a time.
 */
#include "mcp-reader.h"

#include <string.h>

struct _McpReader {
    gsize max_line;
    McpLineFunc func;
    gpointer data;
    GString *line;
    gboolean too_long; /* the rest of this line is thrown away */
};

McpReader *
mcp_reader_new(gsize max_line, McpLineFunc func, gpointer data)
{
    McpReader *self = g_new0(McpReader, 1);

    self->max_line = max_line;
    self->func = func;
    self->data = data;
    self->line = g_string_new(NULL);
    return self;
}

void
mcp_reader_free(McpReader *self)
{
    g_string_free(self->line, TRUE);
    g_free(self);
}

static void
add(McpReader *self, const char *bytes, gsize n)
{
    if (self->too_long)
        return;
    if (self->line->len + n <= self->max_line) {
        g_string_append_len(self->line, bytes, (gssize)n);
        return;
    }
    self->too_long = TRUE;
    /* What it has taken is given back, not kept for the next one. */
    g_string_free(self->line, TRUE);
    self->line = g_string_new(NULL);
    self->func(NULL, 0, self->data);
}

static void
end_line(McpReader *self)
{
    gsize length = self->line->len;

    if (length > 0 && self->line->str[length - 1] == '\r')
        g_string_truncate(self->line, --length);
    if (!self->too_long && length > 0)
        self->func(self->line->str, length, self->data);
    self->too_long = FALSE;
    g_string_truncate(self->line, 0);
}

void
mcp_reader_feed(McpReader *self, const char *bytes, gsize n)
{
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        gsize part = end != NULL ? (gsize)(end - bytes) : n;

        add(self, bytes, part);
        if (end == NULL)
            return;
        end_line(self);
        bytes += part + 1;
        n -= part + 1;
    }
}

void
mcp_reader_finish(McpReader *self)
{
    end_line(self);
}
