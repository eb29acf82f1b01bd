/* What one run is started with; see the header.
 *
 * Paths of a record are believed only where they are directories of this user's own. */
#include "dcc-run-setup.h"

#include "dcc-launch-plan-private.h"

#include "dcc-errand.h"
#include "dcc-error.h"
#include "dcc-request-json.h"
#include "dcc-safe-dir.h"
#include "dcc-user.h"

#include <errno.h>
#include <string.h>

/* Where the user's temporary files go. A run is given a directory of its own as TMPDIR; what is
 * launched from inside it finds the user's own under this name, so that it does not lie in a
 * directory that goes away with the outer run. */
#define USER_TMPDIR "DCCHOST_USER_TMPDIR"

typedef struct DccRunSetupClearing {
    DccErrand *errand;
    DccRunSetupFunc func;
    gpointer data;
} Clearing;

static void
clearing_free(Clearing *self)
{
    if (self == NULL)
        return;
    dcc_errand_free(self->errand);
    g_free(self);
}

static char *
find_temp_dir(void)
{
    const char *given = g_getenv(USER_TMPDIR);

    if (given != NULL && g_path_is_absolute(given) && g_file_test(given, G_FILE_TEST_IS_DIR))
        return g_strdup(given);
    return dcc_user_find_temp_dir();
}

static gboolean
make_dirs(DccRunSetup *self, const DccRunOrder *order, GError **error)
{
    g_autofree char *temp_dir = find_temp_dir();

    self->private_dir = dcc_instance_dir_get_path(order->dir, DCC_INSTANCE_DIR_FILES);
    dcc_safe_dir_remove(self->private_dir);
    if (!dcc_safe_dir_make(self->private_dir, error) ||
        !dcc_safe_dir_make(order->rescue_dir, error))
        return FALSE;
    self->temp_dir = dcc_instance_dir_make_temp_dir(order->dir, temp_dir, error);
    return self->temp_dir != NULL;
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
write_files(DccRunSetup *self, GError **error)
{
    for (guint i = 0; i < dcc_launch_plan_get_n_files(self->plan); i++) {
        GBytes *content = NULL;
        const char *name = dcc_launch_plan_get_file(self->plan, i, &content);

        if (!write_file(self->private_dir, name, content, error))
            return FALSE;
    }
    return TRUE;
}

/* The instance's request, with what this run differs in. */
static DccLaunchRequest *
make_request(DccRunSetup *self, const DccRunOrder *order, gboolean safe, GError **error)
{
    g_autoptr(JsonObject) object = dcc_request_to_json(order->request);
    g_autoptr(DccLaunchRequest) request = dcc_request_from_json(object, error);

    if (request == NULL)
        return NULL;
    if (safe)
        dcc_launch_request_set_safe(request, TRUE);
    if (order->scene != NULL)
        dcc_launch_request_set_scene(request, order->scene);
    if (order->render != NULL)
        dcc_launch_request_set_render(request, order->render);
    dcc_launch_request_set_private_dir(request, self->private_dir);
    dcc_launch_request_set_temp_dir(request, self->temp_dir);
    return g_steal_pointer(&request);
}

/* Where the adapter cannot go on from the work, the run begins without it, and that is told. */
static DccLaunchPlan *
plan_launch(DccRunSetup *self, const DccRunOrder *order, GError **error)
{
    g_autoptr(GError) problem = NULL;
    DccLaunchPlan *plan = NULL;

    if (dcc_launch_request_get_render(self->request) != NULL)
        return dcc_adapter_plan_render(self->adapter, self->installation, self->request, error);
    if (order->work != NULL) {
        plan = dcc_adapter_plan_recovery(
            self->adapter, self->installation, self->request, order->work, &problem);
        if (plan != NULL)
            self->recovered = g_strdup(dcc_rescue_file_get_path(order->work));
        else
            self->recovery_error = g_strdup(problem->message);
    }
    if (plan == NULL)
        plan = dcc_adapter_plan_launch(self->adapter, self->installation, self->request, error);
    return plan;
}

static gboolean
make_plans(DccRunSetup *self, const DccRunOrder *order, GError **error)
{
    self->plan = plan_launch(self, order, error);
    if (self->plan == NULL)
        return FALSE;
    self->probe_plan = dcc_adapter_plan_probe(self->adapter, self->request, error);
    if (self->probe_plan == NULL)
        return FALSE;
    self->stop_plan = dcc_adapter_plan_stop(self->adapter, self->request, error);
    return self->stop_plan != NULL;
}

static gboolean
has_own_arguments(DccLaunchRequest *request)
{
    const char *const *args = dcc_launch_request_get_args(request);

    return dcc_launch_request_is_headless(request) && args != NULL && args[0] != NULL;
}

static DccRunSetup *
alloc(const DccRunOrder *order)
{
    DccRunSetup *self = g_new0(DccRunSetup, 1);

    self->adapter = g_object_ref(order->adapter);
    self->installation = g_object_ref(order->installation);
    self->rescue_dir = g_strdup(order->rescue_dir);
    return self;
}

/* Which arguments bring work the adapter knows. One that does not say is no reason to bring back, with
 * nobody there to look, what may have done all that it was asked for. */
static void
note_job(DccRunSetup *self)
{
    gboolean said = dcc_launch_plan_says_job(self->plan);

    self->guesses_job = !said && has_own_arguments(self->request);
    self->is_job = said ? dcc_launch_plan_is_job(self->plan) : self->guesses_job;
}

static char *
make_token(void)
{
    g_autofree char *a = g_uuid_string_random();
    g_autofree char *b = g_uuid_string_random();

    return g_strconcat(a, b, NULL);
}

DccRunSetup *
dcc_run_setup_new(const DccRunOrder *order, GError **error)
{
    g_autoptr(DccRunSetup) self = alloc(order);

    self->incarnation = g_uuid_string_random();
    self->token = make_token();
    if (make_dirs(self, order, error))
        self->request = make_request(self, order, order->next.safe, error);
    if (self->request == NULL || !make_plans(self, order, error) || !write_files(self, error)) {
        dcc_run_setup_remove_dirs(self);
        return NULL;
    }
    note_job(self);
    return g_steal_pointer(&self);
}

static char *
take_own_dir(const char *path)
{
    gboolean ours = path != NULL && g_path_is_absolute(path) &&
                    g_file_test(path, G_FILE_TEST_IS_DIR) && dcc_safe_dir_make(path, NULL);

    return ours ? g_strdup(path) : NULL;
}

DccRunSetup *
dcc_run_setup_restore(const DccRunOrder *order,
                      const DccSessionRecord *record,
                      gboolean plan,
                      GError **error)
{
    g_autoptr(DccRunSetup) self = alloc(order);

    self->incarnation = g_strdup(record->incarnation != NULL ? record->incarnation : "unknown");
    self->token = g_strdup(record->token != NULL ? record->token : "");
    self->private_dir = take_own_dir(record->private_dir);
    self->temp_dir = take_own_dir(record->temp_dir);
    self->recovered = g_strdup(record->recovered);
    self->request = make_request(self, order, record->run_safe, error);
    if (self->request == NULL || (plan && !make_plans(self, order, error)))
        return NULL;
    self->is_job = record->job;
    if (self->plan != NULL)
        note_job(self);
    return g_steal_pointer(&self);
}

void
dcc_run_setup_free(DccRunSetup *self)
{
    if (self == NULL)
        return;
    g_clear_pointer(&self->clearing, clearing_free);
    g_clear_object(&self->adapter);
    g_clear_object(&self->installation);
    g_clear_object(&self->request);
    g_clear_object(&self->plan);
    g_clear_object(&self->probe_plan);
    g_clear_object(&self->stop_plan);
    g_free(self->incarnation);
    g_free(self->token);
    g_free(self->private_dir);
    g_free(self->temp_dir);
    g_free(self->rescue_dir);
    g_free(self->recovered);
    g_free(self->recovery_error);
    g_free(self);
}

static void
remove_dir(gpointer path)
{
    if (path != NULL)
        dcc_safe_dir_remove(path);
}

void
dcc_run_setup_remove_dirs(DccRunSetup *self)
{
    remove_dir(self->temp_dir);
    remove_dir(self->private_dir);
}

static void
on_removed(gpointer path, gpointer data)
{
    Clearing *clearing = data;

    clearing->func(clearing->data);
}

static const DccErrandKind removal = {"dcchost-clear", remove_dir, on_removed, g_free, NULL};

void
dcc_run_setup_clear_async(DccRunSetup *self,
                          gboolean keep_temp_dir,
                          DccRunSetupFunc func,
                          gpointer data)
{
    remove_dir(self->private_dir); /* the next run has one of that name */
    clearing_free(self->clearing);
    self->clearing = g_new0(Clearing, 1);
    self->clearing->func = func;
    self->clearing->data = data;
    self->clearing->errand =
        dcc_errand_begin(&removal, keep_temp_dir ? NULL : g_strdup(self->temp_dir), self->clearing);
}

static char **
set_own_env(DccRunSetup *self, DccInstanceDir *dir, char **env)
{
    DccSettings *settings = dcc_launch_request_get_settings(self->request);
    g_autofree char *socket = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_AGENT);
    g_autofree char *user_temp_dir = find_temp_dir();
    g_autofree char *rescue_ms =
        g_strdup_printf("%" G_GINT64_FORMAT, dcc_settings_get(settings, DCC_SETTING_RESCUE_PERIOD));
    const struct {
        const char *name;
        const char *value;
    } own[] = {
        {"DCCHOST_AGENT_SOCKET", socket},
        {"DCCHOST_AGENT_TOKEN", self->token},
        {"DCCHOST_NAME", dcc_launch_request_get_name(self->request)},
        {"DCCHOST_INCARNATION", self->incarnation},
        {"DCCHOST_AGENT_RESCUE_MS", rescue_ms},
        {"DCCHOST_AGENT_TEMP_DIR", self->temp_dir},
        {"DCCHOST_AGENT_RESCUE_DIR", self->rescue_dir},
        {USER_TMPDIR, user_temp_dir},
        {"TMPDIR", self->temp_dir},
        {"TMP", self->temp_dir},
        {"TEMP", self->temp_dir},
    };

    for (guint i = 0; i < G_N_ELEMENTS(own); i++)
        env = g_environ_setenv(env, own[i].name, own[i].value, TRUE);
    return env;
}

char **
dcc_run_setup_make_env(DccRunSetup *self, DccInstanceDir *dir)
{
    g_auto(GStrv) own = g_get_environ();
    char **env = dcc_launch_plan_apply_env(self->plan, (const char *const *)own);
    const char *const *given = dcc_launch_request_get_env(self->request);

    env = set_own_env(self, dir, env);
    for (guint i = 0; given != NULL && given[i] != NULL; i++) {
        const char *equals = strchr(given[i], '=');
        g_autofree char *key = g_strndup(given[i], (gsize)(equals - given[i]));

        env = g_environ_setenv(env, key, equals + 1, TRUE);
    }
    return env;
}
