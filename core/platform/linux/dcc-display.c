/* X and Wayland displays; see the header. Whether a server listens is asked by connecting to it, and
 * nothing is said: it sees a client that goes away at once.
 *
 * An X server of this machine listens on an abstract socket, on one in /tmp, or on both, and its
 * clients try them in this order. Through ssh it is a port, of which a refusal would tell nothing:
 * it may be the tunnel that is closed. */
#include "dcc-display.h"

#include "dcc-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define X_SOCKETS "/tmp/.X11-unix"

typedef enum { NOT_NAMED, UNKNOWN, THERE, GONE } State;

static State
judge(DccSocket socket, int error)
{
    if (socket != DCC_SOCKET_NONE) {
        dcc_socket_close(&socket);
        return THERE;
    }
    return error == ECONNREFUSED || error == ENOENT ? GONE : UNKNOWN; /* EAGAIN: it is there */
}

static State
ask_path(const char *dir, const char *file)
{
    DccSocket socket = dcc_socket_dial(dir, file);

    return judge(socket, errno);
}

static State
ask_abstract(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    gsize length = strlen(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    State state = UNKNOWN;

    if (fd < 0)
        return UNKNOWN;
    g_return_val_if_fail(length < sizeof address.sun_path, UNKNOWN);
    memcpy(address.sun_path + 1, path, length);
    length += offsetof(struct sockaddr_un, sun_path) + 1;
    if (connect(fd, (struct sockaddr *)&address, (socklen_t)length) == 0)
        state = THERE;
    else if (errno == ECONNREFUSED)
        state = GONE;
    close(fd);
    return state;
}

/* "[unix]:NUMBER[.SCREEN]"; a host before the colon is another machine, or a tunnel. */
static State
ask_x(const char *name)
{
    const char *colon = strchr(name, ':');
    char *rest = NULL;
    guint64 number;
    g_autofree char *file = NULL;
    g_autofree char *path = NULL;
    State state;

    if (colon == NULL || !g_ascii_isdigit(colon[1]))
        return UNKNOWN;
    if (colon != name && !g_str_has_prefix(name, "unix:"))
        return UNKNOWN;
    number = g_ascii_strtoull(colon + 1, &rest, 10);
    if (number > G_MAXUINT16 || (*rest != '\0' && *rest != '.'))
        return UNKNOWN;
    file = g_strdup_printf("X%u", (guint)number);
    path = g_build_filename(X_SOCKETS, file, NULL);
    state = ask_abstract(path);
    return state == GONE ? ask_path(X_SOCKETS, file) : state;
}

static State
ask_wayland(const char *name, const char *runtime_dir)
{
    g_autofree char *dir = NULL;
    g_autofree char *file = NULL;

    if (!g_path_is_absolute(name) && (runtime_dir == NULL || !g_path_is_absolute(runtime_dir)))
        return UNKNOWN;
    dir = g_path_is_absolute(name) ? g_path_get_dirname(name) : g_strdup(runtime_dir);
    file = g_path_get_basename(name);
    return ask_path(dir, file);
}

static const char *
get(const char *const *environment, const char *name)
{
    const char *value = g_environ_getenv((char **)environment, name);

    return value != NULL && *value != '\0' ? value : NULL;
}

gboolean
dcc_display_is_gone(const char *const *environment)
{
    const char *x = get(environment, "DISPLAY");
    const char *wayland = get(environment, "WAYLAND_DISPLAY");
    State of_x = x != NULL ? ask_x(x) : NOT_NAMED;
    State of_wayland =
        wayland != NULL ? ask_wayland(wayland, get(environment, "XDG_RUNTIME_DIR")) : NOT_NAMED;

    /* Which of the two it draws on is its own choice. */
    return (of_x == GONE || of_x == NOT_NAMED) && (of_wayland == GONE || of_wayland == NOT_NAMED) &&
           (x != NULL || wayland != NULL);
}

gboolean
dcc_display_needs_no_name(void)
{
    return FALSE;
}
