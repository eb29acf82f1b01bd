/* Starting the process that holds a session, and what it reports: one JSON line, {"first_event":N}
 * or
 * {"exit":N,"error":NICK,"message":TEXT}. */
#include "cli-session-process.h"

#include "cli-exit.h"
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_REPORT   (64 * 1024)
#define MAX_LOG_SIZE (1024 * 1024)

/* The session's own log: what it has to say beside its events, warnings above all. */
typedef struct {
    char *dir;
    char *path;
    gboolean dir_is_new;
    int fd;
} BrainLog;

static void
session_log_clear(BrainLog *log)
{
    if (log->fd >= 0)
        close(log->fd);
    g_free(log->dir);
    g_free(log->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BrainLog, session_log_clear)

static gboolean
session_log_open(BrainLog *log, DccRuntime *runtime, const char *name, GError **error)
{
    struct stat st;

    log->dir = g_build_filename(dcc_runtime_get_state_path(runtime), name, NULL);
    log->path = g_build_filename(log->dir, "session.log", NULL);
    log->dir_is_new = mkdir(log->dir, 0700) == 0;
    if (lstat(log->path, &st) == 0 && st.st_size > MAX_LOG_SIZE) {
        g_autofree char *older = g_strconcat(log->path, ".1", NULL);

        g_rename(log->path, older);
    }
    log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (log->fd >= 0)
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_UNSAFE,
                "cannot write %s: %s; make its directory writable or set XDG_STATE_HOME",
                log->path,
                g_strerror(errno));
    return FALSE;
}

/* A start that failed before anything ran leaves nothing behind. */
static void
session_log_discard(BrainLog *log)
{
    struct stat st;

    if (!log->dir_is_new || fstat(log->fd, &st) != 0 || st.st_size > 0)
        return;
    g_unlink(log->path);
    g_rmdir(log->dir);
}

/* The program by its own path where that still is it, so that process lists show a sensible name.
 */
static char *
own_program(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);

    if (path != NULL && access(path, X_OK) == 0)
        return path;
    g_free(path);
    return g_strdup("/proc/self/exe");
}

static gboolean
spawn_brain(const char *const *args, int log_fd, int report_fd, DccChild *child, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    DccSpawn spawn = {
        .stdin_fd = -1,
        .stdout_fd = log_fd,
        .stderr_fd = log_fd,
        .keep_fds = &report_fd,
        .n_keep_fds = 1,
        .new_session = TRUE,
    };
    int errno_code = 0;

    g_ptr_array_add(argv, own_program());
    g_ptr_array_add(argv, g_strdup("session"));
    for (; args != NULL && *args != NULL; args++)
        g_ptr_array_add(argv, g_strdup(*args));
    g_ptr_array_add(argv, NULL);
    spawn.argv = (const char *const *)argv->pdata;
    if (dcc_spawn(&spawn, child, &errno_code, error))
        return TRUE;
    g_prefix_error(error, "cannot start the session process: ");
    return FALSE;
}

static char *
read_report(int fd)
{
    GString *text = g_string_new(NULL);
    char buffer[1024];

    while (text->len < MAX_REPORT && memchr(text->str, '\n', text->len) == NULL) {
        gssize n = read(fd, buffer, sizeof buffer);

        if (n > 0)
            g_string_append_len(text, buffer, n);
        else if (n == 0 || errno != EINTR)
            break;
    }
    return g_string_free(text, FALSE);
}

static gboolean
understand(const char *text, const char *log_path, CliSessionProcessReport *report, GError **error)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, NULL);
    int code = DCC_ERROR_FAILED;

    if (object == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "the session process ended without a word; see %s",
                    log_path);
        return FALSE;
    }
    if (json_object_has_member(object, "first_event")) {
        report->first_event = dcc_json_get_int(object, "first_event", 0);
        return TRUE;
    }
    dcc_enum_from_nick(DCC_TYPE_ERROR, dcc_json_get_string(object, "error", ""), &code, NULL);
    g_set_error_literal(error, DCC_ERROR, code, dcc_json_get_string(object, "message", "unknown"));
    report->exit_status = (int)dcc_json_get_int(object, "exit", CLI_FAILED);
    return FALSE;
}

gboolean
cli_session_process_start(DccRuntime *runtime,
                          const char *name,
                          const char *const *args,
                          CliSessionProcessReport *report,
                          GError **error)
{
    g_auto(BrainLog) log = {.fd = -1};
    g_autofree char *text = NULL;
    DccChild child;
    int pipe_fds[2];
    gboolean spawned;

    *report = (CliSessionProcessReport){.exit_status = CLI_FAILED};
    if (!session_log_open(&log, runtime, name, error))
        return FALSE;
    if (!g_unix_open_pipe(pipe_fds, FD_CLOEXEC, error))
        return FALSE;
    spawned = spawn_brain(args, log.fd, pipe_fds[1], &child, error);
    close(pipe_fds[1]);
    if (spawned) {
        text = read_report(pipe_fds[0]);
        close(child.pidfd);
    }
    close(pipe_fds[0]);
    if (spawned && understand(text, log.path, report, error))
        return TRUE;
    /* Whoever has the name has the directory, too, even if we were the one to make it. */
    if (error == NULL || !dcc_error_is_busy(*error))
        session_log_discard(&log);
    return FALSE;
}

gboolean
cli_session_process_adopt(DccRuntime *runtime, const char *name, GError **error)
{
    const char *args[] = {"--adopt", name, NULL};
    CliSessionProcessReport report;

    return cli_session_process_start(runtime, name, args, &report, error);
}

gboolean
cli_session_process_again(DccRuntime *runtime,
                          const char *name,
                          gboolean recover,
                          CliSessionProcessReport *report,
                          GError **error)
{
    const char *args[] = {recover ? "--recover" : "--again", name, NULL};

    return cli_session_process_start(runtime, name, args, report, error);
}

/* -1: nobody asked. */
static int report_fd = -1;

void
cli_session_process_claim_report(void)
{
    struct stat st;

    if (fstat(CLI_BRAIN_REPORT_FD, &st) != 0 || !S_ISFIFO(st.st_mode))
        return;
    report_fd = CLI_BRAIN_REPORT_FD;
    fcntl(report_fd, F_SETFD, FD_CLOEXEC);
}

static void
write_report(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);
    g_autofree char *text = json_to_string(node, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    gsize length = strlen(line);

    if (report_fd < 0)
        return;
    for (gsize done = 0; done < length;) {
        gssize n = write(report_fd, line + done, length - done);

        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (gsize)n : 0;
    }
    close(report_fd);
    report_fd = -1;
}

void
cli_session_process_report_success(gint64 first_event)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_int_member(object, "first_event", first_event);
    write_report(object);
}

void
cli_session_process_report_failure(int exit_status, const GError *error)
{
    g_autoptr(JsonObject) object = json_object_new();
    int code = error->domain == DCC_ERROR ? error->code : DCC_ERROR_FAILED;
    g_autofree char *message = g_utf8_make_valid(error->message, -1);

    json_object_set_int_member(object, "exit", exit_status);
    json_object_set_string_member(object, "error", dcc_enum_to_nick(DCC_TYPE_ERROR, code));
    json_object_set_string_member(object, "message", message);
    write_report(object);
}
