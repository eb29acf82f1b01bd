/* One application's supervision, the object: properties, signals and what a caller may ask of it.
 * The supervisor behind it decides.
 *
 * Threading: everything happens in the thread-default main context of the thread that made the
 * session.
 */
#include "dcc-session-private.h"

#include "dcc-choice.h"
#include "dcc-claim.h"
#include "dcc-doors.h"
#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-stale-run.h"

#include <unistd.h>

/* A file server that answers has told by then where the copies of an application are. */
#define CHOICE_PATIENCE_MS 1000

struct _DccSession {
    GObject parent_instance;

    gint64 owner; /* the process whose session it is */
    DccAdapter *adapter;
    DccRuntime *runtime;
    DccSupervisor *supervisor;
    DccControl *control; /* NULL: not started, or over */
};

/**
 * DccSession:
 *
 * One application: launched, watched, probed, stopped, brought back. All of it happens in the
 * thread-default main context of the thread that made it. When the object goes away while the
 * application runs, the application runs on, unattended, and [func@DccHost.Session.adopt] takes it
 * up again.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccSession, dcc_session, G_TYPE_OBJECT)

enum { PROP_NAME = 1, PROP_APP, PROP_STATE, PROP_PID, N_PROPS };
enum { SIGNAL_EVENT, SIGNAL_ENDED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static const char *
get_name(DccSession *self)
{
    return dcc_launch_request_get_name(dcc_supervisor_get_request(self->supervisor));
}

static const char *
get_app(DccSession *self)
{
    return dcc_launch_request_get_app(dcc_supervisor_get_request(self->supervisor));
}

static void
dcc_session_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    DccSession *self = DCC_SESSION(object);
    gint64 pid;

    switch (id) {
    case PROP_NAME:
        g_value_set_string(value, get_name(self));
        break;
    case PROP_APP:
        g_value_set_string(value, get_app(self));
        break;
    case PROP_STATE:
        g_value_set_enum(value, dcc_supervisor_get_state(self->supervisor));
        break;
    case PROP_PID:
        pid = dcc_supervisor_get_pid(self->supervisor);
        g_value_set_int64(value, pid > 0 ? pid : -1);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

/* The application lives on: only what watches it goes. */
static void
dcc_session_dispose(GObject *object)
{
    DccSession *self = DCC_SESSION(object);

    g_clear_pointer(&self->control, dcc_control_free);
    g_clear_pointer(&self->supervisor, dcc_supervisor_free);
    G_OBJECT_CLASS(dcc_session_parent_class)->dispose(object);
}

static void
dcc_session_finalize(GObject *object)
{
    DccSession *self = DCC_SESSION(object);

    g_clear_object(&self->adapter);
    g_clear_object(&self->runtime);
    G_OBJECT_CLASS(dcc_session_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *object_class)
{
    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

    /**
     * DccSession:name:
     *
     * The instance's name.
     *
     * Since: 1.0
     */
    props[PROP_NAME] = g_param_spec_string("name", NULL, NULL, NULL, flags);
    /**
     * DccSession:app:
     *
     * The application's id ("blender").
     *
     * Since: 1.0
     */
    props[PROP_APP] = g_param_spec_string("app", NULL, NULL, NULL, flags);
    /**
     * DccSession:state:
     *
     * Where the application stands. Notified at every change.
     *
     * Since: 1.0
     */
    props[PROP_STATE] =
        g_param_spec_enum("state", NULL, NULL, DCC_TYPE_STATE, DCC_STATE_STARTING, flags);
    /**
     * DccSession:pid:
     *
     * The main process of the present run, -1 when there is none.
     *
     * Since: 1.0
     */
    props[PROP_PID] = g_param_spec_int64("pid", NULL, NULL, -1, G_MAXINT64, -1, flags);
    g_object_class_install_properties(object_class, N_PROPS, props);
}

static void
install_signals(void)
{
    /**
     * DccSession::event:
     * @self: the session
     * @json: the event as one JSON object, as docs/protocol.md describes it
     *
     * Something happened.
     *
     * Since: 1.0
     */
    signals[SIGNAL_EVENT] = g_signal_new("event",
                                         DCC_TYPE_SESSION,
                                         G_SIGNAL_RUN_LAST,
                                         0,
                                         NULL,
                                         NULL,
                                         NULL,
                                         G_TYPE_NONE,
                                         1,
                                         G_TYPE_STRING);
    /**
     * DccSession::ended:
     * @self: the session
     *
     * It is over for good: nothing runs, the name is free, dcc_session_get_result() says how it
     * ended.
     *
     * Since: 1.0
     */
    signals[SIGNAL_ENDED] = g_signal_new(
        "ended", DCC_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
dcc_session_class_init(DccSessionClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->get_property = dcc_session_get_property;
    object_class->dispose = dcc_session_dispose;
    object_class->finalize = dcc_session_finalize;
    install_properties(object_class);
    install_signals();
}

static void
dcc_session_init(DccSession *self)
{
    self->owner = getpid();
}

/* -- What the supervisor tells -- */

static gboolean
on_open(DccInstanceDir *dir, DccClock *clock, GError **error, gpointer data)
{
    DccSession *self = data;

    DccControl *control = dcc_doors_open(self->supervisor, dir, clock, error);

    if (control == NULL)
        return FALSE;
    dcc_control_free(self->control);
    self->control = control;
    return TRUE;
}

static void
on_event(JsonObject *event, gpointer data)
{
    DccSession *self = data;
    g_autofree char *text = dcc_json_to_line(event);

    if (self->control != NULL)
        dcc_control_tell(self->control, event);
    g_signal_emit(self, signals[SIGNAL_EVENT], 0, text);
}

static void
on_running(gpointer data)
{
    DccSession *self = data;

    if (self->control != NULL)
        dcc_control_tell_running(self->control);
}

static void
on_concluded(gpointer data)
{
    DccSession *self = data;

    if (self->control != NULL)
        dcc_control_conclude(self->control);
}

static gboolean
on_is_heard(gpointer data)
{
    DccSession *self = data;

    return self->control == NULL || dcc_control_is_flushed(self->control);
}

static void
on_state(gpointer data)
{
    g_object_notify_by_pspec(data, props[PROP_STATE]);
}

static void
on_pid(gpointer data)
{
    g_object_notify_by_pspec(data, props[PROP_PID]);
}

static void
on_ended(gpointer data)
{
    DccSession *self = data;

    g_clear_pointer(&self->control, dcc_control_free);
    g_signal_emit(self, signals[SIGNAL_ENDED], 0);
}

static const DccSupervisorHandler handler = {.open = on_open,
                                             .event = on_event,
                                             .state = on_state,
                                             .pid = on_pid,
                                             .running = on_running,
                                             .concluded = on_concluded,
                                             .is_heard = on_is_heard,
                                             .ended = on_ended};

DccSession *
dcc_session_make(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime)
{
    DccSession *self = g_object_new(DCC_TYPE_SESSION, NULL);

    self->adapter = g_object_ref(adapter);
    self->runtime = g_object_ref(runtime);
    self->supervisor = dcc_supervisor_new(adapter, request, &handler, self);
    return self;
}

DccSupervisor *
dcc_session_get_supervisor(DccSession *self)
{
    return self->supervisor;
}

/**
 * dcc_session_new:
 * @adapter: the application's adapter
 * @request: what is asked for; not to be changed after
 * @runtime: the directories
 *
 * A session that has not started yet.
 *
 * Returns: (transfer full): a session that has not started
 *
 * Since: 1.0
 */
DccSession *
dcc_session_new(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    return dcc_session_make(adapter, request, runtime);
}

/* A slip that can be seen at once is told before anything is reserved. */
static DccChoice *
choose(DccSession *self, GError **error)
{
    DccLaunchRequest *request = dcc_supervisor_get_request(self->supervisor);
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(DccChoice) choice = dcc_choice_new(self->adapter,
                                                 search,
                                                 dcc_launch_request_get_version(request),
                                                 dcc_launch_request_get_scene(request));

    return dcc_choice_begin(choice, CHOICE_PATIENCE_MS, error) ? g_steal_pointer(&choice) : NULL;
}

static gboolean
start(DccSession *self, GError **error)
{
    g_autoptr(DccSession) held = g_object_ref(self);
    g_autoptr(DccChoice) choice = choose(self, error);
    g_autoptr(DccInstanceDir) dir =
        choice != NULL ? dcc_claim_name(self->runtime, get_name(self), error) : NULL;
    DccStaleRun *stale = NULL;

    if (dir == NULL)
        return FALSE;
    if (!dcc_stale_run_find(dir, self->adapter, get_app(self), &stale, error))
        return FALSE;
    if (dcc_supervisor_start(
            self->supervisor, g_steal_pointer(&choice), g_steal_pointer(&dir), stale, error))
        return TRUE;
    g_clear_pointer(&self->control, dcc_control_free);
    return FALSE;
}

/**
 * dcc_session_start:
 * @self: a session that has not started
 * @error: return location for an error
 *
 * Finds the installation, reserves the name and starts the application. Returns when the start is
 * under way; that it is ready, or failed after all, is told by #DccSession::event. Where there is a
 * scene to be looked at first, or an installation to be asked for its version, that is done from the
 * main loop: the session answers meanwhile and can be stopped. So is what lies on a file server that
 * does not answer within two seconds; then an installation that is not there is no error of this call. An earlier run of that name that
 * nobody attended to its end is told and cleared away first, also from the main loop. If nothing
 * comes of the start, #DccSession::ended is emitted and dcc_session_get_refusal() tells why. A start
 * that fails leaves nothing: no process, no directory, no listing.
 *
 * Returns: %TRUE when it is under way. Errors: `BUSY` (the name is taken, the message says by which
 * pid and since when), `UNSAFE` (a directory), `NOT_INSTALLED`, `SCENE`, `ADAPTER`, `NOT_FOUND`
 * (the shim), `START`
 *
 * Since: 1.0
 */
gboolean
dcc_session_start(DccSession *self, GError **error)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);
    g_return_val_if_fail(!dcc_supervisor_is_open(self->supervisor), FALSE);

    return start(self, error);
}

/**
 * dcc_session_tie:
 * @self: a session that has not started
 * @process: "PID:START", with START what the system says of when it started (on Linux the 22nd
 * field of `/proc/PID/stat`)
 * @error: return location for an error
 *
 * Ties the instance to a process of somebody else's: when that is gone, however it ended, the
 * application is asked to save and to quit, and within five seconds nothing of it is left. Should
 * this session be dead by then, its shim ends the application. May be called several times; the
 * first process to go counts.
 *
 * Returns: %TRUE, also where the process is gone already: then the start is followed by the end.
 * Error `INVALID`: that names no process, or there are four
 *
 * Since: 1.1
 */
gboolean
dcc_session_tie(DccSession *self, const char *process, GError **error)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);
    g_return_val_if_fail(process != NULL, FALSE);
    g_return_val_if_fail(!dcc_supervisor_is_open(dcc_session_get_supervisor(self)), FALSE);

    if (dcc_tie_add(dcc_supervisor_get_tie(dcc_session_get_supervisor(self)), process))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "cannot be tied to \"%s\"; name a process as PID:START, four at most",
                process);
    return FALSE;
}

static gboolean
is_ours(DccSession *self)
{
    return self->owner == getpid();
}

/**
 * dcc_session_stop:
 * @self: a session
 * @deadline_ms: after how many milliseconds it is killed at the latest; 0 for the settings' own
 * times
 *
 * Asks the application to save and quit, then signals it, step by step. Asked again while stopping,
 * it leaves the present step for the next. A stop wins over everything: restarts, hangs, crashes.
 *
 * Since: 1.0
 */
void
dcc_session_stop(DccSession *self, gint64 deadline_ms)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    if (is_ours(self))
        dcc_supervisor_stop(self->supervisor, deadline_ms);
}

/**
 * dcc_session_cancel:
 * @self: a session
 * @deadline_ms: as of dcc_session_stop()
 *
 * Stops the application as dcc_session_stop() does, for an end that nobody asked dcchost for: a
 * signal of a batch system or a service manager, a log-out, a shutdown. What was asked for first
 * counts: an end in order is told as %DCC_VERDICT_CANCELLED, not as %DCC_VERDICT_CLEAN.
 *
 * Since: 1.1
 */
void
dcc_session_cancel(DccSession *self, gint64 deadline_ms)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    if (is_ours(self))
        dcc_supervisor_cancel(self->supervisor, deadline_ms);
}

/**
 * dcc_session_kill:
 * @self: a session
 *
 * Ends the application and all its processes at once. Nothing is saved.
 *
 * Since: 1.0
 */
void
dcc_session_kill(DccSession *self)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    if (is_ours(self))
        dcc_supervisor_kill(self->supervisor);
}

/**
 * dcc_session_restart:
 * @self: a session
 *
 * Stops the application gracefully and starts it again; one that waits to be started again starts
 * now. The restart budget is not touched. Nothing is done where a stop was asked for before.
 *
 * Since: 1.0
 */
void
dcc_session_restart(DccSession *self)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    if (is_ours(self))
        dcc_supervisor_restart(self->supervisor);
}

/**
 * dcc_session_recover:
 * @self: a session
 * @error: return location for an error
 *
 * The next run that begins goes on from the unsaved work of the last one that broke, whatever the
 * setting "recover" says. One that has not started yet begins so; for one that runs,
 * dcc_session_restart() is what begins another run.
 *
 * Returns: %TRUE if there is such work. Error: `NOT_FOUND`
 * Since: 1.0
 */
gboolean
dcc_session_recover(DccSession *self, GError **error)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);

    return dcc_supervisor_recover(self->supervisor, error);
}

/**
 * dcc_session_is_foreign:
 * @self: a session
 *
 * Whether this process was forked from the one whose session it is. Here it does nothing then, and
 * the main context that it lives in must not be turned: it would take the owner's news.
 *
 * Returns: %TRUE in a forked process
 * Since: 1.0
 */
gboolean
dcc_session_is_foreign(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);
    return !is_ours(self);
}
