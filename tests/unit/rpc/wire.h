/* The other side of a socket, by hand: whole bytes in, whole lines out. Turns the main loop while
 * it waits, 5 s at most. */
#pragma once

#include "dcc-test.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
    int fd;
    GString *in;
} Wire;

/* *theirs: the end for who is tested. */
Wire *
wire_new(int *theirs);
Wire *
wire_connect(const char *dir, const char *file);
void
wire_free(Wire *self);
/* Bytes; FALSE when the other side closed before it had them all. */
gboolean
wire_send(Wire *self, const void *bytes, gsize length);
/* One line; a line feed is put behind. */
void
wire_say(Wire *self, const char *line);
/* (transfer full): the next line, NULL when the other side closed. */
JsonObject *
wire_hear(Wire *self);
/* Waits for the other side to close; what it says before is dropped. */
void
wire_wait_closed(Wire *self);
/* Nothing has come, and it is open. */
gboolean
wire_is_silent(Wire *self);
void
wire_hang_up(Wire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

G_END_DECLS
