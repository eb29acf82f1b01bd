/* The conformance suite, on adapters in the same process: one that leaves everything alone, and one
 * that is bad in each way at each question. Every bad answer is a row that names adapter, question
 * and input; everything else stays well. */
#include "dcc-conformance.h"
#include "dcc-error.h"
#include "rude-adapter.h"
#include <json-glib/json-glib.h>
#include <string.h>

typedef RudeAdapter PlainAdapter;
typedef RudeAdapterClass PlainAdapterClass;
static GType
plain_adapter_get_type(void);
G_DEFINE_TYPE(PlainAdapter, plain_adapter, DCC_TYPE_ADAPTER)

static void
plain_adapter_class_init(PlainAdapterClass *klass)
{
}

static void
plain_adapter_init(PlainAdapter *self)
{
}

/* Says that it failed, and answers all the same. */
typedef RudeAdapter FailingAdapter;
typedef RudeAdapterClass FailingAdapterClass;
static GType
failing_adapter_get_type(void);
G_DEFINE_TYPE(FailingAdapter, failing_adapter, DCC_TYPE_ADAPTER)

static DccOutputEvent *
failing_read_line(DccAdapter *self, const char *line)
{
    dcc_adapter_set_failure(self, "ValueError: no such line");
    return dcc_output_event_new(DCC_OUTPUT_SAVED, line);
}

static DccStopPlan *
failing_plan_stop(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY, "an error as well");
    dcc_adapter_set_failure(self, "TypeError: that is no plan");
    return NULL;
}

static DccProbePlan *
failing_plan_probe(DccAdapter *self, DccLaunchRequest *request, GError **error)
{
    dcc_adapter_set_failure(self, "tried, and failed");
    dcc_adapter_set_failure(self, NULL);
    return dcc_probe_plan_new_none();
}

static void
failing_adapter_class_init(FailingAdapterClass *klass)
{
    DCC_ADAPTER_CLASS(klass)->read_line = failing_read_line;
    DCC_ADAPTER_CLASS(klass)->plan_stop = failing_plan_stop;
    DCC_ADAPTER_CLASS(klass)->plan_probe = failing_plan_probe;
}

static void
failing_adapter_init(FailingAdapter *self)
{
}

static DccConformance *
new_suite(GType type)
{
    g_autoptr(DccAdapter) adapter = g_object_new(type, "id", "subject", NULL);

    return dcc_conformance_new(adapter);
}

static DccConformanceRow *
ask(DccConformance *suite, const char *question)
{
    g_autoptr(GError) error = NULL;
    DccConformanceRow *row = dcc_conformance_ask(suite, question, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(dcc_conformance_row_get_question(row), ==, question);
    return row;
}

static void
test_plain(void)
{
    g_autoptr(DccConformance) suite = new_suite(plain_adapter_get_type());
    g_autoptr(GListModel) rows = dcc_conformance_run(suite);
    const char *const *questions = dcc_conformance_list_questions();

    g_assert_cmpuint(g_list_model_get_n_items(rows), ==, g_strv_length((char **)questions));
    for (guint i = 0; questions[i]; i++) {
        g_autoptr(DccConformanceRow) row = g_list_model_get_item(rows, i);

        g_assert_cmpstr(dcc_conformance_row_get_question(row), ==, questions[i]);
        g_assert_cmpstr(dcc_conformance_row_get_reason(row), ==, NULL);
        g_assert_cmpint(dcc_conformance_row_get_outcome(row), ==, DCC_OUTCOME_DEFAULT);
        g_assert_true(dcc_conformance_row_is_sound(row));
        g_assert_cmpuint(dcc_conformance_row_get_n_asked(row), >, 3);
        g_assert_cmpstr(dcc_conformance_row_get_seen(row), !=, "");
    }
}

/* Every question that the class has room for and the library asks is in the suite. */
static void
test_every_slot_is_asked(void)
{
    const char *const *questions = dcc_conformance_list_questions();
    guint used =
        (G_STRUCT_OFFSET(DccAdapterClass, reserved) - sizeof(GObjectClass)) / sizeof(gpointer);

    g_assert_cmpuint(g_strv_length((char **)questions), ==, used);
}

static void
assert_refused(DccConformance *suite, const char *question, const char *what)
{
    g_autoptr(DccConformanceRow) row = ask(suite, question);
    const char *reason = dcc_conformance_row_get_reason(row);

    if (dcc_conformance_row_get_outcome(row) != DCC_OUTCOME_REFUSED || !reason ||
        !strstr(reason, "'subject'") || !strstr(reason, question) || !strstr(reason, what))
        g_error("%s: expected '%s', got '%s'", question, what, reason);
    g_assert_nonnull(strstr(reason, "(asked with "));
    g_assert_false(dcc_conformance_row_is_sound(row));
}

static void
test_bad(void)
{
    static const struct {
        const char *question;
        const char *type;
    } cases[] = {
        {"find_installations", "GListModel"},
        {"plan_launch", "DccLaunchPlan"},
        {"plan_probe", "DccProbePlan"},
        {"read_probe", "DccProbeReply"},
        {"plan_stop", "DccStopPlan"},
        {"judge_exit", "DccVerdict"},
        {"list_rescue_files", "GListModel"},
        {"plan_recovery", "DccLaunchPlan"},
    };
    g_autoptr(DccConformance) suite = new_suite(rude_adapter_get_type());

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        rude_mode = MODE_NOTHING;
        assert_refused(suite, cases[i].question, "nothing, and no reason");
        rude_mode = MODE_WRONG_TYPE;
        assert_refused(suite, cases[i].question, cases[i].type);
    }
    rude_mode = MODE_WRONG_TYPE;
    assert_refused(suite, "read_line", "DccOutputEvent");
    /* It answers with the output itself, which is no version where it is empty or has spaces. */
    assert_refused(suite, "read_version", "no version");
    assert_refused(suite, "read_scene_version", "no version");
}

/* An error in its own words is an answer, but there must be another. */
static void
test_only_errors(void)
{
    g_autoptr(DccConformance) suite = new_suite(rude_adapter_get_type());
    g_autoptr(DccConformanceRow) launch = NULL;
    g_autoptr(DccConformanceRow) recovery = NULL;

    rude_mode = MODE_ERROR;
    launch = ask(suite, "plan_launch");
    g_assert_cmpint(dcc_conformance_row_get_outcome(launch), ==, DCC_OUTCOME_REFUSED);
    g_assert_nonnull(strstr(dcc_conformance_row_get_reason(launch), "the moon is full"));
    g_assert_nonnull(strstr(dcc_conformance_row_get_seen(launch), "declined"));
    recovery = ask(suite, "plan_recovery");
    g_assert_cmpint(dcc_conformance_row_get_outcome(recovery), ==, DCC_OUTCOME_OK);
}

static void
test_failure_in_words(void)
{
    g_autoptr(DccConformance) suite = new_suite(failing_adapter_get_type());
    g_autoptr(DccConformanceRow) row = NULL;

    assert_refused(suite, "read_line", "ValueError: no such line");
    assert_refused(suite, "plan_stop", "TypeError: that is no plan");
    /* What was taken back is no failure. */
    row = ask(suite, "plan_probe");
    g_assert_cmpint(dcc_conformance_row_get_outcome(row), ==, DCC_OUTCOME_OK);
    g_clear_object(&row);
    row = ask(suite, "judge_exit");
    g_assert_true(dcc_conformance_row_is_sound(row));
}

static void
test_json(void)
{
    g_autoptr(DccConformance) suite = new_suite(failing_adapter_get_type());
    g_autoptr(DccConformanceRow) row = ask(suite, "read_line");
    g_autofree char *text = dcc_conformance_row_to_json(row);
    g_autoptr(JsonNode) node = json_from_string(text, NULL);
    JsonObject *object = json_node_get_object(node);

    g_assert_cmpstr(json_object_get_string_member(object, "question"), ==, "read_line");
    g_assert_cmpstr(json_object_get_string_member(object, "outcome"), ==, "refused");
    g_assert_cmpstr(
        json_object_get_string_member(object, "reason"), ==, dcc_conformance_row_get_reason(row));
    g_assert_cmpint(json_object_get_int_member(object, "asked"), >, 0);
}

static void
test_no_such_question(void)
{
    g_autoptr(DccConformance) suite = new_suite(plain_adapter_get_type());
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_conformance_ask(suite, "plan_lunch", &error));
    g_assert_true(dcc_error_is_invalid(error));
    g_assert_nonnull(strstr(error->message, "plan_lunch"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conformance/plain", test_plain);
    g_test_add_func("/conformance/every-slot-is-asked", test_every_slot_is_asked);
    g_test_add_func("/conformance/bad", test_bad);
    g_test_add_func("/conformance/only-errors", test_only_errors);
    g_test_add_func("/conformance/failure-in-words", test_failure_in_words);
    g_test_add_func("/conformance/json", test_json);
    g_test_add_func("/conformance/no-such-question", test_no_such_question);
    return g_test_run();
}
