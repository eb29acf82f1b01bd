/* Local channels; see the header.
 *
 * Problem: no Python of Windows has sockets that are files, and the agents' Python is what has to call. Contract: a socket
 * of 127.0.0.1, found by a file (dcc-socket-file.h) in a directory that no other user may read. Who calls says what stands
 * there before anything else, or is dropped (dcc-socket-knocks.h); then who listens says what stands there, too. Nobody above
 * sees either.
 *
 * Threading: a socket is of one thread at a time; the table of them is of all. */
#include "dcc-socket.h"

#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-file-whole.h"
#include "dcc-handle.h"
#include "dcc-identity.h"
#include "dcc-owner.h"
#include "dcc-socket-file.h"
#include "dcc-socket-knocks.h"
#include "dcc-source.h"

#include <gio/gio.h>
/* before windows.h, which would bring an older one */
#include <gio/gnetworking.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <io.h>
#include <string.h>

#include <windows.h>
/* after windows.h */
#include <bcrypt.h>

#define BACKLOG          64
#define BUFFER_BYTES     (64 * 1024)
#define MAX_UNREAD_READS 64
#define CONNECT_US       G_USEC_PER_SEC
#define DIAL_US          (G_USEC_PER_SEC / 4)
#define WORD_LENGTH      (DCC_SOCKET_WORD_LENGTH + 1) /* and its line end */

typedef struct {
    GSocket *socket;
    DccSocketFile file;
    DccSocketKnocks *knocks; /* of one that listens */
    GSource *ear;            /* which waits for it; one that listens, not owned */
    gboolean called;         /* we called: the other end has to say the answer */
    gsize n;                 /* of it heard so far */
    char heard[WORD_LENGTH];
} Channel;

G_LOCK_DEFINE_STATIC(channels);
static GHashTable *channels; /* DccSocket -> Channel */

static Channel *
find(DccSocket self)
{
    Channel *channel = NULL;

    G_LOCK(channels);
    if (channels != NULL)
        channel = g_hash_table_lookup(channels, GINT_TO_POINTER(self));
    G_UNLOCK(channels);
    if (channel == NULL)
        errno = EBADF;
    return channel;
}

static void
make_quick_and_private(GSocket *socket)
{
    g_socket_set_blocking(socket, FALSE);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    g_socket_set_option(socket, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES, NULL);
    g_socket_set_option(socket, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES, NULL);
    SetHandleInformation((HANDLE)(gintptr)g_socket_get_fd(socket), HANDLE_FLAG_INHERIT, 0);
}

/* socket: (transfer full). */
static DccSocket
channel_new(GSocket *socket, Channel **made)
{
    Channel *channel = g_new0(Channel, 1);
    DccSocket self = g_socket_get_fd(socket);

    make_quick_and_private(socket);
    channel->socket = socket;
    G_LOCK(channels);
    if (channels == NULL)
        channels = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(channels, GINT_TO_POINTER(self), channel);
    G_UNLOCK(channels);
    *made = channel;
    return self;
}

/* One that is closed with something unread is reset, and what it had sent last is lost with it. */
static void
end_orderly(GSocket *socket)
{
    char unread[4096];

    g_socket_shutdown(socket, FALSE, TRUE, NULL);
    for (int i = 0;
         i < MAX_UNREAD_READS &&
         g_socket_receive_with_blocking(socket, unread, sizeof unread, FALSE, NULL, NULL) > 0;
         i++) {
    }
}

void
dcc_socket_close(DccSocket *self)
{
    Channel *channel = *self != DCC_SOCKET_NONE ? find(*self) : NULL;

    if (channel != NULL) {
        G_LOCK(channels);
        g_hash_table_remove(channels, GINT_TO_POINTER(*self));
        G_UNLOCK(channels);
        dcc_socket_knocks_free(channel->knocks);
        if (g_socket_is_connected(channel->socket))
            end_orderly(channel->socket);
        g_socket_close(channel->socket, NULL);
        g_object_unref(channel->socket);
        g_free(channel);
    }
    *self = DCC_SOCKET_NONE;
}

static int
errno_of(const GError *error)
{
    static const struct {
        int code, error;
    } rows[] = {{G_IO_ERROR_WOULD_BLOCK, EAGAIN},
                {G_IO_ERROR_PENDING, EAGAIN},
                {G_IO_ERROR_TIMED_OUT, EAGAIN},
                {G_IO_ERROR_TOO_MANY_OPEN_FILES, EMFILE},
                {G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED},
                {G_IO_ERROR_PERMISSION_DENIED, EACCES}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_error_matches(error, G_IO_ERROR, rows[i].code))
            return rows[i].error;
    return EPIPE;
}

/* Freeing the error may change errno. error: (transfer full). */
static gssize
take_result(gssize n, GError *error)
{
    int code = n < 0 ? errno_of(error) : 0;

    g_clear_error(&error);
    if (n < 0)
        errno = code;
    return n;
}

/* -- Who listens -- */

static gboolean
make_words(DccSocketFile *file, GError **error)
{
    guint8 bytes[DCC_SOCKET_WORD_LENGTH];

    if (BCryptGenRandom(NULL, bytes, sizeof bytes, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0) {
        g_set_error_literal(
            error, DCC_ERROR, DCC_ERROR_FAILED, "Windows gives no random numbers for a secret");
        return FALSE;
    }
    dcc_socket_file_make_word(bytes, file->call);
    dcc_socket_file_make_word(bytes + sizeof bytes / 2, file->answer);
    return TRUE;
}

/* FALSE with errno. */
static gboolean
write_file(const char *path, const DccSocketFile *file)
{
    g_autofree char *text = dcc_socket_file_format(file);
    g_autofree char *beside = g_strconcat(path, ".XXXXXX", NULL);
    int fd = dcc_file_open_unique(beside), saved;
    gboolean written;

    if (fd < 0)
        return FALSE;
    written = dcc_fds_write_all(fd, text, strlen(text));
    saved = errno;
    dcc_fds_close(&fd);
    if (written && dcc_file_whole_move(beside, path))
        return TRUE;
    saved = written ? errno : saved;
    g_unlink(beside);
    errno = saved;
    return FALSE;
}

static GSocketAddress *
make_address(guint port)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);

    return g_inet_socket_address_new(loopback, (guint16)port);
}

/* Nobody else binds to the port as long as it is open. */
static GSocket *
open_ear(guint16 *port, GError **error)
{
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
    g_autoptr(GSocketAddress) any = make_address(0);
    g_autoptr(GSocketAddress) bound = NULL;

    if (socket == NULL)
        return NULL;
    g_socket_set_option(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1, NULL);
    g_socket_set_listen_backlog(socket, BACKLOG);
    if (!g_socket_bind(socket, any, FALSE, error) || !g_socket_listen(socket, error))
        return NULL;
    bound = g_socket_get_local_address(socket, error);
    if (bound == NULL)
        return NULL;
    *port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    return g_steal_pointer(&socket);
}

DccSocket
dcc_socket_listen(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) problem = NULL;
    DccSocketFile file = {.pid = (gint64)GetCurrentProcessId()};
    g_autoptr(GSocket) socket = NULL;
    Channel *channel;
    DccSocket self;

    file.start = dcc_identity_read_start(file.pid);
    if (!make_words(&file, error))
        return DCC_SOCKET_NONE;
    socket = open_ear(&file.port, &problem);
    if (socket != NULL && !write_file(path, &file)) {
        g_set_error_literal(&problem, DCC_ERROR, DCC_ERROR_UNSAFE, g_strerror(errno));
        g_clear_object(&socket);
    }
    if (socket == NULL) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_UNSAFE, "cannot listen on %s: %s", path, problem->message);
        return DCC_SOCKET_NONE;
    }
    self = channel_new(g_steal_pointer(&socket), &channel);
    channel->file = file;
    channel->knocks = dcc_socket_knocks_new(file.call);
    return self;
}

static gboolean
say(GSocket *socket, const char *word)
{
    g_autofree char *line = g_strconcat(word, "\n", NULL);

    /* Nothing else has been sent, so there is room for it. */
    return g_socket_send_with_blocking(socket, line, WORD_LENGTH, FALSE, NULL, NULL) == WORD_LENGTH;
}

DccSocket
dcc_socket_accept(DccSocket self)
{
    Channel *channel = find(self), *made;
    DccSocket caller = DCC_SOCKET_NONE;
    GError *error = NULL;
    GSocket *socket;

    if (channel == NULL)
        return DCC_SOCKET_NONE;
    while ((socket = g_socket_accept(channel->socket, NULL, &error)) != NULL) {
        make_quick_and_private(socket);
        dcc_socket_knocks_add(channel->knocks, socket);
    }
    while (caller == DCC_SOCKET_NONE &&
           (socket = dcc_socket_knocks_take(channel->knocks)) != NULL) {
        if (say(socket, channel->file.answer))
            caller = channel_new(socket, &made);
        else
            g_object_unref(socket);
    }
    if (channel->ear != NULL)
        dcc_socket_knocks_attend(channel->knocks, channel->ear);
    take_result(-1, error);
    return caller;
}

/* -- Who calls -- */

/* Whoever else reads it can call the session, and whoever else writes it can lead us anywhere. */
static gboolean
is_ours_alone(int fd)
{
    DccFileFacts facts;
    DccOwner owner;

    dcc_owner_read(dcc_handle_of_fd(fd), &owner);
    return dcc_file_facts_read_open(fd, &facts) && facts.kind == DCC_FILE_REGULAR &&
           owner.is_ours && !owner.others_can_write && !owner.others_can_read;
}

/* FALSE with errno: EPERM where it is not this user's alone, EPROTO where it is damaged. */
static gboolean
read_file(const char *path, DccSocketFile *file)
{
    char text[DCC_SOCKET_FILE_MAX + 1];
    int fd = dcc_file_open_to_read(path), n;
    gboolean private;

    if (fd < 0)
        return FALSE;
    private = is_ours_alone(fd);
    n = private ? _read(fd, text, sizeof text) : -1;
    dcc_fds_close(&fd);
    if (private && n >= 0 && dcc_socket_file_parse(text, (gsize)n, file))
        return TRUE;
    errno = private ? EPROTO : EPERM;
    return FALSE;
}

/* A port that nobody listens on takes two seconds to say so; and who has it now may be anybody. */
static gboolean
is_there(const DccSocketFile *file)
{
    return dcc_identity_is_pid_alive(file->pid) &&
           dcc_identity_read_start(file->pid) == file->start;
}

/* NULL with an error. */
static GSocket *
connect_within(guint16 port, gint64 patience_us, GError **error)
{
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
    g_autoptr(GSocketAddress) address = make_address(port);
    GError *problem = NULL;

    if (socket == NULL)
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    if (g_socket_connect(socket, address, NULL, &problem))
        return g_steal_pointer(&socket);
    if (!g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PENDING)) {
        g_propagate_error(error, problem);
        return NULL;
    }
    g_clear_error(&problem);
    if (g_socket_condition_timed_wait(socket, G_IO_OUT, patience_us, NULL, error) &&
        g_socket_check_connect_result(socket, error))
        return g_steal_pointer(&socket);
    return NULL;
}

static DccSocket
call(const char *dir, const char *name, gint64 patience_us)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GSocket) socket = NULL;
    GError *error = NULL;
    DccSocketFile file;
    Channel *channel;
    DccSocket self;

    if (!read_file(path, &file))
        return DCC_SOCKET_NONE;
    if (!is_there(&file)) {
        errno = ECONNREFUSED;
        return DCC_SOCKET_NONE;
    }
    socket = connect_within(file.port, patience_us, &error);
    if (socket == NULL)
        return (DccSocket)take_result(DCC_SOCKET_NONE, error);
    if (!say(socket, file.call)) {
        errno = ECONNREFUSED;
        return DCC_SOCKET_NONE;
    }
    self = channel_new(g_steal_pointer(&socket), &channel);
    channel->file = file;
    channel->called = TRUE;
    return self;
}

DccSocket
dcc_socket_connect(const char *dir, const char *file)
{
    return call(dir, file, CONNECT_US);
}

DccSocket
dcc_socket_dial(const char *dir, const char *file)
{
    return call(dir, file, DIAL_US);
}

/* -- Both -- */

/* The word was said, or the file is ours alone. */
gboolean
dcc_socket_peer_is_ours(DccSocket self)
{
    return find(self) != NULL;
}

gint64
dcc_socket_get_peer_pid(DccSocket self)
{
    Channel *channel = find(self);

    return channel != NULL && channel->called ? channel->file.pid : -1;
}

static gssize
receive(Channel *self, void *bytes, gsize n, gboolean wait)
{
    GError *error = NULL;
    gssize got = g_socket_receive_with_blocking(self->socket, bytes, n, wait, NULL, &error);

    return take_result(got, error);
}

static gboolean
is_proven(const Channel *self)
{
    return !self->called || self->n == WORD_LENGTH;
}

/* 1: whoever listens has said the word; else as receive(). */
static gssize
hear_answer(Channel *self, gboolean wait)
{
    while (!is_proven(self)) {
        gssize n = receive(self, self->heard + self->n, WORD_LENGTH - self->n, wait);

        if (n <= 0)
            return n;
        self->n += (gsize)n;
    }
    if (!self->called || dcc_socket_file_is_said(self->file.answer, self->heard, self->n))
        return 1;
    errno = EPROTO;
    return -1;
}

/* A stranger is told nothing, so nothing is said before the answer was heard. */
gssize
dcc_socket_send(DccSocket self, const void *bytes, gsize n, gboolean wait)
{
    Channel *channel = find(self);
    gssize sent = channel != NULL ? hear_answer(channel, wait) : -1;
    GError *error = NULL;

    if (sent == 0)
        errno = EPIPE;
    if (sent != 1)
        return -1;
    sent = g_socket_send_with_blocking(channel->socket, bytes, n, wait, NULL, &error);
    return take_result(sent, error);
}

gssize
dcc_socket_receive(DccSocket self, void *bytes, gsize n, gboolean wait)
{
    Channel *channel = find(self);
    gssize heard = channel != NULL ? hear_answer(channel, wait) : -1;

    return heard == 1 ? receive(channel, bytes, n, wait) : heard;
}

GIOCondition
dcc_socket_wants(DccSocket self, GIOCondition condition)
{
    Channel *channel = find(self);

    if (channel == NULL || is_proven(channel) || !(condition & G_IO_OUT))
        return condition;
    return (condition & ~(GIOCondition)G_IO_OUT) | G_IO_IN;
}

typedef struct {
    GSource source;
    DccSocket socket;
    GIOCondition condition;
    GIOCondition waiting; /* what of it is waited for, as dcc_socket_wants() */
    GSource *child;       /* NULL: there is no such socket */
} Watch;

static gboolean
ignore(GSocket *socket, GIOCondition condition, gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
wait_for(Watch *self, Channel *channel, GIOCondition condition)
{
    if (self->child != NULL)
        g_source_remove_child_source(&self->source, self->child);
    g_clear_pointer(&self->child, g_source_unref);
    self->waiting = condition;
    self->child = g_socket_create_source(channel->socket, condition, NULL);
    g_source_set_callback(self->child, G_SOURCE_FUNC(ignore), NULL, NULL);
    g_source_add_child_source(&self->source, self->child);
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer data)
{
    Watch *self = (Watch *)source;
    GIOCondition wanted;
    Channel *channel;
    gboolean stays;

    g_source_set_ready_time(source, -1);
    if (func == NULL)
        return G_SOURCE_CONTINUE;
    stays = ((gboolean(*)(int, GIOCondition, gpointer))(GCallback)func)(
        self->socket, self->condition, data);
    if (!stays || g_source_is_destroyed(source))
        return stays;
    channel = find(self->socket);
    wanted = dcc_socket_wants(self->socket, self->condition);
    if (channel != NULL && wanted != self->waiting)
        wait_for(self, channel, wanted);
    return stays;
}

static void
finalize(GSource *source)
{
    Watch *self = (Watch *)source;
    Channel *channel = find(self->socket);

    g_clear_pointer(&self->child, g_source_unref);
    if (channel == NULL || channel->ear != source)
        return;
    channel->ear = NULL;
    dcc_socket_knocks_attend(channel->knocks, NULL);
}

static GSourceFuncs watch_funcs = {.dispatch = dispatch, .finalize = finalize};

GSource *
dcc_socket_watch(DccSocket self, GIOCondition condition, GSourceFunc func, gpointer data)
{
    GSource *source = g_source_new(&watch_funcs, sizeof(Watch));
    Channel *channel = find(self);
    Watch *watch = (Watch *)source;

    watch->socket = self;
    watch->condition = condition;
    g_source_set_name(source, "dcc-socket");
    if (channel != NULL)
        wait_for(watch, channel, dcc_socket_wants(self, condition));
    if (channel != NULL && channel->knocks != NULL) {
        channel->ear = source;
        dcc_socket_knocks_attend(channel->knocks, source);
    }
    return dcc_source_attach(source, func, data);
}
