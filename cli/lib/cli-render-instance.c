/* The instance that frames are rendered in; see the header. Every question is one call of its session's, and
 * the lock goes with this command, so nothing is held that would outlive it. */
#include "cli-render-instance.h"

#include "cli-sentence.h"
#include "cli-task-lock.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include <string.h>

#define ANSWER_MS   10000
#define COME_BACK_S 300
#define RECORD_S    30 /* an end is on record by then */
#define LONE_S      5  /* nobody adopts it by then */
#define FREE_S      30
#define LOOK_US     100000

struct _CliRenderInstance {
    DccRuntime *runtime;
    char *name;
    char *task; /* what all of its frames have in common, for the agent */
    CliTaskLock *lock;
    gint64 pid;
};

/* -- Whether it can -- */

static JsonObject *
probe(CliRenderInstance *self, GError **error)
{
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, error);

    return client != NULL ? dcc_client_call(client, "probe", NULL, ANSWER_MS, error) : NULL;
}

static void
set_busy(CliRenderInstance *self, JsonObject *pulse, GError **error)
{
    const char *busy = dcc_json_get_string(pulse, "busy", NULL);

    if (busy != NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' is busy (%s); try again when it is done",
                    self->name,
                    busy);
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "'%s' does not respond; 'dcchost why %s' says more",
                    self->name,
                    self->name);
}

/* Whether it can take a frame now. */
static gboolean
check_free(CliRenderInstance *self, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(JsonObject) pulse = probe(self, &local);

    if (pulse == NULL && dcc_error_is_not_supported(local)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "'%s' has no agent that could render; start a render of its own",
                    self->name);
        return FALSE;
    }
    if (pulse == NULL) {
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    if (dcc_json_get_string(pulse, "busy", NULL) == NULL &&
        strcmp(dcc_json_get_string(pulse, "health", ""), "unresponsive") != 0)
        return TRUE;
    set_busy(self, pulse, error);
    return FALSE;
}

static gboolean
check_status(CliRenderInstance *self, JsonObject *status, const char *app, GError **error)
{
    const char *is = dcc_json_get_string(status, "app", "");

    if (app != NULL && strcmp(app, is) != 0)
        g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "'%s' is %s, not %s", self->name, is, app);
    else if (!dcc_json_get_boolean(status, "ready", FALSE))
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "'%s' is %s and cannot render; 'dcchost launch' or 'dcchost restart %s' brings "
                    "it up",
                    self->name,
                    dcc_json_get_string(status, "state", ""),
                    self->name);
    else
        return TRUE;
    return FALSE;
}

static gboolean
claim(CliRenderInstance *self, const char *app, const char *what, GError **error)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(self->runtime, self->name, error);

    if (status == NULL || !check_status(self, status, app, error))
        return FALSE;
    self->pid = dcc_json_get_int(status, "pid", 0);
    self->lock = cli_task_lock_new(self->runtime, self->name, what, error);
    return self->lock != NULL && check_free(self, error);
}

CliRenderInstance *
cli_render_instance_open(
    DccRuntime *runtime, const char *name, const char *app, const char *what, GError **error)
{
    g_autoptr(CliRenderInstance) self = g_new0(CliRenderInstance, 1);

    self->runtime = g_object_ref(runtime);
    self->name = g_strdup(name);
    self->task = g_uuid_string_random();
    return claim(self, app, what, error) ? g_steal_pointer(&self) : NULL;
}

void
cli_render_instance_free(CliRenderInstance *self)
{
    if (self == NULL)
        return;
    g_clear_pointer(&self->lock, cli_task_lock_free);
    g_object_unref(self->runtime);
    g_free(self->name);
    g_free(self->task);
    g_free(self);
}

/* -- A frame -- */

gboolean
cli_render_instance_render(CliRenderInstance *self,
                           int frame,
                           const char *file,
                           const char *const *args,
                           gint64 timeout_ms,
                           CliSignalFunc func,
                           gpointer data,
                           GError **error)
{
    JsonObject *params;
    g_autoptr(JsonObject) answer = NULL;

    if (!cli_task_lock_renew(self->lock, error))
        return FALSE;
    params = json_object_new();
    json_object_set_int_member(params, "frame", frame);
    dcc_json_set_bytes(params, "path", file);
    json_object_set_string_member(params, "task", self->task);
    if (args != NULL)
        dcc_json_set_bytesv(params, "args", args);
    answer =
        cli_agent_call(self->runtime, self->name, "render", params, timeout_ms, func, data, error);
    return answer != NULL;
}

static gboolean
wait_on(int number, gpointer data)
{
    return TRUE;
}

CliCancel
cli_render_instance_cancel(CliRenderInstance *self)
{
    JsonObject *params = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    json_object_set_string_member(params, "task", self->task);
    answer =
        cli_agent_call(self->runtime, self->name, "cancel", params, ANSWER_MS, wait_on, NULL, NULL);
    if (answer == NULL)
        return CLI_CANCEL_UNKNOWN;
    return dcc_json_get_boolean(answer, "cancelled", FALSE) ? CLI_CANCEL_EARLY : CLI_CANCEL_LATE;
}

gboolean
cli_render_instance_await_free(CliRenderInstance *self)
{
    gint64 until = g_get_monotonic_time() + FREE_S * (gint64)G_USEC_PER_SEC;

    while (!check_free(self, NULL)) {
        if (g_get_monotonic_time() >= until)
            return FALSE;
        g_usleep(LOOK_US);
    }
    return TRUE;
}

/* -- It went away -- */

typedef enum {
    INSTANCE_OLD,  /* its end is not on record yet, or its agent alone is gone */
    INSTANCE_LONE, /* or its session */
    INSTANCE_DOWN,
    INSTANCE_BACK,
    INSTANCE_OVER, /* and nobody brings it back */
} InstanceState;

/* A stop that somebody asked for is no crash, and neither is an end in order: the task was cancelled by it. */
static gboolean
is_cancelled(JsonObject *result)
{
    return strcmp(dcc_json_get_string(result, "kind", ""), "stopped") == 0 ||
           strcmp(dcc_json_get_string(result, "verdict", "unknown"), "clean") == 0;
}

static void
note_end(CliInstanceEnd *end, JsonObject *result)
{
    g_autofree char *text = result != NULL ? dcc_json_to_line(result) : NULL;

    if (text == NULL || end->result != NULL)
        return;
    end->words = cli_sentence_result(result);
    end->result = dcc_json_from_text(text, -1, NULL);
    if (is_cancelled(result))
        json_object_set_string_member(end->result, "verdict", "cancelled");
}

void
cli_instance_end_clear(CliInstanceEnd *self)
{
    g_clear_pointer(&self->words, g_free);
    g_clear_pointer(&self->result, json_object_unref);
}

/* The run that we knew, also while its evidence is collected: the state changes when its end is on record. */
static gboolean
is_old(CliRenderInstance *self, JsonObject *status)
{
    static const char *const before[] = {"running", "unresponsive", "stopping", NULL};
    gint64 pid = dcc_json_get_int(status, "pid", 0);

    return pid == self->pid ||
           (pid == 0 && g_strv_contains(before, dcc_json_get_string(status, "state", "")));
}

static InstanceState
look(CliRenderInstance *self, CliInstanceEnd *end)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(self->runtime, self->name, NULL);

    if (status != NULL && is_old(self, status))
        return dcc_json_get_boolean(status, "attended", FALSE) ? INSTANCE_OLD : INSTANCE_LONE;
    if (status != NULL)
        note_end(end, dcc_json_get_object(status, "result"));
    if (status == NULL || !dcc_json_get_boolean(status, "attended", FALSE))
        return INSTANCE_OVER;
    if (!dcc_json_get_boolean(status, "ready", FALSE))
        return INSTANCE_DOWN;
    self->pid = dcc_json_get_int(status, "pid", 0);
    return INSTANCE_BACK;
}

/* Its session brings it back, with its scene, or gives up. */
gboolean
cli_render_instance_await_return(CliRenderInstance *self, gboolean wanted, CliInstanceEnd *end)
{
    gint64 began = g_get_monotonic_time();
    gint64 patience_s = wanted ? COME_BACK_S : RECORD_S;
    InstanceState state;

    while ((state = look(self, end)) <= INSTANCE_LONE || (state == INSTANCE_DOWN && wanted)) {
        gint64 s = (g_get_monotonic_time() - began) / G_USEC_PER_SEC;

        if (s >= (state == INSTANCE_LONE ? LONE_S : patience_s))
            break;
        g_usleep(LOOK_US);
    }
    if (state <= INSTANCE_LONE)
        cli_instance_end_clear(end);
    if (state == INSTANCE_OLD)
        end->words = g_strdup("it lives, and its agent does not answer");
    if (state == INSTANCE_LONE)
        end->words =
            g_strdup_printf("it lives, and its session is gone; 'dcchost adopt %s'", self->name);
    return wanted && state == INSTANCE_BACK;
}

/* -- Its journal -- */

JsonObject *
cli_render_instance_tell(CliRenderInstance *self, const char *type, JsonObject *news)
{
    g_autoptr(DccClient) client = dcc_client_new(self->runtime, self->name, NULL);
    JsonObject *event = client != NULL
                            ? dcc_client_call(client, type, json_object_ref(news), ANSWER_MS, NULL)
                            : NULL;

    if (event != NULL) {
        json_object_unref(news);
        return event;
    }
    json_object_set_string_member(news, "type", type);
    return news;
}
