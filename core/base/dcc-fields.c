/* A struct by its table: made, freed, copied, compared. dcc-fields-json.c writes and reads it. */
#include "dcc-fields.h"

#include <string.h>

#define MEMBER(self, field, type) ((type *)(gpointer)((char *)(self) + (field)->offset))
#define PEEK(self, field, type)                                                                    \
    (*(const type *)(gconstpointer)((const char *)(self) + (field)->offset))

static void
free_records(const DccFieldTable *table, GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++)
        dcc_fields_free(table, g_ptr_array_index(records, i));
    g_ptr_array_unref(records);
}

static void
clear_pointer(const DccField *field, gpointer *member)
{
    gpointer held = g_steal_pointer(member);

    if (held == NULL)
        return;
    switch (field->kind) {
    case DCC_FIELD_TEXTV:
    case DCC_FIELD_BYTESV:
        g_strfreev(held);
        break;
    case DCC_FIELD_OBJECT:
        json_object_unref(held);
        break;
    case DCC_FIELD_RECORD:
        dcc_fields_free(field->table, held);
        break;
    case DCC_FIELD_RECORDV:
        free_records(field->table, held);
        break;
    default:
        g_free(held);
    }
}

static void
clear_member(const DccField *field, gpointer self)
{
    switch (field->kind) {
    case DCC_FIELD_INT:
        *MEMBER(self, field, gint64) = field->fallback;
        break;
    case DCC_FIELD_BOOL:
        *MEMBER(self, field, gboolean) = field->fallback != 0;
        break;
    case DCC_FIELD_DOUBLE:
        *MEMBER(self, field, double) = (double)field->fallback;
        break;
    case DCC_FIELD_ENUM:
        *MEMBER(self, field, int) = (int)field->fallback;
        break;
    default:
        clear_pointer(field, MEMBER(self, field, gpointer));
    }
}

void
dcc_fields_clear(const DccFieldTable *table, gpointer self)
{
    for (guint i = 0; i < table->n_fields; i++)
        clear_member(&table->fields[i], self);
}

gpointer
dcc_fields_new(const DccFieldTable *table)
{
    gpointer self = g_malloc0(table->size);

    dcc_fields_clear(table, self);
    return self;
}

void
dcc_fields_free(const DccFieldTable *table, gpointer self)
{
    if (self == NULL)
        return;
    dcc_fields_clear(table, self);
    g_free(self);
}

static GPtrArray *
copy_records(const DccFieldTable *table, const GPtrArray *records)
{
    GPtrArray *copies = g_ptr_array_new();

    for (guint i = 0; i < records->len; i++)
        g_ptr_array_add(copies, dcc_fields_copy(table, g_ptr_array_index(records, i)));
    return copies;
}

static gpointer
copy_pointer(const DccField *field, gpointer held)
{
    if (held == NULL)
        return NULL;
    switch (field->kind) {
    case DCC_FIELD_TEXTV:
    case DCC_FIELD_BYTESV:
        return g_strdupv(held);
    case DCC_FIELD_OBJECT:
        return json_object_ref(held);
    case DCC_FIELD_RECORD:
        return dcc_fields_copy(field->table, held);
    case DCC_FIELD_RECORDV:
        return copy_records(field->table, held);
    default:
        return g_strdup(held);
    }
}

static void
copy_member(const DccField *field, gconstpointer from, gpointer to)
{
    switch (field->kind) {
    case DCC_FIELD_INT:
        *MEMBER(to, field, gint64) = PEEK(from, field, gint64);
        break;
    case DCC_FIELD_BOOL:
        *MEMBER(to, field, gboolean) = PEEK(from, field, gboolean);
        break;
    case DCC_FIELD_DOUBLE:
        *MEMBER(to, field, double) = PEEK(from, field, double);
        break;
    case DCC_FIELD_ENUM:
        *MEMBER(to, field, int) = PEEK(from, field, int);
        break;
    default:
        *MEMBER(to, field, gpointer) = copy_pointer(field, PEEK(from, field, gpointer));
    }
}

gpointer
dcc_fields_copy(const DccFieldTable *table, gconstpointer self)
{
    gpointer copy = g_malloc0(table->size);

    for (guint i = 0; i < table->n_fields; i++)
        copy_member(&table->fields[i], self, copy);
    return copy;
}

/* None and an empty one are written alike. */
static gboolean
equal_records(const DccFieldTable *table, const GPtrArray *a, const GPtrArray *b)
{
    guint n = a != NULL ? a->len : 0;

    if (n != (b != NULL ? b->len : 0))
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (!dcc_fields_equal(table, g_ptr_array_index(a, i), g_ptr_array_index(b, i)))
            return FALSE;
    return TRUE;
}

static gboolean
equal_pointer(const DccField *field, gpointer a, gpointer b)
{
    if (field->kind == DCC_FIELD_RECORDV)
        return equal_records(field->table, a, b);
    if (a == NULL || b == NULL)
        return a == b;
    switch (field->kind) {
    case DCC_FIELD_TEXTV:
    case DCC_FIELD_BYTESV:
        return g_strv_equal(a, b);
    case DCC_FIELD_OBJECT:
        return json_object_equal(a, b);
    case DCC_FIELD_RECORD:
        return dcc_fields_equal(field->table, a, b);
    default:
        return g_str_equal(a, b);
    }
}

static gboolean
equal_member(const DccField *field, gconstpointer a, gconstpointer b)
{
    switch (field->kind) {
    case DCC_FIELD_INT:
        return PEEK(a, field, gint64) == PEEK(b, field, gint64);
    case DCC_FIELD_BOOL:
        return !PEEK(a, field, gboolean) == !PEEK(b, field, gboolean);
    case DCC_FIELD_DOUBLE:
        return PEEK(a, field, double) == PEEK(b, field, double);
    case DCC_FIELD_ENUM:
        return PEEK(a, field, int) == PEEK(b, field, int);
    default:
        return equal_pointer(field, PEEK(a, field, gpointer), PEEK(b, field, gpointer));
    }
}

gboolean
dcc_fields_equal(const DccFieldTable *table, gconstpointer a, gconstpointer b)
{
    for (guint i = 0; i < table->n_fields; i++)
        if (!equal_member(&table->fields[i], a, b))
            return FALSE;
    return TRUE;
}
