/* One line of a conformance report.
 *
 * Contract: immutable. The JSON is what `dcchost adapter check --json` prints for each question.
 * Threading: any thread.
 */
#include "dcc-conformance-row-private.h"
#include "dcc-enum-types.h"
#include "dcc-json.h"

struct _DccConformanceRow {
    GObject parent_instance;
    char *question;
    DccOutcome outcome;
    char *seen;
    char *reason;
    guint n_asked;
    gint64 slowest_us;
};

/**
 * DccConformanceRow:
 *
 * What came of asking an adapter one of its questions in every way. Immutable.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccConformanceRow, dcc_conformance_row, G_TYPE_OBJECT)

static void
dcc_conformance_row_finalize(GObject *object)
{
    DccConformanceRow *self = DCC_CONFORMANCE_ROW(object);

    g_free(self->question);
    g_free(self->seen);
    g_free(self->reason);
    G_OBJECT_CLASS(dcc_conformance_row_parent_class)->finalize(object);
}

static void
dcc_conformance_row_class_init(DccConformanceRowClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_conformance_row_finalize;
}

static void
dcc_conformance_row_init(DccConformanceRow *self)
{
}

/* A message may quote bytes of the adapter's. */
static char *
take_valid(char *text)
{
    char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    g_free(text);
    return valid;
}

static void
set_text(JsonObject *object, const char *member, const char *text)
{
    if (text)
        json_object_set_string_member(object, member, text);
    else
        json_object_set_null_member(object, member);
}

DccConformanceRow *
dcc_conformance_row_new(const char *question,
                        DccOutcome outcome,
                        char *seen,
                        char *reason,
                        guint n_asked,
                        gint64 slowest_us)
{
    DccConformanceRow *self = g_object_new(DCC_TYPE_CONFORMANCE_ROW, NULL);

    self->question = g_strdup(question);
    self->outcome = outcome;
    self->seen = take_valid(seen);
    self->reason = take_valid(reason);
    self->n_asked = n_asked;
    self->slowest_us = slowest_us;
    return self;
}

/**
 * dcc_conformance_row_get_question:
 * @self: a row
 *
 * The question, by the name of its slot: "plan_launch".
 *
 * Returns: (transfer none): its name
 * Since: 1.0
 */
const char *
dcc_conformance_row_get_question(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), NULL);
    return self->question;
}

/**
 * dcc_conformance_row_get_outcome:
 * @self: a row
 *
 * How it went.
 *
 * Returns: the outcome
 * Since: 1.0
 */
DccOutcome
dcc_conformance_row_get_outcome(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), DCC_OUTCOME_REFUSED);
    return self->outcome;
}

/**
 * dcc_conformance_row_get_seen:
 * @self: a row
 *
 * What the answers said, counted, for people: "3 clean, 5 crash".
 *
 * Returns: (transfer none): one line
 * Since: 1.0
 */
const char *
dcc_conformance_row_get_seen(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), NULL);
    return self->seen;
}

/**
 * dcc_conformance_row_get_reason:
 * @self: a row
 *
 * Why it is not well: it names the adapter, the question and what it was asked with.
 *
 * Returns: (transfer none) (nullable): one line; %NULL where it is well
 * Since: 1.0
 */
const char *
dcc_conformance_row_get_reason(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), NULL);
    return self->reason;
}

/**
 * dcc_conformance_row_get_n_asked:
 * @self: a row
 *
 * In how many ways it was asked.
 *
 * Returns: a count
 * Since: 1.0
 */
guint
dcc_conformance_row_get_n_asked(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), 0);
    return self->n_asked;
}

/**
 * dcc_conformance_row_get_slowest:
 * @self: a row
 *
 * How long the slowest answer took.
 *
 * Returns: microseconds
 * Since: 1.0
 */
gint64
dcc_conformance_row_get_slowest(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), 0);
    return self->slowest_us;
}

/**
 * dcc_conformance_row_is_sound:
 * @self: a row
 *
 * Whether nothing has to be mended: %DCC_OUTCOME_OK or %DCC_OUTCOME_DEFAULT.
 *
 * Returns: %TRUE if it is well
 * Since: 1.0
 */
gboolean
dcc_conformance_row_is_sound(DccConformanceRow *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), FALSE);
    return self->outcome == DCC_OUTCOME_OK || self->outcome == DCC_OUTCOME_DEFAULT;
}

/**
 * dcc_conformance_row_to_json:
 * @self: a row
 *
 * The row for programs: question, outcome, seen, reason, asked (a count), slowest_us.
 *
 * Returns: (transfer full): one JSON object on one line
 * Since: 1.0
 */
char *
dcc_conformance_row_to_json(DccConformanceRow *self)
{
    g_autoptr(JsonObject) object = NULL;

    g_return_val_if_fail(DCC_IS_CONFORMANCE_ROW(self), NULL);

    object = json_object_new();
    json_object_set_string_member(object, "question", self->question);
    json_object_set_string_member(
        object, "outcome", dcc_enum_to_nick(DCC_TYPE_OUTCOME, self->outcome));
    set_text(object, "seen", self->seen);
    set_text(object, "reason", self->reason);
    json_object_set_int_member(object, "asked", self->n_asked);
    json_object_set_int_member(object, "slowest_us", self->slowest_us);
    return dcc_json_to_line(object);
}
