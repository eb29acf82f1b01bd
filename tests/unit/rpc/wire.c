#include "wire.h"

#include "dcc-json.h"
#include "dcc-socket.h"

#include <errno.h>
#include <glib/gstdio.h>

#define PATIENCE_MS 5000

Wire *
wire_new(int *theirs)
{
    Wire *self = g_new0(Wire, 1);
    g_autofree char *dir = g_dir_make_tmp("dcc-wire-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    DccSocket listening = dcc_socket_listen(dir, "wire", &error);
    g_autofree char *path = g_build_filename(dir, "wire", NULL);

    g_assert_no_error(error);
    self->fd = dcc_socket_connect(dir, "wire");
    while ((*theirs = dcc_socket_accept(listening)) == DCC_SOCKET_NONE)
        g_assert_cmpint(errno, ==, EAGAIN);
    dcc_socket_close(&listening);
    g_unlink(path);
    g_rmdir(dir);
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
    dcc_socket_close(&self->fd);
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
        gssize n = dcc_socket_send(self->fd, from, length, FALSE);

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
    gssize n = dcc_socket_receive(self->fd, chunk, sizeof chunk, FALSE);

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
