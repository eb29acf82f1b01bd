/* Ending what a session that does not answer keeps: the session process itself, and the application
 * by its shim alone.
 *
 * Contract: which process is ended is proven. The session is the process that listens on the
 * control socket, which the kernel names; it is held by a handle and named a second time before a
 * signal is sent. Threading: any; waits without a main loop of the caller's.
 */
#include "dcc-instance.h"

#include "dcc-client-wire.h"
#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-process-ref.h"
#include "dcc-shim-blind.h"
#include "dcc-shim-link.h"
#include "dcc-socket.h"
#include "dcc-source.h"
#include <errno.h>

#define SESSION_END_MS 3000
#define LOOK_MS        10

static gint64
find_session(DccRuntime *runtime, const char *name, GError **error)
{
    DccClientWire wire;
    gint64 pid = -1;

    dcc_client_wire_init(&wire, name);
    if (dcc_client_wire_dial(&wire, runtime, error))
        pid = dcc_socket_get_peer_pid(wire.fd);
    dcc_client_wire_clear(&wire);
    if (pid <= 0 && error != NULL && *error == NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the session of '%s' takes no connection; end its process (session_pid of "
                    "'dcchost ps --json') and 'dcchost adopt %s'",
                    name,
                    name);
    return pid;
}

static gboolean
has_ended(DccProcessRef process, gint64 timeout_ms)
{
    gint64 until = g_get_monotonic_time() + timeout_ms * 1000;

    while (!dcc_process_ref_has_ended(process)) {
        if (g_get_monotonic_time() >= until)
            return FALSE;
        g_usleep(LOOK_MS * 1000);
    }
    return TRUE;
}

/* process: held since before pid was asked for again, so the number has not been given to another.
 */
static gboolean
end_process(
    DccRuntime *runtime, const char *name, DccProcessRef process, gint64 pid, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gint64 again = find_session(runtime, name, &problem);

    if (again != pid && !dcc_process_ref_has_ended(process)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "another session attends '%s' by now; try again",
                    name);
        return FALSE;
    }
    dcc_process_ref_kill(process);
    if (has_ended(process, SESSION_END_MS))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_BUSY,
                "the session process %" G_GINT64_FORMAT
                " of '%s' cannot be ended: the kernel holds "
                "it, for example on a file server that does not answer",
                pid,
                name);
    return FALSE;
}

/**
 * dcc_instance_end_session:
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Ends a session process that does not answer. The application goes on, and another session can
 * adopt it.
 *
 * Returns: whether it has ended. Errors: `NOT_FOUND` and `GONE` (no session is there), `BUSY` (it
 * takes no connection, so that it is not known which process it is; or it does not end)
 *
 * Since: 1.0
 */
gboolean
dcc_instance_end_session(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gboolean ended;
    gint64 pid;
    DccProcessRef process;
    gboolean gone = FALSE;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    pid = find_session(runtime, name, &problem);
    if (pid <= 0) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    process = dcc_process_ref_open(pid, &gone);
    if (process < 0) {
        if (gone)
            return TRUE;
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the session process %" G_GINT64_FORMAT " of '%s' cannot be ended: %s",
                    pid,
                    name,
                    g_strerror(errno));
        return FALSE;
    }
    ended = end_process(runtime, name, process, pid, error);
    dcc_process_ref_close(&process);
    return ended;
}

/* An order to a shim, waited for in a main context of its own. */
typedef struct {
    GMainLoop *loop;
    gboolean empty;
} Order;

static void
on_news(DccShimLink *link, int news, Order *self)
{
    if (news != DCC_SHIM_EMPTY && news != DCC_SHIM_GONE)
        return;
    self->empty = TRUE;
    g_main_loop_quit(self->loop);
}

static gboolean
on_time(gpointer data)
{
    g_main_loop_quit(((Order *)data)->loop);
    return G_SOURCE_REMOVE;
}

static gboolean
kill_by_shim(GMainContext *context, const char *dir, const char *log, gint64 ms, GError **error)
{
    g_autoptr(DccShimLink) link = dcc_shim_link_attach(dir, log, error);
    g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
    Order order = {.loop = loop};
    GSource *timer;

    if (link == NULL) {
        if (!dcc_shim_blind_kill(dir, ms))
            return FALSE;
        g_clear_error(error);
        return TRUE;
    }
    timer = dcc_source_attach(g_timeout_source_new((guint)MIN(ms, G_MAXINT)), on_time, &order);
    g_signal_connect(link, "news", G_CALLBACK(on_news), &order);
    dcc_shim_link_order(link, DCC_SHIM_KILL_TREE);
    g_main_loop_run(loop);
    g_signal_handlers_disconnect_by_data(link, &order);
    dcc_source_clear(&timer);
    if (!order.empty)
        g_set_error_literal(
            error, DCC_ERROR, DCC_ERROR_TIMEOUT, "not all of its processes have ended in time");
    return order.empty;
}

/**
 * dcc_instance_kill_tree:
 * @runtime: the directories
 * @name: the instance's name
 * @timeout_ms: how long to wait until nothing is left, in milliseconds
 * @error: return location for an error
 *
 * Ends the application and all its processes at once, by its shim (where that is dead: by the
 * processes' own records), and without a session: for when there is none that answers.
 *
 * Returns: whether nothing is left. Errors: `NOT_FOUND` (there is no record of an application),
 * `TIMEOUT`
 *
 * Since: 1.0
 */
gboolean
dcc_instance_kill_tree(DccRuntime *runtime, const char *name, gint64 timeout_ms, GError **error)
{
    g_autoptr(DccInstanceDir) dir = NULL;
    g_autoptr(GMainContext) context = NULL;
    g_autofree char *log = NULL;
    gboolean done;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    dir = dcc_instance_dir_open(runtime, name, FALSE, error);
    if (dir == NULL)
        return FALSE;
    log = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_LOG);
    context = g_main_context_new();
    g_main_context_push_thread_default(context);
    done = kill_by_shim(context, dcc_instance_dir_get_dir(dir), log, MAX(timeout_ms, 0), error);
    g_main_context_pop_thread_default(context);
    return done;
}
