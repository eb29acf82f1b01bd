/* Lines out of whatever pieces they arrive in. Threading: one thread at a time. */
#pragma once

#include <glib.h>

typedef struct _McpReader McpReader;

/* line: without its end, NUL-terminated, of length bytes; NULL: it was longer than may be, and was
 * thrown away. A line that is empty is not told. */
typedef void (*McpLineFunc)(const char *line, gsize length, gpointer data);

McpReader *
mcp_reader_new(gsize max_line, McpLineFunc func, gpointer data);
void
mcp_reader_feed(McpReader *self, const char *bytes, gsize n);
/* The input has ended: what has no end of line is a line all the same. */
void
mcp_reader_finish(McpReader *self);
void
mcp_reader_free(McpReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McpReader, mcp_reader_free)
