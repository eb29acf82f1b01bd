/* A struct by its table, as JSON and back. */
#include "dcc-fields.h"

#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-json.h"

#include <math.h>

#define MEMBER(self, field) ((gpointer)((char *)(self) + (field)->offset))
#define PEEK(self, field, type)                                                                    \
    (*(const type *)(gconstpointer)((const char *)(self) + (field)->offset))

static void
set_text(JsonObject *object, const char *name, const char *text)
{
    g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    if (valid != NULL)
        json_object_set_string_member(object, name, valid);
    else
        json_object_set_null_member(object, name);
}

static void
set_textv(JsonObject *object, const char *name, const char *const *texts)
{
    JsonArray *array = json_array_new();

    for (gsize i = 0; texts[i] != NULL; i++) {
        g_autofree char *valid = g_utf8_make_valid(texts[i], -1);

        json_array_add_string_element(array, valid);
    }
    json_object_set_array_member(object, name, array);
}

static void
set_int(JsonObject *object, const DccField *field, gint64 value)
{
    if (field->nullable && value == field->fallback)
        json_object_set_null_member(object, field->name);
    else
        json_object_set_int_member(object, field->name, value);
}

static void
set_double(JsonObject *object, const DccField *field, double value)
{
    if (!isfinite(value) || (field->nullable && value == (double)field->fallback))
        json_object_set_null_member(object, field->name);
    else
        json_object_set_double_member(object, field->name, value);
}

static JsonObject *
record_to_object(const DccFieldTable *table, gconstpointer record)
{
    JsonObject *object = json_object_new();

    dcc_fields_write(table, record, object);
    return object;
}

static void
set_records(JsonObject *object, const DccField *field, const GPtrArray *records)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; records != NULL && i < records->len; i++)
        json_array_add_object_element(
            array, record_to_object(field->table, g_ptr_array_index(records, i)));
    json_object_set_array_member(object, field->name, array);
}

/* Those that a pointer leads to; NULL is null, whatever the kind. */
static void
write_pointer(const DccField *field, gpointer held, JsonObject *object)
{
    if (field->kind == DCC_FIELD_RECORDV)
        set_records(object, field, held);
    else if (held == NULL)
        json_object_set_null_member(object, field->name);
    else if (field->kind == DCC_FIELD_TEXT)
        set_text(object, field->name, held);
    else if (field->kind == DCC_FIELD_BYTES)
        dcc_json_set_bytes(object, field->name, held);
    else if (field->kind == DCC_FIELD_TEXTV)
        set_textv(object, field->name, held);
    else if (field->kind == DCC_FIELD_BYTESV)
        dcc_json_set_bytesv(object, field->name, held);
    else if (field->kind == DCC_FIELD_OBJECT)
        json_object_set_object_member(object, field->name, json_object_ref(held));
    else
        json_object_set_object_member(object, field->name, record_to_object(field->table, held));
}

static void
write_member(const DccField *field, gconstpointer self, JsonObject *object)
{
    switch (field->kind) {
    case DCC_FIELD_INT:
        set_int(object, field, PEEK(self, field, gint64));
        break;
    case DCC_FIELD_BOOL:
        json_object_set_boolean_member(object, field->name, PEEK(self, field, gboolean) != FALSE);
        break;
    case DCC_FIELD_DOUBLE:
        set_double(object, field, PEEK(self, field, double));
        break;
    case DCC_FIELD_ENUM:
        set_text(object, field->name, dcc_enum_to_nick(field->get_type(), PEEK(self, field, int)));
        break;
    default:
        write_pointer(field, PEEK(self, field, gpointer), object);
    }
}

void
dcc_fields_write(const DccFieldTable *table, gconstpointer self, JsonObject *object)
{
    for (guint i = 0; i < table->n_fields; i++)
        write_member(&table->fields[i], self, object);
}

static gboolean
read_int(const DccField *field, JsonObject *object, gint64 *value)
{
    gboolean any = field->min == 0 && field->max == 0;
    gint64 low = any ? G_MININT64 : field->min, high = any ? G_MAXINT64 : field->max;
    gint64 number;

    if (!dcc_json_has_int(object, field->name))
        return FALSE;
    number = dcc_json_get_int(object, field->name, 0);
    if (number < low || number > high)
        return FALSE;
    *value = number;
    return TRUE;
}

static gboolean
read_bool(const DccField *field, JsonObject *object, gboolean *value)
{
    gboolean low = dcc_json_get_boolean(object, field->name, FALSE);

    if (low != dcc_json_get_boolean(object, field->name, TRUE))
        return FALSE;
    *value = low;
    return TRUE;
}

static gboolean
read_double(const DccField *field, JsonObject *object, double *value)
{
    double number = dcc_json_get_double(object, field->name, NAN);

    if (isnan(number))
        return FALSE;
    *value = number;
    return TRUE;
}

static gpointer
read_record(const DccFieldTable *table, JsonObject *object, int version)
{
    gpointer record = object != NULL ? dcc_fields_new(table) : NULL;

    if (record == NULL || dcc_fields_read(table, object, version, record, NULL))
        return record;
    dcc_fields_free(table, record);
    return NULL;
}

/* What is damaged is left out, and costs the others nothing. */
static GPtrArray *
read_records(const DccField *field, JsonObject *object, int version)
{
    JsonArray *array = dcc_json_get_array(object, field->name);
    GPtrArray *records = array != NULL ? g_ptr_array_new() : NULL;

    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        gpointer record = JSON_NODE_HOLDS_OBJECT(node)
                              ? read_record(field->table, json_node_get_object(node), version)
                              : NULL;

        if (record != NULL)
            g_ptr_array_add(records, record);
    }
    return records;
}

static gpointer
read_pointer(const DccField *field, JsonObject *object, int version)
{
    JsonObject *inner;

    switch (field->kind) {
    case DCC_FIELD_TEXT:
        return g_strdup(dcc_json_get_string(object, field->name, NULL));
    case DCC_FIELD_BYTES:
        return dcc_json_get_bytes(object, field->name);
    case DCC_FIELD_TEXTV:
        return dcc_json_get_textv(object, field->name);
    case DCC_FIELD_BYTESV:
        return dcc_json_get_bytesv(object, field->name);
    case DCC_FIELD_OBJECT:
        inner = dcc_json_get_object(object, field->name);
        return inner != NULL ? json_object_ref(inner) : NULL;
    case DCC_FIELD_RECORD:
        return read_record(field->table, dcc_json_get_object(object, field->name), version);
    default:
        return read_records(field, object, version);
    }
}

/* FALSE: it is missing or damaged, and the struct's member is as it was. */
static gboolean
read_member(const DccField *field, JsonObject *object, int version, gpointer self)
{
    gpointer *held = MEMBER(self, field);

    switch (field->kind) {
    case DCC_FIELD_INT:
        return read_int(field, object, MEMBER(self, field));
    case DCC_FIELD_BOOL:
        return read_bool(field, object, MEMBER(self, field));
    case DCC_FIELD_DOUBLE:
        return read_double(field, object, MEMBER(self, field));
    case DCC_FIELD_ENUM:
        return dcc_enum_from_nick(field->get_type(),
                                  dcc_json_get_string(object, field->name, NULL),
                                  MEMBER(self, field),
                                  NULL);
    default:
        *held = read_pointer(field, object, version);
        return *held != NULL;
    }
}

gboolean
dcc_fields_read(
    const DccFieldTable *table, JsonObject *object, int version, gpointer self, GError **error)
{
    dcc_fields_clear(table, self);
    for (guint i = 0; i < table->n_fields; i++) {
        const DccField *field = &table->fields[i];

        if (read_member(field, object, version, self) || !field->required || field->since > version)
            continue;
        dcc_fields_clear(table, self);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "the member '%s' is missing or damaged",
                    field->name);
        return FALSE;
    }
    return TRUE;
}
