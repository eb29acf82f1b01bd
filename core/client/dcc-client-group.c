/* One question each to many sessions at the same time.
 *
 * Contract: a session that does not answer costs the others nothing, and all that do not answer
 * cost the same wait once. No more connections are open at a time than this process may have.
 * Threading: one thread at a time. Waits in poll(), never in the main loop.
 */
#include "dcc-client-group.h"

#include "dcc-client-wire.h"
#include "dcc-error.h"
#include "dcc-fds.h"

#define MAX_OPEN      256
#define DIAL_PAUSE_MS 5

typedef struct {
    DccClientWire wire;
    char *method;
    JsonObject *params; /* until it is sent */
} Call;

struct _DccClientGroup {
    GObject parent_instance;

    DccRuntime *runtime;
    GQueue *waiting;  /* of Call: not connected yet */
    GPtrArray *asked; /* of Call: connected */
    guint max_open;
    gboolean must_retry; /* a session is there and takes no connection now */
};

/* A run, for the functions below. */
typedef struct {
    DccClientGroup *group;
    DccClientGroupFunc func;
    gpointer data;
    gint64 heard; /* monotonic microseconds: the last sign of any session */
} Run;

/**
 * DccClientGroup:
 *
 * One question each to many sessions at the same time.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccClientGroup, dcc_client_group, G_TYPE_OBJECT)

static void
call_free(Call *call)
{
    dcc_client_wire_clear(&call->wire);
    g_free(call->method);
    g_clear_pointer(&call->params, json_object_unref);
    g_free(call);
}

static void
dcc_client_group_finalize(GObject *object)
{
    DccClientGroup *self = DCC_CLIENT_GROUP(object);

    g_queue_free_full(self->waiting, (GDestroyNotify)call_free);
    g_ptr_array_unref(self->asked);
    g_clear_object(&self->runtime);
    G_OBJECT_CLASS(dcc_client_group_parent_class)->finalize(object);
}

static void
dcc_client_group_class_init(DccClientGroupClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_client_group_finalize;
}

static void
dcc_client_group_init(DccClientGroup *self)
{
    self->waiting = g_queue_new();
    self->asked = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
    self->max_open = MAX_OPEN;
}

/**
 * dcc_client_group_new:
 * @runtime: the directories
 *
 * Makes a group that asks nothing yet.
 *
 * Returns: (transfer full): a group without questions
 *
 * Since: 1.0
 */
DccClientGroup *
dcc_client_group_new(DccRuntime *runtime)
{
    DccClientGroup *self;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    self = g_object_new(DCC_TYPE_CLIENT_GROUP, NULL);
    self->runtime = g_object_ref(runtime);
    return self;
}

/**
 * dcc_client_group_add:
 * @self: a group
 * @name: the name of an instance
 * @method: a method of docs/protocol.md
 * @params: (transfer full) (nullable): its parameters
 *
 * Adds a question, which dcc_client_group_run() asks.
 *
 * Since: 1.0
 */
void
dcc_client_group_add(DccClientGroup *self, const char *name, const char *method, JsonObject *params)
{
    Call *call;

    g_return_if_fail(DCC_IS_CLIENT_GROUP(self));
    g_return_if_fail(name != NULL && method != NULL);
    call = g_new0(Call, 1);
    dcc_client_wire_init(&call->wire, name);
    call->method = g_strdup(method);
    call->params = params;
    g_queue_push_tail(self->waiting, call);
}

/* Frees call. */
static void
conclude(Run *run, Call *call, JsonObject *result, const GError *error)
{
    run->heard = g_get_monotonic_time();
    run->func(run->group, call->wire.name, result, error, run->data);
    call_free(call);
}

/* Out of descriptors: as many at a time as there are now. */
static gboolean
has_to_wait_for_others(DccClientGroup *self)
{
    if (self->asked->len == 0)
        return FALSE;
    self->max_open = self->asked->len;
    return TRUE;
}

static void
dial_waiting(Run *run)
{
    DccClientGroup *self = run->group;
    guint n = g_queue_get_length(self->waiting);

    self->must_retry = FALSE;
    for (guint i = 0; i < n && self->asked->len < self->max_open; i++) {
        g_autoptr(GError) error = NULL;
        Call *call = g_queue_pop_head(self->waiting);

        if (dcc_client_wire_dial(&call->wire, self->runtime, &error)) {
            dcc_client_wire_ask(&call->wire, call->method, g_steal_pointer(&call->params));
            g_ptr_array_add(self->asked, call);
        } else if (error == NULL) {
            self->must_retry = TRUE;
            g_queue_push_tail(self->waiting, call);
        } else if (error->code == DCC_ERROR_FAILED && has_to_wait_for_others(self)) {
            g_queue_push_head(self->waiting, call);
        } else {
            conclude(run, call, NULL, error);
        }
    }
}

/* TRUE: it is over. Events are passed over. */
static gboolean
advance(Call *call, JsonObject **result, GError **error)
{
    GError *problem = NULL;

    if (!dcc_client_wire_move(&call->wire, error))
        return TRUE;
    for (;;) {
        g_autoptr(JsonObject) message = dcc_client_wire_take(&call->wire, &problem);

        if (message == NULL)
            break;
        if (!dcc_client_wire_is_answer(&call->wire, message))
            continue;
        *result = dcc_client_wire_read_answer(message, error);
        return TRUE;
    }
    if (problem != NULL)
        g_propagate_error(error, problem);
    return problem != NULL;
}

static void
advance_ready(Run *run, const GPollFD *fds)
{
    GPtrArray *asked = run->group->asked;

    for (guint i = asked->len; i > 0; i--) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonObject) result = NULL;

        if (fds[i - 1].revents == 0 || !advance(asked->pdata[i - 1], &result, &error))
            continue;
        conclude(run, g_ptr_array_steal_index_fast(asked, i - 1), result, error);
    }
}

static gint64
poll_timeout(Run *run, gint64 quiet_ms)
{
    gint64 left = -1;

    if (quiet_ms >= 0)
        left = MAX(0, (run->heard + quiet_ms * 1000 - g_get_monotonic_time() + 999) / 1000);
    if (run->group->must_retry)
        left = left < 0 ? DIAL_PAUSE_MS : MIN(left, DIAL_PAUSE_MS);
    return left;
}

static void
wait_for_answers(Run *run, gint64 quiet_ms)
{
    GPtrArray *asked = run->group->asked;
    g_autofree GPollFD *fds = g_new0(GPollFD, asked->len);

    for (guint i = 0; i < asked->len; i++) {
        Call *call = asked->pdata[i];

        fds[i].fd = call->wire.fd;
        fds[i].events = (gushort)dcc_client_wire_wants(&call->wire);
    }
    if (dcc_fds_wait(fds, asked->len, (int)MIN(poll_timeout(run, quiet_ms), G_MAXINT)) > 0)
        advance_ready(run, fds);
}

static void
time_out(Run *run, Call *call)
{
    g_autoptr(GError) error = NULL;

    dcc_client_wire_set_timeout(&call->wire, &error);
    conclude(run, call, NULL, error);
}

/* Those that were asked; and those that took no connection, of which a queue that is merely waiting
 * for room holds none. */
static void
time_out_silent(Run *run)
{
    DccClientGroup *self = run->group;

    while (self->asked->len > 0)
        time_out(run, g_ptr_array_steal_index_fast(self->asked, self->asked->len - 1));
    while (self->must_retry && !g_queue_is_empty(self->waiting))
        time_out(run, g_queue_pop_head(self->waiting));
}

/**
 * dcc_client_group_run:
 * @self: a group
 * @quiet_ms: when no session has answered for so many milliseconds, those still silent are told as
 *   errors; -1: never
 * @func: (scope call): hears of each question once, in the order of the answers
 * @data: for @func
 *
 * Asks everything that was added, and waits until each question is answered or given up. Errors
 * that @func is told are those of dcc_client_new() and dcc_client_call(). Afterwards the group is
 * empty, and may be filled again.
 *
 * Since: 1.0
 */
void
dcc_client_group_run(DccClientGroup *self, gint64 quiet_ms, DccClientGroupFunc func, gpointer data)
{
    Run run = {self, func, data, g_get_monotonic_time()};

    g_return_if_fail(DCC_IS_CLIENT_GROUP(self));
    g_return_if_fail(func != NULL);
    while (self->asked->len > 0 || !g_queue_is_empty(self->waiting)) {
        dial_waiting(&run);
        if (self->asked->len == 0 && !self->must_retry)
            continue;
        wait_for_answers(&run, quiet_ms);
        if (quiet_ms >= 0 && g_get_monotonic_time() >= run.heard + quiet_ms * 1000)
            time_out_silent(&run);
    }
}
