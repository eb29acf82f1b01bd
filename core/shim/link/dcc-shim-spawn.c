/* Starting the shim's process; see the header. */
#include "dcc-shim-spawn.h"

#include "dcc-shim-socket.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNDO_MS      5000
#define UNDO_STEP_US 1000

static void
add_number(GPtrArray *argv, const char *name, gint64 value)
{
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup_printf("%" G_GINT64_FORMAT, value));
}

static void
add_text(GPtrArray *argv, const char *name, const char *value)
{
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup(value));
}

/* Read by people, in `ps`. */
static GPtrArray *
command_line(const DccShimStart *start, const char *dir, const char *log_path)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup(start->shim));
    add_text(argv, "--dir", dir);
    add_text(argv, "--log", log_path);
    add_number(argv, "--log-size", start->log_size);
    add_number(argv, "--log-files", MAX(start->log_files, 1));
    add_number(argv, "--signal", start->first_signal > 0 ? start->first_signal : SIGTERM);
    add_number(argv, "--oom", CLAMP(start->oom_score, -1000, 1000));
    for (guint i = 0;
         start->daemons != NULL && start->daemons[i] != NULL && i < DCC_SHIM_MAX_DAEMONS;
         i++)
        add_text(argv, "--daemon", start->daemons[i]);
    for (guint i = 0; start->ties != NULL && start->ties[i] != NULL && i < DCC_SHIM_MAX_TIES; i++)
        add_text(argv, "--tie", start->ties[i]);
    if (start->orphan_signal != 0)
        add_number(argv, "--orphan-signal", start->orphan_signal);
    if (start->cwd != NULL)
        add_text(argv, "--cwd", start->cwd);
    g_ptr_array_add(argv, g_strdup("--"));
    for (guint i = 0; start->argv[i] != NULL; i++)
        g_ptr_array_add(argv, g_strdup(start->argv[i]));
    g_ptr_array_add(argv, NULL);
    return argv;
}

gboolean
dcc_shim_spawn(const DccShimStart *start,
               const char *dir,
               const char *log_path,
               int socket,
               DccChild *child,
               int *errno_code,
               GError **error)
{
    g_autoptr(GPtrArray) argv = command_line(start, dir, log_path);
    const int keep[] = {socket, start->lock_fd};
    const DccSpawn spawn = {
        .argv = (const char *const *)argv->pdata,
        .envp = start->envp,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .keep_fds = keep,
        .n_keep_fds = start->lock_fd >= 0 ? 2 : 1,
        .new_session = TRUE,
    };

    return dcc_spawn(&spawn, child, errno_code, error);
}

void
dcc_shim_spawn_undo(const DccChild *child, int socket)
{
    const DccShimMessage message = {DCC_SHIM_MAGIC, DCC_SHIM_VERSION, ORDER_KILL_TREE};
    gint64 end = g_get_monotonic_time() + UNDO_MS * 1000;

    /* Not SIGKILL to the shim: it may have started the application already, and only the shim knows
     * all of its tree. It ends by itself when nothing is left; our child, so the number is its. */
    dcc_shim_socket_send(socket, &message);
    while (waitpid((pid_t)child->pid, NULL, WNOHANG) == 0 && g_get_monotonic_time() < end)
        g_usleep(UNDO_STEP_US);
    if (child->process >= 0)
        close(child->process);
}
