/* A struct by its table: every kind of member there and back, and what a damaged one becomes. */
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-fields.h"
#include "dcc-json.h"
#include "random-fields.h"

#include <math.h>
#include <string.h>

typedef struct {
    char *label;
    gint64 weight;
} Part;

typedef struct {
    char *text;
    char *bytes;
    char **texts;
    char **paths;
    gint64 any;
    gint64 small;
    gint64 unknown;
    gboolean flag;
    double ratio;
    DccState state;
    JsonObject *object;
    Part *part;
    GPtrArray *parts;
    char *late;
} Whole;

#define ROW(owner, member, type, ...)                                                              \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type, .offset = G_STRUCT_OFFSET(owner, member),       \
        __VA_ARGS__                                                                                \
    }

static const DccField part_fields[] = {
    ROW(Part, label, TEXT, .required = TRUE),
    ROW(Part, weight, INT),
};
static const DccFieldTable part_table = DCC_FIELD_TABLE(Part, part_fields);

static const DccField whole_fields[] = {
    ROW(Whole, text, TEXT, .required = TRUE),
    ROW(Whole, bytes, BYTES),
    ROW(Whole, texts, TEXTV),
    ROW(Whole, paths, BYTESV),
    ROW(Whole, any, INT),
    ROW(Whole, small, INT, .min = 1, .max = 9, .fallback = 4),
    ROW(Whole, unknown, INT, .min = -1, .max = 100, .fallback = -1, .nullable = TRUE),
    ROW(Whole, flag, BOOL, .fallback = TRUE),
    ROW(Whole, ratio, DOUBLE, .fallback = 2),
    ROW(Whole, state, ENUM, .get_type = dcc_state_get_type, .fallback = DCC_STATE_FAILED),
    ROW(Whole, object, OBJECT),
    ROW(Whole, part, RECORD, .table = &part_table),
    ROW(Whole, parts, RECORDV, .table = &part_table),
    ROW(Whole, late, TEXT, .required = TRUE, .since = 3),
};
static const DccFieldTable whole_table = DCC_FIELD_TABLE(Whole, whole_fields);

static JsonObject *
to_json(const Whole *whole)
{
    g_autoptr(JsonObject) object = json_object_new();

    dcc_fields_write(&whole_table, whole, object);
    return random_fields_through_text(object);
}

static Whole *
make_random(guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    Whole *whole = dcc_fields_new(&whole_table);

    random_fields_fill(&whole_table, whole, rand);
    return whole;
}

static void
free_whole(Whole *whole)
{
    dcc_fields_free(&whole_table, whole);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Whole, free_whole)

static void
test_round_trip(void)
{
    for (guint seed = 0; seed < 500; seed++) {
        g_autoptr(Whole) whole = make_random(seed);
        g_autoptr(Whole) copy = dcc_fields_copy(&whole_table, whole);
        g_autoptr(Whole) again = dcc_fields_new(&whole_table);
        g_autoptr(JsonObject) object = to_json(whole);
        g_autoptr(GError) error = NULL;

        g_assert_true(dcc_fields_read(&whole_table, object, 3, again, &error));
        g_assert_no_error(error);
        g_assert_true(dcc_fields_equal(&whole_table, whole, again));
        g_assert_true(dcc_fields_equal(&whole_table, whole, copy));
    }
}

static void
test_new_has_fallbacks(void)
{
    g_autoptr(Whole) whole = dcc_fields_new(&whole_table);
    g_autoptr(JsonObject) object = to_json(whole);

    g_assert_null(whole->text);
    g_assert_cmpint(whole->small, ==, 4);
    g_assert_cmpint(whole->unknown, ==, -1);
    g_assert_true(whole->flag);
    g_assert_cmpfloat(whole->ratio, ==, 2);
    g_assert_cmpint(whole->state, ==, DCC_STATE_FAILED);
    g_assert_cmpuint(json_object_get_size(object), ==, G_N_ELEMENTS(whole_fields));
    g_assert_true(json_object_get_null_member(object, "text"));
    g_assert_true(json_object_get_null_member(object, "unknown"));
    g_assert_cmpint(dcc_json_get_int(object, "any", 5), ==, 0);
}

/* Each member damaged in each way: the others are what they were. */
static void
check_damage(const Whole *whole, const DccField *field, JsonNode *value)
{
    g_autoptr(JsonObject) object = to_json(whole);
    g_autoptr(Whole) read = dcc_fields_new(&whole_table);
    g_autoptr(Whole) expected = dcc_fields_copy(&whole_table, whole);
    g_autoptr(Whole) fallbacks = dcc_fields_new(&whole_table);
    g_autoptr(GError) error = NULL;

    if (value != NULL)
        json_object_set_member(object, field->name, json_node_copy(value));
    else
        json_object_remove_member(object, field->name);
    if (!dcc_fields_read(&whole_table, object, 3, read, &error)) {
        g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, field->name));
        g_assert_true(field->required);
        g_assert_true(dcc_fields_equal(&whole_table, read, fallbacks));
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(whole_fields); i++) {
        DccFieldTable one = {&whole_fields[i], 1, sizeof(Whole)};

        if (&whole_fields[i] != field)
            g_assert_true(dcc_fields_equal(&one, read, expected));
        else if (value == NULL)
            g_assert_true(dcc_fields_equal(&one, read, fallbacks));
    }
}

static void
test_damage(void)
{
    for (guint seed = 0; seed < 20; seed++) {
        g_autoptr(Whole) whole = make_random(seed);

        for (guint i = 0; i < G_N_ELEMENTS(whole_fields); i++) {
            JsonNode *value;

            check_damage(whole, &whole_fields[i], NULL);
            for (guint n = 0; (value = random_fields_wrong_value(n)) != NULL; n++) {
                check_damage(whole, &whole_fields[i], value);
                json_node_unref(value);
            }
        }
    }
}

static const struct {
    const char *member, *value;
    gboolean sound; /* FALSE: what is read is the fallback */
} cells[] = {
    {"bytes", "5", FALSE},
    {"bytes", "\"x\"", TRUE},
    {"bytes", "{\"base64\":\"/w==\"}", TRUE},
    {"bytes", "{\"base64\":\"/w\"}", FALSE},
    {"bytes", "{\"base64\":\"AA==\"}", FALSE},
    {"texts", "[\"a\",{\"base64\":\"/w==\"}]", FALSE},
    {"texts", "[]", TRUE},
    {"texts", "[\"a\",1]", FALSE},
    {"paths", "[\"a\",{\"base64\":\"/w==\"}]", TRUE},
    {"paths", "[null]", FALSE},
    {"any", "-9223372036854775807", TRUE},
    {"any", "9223372036854775807", TRUE},
    {"any", "5.0", TRUE},
    {"any", "5.5", FALSE},
    {"any", "1e300", FALSE},
    {"any", "\"5\"", FALSE},
    {"any", "true", FALSE},
    {"small", "1", TRUE},
    {"small", "9", TRUE},
    {"small", "0", FALSE},
    {"small", "10", FALSE},
    {"unknown", "null", FALSE},
    {"unknown", "7", TRUE},
    {"unknown", "-2", FALSE},
    {"flag", "false", TRUE},
    {"flag", "0", FALSE},
    {"flag", "\"false\"", FALSE},
    {"ratio", "3", TRUE},
    {"ratio", "\"3\"", FALSE},
    {"state", "\"running\"", TRUE},
    {"state", "\"RUNNING\"", FALSE},
    {"state", "1", FALSE},
    {"object", "{}", TRUE},
    {"object", "[]", FALSE},
    {"part", "{\"label\":\"x\"}", TRUE},
    {"part", "{\"weight\":1}", FALSE},
    {"parts", "[{\"label\":\"x\"},7,{\"weight\":1}]", TRUE},
    {"parts", "{}", FALSE},
};

static void
test_cells(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"text\":\"t\",\"late\":\"l\",\"%s\":%s}", cells[i].member, cells[i].value);
        g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, NULL);
        g_autoptr(Whole) read = dcc_fields_new(&whole_table);
        g_autoptr(Whole) plain = dcc_fields_new(&whole_table);

        plain->text = g_strdup("t");
        plain->late = g_strdup("l");
        g_assert_true(dcc_fields_read(&whole_table, object, 3, read, NULL));
        /* An empty vector is not none, but an empty list of records is. */
        g_test_message("%s", text);
        g_assert_cmpint(!dcc_fields_equal(&whole_table, read, plain), ==, cells[i].sound);
    }
}

static void
test_damaged_records_are_left_out(void)
{
    g_autoptr(JsonObject) object = dcc_json_from_text("{\"text\":\"t\",\"late\":\"l\",\"parts\":[{"
                                                      "\"label\":\"x\"},7,{\"weight\":1},{"
                                                      "\"label\":\"y\"}]}",
                                                      -1,
                                                      NULL);
    g_autoptr(Whole) whole = dcc_fields_new(&whole_table);

    g_assert_true(dcc_fields_read(&whole_table, object, 3, whole, NULL));
    g_assert_cmpuint(whole->parts->len, ==, 2);
    g_assert_cmpstr(((Part *)g_ptr_array_index(whole->parts, 1))->label, ==, "y");
}

static void
test_versions(void)
{
    g_autoptr(JsonObject) object = dcc_json_from_text("{\"text\":\"t\",\"new\":[1]}", -1, NULL);
    g_autoptr(Whole) whole = dcc_fields_new(&whole_table);
    g_autoptr(GError) error = NULL;

    /* What came with version 3 is not asked of version 2. */
    g_assert_true(dcc_fields_read(&whole_table, object, 2, whole, &error));
    g_assert_cmpstr(whole->text, ==, "t");
    g_assert_false(dcc_fields_read(&whole_table, object, 3, whole, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    g_assert_null(whole->text);
}

static void
test_what_json_cannot_carry(void)
{
    g_autoptr(Whole) whole = dcc_fields_new(&whole_table);
    g_autoptr(Whole) read = dcc_fields_new(&whole_table);
    g_autoptr(JsonObject) object = NULL;

    whole->text = g_strdup("caf\xe9");
    whole->late = g_strdup("");
    whole->ratio = NAN;
    object = to_json(whole);
    g_assert_true(dcc_fields_read(&whole_table, object, 3, read, NULL));
    g_assert_cmpstr(read->text, ==, "caf\xef\xbf\xbd");
    g_assert_cmpfloat(read->ratio, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/round-trip", test_round_trip);
    g_test_add_func("/fields/new-has-fallbacks", test_new_has_fallbacks);
    g_test_add_func("/fields/damage", test_damage);
    g_test_add_func("/fields/cells", test_cells);
    g_test_add_func("/fields/damaged-records-are-left-out", test_damaged_records_are_left_out);
    g_test_add_func("/fields/versions", test_versions);
    g_test_add_func("/fields/what-json-cannot-carry", test_what_json_cannot_carry);
    return g_test_run();
}
