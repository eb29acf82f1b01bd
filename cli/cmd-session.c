/* dcchost session (hidden): the process that holds one session. `launch` starts it with its own
 * arguments; `adopt` as `session --adopt NAME`, `restart` of an ended one as `session --again
 * NAME`, and `restart --recover` as `session --recover NAME`.
 *
 * It has no terminal. SIGTERM ends it and lets the application run on unattended: `dcchost adopt`
 * takes it up again. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-launch-options.h"
#include "cli-session-process.h"
#include "dcc-catalogue.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-session.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

typedef struct {
    GMainLoop *loop;
    DccSession *session;
    gint64 first_event;
    int term_fd;
} Brain;

static void
on_event(DccSession *session, const char *json, Brain *self)
{
    g_autoptr(JsonObject) event = NULL;

    if (self->first_event > 0)
        return;
    event = dcc_json_from_text(json, -1, NULL);
    if (event != NULL)
        self->first_event = dcc_json_get_int(event, "seq", 0);
}

static gboolean
on_term(int fd, GIOCondition condition, gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

/* Not g_unix_signal_add(): it wants a thread, and GLib aborts where the machine has none to give.
 * Blocked before the application is started; spawning unblocks it for the child. */
static int
claim_term(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* By now everybody who listens has had the last event. */
static void
on_ended(DccSession *session, Brain *self)
{
    g_main_loop_quit(self->loop);
}

/* After whatever was news already: who adopted what has ended is told so, and not that it runs. */
static gboolean
on_settled(gpointer data)
{
    Brain *self = data;

    cli_session_process_report_success(MAX(self->first_event, 1));
    return G_SOURCE_REMOVE;
}

static int
run(Brain *self)
{
    guint term =
        self->term_fd >= 0 ? g_unix_fd_add(self->term_fd, G_IO_IN, on_term, self->loop) : 0;

    g_idle_add_full(G_PRIORITY_LOW, on_settled, self, NULL);
    g_main_loop_run(self->loop);
    on_settled(self); /* where it was over first; told once */
    if (term != 0 && g_main_context_find_source_by_id(NULL, term) != NULL)
        g_source_remove(term);
    return CLI_DONE;
}

/* exec failures end as a shell ends them; the result knows. */
static int
refuse(Brain *self, const GError *error)
{
    DccResult *result = self->session != NULL ? dcc_session_get_result(self->session) : NULL;
    int status = cli_exit_status(error);

    if (result != NULL && dcc_error_is_start(error))
        status = dcc_result_to_exit_status(result);
    cli_session_process_report_failure(status, error);
    return status;
}

/* The first event's number is what the launch that waits for us follows the events from. */
static void
hear(Brain *self)
{
    if (self->session == NULL)
        return;
    g_signal_connect(self->session, "event", G_CALLBACK(on_event), self);
    g_signal_connect(self->session, "ended", G_CALLBACK(on_ended), self);
}

static gboolean
start(Brain *self, GError **error)
{
    if (self->session == NULL)
        return FALSE;
    hear(self);
    return dcc_session_start(self->session, error);
}

static gboolean
begin_launch(Brain *self, CliLaunchOptions *options, DccRuntime *runtime, GError **error)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();
    g_autoptr(DccLaunchRequest) request = cli_launch_options_to_request(options, error);
    DccAdapter *adapter = NULL;

    dcc_adapter_registry_load_for(registry, options->app);
    if (request != NULL)
        adapter = dcc_adapter_registry_lookup(registry, options->app, error);
    if (adapter == NULL)
        return FALSE;
    self->session = dcc_session_new(adapter, request, runtime);
    return start(self, error);
}

static gboolean
begin_known(Brain *self, const char *option, const char *name, DccRuntime *runtime, GError **error)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();

    dcc_adapter_registry_load_all(registry);
    if (strcmp(option, "--adopt") == 0) {
        self->session = dcc_session_adopt(registry, runtime, name, error);
        hear(self);
        return self->session != NULL;
    }
    self->session = dcc_session_again(registry, runtime, name, error);
    if (self->session != NULL && strcmp(option, "--recover") == 0 &&
        !dcc_session_recover(self->session, error))
        return FALSE;
    return start(self, error);
}

static gboolean
is_known(char **argv)
{
    static const char *const options[] = {"--adopt", "--again", "--recover", NULL};

    return argv[1] != NULL && argv[2] != NULL && argv[3] == NULL &&
           g_strv_contains(options, argv[1]);
}

int
cmd_session(char **argv)
{
    g_auto(CliLaunchOptions) options = {NULL};
    g_autoptr(GMainLoop) loop = NULL;
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(GError) error = NULL;
    Brain self = {.term_fd = -1};
    int status;
    gboolean begun;

    cli_session_process_claim_report();
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    self.term_fd = claim_term();
    if (!is_known(argv) && !cli_launch_options_parse(&options, argv, &status))
        return status;
    loop = g_main_loop_new(NULL, FALSE);
    self.loop = loop;
    runtime = dcc_runtime_open(&error);
    if (runtime == NULL)
        begun = FALSE;
    else if (is_known(argv))
        begun = begin_known(&self, argv[1], argv[2], runtime, &error);
    else
        begun = begin_launch(&self, &options, runtime, &error);
    /* Hold no file system that somebody may want to unmount. */
    if (begun && chdir("/") != 0)
        g_debug("cannot leave the directory of the launch");
    status = begun ? run(&self) : refuse(&self, error);
    g_clear_object(&self.session);
    return status;
}
