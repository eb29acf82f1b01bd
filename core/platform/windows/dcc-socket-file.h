/* The file that a local channel is found by where the system has no sockets that are files: the port, who listens there,
 * and two secrets. Whoever calls says the first, to be let in; whoever listens says the second, so that a stranger who got
 * the port of one that has ended is not taken for it. Only the text: no system is asked.
 *
 * One line: dcchost-socket-1 PORT PID START CALL ANSWER
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_SOCKET_WORD_LENGTH 64  /* hexadecimal digits, for 32 random bytes */
#define DCC_SOCKET_FILE_MAX    512 /* bytes: a longer one is none of ours */

typedef struct {
    guint16 port;
    gint64 pid;    /* who listens */
    guint64 start; /* when that process started, as dcc_identity_read_start() */
    char call[DCC_SOCKET_WORD_LENGTH + 1];
    char answer[DCC_SOCKET_WORD_LENGTH + 1];
} DccSocketFile;

/* bytes: 32 of them. */
void
dcc_socket_file_make_word(const guint8 *bytes, char word[DCC_SOCKET_WORD_LENGTH + 1]);
/* (transfer full): the file's text. */
char *
dcc_socket_file_format(const DccSocketFile *self);
/* FALSE: it is no such text; self is zeroed then. */
gboolean
dcc_socket_file_parse(const char *text, gsize length, DccSocketFile *self);
/* Whether the n bytes at said are the word and a line end, in a time that does not tell how much of it is right. */
gboolean
dcc_socket_file_is_said(const char *word, const char *said, gsize n);

G_END_DECLS
