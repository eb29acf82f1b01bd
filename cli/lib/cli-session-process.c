/* Starting the process that holds a session, and what it reports: one JSON line,
 * {"first_event":N,"explanation":TEXT} or {"exit":N,"error":NICK,"message":TEXT}. */
#include "cli-session-process.h"

#include "cli-exit.h"
#include "cli-signals.h"
#include "dcc-child.h"
#include "dcc-client.h"
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-fds.h"
#include "dcc-file-facts.h"
#include "dcc-file-open.h"
#include "dcc-file-whole.h"
#include "dcc-instance-files.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-own-process.h"
#include "dcc-put-right.h"
#include "dcc-safe-dir.h"
#include "dcc-signals.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_REPORT   (64 * 1024)
#define MAX_LOG_SIZE (1024 * 1024)
/* How long a session process may take to end after an interrupted start, before it is ended. */
#define ABANDON_MS    500
#define KILL_MS       30000 /* for the end of a tree, by another session */
#define MAX_ADOPTIONS 16    /* at a time */

/* The session's own log: what it has to say beside its events, warnings above all. */
typedef struct {
    char *dir;
    char *path;
    gboolean dir_is_new;
    int fd;
} SessionLog;

static void
session_log_clear(SessionLog *log)
{
    if (log->fd >= 0)
        close(log->fd);
    g_free(log->dir);
    g_free(log->path);
}

static gboolean
session_log_open(SessionLog *log, DccRuntime *runtime, const char *name, GError **error)
{
    static const DccOwnFile own = {"session.log", DCC_FILE_REGULAR};
    g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func(g_free);
    DccFileFacts facts;

    log->dir = g_build_filename(dcc_runtime_get_state_path(runtime), name, NULL);
    log->path = g_build_filename(log->dir, own.name, NULL);
    log->dir_is_new = dcc_safe_dir_make_new(log->dir);
    dcc_put_right(log->dir, &own, 1, told);
    if (dcc_file_facts_read(log->path, &facts) && facts.size > MAX_LOG_SIZE) {
        g_autofree char *older = g_strconcat(log->path, ".1", NULL);

        dcc_file_whole_move(log->path, older);
    }
    log->fd = dcc_file_open_to_append(log->path);
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
session_log_discard(SessionLog *log)
{
    struct stat st;

    if (!log->dir_is_new || fstat(log->fd, &st) != 0 || st.st_size > 0)
        return;
    g_unlink(log->path);
    g_rmdir(log->dir);
}

static gboolean
spawn_session(const char *const *args, int log_fd, int report_fd, DccChild *child, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    DccSpawn spawn = {
        .stdin_fd = -1,
        .stdout_fd = log_fd,
        .stderr_fd = log_fd,
        .keep_fds = &report_fd,
        .n_keep_fds = 1,
        .new_session = TRUE,
        .leaves_terminal = TRUE,
    };
    g_autofree char *run = g_uuid_string_random();
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "DCCHOST_INCARNATION", run, TRUE);
    int errno_code = 0;

    /* Where this is called from inside an application of ours, its session is to be no part of that
     * one's tree: see dcc_proc_is_of_another_run(). */
    spawn.envp = (const char *const *)env;
    g_ptr_array_add(argv, dcc_own_process_get_program());
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

static gboolean
understand(const char *text, const char *log_path, CliSessionProcessReport *report, GError **error)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, NULL);
    const char *explanation;
    int code = DCC_ERROR_FAILED;

    if (object == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "the session process ended and did not say why; see %s",
                    log_path);
        return FALSE;
    }
    if (json_object_has_member(object, "first_event")) {
        report->first_event = dcc_json_get_int(object, "first_event", 0);
        explanation = dcc_json_get_string(object, "explanation", NULL);
        if (explanation != NULL)
            cli_warn("%s", explanation);
        return TRUE;
    }
    dcc_enum_from_nick(DCC_TYPE_ERROR, dcc_json_get_string(object, "error", ""), &code, NULL);
    g_set_error_literal(error, DCC_ERROR, code, dcc_json_get_string(object, "message", "unknown"));
    report->exit_status = (int)dcc_json_get_int(object, "exit", CLI_FAILED);
    return FALSE;
}

/* A session process that is being started. */
typedef struct {
    char *name;
    SessionLog log;
    DccChild child;
    int report_fd; /* -1: all of the report is there */
    GString *report;
} Start;

static void
start_free(Start *self)
{
    dcc_fds_close(&self->report_fd);
    dcc_process_ref_close(&self->child.process);
    session_log_clear(&self->log);
    g_string_free(self->report, TRUE);
    g_free(self->name);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Start, start_free)

static Start *
start_new(DccRuntime *runtime, const char *name, const char *const *args, GError **error)
{
    g_autoptr(Start) self = g_new0(Start, 1);
    int pipe_fds[2];
    gboolean spawned;

    self->name = g_strdup(name);
    self->log.fd = self->report_fd = -1;
    self->child.process = DCC_PROCESS_REF_NONE;
    self->report = g_string_new(NULL);
    if (!session_log_open(&self->log, runtime, name, error))
        return NULL;
    if (!dcc_fds_open_pipe(pipe_fds, error))
        return NULL;
    self->report_fd = pipe_fds[0];
    spawned = spawn_session(args, self->log.fd, pipe_fds[1], &self->child, error);
    close(pipe_fds[1]);
    if (spawned)
        return g_steal_pointer(&self);
    session_log_discard(&self->log);
    return NULL;
}

/* Reads what is there, and waits for it where nothing is: dcc_fds_wait() first. */
static void
start_read(Start *self)
{
    char buffer[1024];
    gssize n = read(self->report_fd, buffer, sizeof buffer);

    if (n > 0)
        g_string_append_len(self->report, buffer, n);
    else if (n < 0 && errno == EINTR)
        return;
    if (n > 0 && self->report->len < MAX_REPORT &&
        memchr(self->report->str, '\n', self->report->len) == NULL)
        return;
    dcc_fds_close(&self->report_fd);
}

static gboolean
start_finish(Start *self, CliSessionProcessReport *report, GError **error)
{
    if (understand(self->report->str, self->log.path, report, error))
        return TRUE;
    /* It is on its way out: whoever is told that nothing is left finds it so. */
    dcc_child_poll(&self->child, NULL, 0, ABANDON_MS);
    /* The instance that has the name has the directory, too, even if it was made here. */
    if (error == NULL || !dcc_error_is_busy(*error))
        session_log_discard(&self->log);
    return FALSE;
}

/* First asked, so that it can clear up itself; what it waits for may never come. */
static void
end_session_process(Start *self)
{
    dcc_child_ask_to_end(&self->child);
    if (dcc_child_poll(&self->child, NULL, 0, ABANDON_MS))
        return;
    dcc_child_kill(&self->child);
    dcc_child_poll(&self->child, NULL, 0, ABANDON_MS);
}

/* The state directory of a start that was interrupted, where it was the first under its name and no
 * application had been started, whose end would stand there. */
static void
remove_state(Start *self)
{
    g_autofree char *deaths = g_build_filename(self->log.dir, DCC_INSTANCE_DIR_DEATHS, NULL);
    g_autoptr(GDir) dir = NULL;
    const char *entry;

    if (!self->log.dir_is_new || g_file_test(deaths, G_FILE_TEST_EXISTS))
        return;
    dir = g_dir_open(self->log.dir, 0, NULL);
    if (dir == NULL)
        return;
    while ((entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(self->log.dir, entry, NULL);

        g_remove(path); /* files, and directories that are empty */
    }
    g_rmdir(self->log.dir);
}

/* Another session does what the one that was ended could not: it tells how the application ended. */
static void
end_application(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccClient) client = NULL;
    g_autoptr(JsonObject) report = NULL;
    GError *problem = NULL;

    if (cli_session_process_adopt(runtime, name, &problem) || dcc_error_is_busy(problem)) {
        g_clear_error(&problem); /* busy: somebody else's adoption was faster */
        client = dcc_client_new(runtime, name, &problem);
    }
    if (client != NULL)
        report = dcc_client_call(client, "kill", json_object_new(), KILL_MS, &problem);
    if (report != NULL || dcc_error_is_not_found(problem) || dcc_error_is_gone(problem))
        g_clear_error(&problem); /* it has ended */
    else
        g_propagate_error(error, problem);
}

static const char *
clear_up(Start *self, DccRuntime *runtime, GError **error)
{
    GError *problem = NULL;

    switch (dcc_instance_discard_start(runtime, self->name, self->child.pid, &problem)) {
    case DCC_START_CLEARED:
        remove_state(self);
        break;
    case DCC_START_RUNS:
        end_application(runtime, self->name, &problem);
        break;
    case DCC_START_TAKEN_UP:
        return "another session has taken it up";
    case DCC_START_HELD:
        break;
    }
    if (problem != NULL)
        g_propagate_error(error, problem);
    return problem != NULL ? problem->message : "nothing of it is left";
}

static void
start_abandon(Start *self, DccRuntime *runtime, int signal_number, GError **error)
{
    g_autoptr(GError) local = NULL;
    const char *outcome;

    end_session_process(self);
    outcome = clear_up(self, runtime, &local);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_FAILED,
                "%s: interrupted by %s during its start; %s",
                self->name,
                signal_number == DCC_SIGNAL_INTERRUPT ? "Ctrl-C" : "SIGTERM",
                outcome);
}

/* 0: the report is there; else the signal that came first. */
static int
start_wait(Start *self)
{
    while (self->report_fd >= 0) {
        GPollFD fds[] = {{.fd = dcc_fds_of_pipe(self->report_fd), .events = G_IO_IN},
                         {.fd = cli_signals_get_fd(), .events = G_IO_IN}};
        int number;

        if (dcc_fds_wait(fds, cli_signals_get_fd() >= 0 ? 2 : 1, -1) < 0)
            continue;
        number = cli_signals_take();
        if (number != 0)
            return number;
        if (fds[0].revents != 0)
            start_read(self);
    }
    return 0;
}

gboolean
cli_session_process_start(DccRuntime *runtime,
                          const char *name,
                          const char *const *args,
                          CliSessionProcessReport *report,
                          GError **error)
{
    g_autoptr(Start) start = NULL;
    int interrupted;

    *report = (CliSessionProcessReport){.exit_status = CLI_FAILED};
    start = start_new(runtime, name, args, error);
    if (start == NULL)
        return FALSE;
    interrupted = start_wait(start);
    if (interrupted == 0)
        return start_finish(start, report, error);
    start_abandon(start, runtime, interrupted, error);
    report->exit_status = CLI_SIGNAL_BASE + interrupted;
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

/* Begins as many as may be under way at a time. */
static void
begin_adoptions(DccRuntime *runtime,
                const char *const **names,
                GPtrArray *starts,
                CliSessionAdoptFunc func,
                gpointer data)
{
    while (**names != NULL && starts->len < MAX_ADOPTIONS) {
        const char *args[] = {"--adopt", **names, NULL};
        g_autoptr(GError) error = NULL;
        Start *start = start_new(runtime, **names, args, &error);

        if (start != NULL)
            g_ptr_array_add(starts, start);
        else
            func(**names, error, data);
        (*names)++;
    }
}

static void
await_adoptions(GPtrArray *starts, CliSessionAdoptFunc func, gpointer data)
{
    GPollFD fds[MAX_ADOPTIONS] = {0};

    for (guint i = 0; i < starts->len; i++) {
        fds[i].fd = dcc_fds_of_pipe(((Start *)starts->pdata[i])->report_fd);
        fds[i].events = G_IO_IN;
    }
    if (dcc_fds_wait(fds, starts->len, -1) < 0)
        return;
    for (guint i = starts->len; i > 0; i--) {
        CliSessionProcessReport report;
        g_autoptr(GError) error = NULL;
        Start *start = starts->pdata[i - 1];

        if (fds[i - 1].revents == 0)
            continue;
        start_read(start);
        if (start->report_fd >= 0)
            continue;
        func(start->name, start_finish(start, &report, &error) ? NULL : error, data);
        g_ptr_array_remove_index_fast(starts, i - 1);
    }
}

void
cli_session_process_adopt_all(DccRuntime *runtime,
                              const char *const *names,
                              CliSessionAdoptFunc func,
                              gpointer data)
{
    g_autoptr(GPtrArray) starts = g_ptr_array_new_with_free_func((GDestroyNotify)start_free);

    begin_adoptions(runtime, &names, starts, func, data);
    while (starts->len > 0) {
        await_adoptions(starts, func, data);
        begin_adoptions(runtime, &names, starts, func, data);
    }
}
