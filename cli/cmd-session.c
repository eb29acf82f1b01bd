/* dcchost session (hidden): the process that holds one session. `launch` starts it with its own
 * arguments, `render` as `session --render` and its own; `adopt` as `session --adopt NAME`, `restart` of an ended one as `session --again
 * NAME`, and `restart --recover` as `session --recover NAME`.
 *
 * It has no terminal. SIGTERM, which batch systems, service managers and a shutdown send to every
 * process, is a stop: the application is asked to save and quit, and the process lives until that
 * is done; a second one, two seconds later at least, hurries. The first joins a stop that is under way,
 * for whoever asked for that may have been told by the same signal. During a start it ends what was
 * begun. SIGHUP and what schedulers send as a notice (SIGUSR1 and its like) are survived. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-launch-options.h"
#include "cli-session-process.h"
#include "cli-signals.h"
#include "dcc-dir-loss.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-own-process.h"
#include "dcc-session.h"
#include "dcc-stop-requests.h"
#include <string.h>
#include <unistd.h>

#define DYING_MS 2000
#define LOOK_US  20000

typedef struct {
    GMainLoop *loop;
    DccSession *session;
    gint64 first_event;
    guint settling;    /* idle source: what is news already comes first; 0: none */
    gboolean reported; /* how the start went */
    gboolean asked;    /* one stop request was taken */
    int status;
} Process;

static void
on_event(DccSession *session, const char *json, Process *self)
{
    g_autoptr(JsonObject) event = NULL;

    if (self->first_event > 0)
        return;
    event = dcc_json_from_text(json, -1, NULL);
    if (event != NULL)
        self->first_event = dcc_json_get_int(event, "seq", 0);
}

/* During a start there is no work to be saved; afterwards it is a stop like any other. */
static gboolean
on_stop_request(gpointer data)
{
    Process *self = data;

    while (cli_signals_take() != 0) {
        if (self->session == NULL || dcc_session_is_over(self->session))
            g_main_loop_quit(self->loop);
        else if (!self->reported)
            dcc_session_kill(self->session);
        else if (self->asked || dcc_session_get_state(self->session) != DCC_STATE_STOPPING)
            dcc_session_cancel(self->session, 0);
        self->asked = TRUE;
    }
    return G_SOURCE_CONTINUE;
}

/* By now every client has had the last event. */
static void
on_ended(DccSession *session, Process *self)
{
    g_main_loop_quit(self->loop);
}

/* exec failures end as a shell ends them; the result knows. */
static int
refuse(Process *self, const GError *error)
{
    DccResult *result = self->session != NULL ? dcc_session_get_result(self->session) : NULL;
    int status = cli_exit_status(error);

    if (result != NULL && dcc_error_is_start(error))
        status = dcc_result_to_exit_status(result);
    cli_session_process_report_failure(status, error);
    return status;
}

static void
report(Process *self)
{
    const GError *refusal = dcc_session_get_refusal(self->session);

    if (self->reported)
        return;
    self->reported = TRUE;
    if (refusal != NULL) {
        self->status = refuse(self, refusal);
        return;
    }
    /* Hold no file system that may have to be unmounted. */
    if (chdir("/") != 0)
        g_debug("cannot leave the directory of the launch");
    cli_session_process_report_success(MAX(self->first_event, 1),
                                       dcc_session_get_explanation(self->session));
}

/* A copy of the application is being asked for its version, or the end of what was adopted is being
 * put on record: what comes of that is news that has not come yet. */
static gboolean
is_undecided(Process *self)
{
    DccState state = dcc_session_get_state(self->session);

    return dcc_session_get_pid(self->session) < 0 &&
           (state == DCC_STATE_STARTING || state == DCC_STATE_RUNNING ||
            state == DCC_STATE_UNRESPONSIVE);
}

/* After whatever was news already: a command that adopted what has ended is told so, and not that
 * it runs. */
static gboolean
on_settled(gpointer data)
{
    Process *self = data;

    self->settling = 0;
    if (!is_undecided(self))
        report(self);
    return G_SOURCE_REMOVE;
}

/* One that comes to nothing is told when nothing is left of it. */
static void
on_news(Process *self)
{
    if (!self->reported && self->settling == 0 && !is_undecided(self) &&
        dcc_session_get_refusal(self->session) == NULL)
        self->settling = g_idle_add_full(G_PRIORITY_LOW, on_settled, self, NULL);
}

static int
run(Process *self)
{
    g_autoptr(GSource) requests = NULL;

    if (cli_signals_get_fd() >= 0)
        requests = dcc_stop_requests_watch(cli_signals_get_fd(), on_stop_request, self);
    g_signal_connect_swapped(self->session, "notify", G_CALLBACK(on_news), self);
    on_news(self);
    g_main_loop_run(self->loop);
    report(self); /* where it was over first; told once */
    if (requests != NULL)
        g_source_destroy(requests);
    return self->status;
}

/* The first event's number is what the launch that waits for us follows the events from. */
static void
hear(Process *self)
{
    if (self->session == NULL)
        return;
    g_signal_connect(self->session, "event", G_CALLBACK(on_event), self);
    g_signal_connect(self->session, "ended", G_CALLBACK(on_ended), self);
}

static gboolean
start(Process *self, GError **error)
{
    if (self->session == NULL)
        return FALSE;
    hear(self);
    return dcc_session_start(self->session, error);
}

static gboolean
begin_launch(Process *self, CliLaunchOptions *options, DccRuntime *runtime, GError **error)
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
    for (char **p = options->tied_to; p != NULL && *p != NULL; p++)
        if (!dcc_session_tie(self->session, *p, error))
            return FALSE;
    return start(self, error);
}

/* The kernel takes a moment to take a killed process down, and its lock is held as long. */
static DccSession *
adopt(DccAdapterRegistry *registry, DccRuntime *runtime, const char *name, GError **error)
{
    gint64 until = g_get_monotonic_time() + DYING_MS * 1000;

    for (;;) {
        g_autoptr(GError) problem = NULL;
        DccSession *session = dcc_session_adopt(registry, runtime, name, &problem);

        if (session != NULL)
            return session;
        if (!dcc_error_is_busy(problem) || dcc_instance_is_attended(runtime, name)) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return NULL;
        }
        if (g_get_monotonic_time() >= until) {
            g_set_error(error,
                        DCC_ERROR,
                        DCC_ERROR_BUSY,
                        "the session of '%s' has died, and the kernel has not taken it down yet; "
                        "try again",
                        name);
            return NULL;
        }
        g_usleep(LOOK_US);
    }
}

/* A program with an adapter of its own, in Python perhaps, launches what no module is there for. */
static void
explain_unknown_app(const char *name, GError *error)
{
    g_autofree char *said = NULL;

    if (error == NULL || !dcc_error_is_unknown_app(error))
        return;
    said = g_steal_pointer(&error->message);
    error->message =
        g_strdup_printf("%s; '%s' was launched where an adapter for it is, by a program of "
                        "its own or with another adapter path: start it there again",
                        said,
                        name);
}

static gboolean
begin_known(
    Process *self, const char *option, const char *name, DccRuntime *runtime, GError **error)
{
    g_autoptr(DccAdapterRegistry) registry = dcc_adapter_registry_new();

    dcc_adapter_registry_load_all(registry);
    if (strcmp(option, "--adopt") == 0) {
        self->session = adopt(registry, runtime, name, error);
        hear(self);
        explain_unknown_app(name, error != NULL ? *error : NULL);
        return self->session != NULL;
    }
    self->session = dcc_session_again(registry, runtime, name, error);
    explain_unknown_app(name, error != NULL ? *error : NULL);
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

/* Where there is one attempt that will not come again there are others. */
static gboolean
is_of_a_farm(CliLaunchOptions *options)
{
    for (char **p = options->settings; p != NULL && *p != NULL; p++)
        if (g_str_has_prefix(*p, "keep-state="))
            return TRUE;
    return FALSE;
}

int
cmd_session(char **argv)
{
    g_auto(CliLaunchOptions) options = {NULL};
    g_autoptr(GMainLoop) loop = NULL;
    g_autoptr(DccRuntime) runtime = NULL;
    g_autoptr(GError) error = NULL;
    Process self = {NULL};
    int status;
    gboolean begun;

    dcc_dir_loss_claim(); /* before there are threads */
    cli_session_process_claim_report();
    dcc_own_process_ignore_notices();
    /* Before the application is started; it does not hold them. */
    cli_signals_hold();
    options.render = argv[1] != NULL && strcmp(argv[1], "--render") == 0;
    if (!is_known(argv) && !cli_launch_options_parse(&options, argv + options.render, &status))
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
    status = begun ? run(&self) : refuse(&self, error);
    g_clear_object(&self.session);
    if (begun && is_of_a_farm(&options))
        dcc_instance_remove_old(runtime); /* everybody has been told, and nobody waits */
    return status;
}
