/* Reads a log that a shim writes and rotates: whole lines as they come. When to look is told by
 * the caller (the session, which hears of output from the shim), or found out by the reader
 * itself (dcc_log_reader_follow()). */
#pragma once

#include "dcc-error.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_LOG_READER (dcc_log_reader_get_type())
G_DECLARE_FINAL_TYPE(DccLogReader, dcc_log_reader, DCC, LOG_READER, GObject)

/* line: valid UTF-8 (bytes that are not become U+FFFD), no line end, cut at 64 KiB. */
typedef void (*DccLineFunc)(const char *line, gpointer data);

/* offset: where to begin in the file as it is now; -1 at its end. The file need not exist yet. What
 * there is then is read from the main loop; after that, dcc_log_reader_look() says when to look. */
DccLogReader *
dcc_log_reader_new(const char *path, gint64 offset, DccLineFunc func, gpointer data);
/* One that notices by itself when the log grows: by inotify; by looking each 200 ms where no
 * inotify instance can be had. Error NOT_FOUND: the directory is missing. */
DCC_API DccLogReader *
dcc_log_reader_follow(
    const char *path, gint64 offset, DccLineFunc func, gpointer data, GError **error);
/* There may be more: reads it from the main loop, in pieces. */
void
dcc_log_reader_look(DccLogReader *self);
/* Reads what is there now; the last line even without its end when flush is TRUE. */
DCC_API void
dcc_log_reader_drain(DccLogReader *self, gboolean flush);
/* Bytes read so far, over all rotations. */
gint64
dcc_log_reader_get_total(DccLogReader *self);
/* The position of the next unread byte in the file now open. */
gint64
dcc_log_reader_get_offset(DccLogReader *self);

/* (transfer full): the last n lines over the whole ring (path.1 is older than path), oldest first.
 */
DCC_API char **
dcc_log_tail(const char *path, guint n);

G_END_DECLS
