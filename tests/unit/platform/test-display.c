/* Where an environment has its windows, and whether anybody listens there. */
#include "dcc-display.h"
#include "dcc-socket.h"
#include "dcc-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* No X server has such a number. */
#define FIRST 50000

/* Listens as an X server does, on an abstract socket; its display number. */
static guint
listen_abstract(int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(*fd, >=, 0);
    for (guint number = FIRST; number < FIRST + 1000; number++) {
        int length = g_snprintf(
            address.sun_path + 1, sizeof address.sun_path - 1, "/tmp/.X11-unix/X%u", number);

        if (bind(*fd,
                 (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (gsize)length)) == 0) {
            g_assert_cmpint(listen(*fd, 1), ==, 0);
            return number;
        }
    }
    g_assert_not_reached();
}

static gboolean
is_gone(const char *x, const char *wayland, const char *runtime_dir)
{
    g_auto(GStrv) environment = g_new0(char *, 1);

    if (x != NULL)
        environment = g_environ_setenv(environment, "DISPLAY", x, TRUE);
    if (wayland != NULL)
        environment = g_environ_setenv(environment, "WAYLAND_DISPLAY", wayland, TRUE);
    if (runtime_dir != NULL)
        environment = g_environ_setenv(environment, "XDG_RUNTIME_DIR", runtime_dir, TRUE);
    return dcc_display_is_gone((const char *const *)environment);
}

static void
test_a_server_that_is_there(void)
{
    int fd = -1;
    guint number = listen_abstract(&fd);
    g_autofree char *name = g_strdup_printf(":%u", number);
    g_autofree char *screen = g_strdup_printf("unix:%u.0", number);

    g_assert_false(is_gone(name, NULL, NULL));
    g_assert_false(is_gone(screen, NULL, NULL));
    /* Its queue is full: it is slow, and there. */
    for (guint i = 0; i < 8; i++)
        g_assert_false(is_gone(name, NULL, NULL));
    close(fd);
    g_assert_true(is_gone(name, NULL, NULL));
    g_assert_true(is_gone(screen, NULL, NULL));
}

static void
test_what_cannot_be_known(void)
{
    static const char *const names[] = {"localhost:59999.0",
                                        "render7:0",
                                        "127.0.0.1:9",
                                        "59999",
                                        ":",
                                        ":x",
                                        ":59999x",
                                        ":99999999999999999999",
                                        "/private/launchd/org.xquartz:0",
                                        "::1:59999",
                                        ""};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_false(is_gone(names[i], NULL, NULL));
    g_assert_false(is_gone(NULL, NULL, NULL));
    g_assert_false(is_gone(NULL, "wayland-0", NULL));
    g_assert_false(is_gone(NULL, "wayland-0", "run"));
}

static void
test_wayland(void)
{
    g_autofree char *dir = g_dir_make_tmp("dcc-display-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "wayland-7", NULL);
    DccSocket server = dcc_socket_listen(dir, "wayland-7", NULL);
    int fd = -1;
    g_autofree char *x = g_strdup_printf(":%u", listen_abstract(&fd));

    g_assert_false(is_gone(NULL, "wayland-7", dir));
    g_assert_false(is_gone(NULL, path, NULL));
    g_assert_false(is_gone(x, "wayland-7", dir));
    close(fd);
    /* The other one of the two is there, and it may draw on that. */
    g_assert_false(is_gone(x, "wayland-7", dir));
    dcc_socket_close(&server);
    g_assert_true(is_gone(NULL, "wayland-7", dir)); /* its file is there, and nobody listens */
    g_assert_true(is_gone(x, "wayland-7", dir));
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_true(is_gone(NULL, path, NULL));
    g_assert_false(is_gone("render7:0", path, NULL));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/display/there", test_a_server_that_is_there);
    g_test_add_func("/display/not-known", test_what_cannot_be_known);
    g_test_add_func("/display/wayland", test_wayland);
    return g_test_run();
}
