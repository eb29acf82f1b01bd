/* A result as JSON text, and back without loss.
 *
 * Contract: kind, verdict, code, signal, core_dumped and reason are always there; likely_signal,
 * job, peak_bytes, peak_from, stage and errno only where they mean something. What is read is checked, for a record on disk may
 * be damaged: above all, a lost end does not come back as code 0. Threading: any thread.
 */
#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-result-private.h"

/**
 * dcc_result_to_json:
 * @self: a #DccResult
 *
 * The result as one line of JSON.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
dcc_result_to_json(DccResult *self)
{
    g_return_val_if_fail(DCC_IS_RESULT(self), NULL);

    g_autoptr(JsonObject) object = json_object_new();
    int likely = dcc_result_get_likely_signal(self);

    json_object_set_string_member(
        object, "kind", dcc_enum_to_nick(DCC_TYPE_RESULT_KIND, (int)self->kind));
    json_object_set_string_member(
        object, "verdict", dcc_enum_to_nick(DCC_TYPE_VERDICT_KIND, (int)self->verdict));
    json_object_set_int_member(object, "code", self->code);
    json_object_set_int_member(object, "signal", self->signal);
    json_object_set_boolean_member(object, "core_dumped", self->core_dumped);
    json_object_set_string_member(object, "reason", self->reason);
    if (likely != 0)
        json_object_set_int_member(object, "likely_signal", likely);
    if (self->job)
        json_object_set_boolean_member(object, "job", TRUE);
    if (self->peak_bytes > 0) {
        json_object_set_int_member(object, "peak_bytes", self->peak_bytes);
        json_object_set_string_member(
            object, "peak_from", self->peak_from != NULL ? self->peak_from : "unknown");
    }
    if (self->stage != NULL)
        dcc_json_set_bytes(object, "stage", self->stage);
    if (self->errno_code != 0)
        json_object_set_int_member(object, "errno", self->errno_code);
    return dcc_json_to_line(object);
}

static gboolean
read_nick(JsonObject *object, const char *member, GType type, int *value, GError **error)
{
    if (dcc_enum_from_nick(type, dcc_json_get_string(object, member, NULL), value, error))
        return TRUE;
    g_prefix_error(error, "result: %s: ", member);
    return FALSE;
}

static gboolean
is_consistent(DccResult *self)
{
    gboolean has_code = self->code >= 0 && self->code <= DCC_LAST_CODE;
    gboolean has_signal = self->signal >= 1 && self->signal <= DCC_LAST_SIGNAL;
    gboolean has_neither = self->code == -1 && self->signal == 0;

    switch (self->kind) {
    case DCC_RESULT_EXITED:
        return has_code && self->signal == 0;
    case DCC_RESULT_SIGNALED:
        return has_signal && self->code == -1;
    case DCC_RESULT_STOPPED:
    case DCC_RESULT_OOM:
        return has_code ? self->signal == 0 : has_signal && self->code == -1;
    case DCC_RESULT_START_FAILED:
        return has_neither && self->stage != NULL;
    case DCC_RESULT_LOST:
        return has_neither;
    case DCC_RESULT_NONE:
        break;
    }
    return FALSE;
}

/* A number that does not fit becomes one that no check passes. */
static int
read_small(JsonObject *object, const char *member, gint64 fallback)
{
    return (int)CLAMP(dcc_json_get_int(object, member, fallback), G_MININT, G_MAXINT);
}

/**
 * dcc_result_from_json:
 * @text: one JSON object
 * @error: where to put an error, or %NULL
 *
 * Reads what dcc_result_to_json() wrote. The error is %DCC_ERROR_PROTOCOL for a text that is no
 * JSON object, %DCC_ERROR_INVALID for one that says something impossible.
 *
 * Returns: (transfer full): a new #DccResult, or %NULL with @error set
 *
 * Since: 1.0
 */
DccResult *
dcc_result_from_json(const char *text, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);

    g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, error);
    int kind = 0;
    int verdict = 0;

    if (object == NULL || !read_nick(object, "kind", DCC_TYPE_RESULT_KIND, &kind, error) ||
        !read_nick(object, "verdict", DCC_TYPE_VERDICT_KIND, &verdict, error))
        return NULL;

    g_autoptr(DccResult) self = g_object_new(DCC_TYPE_RESULT, NULL);

    self->kind = (DccResultKind)kind;
    self->verdict = (DccVerdictKind)verdict;
    self->code = read_small(object, "code", -1);
    self->signal = read_small(object, "signal", 0);
    self->core_dumped = dcc_json_get_boolean(object, "core_dumped", FALSE);
    self->job = dcc_json_get_boolean(object, "job", FALSE);
    self->peak_bytes = dcc_json_get_int(object, "peak_bytes", -1);
    if (self->peak_bytes > 0)
        self->peak_from = g_strdup(dcc_json_get_string(object, "peak_from", "unknown"));
    else
        self->peak_bytes = -1;
    self->stage = dcc_json_get_bytes(object, "stage");
    self->errno_code = read_small(object, "errno", 0);
    self->reason = g_strdup(dcc_json_get_string(object, "reason", ""));
    if (!is_consistent(self)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "result: \"%s\" does not go with code %d and signal %d",
                    dcc_enum_to_nick(DCC_TYPE_RESULT_KIND, kind),
                    self->code,
                    self->signal);
        return NULL;
    }
    return g_steal_pointer(&self);
}
