#include "wire.h"

#include "dcc-json.h"
#include "dcc-socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 5000

Wire *
wire_new(int *theirs)
{
    Wire *self = g_new0(Wire, 1);
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    self->fd = fds[0];
    *theirs = fds[1];
    self->in = g_string_new(NULL);
    return self;
}

Wire *
wire_connect(const char *dir, const char *file)
{
    Wire *self = g_new0(Wire, 1);

    self->fd = dcc_socket_connect(dir, file);
    g_assert_cmpint(self->fd, >=, 0);
    self->in = g_string_new(NULL);
    return self;
}

void
wire_hang_up(Wire *self)
{
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
}

void
wire_free(Wire *self)
{
    if (self == NULL)
        return;
    wire_hang_up(self);
    g_string_free(self->in, TRUE);
    g_free(self);
}

gboolean
wire_send(Wire *self, const void *bytes, gsize length)
{
    const char *from = bytes;

    while (length > 0) {
        gssize n = send(self->fd, from, length, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno != EAGAIN)
            return FALSE;
        if (n < 0)
            dcc_test_turn();
        from += MAX(n, 0);
        length -= (gsize)MAX(n, 0);
    }
    return TRUE;
}

void
wire_say(Wire *self, const char *line)
{
    wire_send(self, line, strlen(line));
    wire_send(self, "\n", 1);
}

/* FALSE: it is closed. */
static gboolean
fill(Wire *self)
{
    char chunk[4096];
    gssize n = recv(self->fd, chunk, sizeof chunk, MSG_DONTWAIT);

    if (n > 0)
        g_string_append_len(self->in, chunk, n);
    return n > 0 || (n < 0 && errno == EAGAIN);
}

static JsonObject *
take(Wire *self)
{
    const char *stop = memchr(self->in->str, '\n', self->in->len);
    g_autoptr(GError) error = NULL;
    JsonObject *object;

    if (stop == NULL)
        return NULL;
    object = dcc_json_from_text(self->in->str, stop - self->in->str, &error);
    g_assert_no_error(error);
    g_string_erase(self->in, 0, stop - self->in->str + 1);
    return object;
}

JsonObject *
wire_hear(Wire *self)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_MS * 1000;

    for (;;) {
        JsonObject *object = take(self);
        gsize before = self->in->len;

        if (object != NULL)
            return object;
        if (!fill(self))
            return NULL;
        if (self->in->len == before)
            dcc_test_turn_once();
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

void
wire_wait_closed(Wire *self)
{
    dcc_test_wait_for(!fill(self), PATIENCE_MS);
}

gboolean
wire_is_silent(Wire *self)
{
    for (guint i = 0; i < 5; i++)
        dcc_test_turn_once();
    return fill(self) && self->in->len == 0;
}
