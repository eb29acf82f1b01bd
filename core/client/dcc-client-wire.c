/* One connection to a session's control socket.
 *
 * Contract: nothing waits. A session that is stopped takes connections until its queue is full and
 * bytes until its buffer is, and then neither: so connecting and sending have to be able to time
 * out as well as the answer. Threading: one thread at a time.
 */
#include "dcc-client-wire.h"

#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-socket.h"
#include <errno.h>
#include <string.h>

#define READ_CHUNK        (64 * 1024)
#define MAX_MESSAGE_BYTES (16 * 1024 * 1024) /* a whole ring of events is one line */
#define UNKNOWN_METHOD    (-32601)

void
dcc_client_wire_init(DccClientWire *self, const char *name)
{
    *self = (DccClientWire){.fd = DCC_SOCKET_NONE, .name = g_strdup(name)};
    self->in = g_byte_array_new();
    self->out = g_byte_array_new();
}

void
dcc_client_wire_clear(DccClientWire *self)
{
    dcc_socket_close(&self->fd);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->in, g_byte_array_unref);
    g_clear_pointer(&self->out, g_byte_array_unref);
}

static gboolean
explain_absence(DccClientWire *self, DccRuntime *runtime, GError **error)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, self->name, FALSE, error);
    g_autofree char *path = NULL;

    if (dir == NULL)
        return FALSE;
    path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_GONE,
                    "no session attends '%s'; 'dcchost adopt %s' takes it over",
                    self->name,
                    self->name);
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "no instance called '%s' is running",
                    self->name);
    return FALSE;
}

/* Where a socket is found by what a file says: that is another user's, or damaged. */
static gboolean
refuse_file(DccClientWire *self, const char *dir, int errno_code, GError **error)
{
    g_set_error(
        error,
        DCC_ERROR,
        DCC_ERROR_UNSAFE,
        "%s/%s, which leads to the session of '%s', %s; remove it, end the session process if "
        "there is one, and 'dcchost adopt %s'",
        dir,
        DCC_INSTANCE_DIR_CONTROL,
        self->name,
        errno_code == EPERM ? "is not this user's alone" : "is damaged",
        self->name);
    return FALSE;
}

/* The runtime directory itself was checked when it was opened; which user listens is asked of the
 * kernel, so the directory of the instance is not looked at again for each call. */
gboolean
dcc_client_wire_dial(DccClientWire *self, DccRuntime *runtime, GError **error)
{
    g_autofree char *dir = NULL;
    DccSocket fd;

    if (!dcc_instance_dir_is_name(self->name))
        return explain_absence(self, runtime, error);
    dir = g_build_filename(dcc_runtime_get_path(runtime), self->name, NULL);
    fd = dcc_socket_dial(dir, DCC_INSTANCE_DIR_CONTROL);
    if (fd < 0 && errno == EAGAIN)
        return FALSE;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "cannot ask the session of '%s': %s; raise 'ulimit -n'",
                    self->name,
                    g_strerror(errno));
        return FALSE;
    }
    if (fd < 0 && (errno == EPERM || errno == EPROTO))
        return refuse_file(self, dir, errno, error);
    if (fd < 0)
        return explain_absence(self, runtime, error);
    if (!dcc_socket_peer_is_ours(fd)) {
        dcc_socket_close(&fd);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "the control socket of '%s' belongs to another user",
                    self->name);
        return FALSE;
    }
    self->fd = fd;
    return TRUE;
}

void
dcc_client_wire_ask(DccClientWire *self, const char *method, JsonObject *params)
{
    g_autoptr(JsonObject) message = json_object_new();
    g_autofree char *text = NULL;

    json_object_set_string_member(message, "jsonrpc", "2.0");
    json_object_set_int_member(message, "id", ++self->last_id);
    json_object_set_string_member(message, "method", method);
    json_object_set_object_member(message, "params", params != NULL ? params : json_object_new());
    text = dcc_json_to_line(message);
    g_byte_array_append(self->out, (const guint8 *)text, (guint)strlen(text));
    g_byte_array_append(self->out, (const guint8 *)"\n", 1);
}

GIOCondition
dcc_client_wire_wants(DccClientWire *self)
{
    return dcc_socket_wants(self->fd, self->out->len > 0 ? G_IO_IN | G_IO_OUT : G_IO_IN);
}

/* EPROTO: whoever has the port of a session that is dead. */
static gboolean
set_gone(DccClientWire *self, int errno_code, GError **error)
{
    if (errno_code == EPROTO)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "a stranger listens where the session of '%s' did; 'dcchost adopt %s'",
                    self->name,
                    self->name);
    else
        g_set_error(
            error,
            DCC_ERROR,
            DCC_ERROR_GONE,
            "the session of '%s' closed the connection; 'dcchost status %s' tells how it stands",
            self->name,
            self->name);
    return FALSE;
}

static gboolean
set_too_long(DccClientWire *self, GError **error)
{
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_PROTOCOL,
                "an answer of the session of '%s' is longer than %d MiB",
                self->name,
                MAX_MESSAGE_BYTES / 1024 / 1024);
    return FALSE;
}

/* Not now, and the connection stands. */
static gboolean
must_wait(int errno_code)
{
    return errno_code == EAGAIN || errno_code == EWOULDBLOCK || errno_code == EINTR;
}

static gboolean
receive(DccClientWire *self, GError **error)
{
    guint before = self->in->len;
    int errno_code;
    gssize n;

    if (before > MAX_MESSAGE_BYTES && self->scanned == before)
        return set_too_long(self, error);
    g_byte_array_set_size(self->in, before + READ_CHUNK);
    n = dcc_socket_receive(self->fd, self->in->data + before, READ_CHUNK, FALSE);
    errno_code = n < 0 ? errno : 0;
    g_byte_array_set_size(self->in, before + (n > 0 ? (guint)n : 0));
    return n > 0 || must_wait(errno_code) || set_gone(self, errno_code, error);
}

gboolean
dcc_client_wire_move(DccClientWire *self, GError **error)
{
    gssize n = 0;

    if (self->out->len > 0)
        n = dcc_socket_send(self->fd, self->out->data, self->out->len, FALSE);
    if (n < 0 && !must_wait(errno))
        return set_gone(self, errno, error);
    if (n > 0)
        g_byte_array_remove_range(self->out, 0, (guint)n);
    return receive(self, error);
}

JsonObject *
dcc_client_wire_take(DccClientWire *self, GError **error)
{
    const guint8 *from = self->in->data;
    const guint8 *stop;
    JsonObject *message;

    if (self->in->len == self->scanned)
        return NULL;
    stop = memchr(from + self->scanned, '\n', self->in->len - self->scanned);
    if (stop == NULL) {
        self->scanned = self->in->len;
        return NULL;
    }
    message = dcc_json_from_text((const char *)from, stop - from, error);
    g_byte_array_remove_range(self->in, 0, (guint)(stop - from) + 1);
    self->scanned = 0;
    return message;
}

gboolean
dcc_client_wire_is_answer(DccClientWire *self, JsonObject *message)
{
    return dcc_json_get_int(message, "id", 0) == self->last_id;
}

static void
set_remote_error(JsonObject *failure, GError **error)
{
    JsonObject *data = dcc_json_get_object(failure, "data");
    int code = DCC_ERROR_FAILED;

    if (data != NULL)
        dcc_enum_from_nick(
            DCC_TYPE_ERROR, dcc_json_get_string(data, "name", "failed"), &code, NULL);
    else if (dcc_json_get_int(failure, "code", 0) == UNKNOWN_METHOD)
        code = DCC_ERROR_NOT_SUPPORTED;
    g_set_error_literal(
        error, DCC_ERROR, code, dcc_json_get_string(failure, "message", "no reason was given"));
}

JsonObject *
dcc_client_wire_read_answer(JsonObject *message, GError **error)
{
    JsonObject *result = dcc_json_get_object(message, "result");
    JsonObject *failure = dcc_json_get_object(message, "error");

    if (result != NULL)
        return json_object_ref(result);
    if (failure != NULL)
        set_remote_error(failure, error);
    else
        g_set_error_literal(
            error, DCC_ERROR, DCC_ERROR_PROTOCOL, "the session's answer holds no result");
    return NULL;
}

void
dcc_client_wire_set_timeout(DccClientWire *self, GError **error)
{
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_TIMEOUT,
                "the session of '%s' did not answer in time",
                self->name);
}
