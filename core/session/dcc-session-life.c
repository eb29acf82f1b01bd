/* One life of the application: plan, spawn, ready. */
#include "dcc-session-private.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-safe-dir.h"
#include "dcc-shim-path.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

void
dcc_life_free(DccLife *life)
{
    g_clear_pointer(&life->ladder, dcc_ladder_free);
    g_clear_pointer(&life->health, dcc_health_watch_free);
    g_clear_object(&life->log);
    g_clear_object(&life->shim);
    g_clear_pointer(&life->progress, dcc_progress_free);
    g_clear_object(&life->plan);
    g_clear_object(&life->probe_plan);
    g_clear_object(&life->stop_plan);
    g_clear_object(&life->failure);
    g_clear_pointer(&life->telling, g_ptr_array_unref);
    g_free(life->incarnation);
    g_free(life->token);
    g_free(life->private_dir);
    g_free(life->temp_dir);
    g_free(life->scene);
    g_free(life);
}

gboolean
dcc_session_make_dirs(DccSession *self, GError **error)
{
    DccLife *life = self->life;

    life->private_dir = dcc_place_get_path(self->place, "files");
    life->temp_dir =
        g_strdup_printf("%s/dcchost-%s-XXXXXX", g_get_tmp_dir(), dcc_session_get_name(self));
    dcc_safe_dir_remove(life->private_dir);
    if (!dcc_safe_dir_make(life->private_dir, error) || !dcc_safe_dir_make(self->rescue_dir, error))
        return FALSE;
    if (g_mkdtemp_full(life->temp_dir, 0700) == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "cannot make a temporary directory in %s: %s; set TMPDIR to a directory you "
                    "can write to",
                    g_get_tmp_dir(),
                    g_strerror(errno));
        g_clear_pointer(&life->temp_dir, g_free);
        return FALSE;
    }
    dcc_launch_request_set_private_dir(self->request, life->private_dir);
    dcc_launch_request_set_temp_dir(self->request, life->temp_dir);
    return TRUE;
}

static gboolean
write_file(const char *base, const char *name, GBytes *content, GError **error)
{
    g_autofree char *path = g_build_filename(base, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    gsize length = 0;
    const char *bytes = g_bytes_get_data(content, &length);

    if (g_mkdir_with_parents(parent, 0700) != 0) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_FAILED, "cannot make %s: %s", parent, g_strerror(errno));
        return FALSE;
    }
    return g_file_set_contents_full(
        path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

static gboolean
write_files(DccLife *life, GError **error)
{
    for (guint i = 0; i < dcc_launch_plan_get_n_files(life->plan); i++) {
        GBytes *content = NULL;
        const char *name = dcc_launch_plan_get_file(life->plan, i, &content);

        if (!write_file(life->private_dir, name, content, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
dcc_session_make_life_plans(DccSession *self, GError **error)
{
    DccLife *life = self->life;

    life->plan = dcc_adapter_plan_launch(self->adapter, self->installation, self->request, error);
    if (life->plan == NULL)
        return FALSE;
    life->probe_plan = dcc_adapter_plan_probe(self->adapter, self->request, error);
    if (life->probe_plan == NULL)
        return FALSE;
    life->stop_plan = dcc_adapter_plan_stop(self->adapter, self->request, error);
    return life->stop_plan != NULL;
}

static char **
set_agent_env(DccSession *self, char **env)
{
    DccLife *life = self->life;
    g_autofree char *socket = dcc_place_get_path(self->place, DCC_PLACE_AGENT);

    env = g_environ_setenv(env, "DCCHOST_AGENT_SOCKET", socket, TRUE);
    env = g_environ_setenv(env, "DCCHOST_AGENT_TOKEN", life->token, TRUE);
    env = g_environ_setenv(env, "DCCHOST_NAME", dcc_session_get_name(self), TRUE);
    env = g_environ_setenv(env, "DCCHOST_INCARNATION", life->incarnation, TRUE);
    env = g_environ_setenv(env, "TMPDIR", life->temp_dir, TRUE);
    env = g_environ_setenv(env, "TMP", life->temp_dir, TRUE);
    return g_environ_setenv(env, "TEMP", life->temp_dir, TRUE);
}

/* The session's own, the adapter's changes, ours, and last the user's word. */
static char **
make_env(DccSession *self)
{
    g_auto(GStrv) own = g_get_environ();
    char **env = dcc_launch_plan_apply_env(self->life->plan, (const char *const *)own);
    const char *const *given = dcc_launch_request_get_env(self->request);

    env = set_agent_env(self, env);
    for (guint i = 0; given != NULL && given[i] != NULL; i++) {
        const char *equals = strchr(given[i], '=');
        g_autofree char *key = g_strndup(given[i], (gsize)(equals - given[i]));

        env = g_environ_setenv(env, key, equals + 1, TRUE);
    }
    return env;
}

static gint64
get_log_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : 0;
}

static gboolean
spawn(DccSession *self, gboolean *out_of_something, GError **error)
{
    DccLife *life = self->life;
    g_auto(GStrv) env = make_env(self);
    g_autofree char *shim = dcc_shim_path(error);
    const char *cwd = dcc_launch_plan_get_cwd(life->plan);
    DccShimStart start = {
        .shim = shim,
        .dir = dcc_place_get_dir(self->place),
        .log_path = self->log_path,
        .log_size = dcc_settings_get(self->settings, DCC_SETTING_LOG_SIZE),
        .log_files = dcc_settings_get(self->settings, DCC_SETTING_LOG_FILES),
        .lock_fd = dcc_place_get_lock_fd(self->place),
        .first_signal = dcc_stop_plan_get_signal(life->stop_plan),
        .oom_score = (int)dcc_settings_get(self->settings, DCC_SETTING_OOM_SCORE),
        .daemons = dcc_launch_plan_get_daemons(life->plan),
        .argv = dcc_launch_plan_get_argv(life->plan),
        .envp = (const char *const *)env,
        .cwd = cwd != NULL ? cwd : dcc_launch_request_get_cwd(self->request),
    };
    int errno_code = 0;

    if (shim == NULL)
        return FALSE;
    life->log_start = get_log_size(self->log_path);
    life->oom_kills = dcc_session_count_oom_kills();
    life->shim = dcc_shim_link_start(&start, &errno_code, error);
    *out_of_something = errno_code == EAGAIN || errno_code == EMFILE || errno_code == ENFILE ||
                        errno_code == ENOMEM;
    return life->shim != NULL;
}

static char *
make_token(void)
{
    g_autofree char *a = g_uuid_string_random();
    g_autofree char *b = g_uuid_string_random();

    return g_strconcat(a, b, NULL);
}

static gboolean
on_start_timeout(gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    g_autofree char *limit =
        dcc_duration_format(dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT));
    g_autofree char *reason = g_strdup_printf("not ready within %s", limit);

    life->start_timer = 0;
    life->failure = dcc_result_new_start_failed("ready", 0, reason);
    dcc_session_dispatch(self, DCC_EVENT_START_TIMEOUT, reason);
    return G_SOURCE_REMOVE;
}

static gboolean
on_settled(gpointer data)
{
    DccSession *self = data;

    self->life->settle_timer = 0;
    self->life->ready = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_READY, "it has lived for the settle time");
    return G_SOURCE_REMOVE;
}

gboolean
dcc_session_begin_life(DccSession *self, gboolean *out_of_something, GError **error)
{
    DccLife *life = g_new0(DccLife, 1);

    g_clear_pointer(&self->life, dcc_life_free);
    self->life = life;
    life->incarnation = g_uuid_string_random();
    life->token = make_token();
    life->telling = g_ptr_array_new_with_free_func(g_object_unref);
    life->pid = -1;
    life->began = dcc_clock_now(self->clock);
    life->began_wall = g_get_real_time();
    life->scene = g_strdup(dcc_launch_request_get_scene(self->request));
    if (!dcc_place_lock_name(self->place, error)) {
        if (error != NULL && *error == NULL)
            g_set_error(error,
                        DCC_ERROR,
                        DCC_ERROR_BUSY,
                        "the name '%s' is held by a process of an earlier life",
                        dcc_session_get_name(self));
        return FALSE;
    }
    if (!dcc_session_make_dirs(self, error) || !dcc_session_make_life_plans(self, error) ||
        !write_files(life, error))
        return FALSE;
    dcc_agent_link_expect(self->agent, life->token);
    dcc_session_write_record(self);
    if (!spawn(self, out_of_something, error) || !dcc_session_equip_life(self, error))
        return FALSE;
    life->start_timer = dcc_clock_add(self->clock,
                                      dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT),
                                      on_start_timeout,
                                      self);
    dcc_session_write_record(self);
    return TRUE;
}

static void
tell_progress(DccSession *self)
{
    DccProgress *progress = self->life->progress;
    JsonObject *event = dcc_session_event("progress");
    int frame = 0;

    json_object_set_double_member(event, "percent", dcc_progress_get_percent(progress));
    if (dcc_progress_get_frame(progress, &frame))
        json_object_set_int_member(event, "frame", frame);
    else
        json_object_set_null_member(event, "frame");
    json_object_set_int_member(event, "saved", dcc_progress_get_saved(progress));
    json_object_set_int_member(event, "remaining_ms", dcc_progress_get_remaining(progress));
    dcc_session_tell(self, event);
}

static void
tell_output(DccSession *self, DccOutputEvent *output)
{
    JsonObject *event = dcc_session_event("output");
    const char *text = dcc_output_event_get_text(output);

    json_object_set_string_member(
        event, "kind", dcc_enum_to_nick(DCC_TYPE_OUTPUT_KIND, dcc_output_event_get_kind(output)));
    if (text != NULL)
        json_object_set_string_member(event, "text", text);
    dcc_session_tell(self, event);
}

#define MAX_TELLING 200 /* a log that says "fatal" a million times tells nothing new after this */

static void
on_line(const char *line, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(self->adapter, line);
    DccOutputKind kind;

    if (event == NULL)
        return;
    kind = dcc_output_event_get_kind(event);
    if (kind == DCC_OUTPUT_PROGRESS || kind == DCC_OUTPUT_SAVED) {
        if (dcc_progress_feed(life->progress, event, dcc_clock_now(self->clock)) &&
            !life->replaying)
            tell_progress(self);
        return;
    }
    if (life->telling->len >= MAX_TELLING)
        return;
    g_ptr_array_add(life->telling, g_object_ref(event));
    if (kind != DCC_OUTPUT_DONE && !life->replaying)
        tell_output(self, event);
}

static void
read_traces(DccTraces *traces, gpointer data)
{
    DccSession *self = data;
    DccTreeSample sample = dcc_tree_sample(self->life->pid);

    traces->valid = sample.valid;
    traces->cpu_us = sample.cpu_us;
    traces->io_bytes = sample.io_bytes;
    traces->tree_digest = sample.digest;
    traces->log_bytes = dcc_log_reader_get_total(self->life->log);
}

static void
tell_health(DccSession *self, DccHealth health)
{
    JsonObject *event = dcc_session_event("health");
    gint64 age = -1;
    DccProbeReply *last = dcc_health_watch_get_last(self->life->health, &age);
    const char *busy = last != NULL ? dcc_probe_reply_get_busy(last) : NULL;

    json_object_set_string_member(event, "state", dcc_enum_to_nick(DCC_TYPE_HEALTH, health));
    json_object_set_int_member(
        event, "main_thread_age_ms", last != NULL ? dcc_probe_reply_get_main_thread_age(last) : -1);
    if (busy != NULL)
        json_object_set_string_member(event, "busy", busy);
    dcc_session_tell(self, event);
}

static void
on_health(DccHealth health, gpointer data)
{
    DccSession *self = data;

    tell_health(self, health);
    if (health == DCC_HEALTH_UNRESPONSIVE)
        dcc_session_dispatch(self, DCC_EVENT_HUNG, "it neither answers nor works");
    else if (health == DCC_HEALTH_OK || health == DCC_HEALTH_BUSY)
        dcc_session_dispatch(self, DCC_EVENT_WELL, "it answers or works again");
}

static void
on_hung_too_long(gpointer data)
{
    DccSession *self = data;

    if (dcc_settings_get_on_hang(self->settings) != DCC_HANG_RESTART)
        return;
    self->wanted_restart = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_HANG_TIMEOUT, "it has been unresponsive for too long");
}

static const DccHealthHandler health_handler = {
    .traces = read_traces,
    .changed = on_health,
    .hung = on_hung_too_long,
};

static void
tell_started(DccSession *self)
{
    DccLife *life = self->life;
    JsonObject *event = dcc_session_event("started");

    json_object_set_int_member(event, "pid", life->pid);
    json_object_set_int_member(event, "shim_pid", dcc_shim_link_get_pid(life->shim));
    json_object_set_string_member(event, "incarnation", life->incarnation);
    json_object_set_string_member(
        event, "executable", dcc_installation_get_executable(self->installation));
    if (self->version != NULL)
        json_object_set_string_member(event, "version", self->version);
    dcc_session_tell(self, event);
}

static void
on_started(DccSession *self)
{
    DccLife *life = self->life;
    DccShimRecord record;

    if (dcc_shim_link_read(life->shim, &record) && record.spawned)
        life->pid = record.main.pid;
    if (self->lived)
        self->restart_count++;
    self->lived = TRUE;
    g_object_notify(G_OBJECT(self), "pid");
    tell_started(self);
    if (dcc_launch_plan_get_readiness(life->plan) == DCC_READINESS_SETTLE)
        life->settle_timer = dcc_clock_add(
            self->clock, dcc_settings_get(self->settings, DCC_SETTING_SETTLE), on_settled, self);
    dcc_session_write_record(self);
}

static void
on_refused(DccSession *self)
{
    DccShimRecord record = {0};
    g_autofree char *reason = NULL;

    dcc_shim_link_read(self->life->shim, &record);
    if (g_str_equal(record.stage, "chdir"))
        reason = g_strdup_printf("cannot enter the working directory: %s",
                                 g_strerror(record.errno_code));
    else
        reason = g_strdup_printf("cannot execute %s: %s",
                                 dcc_launch_plan_get_argv(self->life->plan)[0],
                                 g_strerror(record.errno_code));
    g_clear_object(&self->result);
    self->result = dcc_result_new_start_failed(record.stage, record.errno_code, reason);
    self->life->exited = self->life->empty = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_START_REFUSED, reason);
}

static void
on_empty(DccSession *self)
{
    self->life->empty = TRUE;
    if (!self->life->exited)
        return;
    if (self->life->ladder != NULL)
        dcc_ladder_tree_empty(self->life->ladder);
    dcc_session_settle(self);
}

static void
on_paused(DccSession *self, gboolean paused)
{
    self->life->paused = paused;
    if (self->life->health != NULL)
        dcc_health_watch_set_paused(self->life->health, paused);
    dcc_session_write_record(self);
}

/* In order after EMPTY; else the shim was killed, and the link watches the application by itself
 * now. */
static void
on_shim_gone(DccSession *self)
{
    if (self->life->empty)
        return;
    dcc_session_tell_degraded(self, "the shim was killed; the application goes on without it");
    dcc_session_write_record(self);
}

static void
on_news(DccShimLink *link, int news, gpointer data)
{
    DccSession *self = data;
    g_autoptr(DccSession) held = g_object_ref(self);

    if (self->life == NULL || self->life->shim != link)
        return;
    switch ((DccShimNews)news) {
    case DCC_SHIM_STARTED:
        on_started(self);
        break;
    case DCC_SHIM_REFUSED:
        on_refused(self);
        break;
    case DCC_SHIM_EXITED:
        dcc_session_main_ended(self);
        break;
    case DCC_SHIM_EMPTY:
        on_empty(self);
        break;
    case DCC_SHIM_PAUSED:
    case DCC_SHIM_RESUMED:
        on_paused(self, news == DCC_SHIM_PAUSED);
        break;
    case DCC_SHIM_DEGRADED:
        dcc_session_tell_degraded(self, "the log cannot be written; output is being dropped");
        break;
    case DCC_SHIM_GONE:
        on_shim_gone(self);
        break;
    }
}

void
dcc_session_connect_shim(DccSession *self)
{
    g_signal_connect_object(self->life->shim, "news", G_CALLBACK(on_news), self, 0);
}

gboolean
dcc_session_equip_life(DccSession *self, GError **error)
{
    DccLife *life = self->life;
    int first = 0, last = 0, step = 0;

    dcc_launch_plan_get_frames(life->plan, &first, &last, &step);
    life->progress = dcc_progress_new(first, last, step);
    json_array_unref(self->steps);
    self->steps = json_array_new();
    g_clear_pointer(&self->saved, g_free);
    life->log = dcc_log_reader_new(self->log_path, life->log_start, on_line, self, error);
    if (life->log == NULL)
        return FALSE;
    life->health = dcc_health_watch_new(self->adapter,
                                        life->probe_plan,
                                        self->agent,
                                        self->clock,
                                        self->settings,
                                        &health_handler,
                                        self);
    dcc_session_connect_shim(self);
    return TRUE;
}

static gboolean
on_reset(gpointer data)
{
    DccSession *self = data;

    self->life->reset_timer = 0;
    dcc_restart_policy_reset(self->policy);
    dcc_session_write_record(self);
    return G_SOURCE_REMOVE;
}

void
dcc_session_start_watching(DccSession *self)
{
    DccLife *life = self->life;

    dcc_clock_clear(self->clock, &life->start_timer);
    dcc_clock_clear(self->clock, &life->settle_timer);
    life->reset_timer = dcc_clock_add(
        self->clock, dcc_settings_get(self->settings, DCC_SETTING_RESET_AFTER), on_reset, self);
    dcc_health_watch_start(life->health);
    dcc_control_tell_running(self->control);
}

/* The way down, from wherever the application stands. */
static void
on_step(const char *step, const char *outcome, gint64 ms, const char *detail, gpointer data)
{
    dcc_session_report_step(data, step, outcome, ms, detail);
}

static void
on_incomplete(gpointer data)
{
    DccSession *self = data;
    g_autoptr(GArray) left = dcc_shim_link_list_tree(self->life->shim);
    g_auto(GStrv) lines = dcc_tree_describe((const gint64 *)(gpointer)left->data, left->len);

    for (guint i = 0; lines[i] != NULL; i++)
        json_array_add_string_element(self->left, lines[i]);
    dcc_session_tell_degraded(self, "not every process could be ended; they are watched on");
    dcc_control_conclude(self->control);
}

static const DccLadderHandler ladder_handler = {.step = on_step, .incomplete = on_incomplete};

static void
make_ladder(DccSession *self)
{
    DccLife *life = self->life;
    DccLadderTools tools = {
        self->clock, self->agent, life->shim, self->settings, life->stop_plan, self->rescue_dir};

    life->ladder = dcc_ladder_new(&tools, &ladder_handler, self);
}

/* Called when the application is to stop, when it is asked to hurry, and when its main process has
 * ended and left children behind. */
void
dcc_session_descend(DccSession *self)
{
    DccLife *life = self->life;
    gboolean fresh = life->ladder == NULL;
    gboolean crashed = self->state == DCC_STATE_CRASHED;

    dcc_clock_clear(self->clock, &life->start_timer);
    dcc_clock_clear(self->clock, &life->settle_timer);
    if (fresh)
        make_ladder(self);
    if (self->state == DCC_STATE_STOPPING)
        life->requested = TRUE;
    if (self->kill_wanted)
        dcc_ladder_kill(life->ladder);
    else if (life->exited)
        dcc_ladder_main_ended(
            life->ladder, crashed ? dcc_settings_get(self->settings, DCC_SETTING_CRASH_GRACE) : 0);
    else if (fresh)
        dcc_ladder_begin(life->ladder, self->stop_deadline_ms);
    else
        dcc_ladder_hurry(life->ladder);
}

static void
on_agent_connected(gboolean connected, gpointer data)
{
    DccSession *self = data;
    JsonObject *event;

    if (self->over || self->life == NULL)
        return;
    event = dcc_session_event("agent");
    json_object_set_boolean_member(event, "connected", connected);
    if (connected && dcc_agent_link_get_version(self->agent) != NULL)
        json_object_set_string_member(event, "version", dcc_agent_link_get_version(self->agent));
    if (connected && dcc_agent_link_get_python(self->agent) != NULL)
        json_object_set_string_member(event, "python", dcc_agent_link_get_python(self->agent));
    dcc_session_tell(self, event);
}

static gboolean
said_bad_scene(DccSession *self)
{
    dcc_log_reader_drain(self->life->log, FALSE);
    for (guint i = 0; i < self->life->telling->len; i++)
        if (dcc_output_event_get_kind(g_ptr_array_index(self->life->telling, i)) ==
            DCC_OUTPUT_BAD_SCENE)
            return TRUE;
    return FALSE;
}

static gboolean
is_same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    return g_strcmp0(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
                                    sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* An application may well start on an empty scene when the one asked for cannot be read (Blender's
 * GUI does): then it is not what was asked for, and saying "ready" would be a lie. */
static gboolean
has_wrong_scene(DccSession *self, const char *scene, gboolean exists, char **reason)
{
    const char *wanted = dcc_launch_request_get_scene(self->request);

    if (wanted == NULL || (is_same_file(wanted, scene) && exists && !said_bad_scene(self)))
        return FALSE;
    *reason =
        g_strdup_printf("the scene %s could not be opened; the application has %s open instead",
                        wanted,
                        *scene != '\0' ? scene : "an unnamed scene");
    return TRUE;
}

static void
on_agent_ready(const char *scene, gboolean exists, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    g_autofree char *reason = NULL;

    if (life == NULL || life->ready || life->exited)
        return;
    if (has_wrong_scene(self, scene, exists, &reason)) {
        life->failure = dcc_result_new_start_failed("scene", 0, reason);
        dcc_session_dispatch(self, DCC_EVENT_START_TIMEOUT, reason);
        return;
    }
    g_free(life->scene);
    life->scene = g_strdup(scene);
    life->ready = TRUE;
    dcc_session_dispatch(self, DCC_EVENT_READY, "the agent says so");
}

static void
on_agent_scene(const char *scene, gpointer data)
{
    DccSession *self = data;

    if (self->life == NULL)
        return;
    g_free(self->life->scene);
    self->life->scene = g_strdup(scene);
}

/* The scene knows its frames where the command line did not name them. */
static void
on_agent_frame(int frame, int first, int last, int step, gpointer data)
{
    DccSession *self = data;
    DccLife *life = self->life;
    int known = 0;

    if (life == NULL || step <= 0)
        return;
    dcc_launch_plan_get_frames(life->plan, NULL, NULL, &known);
    if (known != 0)
        return;
    dcc_launch_plan_set_frames(life->plan, first, last, step);
    dcc_progress_free(life->progress);
    life->progress = dcc_progress_new(first, last, step);
}

static void
on_agent_bye(int code, gpointer data)
{
}

const DccAgentHandler dcc_session_agent_handler = {
    .connected = on_agent_connected,
    .ready = on_agent_ready,
    .scene = on_agent_scene,
    .frame = on_agent_frame,
    .bye = on_agent_bye,
};
