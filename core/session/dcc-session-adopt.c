/* Taking up what another session left.
 *
 * A record is read with suspicion: it names processes only together with boot id and start time,
 * its paths are used only where they are ours, and what does not parse is an error with the file's
 * name.
 */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-request-json.h"
#include "dcc-safe-dir.h"

#include <unistd.h>

#define DEATH_TIMEOUT_US (2 * G_USEC_PER_SEC)

/* How long a shim may take from its own start to that of the application. */
#define SHIM_PATIENCE_MS 5000
#define SHIM_GLANCE_MS   10

#define SHORTAGE_DELAY_MS (2 * 60 * 1000) /* what the policy grants a machine that is short */

#define MAX_WALL_US (G_GINT64_CONSTANT(1) << 53) /* the year 2255 */

static JsonObject *
read_record(DccInstanceDir *instance_dir, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_RECORD);
    JsonObject *record = dcc_instance_dir_read_json(path);

    if (record == NULL)
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_FAILED, "the record %s is missing or damaged", path);
    else if (dcc_json_get_int(record, "record_version", 0) > DCC_RECORD_VERSION) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "the record %s was written by a newer dcchost, which must adopt it",
                    path);
        g_clear_pointer(&record, json_object_unref);
    }
    return record;
}

static gboolean
is_ours(const char *path)
{
    g_autoptr(GError) error = NULL;

    return path != NULL && g_path_is_absolute(path) && g_file_test(path, G_FILE_TEST_IS_DIR) &&
           dcc_safe_dir_make(path, &error);
}

static DccState
read_state(JsonObject *record)
{
    JsonObject *status = dcc_json_get_object(record, "status");
    int state = DCC_STATE_FAILED;

    if (status != NULL)
        dcc_enum_from_nick(
            DCC_TYPE_STATE, dcc_json_get_string(status, "state", "failed"), &state, NULL);
    return (DccState)state;
}

static DccResult *
read_result(JsonObject *object)
{
    g_autofree char *text = object != NULL ? dcc_json_to_line(object) : NULL;

    return text != NULL ? dcc_result_from_json(text, NULL) : NULL;
}

/* Microseconds since 1970; now, where the record says what cannot be. */
static gint64
read_wall(JsonObject *record, const char *member)
{
    gint64 wall = dcc_json_get_int(record, member, -1);

    return wall >= 0 && wall < MAX_WALL_US ? wall : g_get_real_time();
}

void
dcc_session_read_life(DccSession *self, JsonObject *record)
{
    JsonObject *status = dcc_json_get_object(record, "status");
    const char *temp_dir = dcc_json_get_string(record, "temp_dir", NULL);
    const char *private_dir = dcc_json_get_string(record, "private_dir", NULL);
    gint64 began_wall = read_wall(record, "life_began_wall");
    gint64 age = g_get_real_time() - began_wall;
    DccLife *life = g_new0(DccLife, 1);
    JsonObject *failure;

    self->life = life;
    life->request = dcc_session_make_life_request(self);
    dcc_launch_request_set_safe(life->request, dcc_json_get_boolean(status, "safe", FALSE));
    life->recovered = dcc_json_get_bytes(status, "recovered");
    life->incarnation = g_strdup(dcc_json_get_string(status, "incarnation", "unknown"));
    life->token = g_strdup(dcc_json_get_string(record, "token", ""));
    life->scene = g_strdup(dcc_json_get_string(status, "scene", NULL));
    life->temp_dir = is_ours(temp_dir) ? g_strdup(temp_dir) : NULL;
    life->private_dir = is_ours(private_dir) ? g_strdup(private_dir) : NULL;
    life->telling = g_ptr_array_new_with_free_func(g_object_unref);
    life->curve = dcc_resource_ring_new();
    life->pid = -1;
    life->began_wall = began_wall;
    life->began = dcc_clock_now(self->clock) - MAX(0, age);
    life->log_start = MAX(dcc_json_get_int(record, "log_start", 0), 0);
    life->oom_kills = dcc_session_count_oom_kills();
    life->counted = dcc_json_get_boolean(record, "counted", FALSE);
    life->ready = dcc_json_get_boolean(record, "ready", FALSE);
    life->agent_due = life->ready;
    life->requested = dcc_json_get_boolean(record, "requested", FALSE) ||
                      read_state(record) == DCC_STATE_STOPPING;
    failure = dcc_json_get_object(record, "failure");
    life->failure = read_result(failure);
}

/* The lines of this life are read again for what they say of its end, but they are no news. */
static gboolean
equip(DccSession *self, GError **error)
{
    DccLife *life = self->life;

    dcc_launch_request_set_private_dir(life->request, life->private_dir);
    dcc_launch_request_set_temp_dir(life->request, life->temp_dir);
    if (!dcc_session_make_plans(self, error))
        return FALSE;
    life->replaying = TRUE;
    if (!dcc_session_equip_life(self, error))
        return FALSE;
    dcc_log_reader_drain(life->log, FALSE);
    life->replaying = FALSE;
    return TRUE;
}

/* The main process has ended, and the session died before it had buried it. */
static gboolean
is_over(DccState state)
{
    return state == DCC_STATE_CRASHED || state == DCC_STATE_STOPPED || state == DCC_STATE_FAILED;
}

static void
tell_adopted(DccSession *self)
{
    JsonObject *event = dcc_session_event("adopted");

    json_object_set_int_member(event, "session_pid", getpid());
    dcc_session_tell(self, event);
}

static DccSession *
make_session(DccAdapterRegistry *registry, DccRuntime *runtime, JsonObject *record, GError **error)
{
    JsonObject *status = dcc_json_get_object(record, "status");
    JsonObject *stored = dcc_json_get_object(record, "request");
    g_autoptr(DccLaunchRequest) request = NULL;
    DccAdapter *adapter;
    DccSession *self;

    if (status == NULL || stored == NULL) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_FAILED, "the record lacks its status or its request");
        return NULL;
    }
    request = dcc_request_from_json(stored, error);
    if (request == NULL)
        return NULL;
    dcc_adapter_registry_load_for(registry, dcc_launch_request_get_app(request));
    adapter = dcc_adapter_registry_lookup(registry, dcc_launch_request_get_app(request), error);
    if (adapter == NULL)
        return NULL;
    self = dcc_session_alloc(adapter, request, runtime);
    self->version = g_strdup(dcc_json_get_string(status, "version", NULL));
    self->installation = dcc_installation_new(
        dcc_json_get_string(status, "executable", "/"), self->version, "record");
    self->restart_count = (guint)CLAMP(dcc_json_get_int(status, "restart_count", 0), 0, G_MAXINT);
    self->lived = dcc_json_get_boolean(record, "lived", TRUE);
    self->result = read_result(dcc_json_get_object(status, "result"));
    self->began_wall = read_wall(record, "began_wall");
    self->wanted_restart = dcc_json_get_boolean(record, "wanted_restart", FALSE);
    self->safe_wanted = dcc_json_get_boolean(record, "safe_wanted", FALSE);
    self->hang_restart = dcc_json_get_boolean(record, "hang_restart", FALSE);
    dcc_session_read_work(self, status);
    g_free(self->last_scene);
    self->last_scene = dcc_json_get_bytes(record, "last_scene");
    self->recover_wanted = dcc_json_get_boolean(record, "recover_wanted", FALSE);
    self->recover_asked = dcc_json_get_boolean(record, "recover_asked", FALSE);
    self->kill_wanted = dcc_json_get_boolean(record, "kill_wanted", FALSE);
    self->stop_deadline_ms = dcc_json_get_int(record, "stop_deadline_ms", 0);
    dcc_restart_policy_restore(
        self->policy, dcc_json_get_string(record, "policy", NULL), dcc_clock_now(self->clock));
    return self;
}

/* Where the life stood when its session died, in the words of the state table. What has happened
 * since, the shim's link tells from the main loop, when whoever adopts has had the chance to
 * listen. */
static void
resume(DccSession *self, DccState stored)
{
    DccShimRecord record = {0};

    if (dcc_shim_link_read(self->life->shim, &record) && record.spawned)
        self->life->pid = record.main.pid;
    self->state = stored;
    dcc_session_write_record(self);
    tell_adopted(self);
    if (record.exited || record.lost || is_over(stored))
        return;
    if (stored == DCC_STATE_STOPPING)
        dcc_session_descend(self);
    else if (stored == DCC_STATE_STARTING)
        dcc_session_await_ready(self);
    else
        dcc_session_start_watching(self);
}

/* Between a session's decision to start and the shim's word that it did there is a moment in which
 * nobody is on record: then the shim, if it is on its way, holds the name. */
static gboolean
has_begun(DccSession *self, JsonObject *record)
{
    JsonObject *status = dcc_json_get_object(record, "status");
    DccShimRecord shim = {0};

    if (dcc_json_get_string(status, "incarnation", NULL) == NULL)
        return FALSE;
    for (guint i = 0; i < SHIM_PATIENCE_MS / SHIM_GLANCE_MS; i++) {
        gboolean alone = dcc_instance_dir_lock_name(self->instance_dir, NULL);

        if (dcc_shim_record_read(dcc_instance_dir_get_dir(self->instance_dir), &shim) &&
            (shim.spawned || shim.refused))
            return TRUE;
        if (alone)
            return FALSE;
        g_usleep(SHIM_GLANCE_MS * 1000);
    }
    return TRUE;
}

/* Nothing is left to be ended or rescued: only the last word has not been said, or was not heard.
 */
static gboolean
has_concluded(DccSession *self, JsonObject *record)
{
    JsonObject *status = dcc_json_get_object(record, "status");
    DccShimRecord shim = {0};

    return dcc_json_get_string(status, "incarnation", NULL) == NULL ||
           !dcc_shim_record_read(dcc_instance_dir_get_dir(self->instance_dir), &shim) ||
           !shim.spawned || shim.refused;
}

static void
go_on_without_life(DccSession *self, JsonObject *record, DccState state, DccEvent event)
{
    const char *temp_dir = dcc_json_get_string(record, "temp_dir", NULL);

    if (is_ours(temp_dir))
        dcc_safe_dir_remove(temp_dir);
    self->state = state;
    tell_adopted(self);
    dcc_session_dispatch(self, event, "its session died before it was started");
}

/* What is left of the delay that the dead session had granted: clocks of one boot agree. No more
 * than any delay can be, whatever a damaged record claims. */
static gint64
get_delay_left_ms(DccSession *self, JsonObject *record)
{
    gint64 until = dcc_json_get_int(record, "delay_until", 0);
    gint64 now = dcc_clock_now(self->clock);
    gint64 longest = MAX(dcc_settings_get(self->settings, DCC_SETTING_BACKOFF_INITIAL),
                         dcc_settings_get(self->settings, DCC_SETTING_BACKOFF_MAX));

    if (until <= now)
        return 0;
    return MIN((until - now) / 1000, MIN(longest, G_MAXINT64 / 4) * 2 + SHORTAGE_DELAY_MS);
}

static void
go_on_waiting(DccSession *self, JsonObject *record)
{
    gint64 left = get_delay_left_ms(self, record);

    if (left == 0) {
        go_on_without_life(self, record, DCC_STATE_RESTARTING, DCC_EVENT_DELAY_OVER);
        return;
    }
    self->state = DCC_STATE_RESTARTING;
    dcc_session_arm_delay(self, left);
    tell_adopted(self);
    dcc_session_write_record(self);
}

static gboolean
is_main_alive(DccSession *self)
{
    DccShimRecord record = {0};

    return dcc_shim_record_read(dcc_instance_dir_get_dir(self->instance_dir), &record) &&
           record.spawned && !record.exited && dcc_identity_is_alive(&record.main);
}

static gboolean
take_up(DccSession *self, JsonObject *record, GError **error)
{
    DccState stored = read_state(record);

    /* Whatever a damaged record says of its end: who is alive is not buried, nor started twice. */
    if ((is_over(stored) || stored == DCC_STATE_RESTARTING) && is_main_alive(self))
        stored = DCC_STATE_RUNNING;
    if (!dcc_session_open_doors(self, FALSE, error))
        return FALSE;
    if (stored == DCC_STATE_RESTARTING) {
        go_on_waiting(self, record);
        return TRUE;
    }
    if (stored == DCC_STATE_STARTING && !has_begun(self, record)) {
        go_on_without_life(self, record, DCC_STATE_RESTARTING, DCC_EVENT_DELAY_OVER);
        return TRUE;
    }
    if (is_over(stored) && has_concluded(self, record)) {
        go_on_without_life(self, record, stored, DCC_EVENT_RESTART_REFUSED);
        return TRUE;
    }
    dcc_session_read_life(self, record);
    self->life->exited = is_over(stored); /* and its end was told: what is left is to bury it */
    self->life->ended_wall = self->life->exited ? g_get_real_time() : 0;
    self->life->bad = stored == DCC_STATE_CRASHED || stored == DCC_STATE_FAILED;
    self->life->shim =
        dcc_shim_link_attach(dcc_instance_dir_get_dir(self->instance_dir), self->log_path, error);
    if (self->life->shim == NULL || !equip(self, error))
        return FALSE;
    dcc_agent_link_expect(self->agent, self->life->token);
    resume(self, stored);
    return TRUE;
}

/* A session that dies is deaf some moments before the kernel has freed its lock. */
static gboolean
lock_session(DccInstanceDir *instance_dir, DccRuntime *runtime, const char *name, GError **error)
{
    gint64 end = g_get_monotonic_time() + DEATH_TIMEOUT_US;

    while (!dcc_instance_dir_lock_session(instance_dir, error)) {
        if ((error != NULL && *error != NULL) || dcc_instance_is_attended(runtime, name) ||
            g_get_monotonic_time() >= end)
            return FALSE;
        g_usleep(2000);
    }
    return TRUE;
}

static DccInstanceDir *
claim(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, name, FALSE, error);
    GError *problem = NULL;

    if (instance_dir == NULL)
        return NULL;
    if (!lock_session(instance_dir, runtime, name, &problem)) {
        if (problem != NULL)
            g_propagate_error(error, problem);
        else
            g_set_error(error, DCC_ERROR, DCC_ERROR_BUSY, "a session attends '%s' already", name);
        return NULL;
    }
    /* held by the shim while it lives; ours when it does not */
    dcc_instance_dir_lock_name(instance_dir, NULL);
    return g_steal_pointer(&instance_dir);
}

/**
 * dcc_session_adopt:
 * @registry: where its adapter is
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Takes over an instance whose session died. What happened meanwhile is reported, once, with the
 * code it ended with.
 *
 * Returns: (transfer full) (nullable): its new session. Errors: `NOT_FOUND`, `BUSY` (another
 * session attends it), `FAILED` (its record is damaged) Since: 1.0
 */
DccSession *
dcc_session_adopt(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error)
{
    g_autoptr(DccInstanceDir) instance_dir = NULL;
    g_autoptr(JsonObject) record = NULL;
    g_autoptr(DccSession) self = NULL;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(registry), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);

    instance_dir = claim(runtime, name, error);
    record = instance_dir != NULL ? read_record(instance_dir, error) : NULL;
    self = record != NULL ? make_session(registry, runtime, record, error) : NULL;
    if (self == NULL)
        return NULL;
    self->instance_dir = g_steal_pointer(&instance_dir);
    if (!take_up(self, record, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* What work it left, its last state tells. */
static DccSession *
make_again(DccAdapter *adapter, DccLaunchRequest *request, DccRuntime *runtime)
{
    DccSession *self = dcc_session_alloc(adapter, request, runtime);
    g_autofree char *path = g_build_filename(dcc_runtime_get_state_path(runtime),
                                             dcc_launch_request_get_name(request),
                                             DCC_INSTANCE_DIR_LAST,
                                             NULL);
    g_autoptr(JsonObject) last = dcc_instance_dir_read_json(path);

    dcc_session_read_work(self, last != NULL ? dcc_json_get_object(last, "status") : NULL);
    return self;
}

/**
 * dcc_session_again:
 * @registry: where its adapter is
 * @runtime: the directories
 * @name: the name of an instance that has ended
 * @error: return location for an error
 *
 * Prepares another launch of what was last launched under this name; start it with
 * dcc_session_start().
 *
 * Returns: (transfer full) (nullable): a session that has not started. Errors: `NOT_FOUND`,
 * `UNKNOWN_APP` Since: 1.0
 */
DccSession *
dcc_session_again(DccAdapterRegistry *registry,
                  DccRuntime *runtime,
                  const char *name,
                  GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(JsonObject) stored = NULL;
    g_autoptr(DccLaunchRequest) request = NULL;
    DccAdapter *adapter;

    g_return_val_if_fail(DCC_IS_ADAPTER_REGISTRY(registry), NULL);
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);

    path =
        g_build_filename(dcc_runtime_get_state_path(runtime), name, DCC_INSTANCE_DIR_REQUEST, NULL);
    stored = dcc_instance_dir_is_name(name) ? dcc_instance_dir_read_json(path) : NULL;
    if (stored == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "nothing was launched under the name '%s' before",
                    name);
        return NULL;
    }
    request = dcc_request_from_json(stored, error);
    if (request == NULL)
        return NULL;
    dcc_adapter_registry_load_for(registry, dcc_launch_request_get_app(request));
    adapter = dcc_adapter_registry_lookup(registry, dcc_launch_request_get_app(request), error);
    return adapter != NULL ? make_again(adapter, request, runtime) : NULL;
}
