#include "random-fields.h"

#include "dcc-json.h"

#define AT(self, field, type) ((type *)(gpointer)((char *)(self) + (field)->offset))

static char *
make_bytes(GRand *rand)
{
    guint length = (guint)g_rand_int_range(rand, 0, 40);
    char *bytes = g_malloc0(length + 1);

    for (guint i = 0; i < length; i++)
        bytes[i] = (char)g_rand_int_range(rand, 1, 256);
    return bytes;
}

static gunichar
make_letter(GRand *rand)
{
    gunichar letter;

    do
        letter = (gunichar)g_rand_int_range(rand, 1, g_rand_boolean(rand) ? 0x80 : 0x110000);
    while (!g_unichar_validate(letter));
    return letter;
}

static char *
make_text(GRand *rand)
{
    GString *text = g_string_new(NULL);

    for (guint i = (guint)g_rand_int_range(rand, 0, 20); i > 0; i--)
        g_string_append_unichar(text, make_letter(rand));
    return g_string_free(text, FALSE);
}

static char **
make_strings(GRand *rand, char *(*make)(GRand *rand))
{
    guint n = (guint)g_rand_int_range(rand, 0, 5);
    char **strings = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        strings[i] = make(rand);
    return strings;
}

static gint64
make_int(const DccField *field, GRand *rand)
{
    gint64 number = (gint64)(((guint64)g_rand_int(rand) << 32) | g_rand_int(rand));
    guint64 span = (guint64)field->max - (guint64)field->min;

    if (field->min == 0 && field->max == 0)
        return g_rand_int_range(rand, 0, 8) == 0 ? G_MININT64 + 1 : number;
    if (g_rand_int_range(rand, 0, 4) == 0)
        return g_rand_boolean(rand) ? field->min : field->max;
    return (gint64)((guint64)field->min +
                    (span == G_MAXUINT64 ? (guint64)number : (guint64)number % (span + 1)));
}

static int
make_enum(const DccField *field, GRand *rand)
{
    g_autoptr(GEnumClass) klass = g_type_class_ref(field->get_type());

    return klass->values[g_rand_int_range(rand, 0, (gint32)klass->n_values)].value;
}

static JsonObject *
make_object(GRand *rand)
{
    JsonObject *object = json_object_new();
    g_autofree char *text = make_text(rand);

    json_object_set_string_member(object, "text", text);
    json_object_set_int_member(object, "number", g_rand_int_range(rand, -5, 5));
    json_object_set_null_member(object, "nothing");
    return object;
}

static gpointer
make_record(const DccFieldTable *table, GRand *rand)
{
    gpointer record = dcc_fields_new(table);

    random_fields_fill(table, record, rand);
    return record;
}

static GPtrArray *
make_records(const DccFieldTable *table, GRand *rand)
{
    GPtrArray *records = g_ptr_array_new();

    for (guint i = (guint)g_rand_int_range(rand, 0, 4); i > 0; i--)
        g_ptr_array_add(records, make_record(table, rand));
    return records;
}

static gpointer
make_pointer(const DccField *field, GRand *rand)
{
    switch (field->kind) {
    case DCC_FIELD_TEXT:
        return make_text(rand);
    case DCC_FIELD_BYTES:
        return make_bytes(rand);
    case DCC_FIELD_TEXTV:
        return make_strings(rand, make_text);
    case DCC_FIELD_BYTESV:
        return make_strings(rand, make_bytes);
    case DCC_FIELD_OBJECT:
        return make_object(rand);
    case DCC_FIELD_RECORD:
        return make_record(field->table, rand);
    default:
        return make_records(field->table, rand);
    }
}

static void
fill_member(const DccField *field, gpointer self, GRand *rand)
{
    switch (field->kind) {
    case DCC_FIELD_INT:
        *AT(self, field, gint64) = make_int(field, rand);
        break;
    case DCC_FIELD_BOOL:
        *AT(self, field, gboolean) = g_rand_boolean(rand);
        break;
    case DCC_FIELD_DOUBLE:
        *AT(self, field, double) = g_rand_double_range(rand, -1e9, 1e9);
        break;
    case DCC_FIELD_ENUM:
        *AT(self, field, int) = make_enum(field, rand);
        break;
    default:
        if (field->required || g_rand_int_range(rand, 0, 6) != 0)
            *AT(self, field, gpointer) = make_pointer(field, rand);
    }
}

void
random_fields_fill(const DccFieldTable *table, gpointer self, GRand *rand)
{
    dcc_fields_clear(table, self);
    for (guint i = 0; i < table->n_fields; i++)
        fill_member(&table->fields[i], self, rand);
}

JsonObject *
random_fields_through_text(JsonObject *object)
{
    g_autofree char *text = dcc_json_to_line(object);
    g_autoptr(GError) error = NULL;
    JsonObject *again = dcc_json_from_text(text, -1, &error);

    g_assert_no_error(error);
    return again;
}

JsonNode *
random_fields_wrong_value(guint n)
{
    static const char *const values[] = {
        "null",
        "true",
        "-7",
        "99999999999999999",
        "0.5",
        "1e300",
        "\"no such word\"",
        "[]",
        "[1,null,{}]",
        "[\"a\",2]",
        "{}",
        "{\"base64\":5}",
        "{\"base64\":\"!\"}",
        "{\"base64\":\"AAAA\"}",
    };

    return n < G_N_ELEMENTS(values) ? json_from_string(values[n], NULL) : NULL;
}
