/* The conformance suite: asks every question in every way, and says how it went.
 *
 * Problem: an adapter is foreign code, and a session meets its bad answers one at a time, in the
 * middle of an artist's day. Contract: the answers go through the same checks as in a session; a
 * row says the first thing that is wrong, how often, and with what it was asked. A question that
 * spins for ever hangs the caller: `dcchost adapter check` asks in a process of its own.
 * Threading: that of the adapter.
 */
#include "dcc-conformance.h"
#include "dcc-adapter-private.h"
#include "dcc-conformance-inputs.h"
#include "dcc-conformance-questions.h"
#include "dcc-conformance-row-private.h"
#include "dcc-error.h"
#include <string.h>

#define DEFAULT_BOUND_MS 1000
/* A machine may be busy: what is slow is slow three times running. */
#define N_TRIES  3
#define MAX_SAID 8

struct _DccConformance {
    GObject parent_instance;
    DccSubject subject;
    gint64 bound_ms;
};

/* One question on its way. */
typedef struct {
    const DccQuestion *question;
    const DccAsking *asking;
    const DccSubject *subject;
    gint64 bound_us;
    GPtrArray *said; /* of char *, each once */
    GArray *counts;  /* of guint, one for each of said */
    guint n_answers;
    guint n_declined;
    guint n_bad;
    char *declined; /* the first of each */
    char *bad;
    gint64 slowest_us;
    guint slowest_input;
} Trial;

/**
 * DccConformance:
 *
 * Asks an adapter every question in every way that a session may ask it, and says what came of it.
 * One suite for adapters in C and in Python. It starts no process and writes no file.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccConformance, dcc_conformance, G_TYPE_OBJECT)

static void
dcc_conformance_finalize(GObject *object)
{
    DccConformance *self = DCC_CONFORMANCE(object);

    g_clear_object(&self->subject.adapter);
    g_clear_object(&self->subject.installation);
    g_clear_object(&self->subject.probe);
    G_OBJECT_CLASS(dcc_conformance_parent_class)->finalize(object);
}

static void
dcc_conformance_class_init(DccConformanceClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_conformance_finalize;
}

static void
dcc_conformance_init(DccConformance *self)
{
    self->bound_ms = DEFAULT_BOUND_MS;
}

/**
 * dcc_conformance_new:
 * @adapter: (transfer none): whom to ask
 *
 * Makes a suite for one adapter. Nothing is asked yet.
 *
 * Returns: (transfer full): a suite
 * Since: 1.0
 */
DccConformance *
dcc_conformance_new(DccAdapter *adapter)
{
    DccConformance *self;

    g_return_val_if_fail(DCC_IS_ADAPTER(adapter), NULL);

    self = g_object_new(DCC_TYPE_CONFORMANCE, NULL);
    self->subject.adapter = g_object_ref(adapter);
    return self;
}

/**
 * dcc_conformance_set_bound:
 * @self: a suite
 * @ms: milliseconds, more than 0; 1000 unless set
 *
 * Says how long one answer may take. What takes longer three times running is slow. `read_line` is
 * given a hundredth: it is asked of every line.
 *
 * Since: 1.0
 */
void
dcc_conformance_set_bound(DccConformance *self, gint64 ms)
{
    g_return_if_fail(DCC_IS_CONFORMANCE(self));
    g_return_if_fail(ms > 0);
    self->bound_ms = ms;
}

/**
 * dcc_conformance_get_bound:
 * @self: a suite
 *
 * How long one answer may take.
 *
 * Returns: milliseconds
 * Since: 1.0
 */
gint64
dcc_conformance_get_bound(DccConformance *self)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE(self), 0);
    return self->bound_ms;
}

/**
 * dcc_conformance_list_questions:
 *
 * The questions, by the names of their slots, in the order in which they are asked.
 *
 * Returns: (transfer none) (array zero-terminated=1): names
 * Since: 1.0
 */
const char *const *
dcc_conformance_list_questions(void)
{
    static gsize once;
    static const char **names;

    if (g_once_init_enter(&once)) {
        names = g_new0(const char *, DCC_ADAPTER_N_QUESTIONS + 1);
        for (guint i = 0; i < DCC_ADAPTER_N_QUESTIONS; i++)
            names[i] = dcc_questions[i].name;
        g_once_init_leave(&once, 1);
    }
    return names;
}

/* A copy that is on this machine where there is one: an adapter may want to look at it. */
static DccInstallation *
find_installation(DccAdapter *adapter)
{
    g_autoptr(DccSearch) search = dcc_search_new("/", NULL);
    g_autoptr(GListModel) found = dcc_adapter_find_installations(adapter, search, NULL);
    DccInstallation *first = found ? g_list_model_get_item(found, 0) : NULL;

    return first ? first
                 : dcc_installation_new("/nonexistent/dcchost/app/bin/app", "1.2.3", "check");
}

static DccProbePlan *
find_probe(DccAdapter *adapter)
{
    const char *id = dcc_adapter_get_id(adapter);
    g_autoptr(DccLaunchRequest) request = dcc_conformance_new_request(0, id ? id : "app");
    g_autoptr(DccProbePlan) plan = dcc_adapter_plan_probe(adapter, request, NULL);

    if (plan && dcc_probe_plan_get_kind(plan) == DCC_PROBE_AGENT)
        return g_steal_pointer(&plan);
    return dcc_probe_plan_new_agent("ping", NULL);
}

static void
release(const Trial *trial, gpointer answer)
{
    if (trial->question->answer == DCC_ANSWER_TEXT)
        g_free(answer);
    else
        g_object_unref(answer);
}

static gpointer
ask_once(const Trial *trial, guint i, gint64 *took_us, GError **error)
{
    gint64 start = g_get_monotonic_time();
    GError *caught = NULL;
    gpointer answer;

    dcc_adapter_catch(trial->subject->adapter, &caught);
    answer = trial->asking->ask(trial->subject, i, error);
    dcc_adapter_catch(trial->subject->adapter, NULL);
    *took_us = g_get_monotonic_time() - start;
    if (!caught)
        return answer;
    /* What is left is not the adapter's answer: the default's, say. */
    if (answer)
        release(trial, answer);
    g_propagate_error(error, caught);
    return NULL;
}

/* (transfer full): the answer, asked again while it is slow. */
static gpointer
ask_patiently(Trial *trial, guint i, GError **error)
{
    gint64 best_us, took_us;
    gpointer answer = ask_once(trial, i, &best_us, error);

    for (guint try = 1; try < N_TRIES && best_us > trial->bound_us && !*error; try++) {
        if (answer)
            release(trial, answer);
        answer = ask_once(trial, i, &took_us, error);
        best_us = MIN(best_us, took_us);
    }
    if (best_us > trial->slowest_us) {
        trial->slowest_us = best_us;
        trial->slowest_input = i;
    }
    return answer;
}

static void
count_word(Trial *trial, const char *word)
{
    const guint one = 1;

    for (guint i = 0; i < trial->said->len; i++) {
        if (strcmp(trial->said->pdata[i], word) == 0) {
            g_array_index(trial->counts, guint, i)++;
            return;
        }
    }
    g_ptr_array_add(trial->said, g_strdup(word));
    g_array_append_val(trial->counts, one);
}

static void
note_bad(Trial *trial, guint i, const char *what)
{
    g_autofree char *input = NULL;

    if (trial->n_bad++ > 0)
        return;
    input = trial->asking->name_input(i);
    trial->bad = g_strdup_printf("%s (asked with %s)", what, input);
}

static const char *
name_of(DccAdapter *adapter)
{
    const char *id = dcc_adapter_get_id(adapter);

    return id ? id : G_OBJECT_TYPE_NAME(adapter);
}

/* Its own words for why it cannot are an answer; what dcchost says of its answers is none. */
static void
note_error(Trial *trial, guint i, const GError *error)
{
    if (dcc_error_is_adapter(error)) {
        note_bad(trial, i, error->message);
        return;
    }
    trial->n_declined++;
    if (!trial->declined)
        trial->declined = g_strdup(error->message);
}

static void
note_answer(Trial *trial, guint i, gpointer answer)
{
    const DccQuestion *question = trial->question;
    const DccAsking *asking = trial->asking;
    g_autofree char *word = answer ? asking->describe(answer) : g_strdup("nothing");
    g_autofree char *wrong = answer && asking->judge ? asking->judge(i, answer) : NULL;

    trial->n_answers++;
    count_word(trial, word ? word : "?");
    if (wrong) {
        g_autofree char *what = g_strdup_printf("adapter '%s' gave a bad answer to %s: it %s",
                                                name_of(trial->subject->adapter),
                                                question->name,
                                                wrong);

        note_bad(trial, i, what);
    }
}

static void
try_input(Trial *trial, guint i)
{
    g_autoptr(GError) error = NULL;
    gpointer answer = ask_patiently(trial, i, &error);

    if (error)
        note_error(trial, i, error);
    else
        note_answer(trial, i, answer);
    if (answer)
        release(trial, answer);
}

/* (transfer full): "12 clean, 3 crash, 1 declined (...)". */
static char *
tell_seen(Trial *trial)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < trial->said->len && i < MAX_SAID; i++)
        g_string_append_printf(text,
                               "%s%u %s",
                               i > 0 ? ", " : "",
                               g_array_index(trial->counts, guint, i),
                               (const char *)trial->said->pdata[i]);
    if (trial->said->len > MAX_SAID)
        g_string_append(text, ", and others");
    if (trial->n_declined > 0)
        g_string_append_printf(text,
                               "%s%u declined (%s)",
                               text->len > 0 ? ", " : "",
                               trial->n_declined,
                               trial->declined);
    return g_string_free(text, FALSE);
}

static char *
tell_slow(Trial *trial)
{
    g_autofree char *input = trial->asking->name_input(trial->slowest_input);

    return g_strdup_printf("adapter '%s' is slow at %s: %" G_GINT64_FORMAT
                           " ms, %g ms are allowed (asked with %s)",
                           name_of(trial->subject->adapter),
                           trial->question->name,
                           trial->slowest_us / 1000,
                           (double)trial->bound_us / 1000,
                           input);
}

/* (transfer full) (nullable): why the question is refused. */
static char *
tell_bad(Trial *trial, guint n_asked)
{
    const DccQuestion *question = trial->question;

    if (trial->n_bad == 1)
        return g_strdup(trial->bad);
    if (trial->n_bad > 1)
        return g_strdup_printf("%s; %u of %u answers were bad", trial->bad, trial->n_bad, n_asked);
    if (trial->n_answers > 0 ||
        (trial->asking->may_decline && trial->asking->may_decline(trial->subject)))
        return NULL;
    return g_strdup_printf("adapter '%s' has no answer to %s, whatever it is asked with: %s",
                           name_of(trial->subject->adapter),
                           question->name,
                           trial->declined);
}

static gboolean
is_default(const DccQuestion *question, DccAdapter *adapter)
{
    gpointer own = G_STRUCT_MEMBER(gpointer, DCC_ADAPTER_GET_CLASS(adapter), question->slot);
    gpointer base =
        G_STRUCT_MEMBER(gpointer, g_type_class_peek_static(DCC_TYPE_ADAPTER), question->slot);

    return !own || own == base;
}

static DccConformanceRow *
conclude(Trial *trial, guint n_asked)
{
    char *reason = tell_bad(trial, n_asked);
    DccOutcome outcome = DCC_OUTCOME_OK;

    if (reason)
        outcome = DCC_OUTCOME_REFUSED;
    else if (trial->slowest_us > trial->bound_us) {
        outcome = DCC_OUTCOME_SLOW;
        reason = tell_slow(trial);
    } else if (is_default(trial->question, trial->subject->adapter))
        outcome = DCC_OUTCOME_DEFAULT;
    return dcc_conformance_row_new(
        trial->question->name, outcome, tell_seen(trial), reason, n_asked, trial->slowest_us);
}

static DccConformanceRow *
ask_question(DccConformance *self, guint i)
{
    const DccAsking *asking = &dcc_askings[i];
    Trial trial = {.question = &dcc_questions[i],
                   .asking = asking,
                   .subject = &self->subject,
                   .bound_us = self->bound_ms * 1000 / MAX(asking->strictness, 1),
                   .said = g_ptr_array_new_with_free_func(g_free),
                   .counts = g_array_new(FALSE, FALSE, sizeof(guint))};
    guint n_inputs = asking->n_inputs();
    guint n_asked = 0;
    DccConformanceRow *row;

    if (!self->subject.installation)
        self->subject.installation = find_installation(self->subject.adapter);
    if (!self->subject.probe)
        self->subject.probe = find_probe(self->subject.adapter);
    /* What is slow at one is slow at all: a hundred slow answers would say no more. */
    while (n_asked < n_inputs && trial.slowest_us <= trial.bound_us)
        try_input(&trial, n_asked++);
    row = conclude(&trial, n_asked);
    g_ptr_array_unref(trial.said);
    g_array_unref(trial.counts);
    g_free(trial.declined);
    g_free(trial.bad);
    return row;
}

/**
 * dcc_conformance_ask:
 * @self: a suite
 * @question: one of dcc_conformance_list_questions()
 * @error: return location for an error
 *
 * Asks one question in every way. A bad answer is no error: it is in the row.
 *
 * Errors: #DCC_ERROR_INVALID when there is no such question.
 *
 * Returns: (transfer full): what came of it
 * Since: 1.0
 */
DccConformanceRow *
dcc_conformance_ask(DccConformance *self, const char *question, GError **error)
{
    g_return_val_if_fail(DCC_IS_CONFORMANCE(self), NULL);
    g_return_val_if_fail(question != NULL, NULL);

    for (guint i = 0; i < DCC_ADAPTER_N_QUESTIONS; i++) {
        if (strcmp(dcc_questions[i].name, question) == 0)
            return ask_question(self, i);
    }
    g_set_error(error, DCC_ERROR, DCC_ERROR_INVALID, "adapters have no question '%s'", question);
    return NULL;
}

/**
 * dcc_conformance_run:
 * @self: a suite
 *
 * Asks every question in every way.
 *
 * Returns: (transfer full): a list of #DccConformanceRow, one for each question, in order
 * Since: 1.0
 */
GListModel *
dcc_conformance_run(DccConformance *self)
{
    g_autoptr(GListStore) rows = NULL;

    g_return_val_if_fail(DCC_IS_CONFORMANCE(self), NULL);

    rows = g_list_store_new(DCC_TYPE_CONFORMANCE_ROW);
    for (guint i = 0; i < DCC_ADAPTER_N_QUESTIONS; i++) {
        g_autoptr(DccConformanceRow) row = ask_question(self, i);

        g_list_store_append(rows, row);
    }
    return G_LIST_MODEL(g_steal_pointer(&rows));
}
