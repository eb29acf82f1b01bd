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

/* Later than any busy machine makes a timer. */
#define ASLEEP_MS 500

void
dcc_life_free(DccLife *life)
{
    g_clear_pointer(&life->stop_sequence, dcc_stop_sequence_free);
    g_clear_pointer(&life->health, dcc_health_watch_free);
    g_clear_object(&life->log);
    g_clear_pointer(&life->last_lines, dcc_line_ring_free);
    g_clear_object(&life->shim);
    g_clear_pointer(&life->progress, dcc_progress_free);
    g_clear_object(&life->request);
    g_clear_object(&life->plan);
    g_free(life->hang_report);
    g_clear_object(&life->probe_plan);
    g_clear_object(&life->stop_plan);
    g_clear_object(&life->failure);
    g_clear_pointer(&life->telling, g_ptr_array_unref);
    g_free(life->incarnation);
    g_free(life->token);
    g_free(life->private_dir);
    g_free(life->temp_dir);
    g_free(life->scene);
    g_free(life->recovered);
    g_strfreev(life->environment);
    g_clear_pointer(&life->curve, dcc_resource_ring_free);
    g_clear_pointer(&life->files, json_array_unref);
    g_free(life);
}

/* Not g_get_tmp_dir(): that is what it was when somebody first asked, which in a long-lived program
 * that embeds us may be another. */
static const char *
get_tmp_dir(void)
{
    const char *given = g_getenv("TMPDIR");

    return given != NULL && g_path_is_absolute(given) ? given : "/tmp";
}

static gboolean
make_dirs(DccSession *self, GError **error)
{
    DccLife *life = self->life;

    life->private_dir = dcc_instance_dir_get_path(self->instance_dir, "files");
    life->temp_dir =
        g_strdup_printf("%s/dcchost-%s-XXXXXX", get_tmp_dir(), dcc_session_get_name(self));
    dcc_safe_dir_remove(life->private_dir);
    if (!dcc_safe_dir_make(life->private_dir, error) || !dcc_safe_dir_make(self->rescue_dir, error))
        return FALSE;
    if (g_mkdtemp_full(life->temp_dir, 0700) == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_UNSAFE,
                    "cannot make a temporary directory in %s: %s; set TMPDIR to a directory you "
                    "can write to",
                    get_tmp_dir(),
                    g_strerror(errno));
        g_clear_pointer(&life->temp_dir, g_free);
        return FALSE;
    }
    dcc_launch_request_set_private_dir(life->request, life->private_dir);
    dcc_launch_request_set_temp_dir(life->request, life->temp_dir);
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
dcc_session_make_plans(DccSession *self, GError **error)
{
    DccLife *life = self->life;

    life->plan = dcc_session_plan(self, error);
    if (life->plan == NULL)
        return FALSE;
    life->probe_plan = dcc_adapter_plan_probe(self->adapter, life->request, error);
    if (life->probe_plan == NULL)
        return FALSE;
    life->stop_plan = dcc_adapter_plan_stop(self->adapter, life->request, error);
    return life->stop_plan != NULL;
}

static char **
set_agent_env(DccSession *self, char **env)
{
    DccLife *life = self->life;
    g_autofree char *socket = dcc_instance_dir_get_path(self->instance_dir, DCC_INSTANCE_DIR_AGENT);
    g_autofree char *rescue_ms = g_strdup_printf(
        "%" G_GINT64_FORMAT, dcc_settings_get(self->settings, DCC_SETTING_RESCUE_PERIOD));

    env = g_environ_setenv(env, "DCCHOST_AGENT_SOCKET", socket, TRUE);
    env = g_environ_setenv(env, "DCCHOST_AGENT_TOKEN", life->token, TRUE);
    env = g_environ_setenv(env, "DCCHOST_NAME", dcc_session_get_name(self), TRUE);
    env = g_environ_setenv(env, "DCCHOST_INCARNATION", life->incarnation, TRUE);
    env = g_environ_setenv(env, "DCCHOST_AGENT_RESCUE_MS", rescue_ms, TRUE);
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

gboolean
dcc_session_is_shortage(int errno_code)
{
    return errno_code == EAGAIN || errno_code == EMFILE || errno_code == ENFILE ||
           errno_code == ENOMEM;
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
        .dir = dcc_instance_dir_get_dir(self->instance_dir),
        .log_path = self->log_path,
        .log_size = dcc_settings_get(self->settings, DCC_SETTING_LOG_SIZE),
        .log_files = dcc_settings_get(self->settings, DCC_SETTING_LOG_FILES),
        .lock_fd = dcc_instance_dir_get_lock_fd(self->instance_dir),
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
    dcc_session_keep_environment(life, start.envp);
    life->log_start = get_log_size(self->log_path);
    life->oom_kills = dcc_session_count_oom_kills();
    life->shim = dcc_shim_link_start(&start, &errno_code, error);
    *out_of_something = dcc_session_is_shortage(errno_code);
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
on_start_timeout(gpointer data);

static void
arm_start_timer(DccSession *self, gint64 ms)
{
    DccLife *life = self->life;

    life->start_due = dcc_clock_now(self->clock) + ms * 1000;
    life->start_timer = dcc_clock_add(self->clock, ms, on_start_timeout, self);
}

/* Time in which this process was stopped is no time in which it could have been told: as much is
 * given once more. */
static gboolean
slept(DccSession *self)
{
    gint64 late_ms = (dcc_clock_now(self->clock) - self->life->start_due) / 1000;

    if (late_ms < ASLEEP_MS)
        return FALSE;
    arm_start_timer(self,
                    MIN(late_ms, dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT)));
    return TRUE;
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
    if (slept(self))
        return G_SOURCE_REMOVE;
    life->failure = dcc_result_new_start_failed("ready", 0, reason);
    dcc_session_dispatch(self, DCC_EVENT_START_TIMEOUT, reason);
    return G_SOURCE_REMOVE;
}

void
dcc_session_await_ready(DccSession *self)
{
    arm_start_timer(self, dcc_settings_get(self->settings, DCC_SETTING_START_TIMEOUT));
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
    life->curve = dcc_resource_ring_new();
    life->pid = -1;
    life->began = dcc_clock_now(self->clock);
    life->began_wall = g_get_real_time();
    life->request = dcc_session_make_life_request(self);
    life->scene = g_strdup(dcc_launch_request_get_scene(life->request));
    if (!dcc_instance_dir_lock_name(self->instance_dir, error)) {
        if (error != NULL && *error == NULL)
            g_set_error(error,
                        DCC_ERROR,
                        DCC_ERROR_BUSY,
                        "the name '%s' is held by a process of an earlier life",
                        dcc_session_get_name(self));
        return FALSE;
    }
    if (!make_dirs(self, error) || !dcc_session_make_plans(self, error) ||
        !write_files(life, error))
        return FALSE;
    dcc_agent_link_expect(self->agent, life->token);
    dcc_shim_record_remove(dcc_instance_dir_get_dir(self->instance_dir));
    dcc_session_write_record(self);
    if (!spawn(self, out_of_something, error) || !dcc_session_equip_life(self, error))
        return FALSE;
    dcc_session_await_ready(self);
    dcc_session_write_record(self);
    return TRUE;
}
