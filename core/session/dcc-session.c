/* One application's life, the object: properties, signals and what a caller may ask of it. See
 * dcc-session-private.h for who does what behind it.
 *
 * Threading: everything happens in the thread-default main context of the thread that made the
 * session.
 */
#include "dcc-session-private.h"

#include "dcc-catalogue.h"
#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-request-json.h"

#include <unistd.h>

/**
 * DccSession:
 *
 * One application's life: launched, watched, probed, stopped, brought back. All of it happens in
 * the thread-default main context of the thread that made it. When the object goes away while the
 * application runs, the application runs on, unattended, and [func@DccHost.Session.adopt] takes
 * it up again.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccSession, dcc_session, G_TYPE_OBJECT)

enum { PROP_NAME = 1, PROP_APP, PROP_STATE, PROP_PID, N_PROPS };
enum { SIGNAL_EVENT, SIGNAL_ENDED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
dcc_session_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    DccSession *self = DCC_SESSION(object);

    switch (id) {
    case PROP_NAME:
        g_value_set_string(value, dcc_session_get_name(self));
        break;
    case PROP_APP:
        g_value_set_string(value, dcc_session_get_app(self));
        break;
    case PROP_STATE:
        g_value_set_enum(value, self->state);
        break;
    case PROP_PID:
        g_value_set_int64(value, dcc_session_get_pid(self));
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

    dcc_clock_clear(self->clock, &self->delay_timer);
    dcc_clock_clear(self->clock, &self->farewell_timer);
    if (self->life != NULL) {
        dcc_clock_clear(self->clock, &self->life->start_timer);
        dcc_clock_clear(self->clock, &self->life->settle_timer);
        dcc_clock_clear(self->clock, &self->life->reset_timer);
        dcc_clock_clear(self->clock, &self->life->agent_timer);
    }
    g_clear_pointer(&self->life, dcc_life_free);
    g_clear_pointer(&self->control, dcc_control_free);
    g_clear_pointer(&self->agent, dcc_agent_link_free);
    g_clear_pointer(&self->instance_dir, dcc_instance_dir_free);
    G_OBJECT_CLASS(dcc_session_parent_class)->dispose(object);
}

static void
dcc_session_finalize(GObject *object)
{
    DccSession *self = DCC_SESSION(object);

    g_clear_pointer(&self->journal, dcc_journal_free);
    g_clear_object(&self->policy);
    g_clear_object(&self->installation);
    g_clear_object(&self->result);
    g_clear_object(&self->work);
    g_free(self->last_scene);
    g_free(self->bundle);
    g_clear_object(&self->adapter);
    g_clear_object(&self->settings);
    g_clear_object(&self->request);
    g_clear_object(&self->runtime);
    g_clear_object(&self->clock);
    g_ptr_array_unref(self->rescued);
    g_ptr_array_unref(self->degraded);
    json_array_unref(self->steps);
    json_array_unref(self->left);
    g_free(self->saved);
    g_free(self->copy);
    g_free(self->version);
    g_free(self->log_path);
    g_free(self->rescue_dir);
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
     * The main process of the present life, -1 when there is none.
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
    self->clock = dcc_clock_new();
    self->rescued = g_ptr_array_new_with_free_func(g_free);
    self->degraded = g_ptr_array_new_with_free_func(g_free);
    self->steps = json_array_new();
    self->left = json_array_new();
    self->state = DCC_STATE_STOPPED;
}

DccSession *
dcc_session_alloc(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime)
{
    DccSession *self = g_object_new(DCC_TYPE_SESSION, NULL);

    self->owner = getpid();
    self->adapter = g_object_ref(adapter);
    self->request = g_object_ref(request);
    self->settings = g_object_ref(dcc_launch_request_get_settings(request));
    self->runtime = g_object_ref(runtime);
    self->policy = dcc_restart_policy_new(self->settings, g_random_int());
    return self;
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
 * Since: 1.0
 */
DccSession *
dcc_session_new(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime)
{
    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);
    g_return_val_if_fail(DCC_IS_LAUNCH_REQUEST(request), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    return dcc_session_alloc(adapter, request, runtime);
}

/* Journal, sockets, paths: what stands as long as the session does. */
gboolean
dcc_session_open_doors(DccSession *self, gboolean fresh, GError **error)
{
    self->log_path = dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_LOG);
    self->rescue_dir = dcc_instance_dir_get_state_file(self->instance_dir, "rescue");
    self->journal = dcc_journal_open(self->instance_dir, fresh);
    self->agent = dcc_agent_link_new(
        self->instance_dir, self->clock, &dcc_session_agent_handler, self, error);
    if (self->agent == NULL)
        return FALSE;
    self->control = dcc_control_new(self, error);
    return self->control != NULL;
}

static void
set_busy_error(DccSession *self, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(self->instance_dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(JsonObject) record = dcc_instance_dir_read_json(path);
    JsonObject *status = record != NULL ? dcc_json_get_object(record, "status") : NULL;
    const char *name = dcc_session_get_name(self);

    if (status == NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is in use; give another with --name",
                    name);
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is in use by pid %" G_GINT64_FORMAT
                    " since %s; give another with --name",
                    name,
                    dcc_json_get_int(status, "pid", -1),
                    dcc_json_get_string(status, "started", "just now"));
}

static gboolean
reserve(DccSession *self, GError **error)
{
    GError *problem = NULL;

    self->instance_dir =
        dcc_instance_dir_open(self->runtime, dcc_session_get_name(self), TRUE, error);
    if (self->instance_dir == NULL)
        return FALSE;
    if (!dcc_instance_dir_lock_name(self->instance_dir, &problem) ||
        !dcc_instance_dir_lock_session(self->instance_dir, &problem)) {
        if (problem != NULL)
            g_propagate_error(error, problem);
        else
            set_busy_error(self, error);
        g_clear_pointer(&self->instance_dir, dcc_instance_dir_free);
        return FALSE;
    }
    return dcc_session_settle_leftover(self, error);
}

static void
write_request(DccSession *self)
{
    g_autofree char *path =
        dcc_instance_dir_get_state_file(self->instance_dir, DCC_INSTANCE_DIR_REQUEST);
    g_autoptr(JsonObject) object = dcc_request_to_json(self->request);

    if (!dcc_instance_dir_write_json(path, object, NULL))
        dcc_session_tell_degraded(
            self, "the request cannot be written; it could not be launched again by name");
}

static gboolean
start(DccSession *self, GError **error)
{
    gboolean out_of_something = FALSE;

    if (!reserve(self, error) || !dcc_session_open_doors(self, TRUE, error))
        return FALSE;
    write_request(self);
    self->began_wall = g_get_real_time();
    self->state = DCC_STATE_STARTING;
    dcc_session_write_record(self);
    if (dcc_session_begin_life(self, &out_of_something, error))
        return TRUE;
    if (!out_of_something)
        return FALSE;
    g_clear_error(error);
    dcc_session_dispatch(
        self, DCC_EVENT_SPAWN_REFUSED, "the machine is out of processes, memory or descriptors");
    return TRUE;
}

/* Nothing of a start that failed stays behind (G19). */
static void
undo_start(DccSession *self)
{
    self->over = TRUE;
    self->state = DCC_STATE_FAILED;
    if (self->life != NULL)
        dcc_session_rescue_files(self);
    g_clear_pointer(&self->life, dcc_life_free);
    g_clear_pointer(&self->control, dcc_control_free);
    g_clear_pointer(&self->agent, dcc_agent_link_free);
    if (self->instance_dir != NULL && dcc_instance_dir_get_lock_fd(self->instance_dir) >= 0)
        dcc_instance_dir_dissolve(self->instance_dir);
}

/**
 * dcc_session_start:
 * @self: a session that has not started
 * @error: return location for an error
 *
 * Finds the installation, reserves the name and starts the application. Returns when the start is
 * under way; that it is ready, or failed after all, is told by #DccSession::event.
 *
 * Returns: %TRUE when it is under way. Errors: `BUSY` (the name is taken, the message says by which
 * pid and since when), `UNSAFE` (a directory), `NOT_INSTALLED`, `SCENE`, `ADAPTER`, `NOT_FOUND`
 * (the shim), `START` Since: 1.0
 */
gboolean
dcc_session_start(DccSession *self, GError **error)
{
    g_autoptr(DccSearch) search = NULL;

    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);
    g_return_val_if_fail(self->instance_dir == NULL && !self->over, FALSE);

    search = dcc_search_new("/", NULL);
    self->installation =
        dcc_catalogue_choose_for_scene(self->adapter,
                                       search,
                                       dcc_launch_request_get_version(self->request),
                                       dcc_launch_request_get_scene(self->request),
                                       NULL,
                                       error);
    if (self->installation == NULL)
        return FALSE;
    self->version = g_strdup(dcc_installation_get_version(self->installation));
    if (start(self, error))
        return TRUE;
    undo_start(self);
    return FALSE;
}

/**
 * dcc_session_stop:
 * @self: a session
 * @deadline_ms: after how many milliseconds it is killed at the latest; 0 for the settings' own
 * times
 *
 * Asks the application to save and quit, and goes down the ladder. Asked again while stopping, it
 * leaves the present rung for the next. Stopping outranks restarting.
 *
 * Since: 1.0
 */
void
dcc_session_stop(DccSession *self, gint64 deadline_ms)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    self->wanted_restart = FALSE;
    self->stop_deadline_ms = deadline_ms;
    dcc_session_dispatch(self, DCC_EVENT_STOP, "stop was asked for");
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
    self->wanted_restart = FALSE;
    self->kill_wanted = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_STOP, "kill was asked for");
}

/**
 * dcc_session_restart:
 * @self: a session
 *
 * Stops the application gracefully and starts it again; one that waits to be started again starts
 * now. The restart budget is not touched.
 *
 * Since: 1.0
 */
void
dcc_session_restart(DccSession *self)
{
    g_return_if_fail(DCC_IS_SESSION(self));
    if (self->state == DCC_STATE_RESTARTING) {
        dcc_clock_clear(self->clock, &self->delay_timer);
        dcc_session_dispatch(self, DCC_EVENT_RESTART, "restart was asked for");
        return;
    }
    self->wanted_restart = TRUE;
    if (self->state != DCC_STATE_STOPPING)
        dcc_session_dispatch(self, DCC_EVENT_STOP, "restart was asked for");
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
    return self->owner != getpid();
}

/**
 * dcc_session_get_name:
 * @self: a session
 *
 * The name it was launched under.
 *
 * Returns: (transfer none): the instance's name
 * Since: 1.0
 */
const char *
dcc_session_get_name(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_launch_request_get_name(self->request);
}

/**
 * dcc_session_get_app:
 * @self: a session
 *
 * Which application it is.
 *
 * Returns: (transfer none): the application's id
 * Since: 1.0
 */
const char *
dcc_session_get_app(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_launch_request_get_app(self->request);
}

/**
 * dcc_session_get_state:
 * @self: a session
 *
 * Where the application stands. The property "state" notifies of each change.
 *
 * Returns: where the application stands
 * Since: 1.0
 */
DccState
dcc_session_get_state(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), DCC_STATE_FAILED);
    return self->state;
}

/**
 * dcc_session_get_pid:
 * @self: a session
 *
 * The main process.
 *
 * Returns: the main process of the present life, -1 when there is none
 * Since: 1.0
 */
gint64
dcc_session_get_pid(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), -1);
    return self->life != NULL && !self->life->exited ? self->life->pid : -1;
}

/**
 * dcc_session_get_restart_count:
 * @self: a session
 *
 * How often it was brought back.
 *
 * Returns: how often it was started again since it was launched
 * Since: 1.0
 */
guint
dcc_session_get_restart_count(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), 0);
    return self->restart_count;
}

/**
 * dcc_session_is_over:
 * @self: a session
 *
 * Whether nothing more will happen.
 *
 * Returns: %TRUE once #DccSession::ended has been emitted
 * Since: 1.0
 */
gboolean
dcc_session_is_over(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), TRUE);
    return self->told_ended;
}

/**
 * dcc_session_get_result:
 * @self: a session
 *
 * How the last life ended.
 *
 * Returns: (transfer none) (nullable): how the last life ended; %NULL before the first end
 * Since: 1.0
 */
DccResult *
dcc_session_get_result(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return self->result;
}

/**
 * dcc_session_get_status:
 * @self: a session
 *
 * All that is known of it now.
 *
 * Returns: (transfer full): the status object of docs/protocol.md as JSON text
 * Since: 1.0
 */
char *
dcc_session_get_status(DccSession *self)
{
    g_autoptr(JsonObject) status = NULL;

    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    status = dcc_session_make_status(self);
    return dcc_json_to_line(status);
}
