/* The text of a channel's file; see the header. Threading: any. */
#include "dcc-socket-file.h"

#include <string.h>

#define MARK     "dcchost-socket-1"
#define N_PARTS  6
#define N_RANDOM (DCC_SOCKET_WORD_LENGTH / 2)

void
dcc_socket_file_make_word(const guint8 *bytes, char word[DCC_SOCKET_WORD_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";

    for (gsize i = 0; i < N_RANDOM; i++) {
        word[2 * i] = digits[bytes[i] >> 4];
        word[2 * i + 1] = digits[bytes[i] & 15];
    }
    word[DCC_SOCKET_WORD_LENGTH] = '\0';
}

char *
dcc_socket_file_format(const DccSocketFile *self)
{
    return g_strdup_printf(MARK " %u %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %s %s\n",
                           self->port,
                           self->pid,
                           self->start,
                           self->call,
                           self->answer);
}

static gboolean
take_word(const char *text, char word[DCC_SOCKET_WORD_LENGTH + 1])
{
    if (strlen(text) != DCC_SOCKET_WORD_LENGTH)
        return FALSE;
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isxdigit(*at))
            return FALSE;
    memcpy(word, text, DCC_SOCKET_WORD_LENGTH + 1);
    return TRUE;
}

/* No sign, and at least 1: neither port nor process nor time is 0. */
static gboolean
take_number(const char *text, guint64 most, guint64 *number)
{
    return g_ascii_string_to_unsigned(text, 10, 1, most, number, NULL);
}

static gboolean
take_parts(char **parts, DccSocketFile *self)
{
    guint64 port, pid;

    if (g_strv_length(parts) != N_PARTS || !g_str_equal(parts[0], MARK) ||
        !take_number(parts[1], G_MAXUINT16, &port) || !take_number(parts[2], G_MAXINT64, &pid) ||
        !take_number(parts[3], G_MAXUINT64, &self->start) || !take_word(parts[4], self->call) ||
        !take_word(parts[5], self->answer))
        return FALSE;
    self->port = (guint16)port;
    self->pid = (gint64)pid;
    return TRUE;
}

gboolean
dcc_socket_file_parse(const char *text, gsize length, DccSocketFile *self)
{
    g_autofree char *line = NULL;
    g_auto(GStrv) parts = NULL;
    gboolean good;

    *self = (DccSocketFile){0};
    if (length < 2 || length > DCC_SOCKET_FILE_MAX || text[length - 1] != '\n' ||
        memchr(text, '\0', length) != NULL)
        return FALSE;
    line = g_strndup(text, length - 1);
    parts = g_strsplit(line, " ", N_PARTS + 1);
    good = take_parts(parts, self);
    if (!good)
        *self = (DccSocketFile){0};
    return good;
}

gboolean
dcc_socket_file_is_said(const char *word, const char *said, gsize n)
{
    guint differing = 0;

    if (n != DCC_SOCKET_WORD_LENGTH + 1)
        return FALSE;
    for (gsize i = 0; i < DCC_SOCKET_WORD_LENGTH; i++)
        differing |= (guint)(guchar)(word[i] ^ said[i]);
    return (differing | (guint)(guchar)(said[n - 1] ^ '\n')) == 0;
}
