/* A struct and its JSON, described once.
 *
 * Problem: what one process writes and another reads was written by one set of helpers and read by
 * others, which then disagreed (about text and bytes, for one). Contract: a table has one row a
 * member; writing, reading, freeing, copying and comparing all go by it. What is read may be
 * damaged: a member that is absent, of another type or out of range gets the row's fallback, or is
 * an error where the row requires it. Members that no row knows are passed over.
 *
 * Threading: any thread, one at a time for one struct.
 */
#pragma once

#include "dcc-api.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The kind says of which type the struct's member is. */
typedef enum {
    DCC_FIELD_TEXT,    /* char *: UTF-8; written valid where it is not */
    DCC_FIELD_BYTES,   /* char *: a path or an argument, byte for byte */
    DCC_FIELD_TEXTV,   /* char **: NULL-terminated */
    DCC_FIELD_BYTESV,  /* char **: NULL-terminated */
    DCC_FIELD_INT,     /* gint64 */
    DCC_FIELD_BOOL,    /* gboolean */
    DCC_FIELD_DOUBLE,  /* double; written as null where it is not finite */
    DCC_FIELD_ENUM,    /* an enumeration with a GType; written by its nick */
    DCC_FIELD_OBJECT,  /* JsonObject *: as it is */
    DCC_FIELD_RECORD,  /* a pointer to a struct with a table of its own */
    DCC_FIELD_RECORDV, /* GPtrArray * of such pointers; NULL is written as an empty array */
} DccFieldKind;

typedef struct _DccField DccField;
typedef struct _DccFieldTable DccFieldTable;

struct _DccField {
    const char *name;
    DccFieldKind kind;
    gsize offset;
    gboolean required; /* without it the whole is an error */
    int since;         /* the version that brought it; older ones need not have it */
    gint64 min;        /* of an INT; */
    gint64 max;        /* both 0: any number */
    gint64 fallback;   /* of an INT, a BOOL, a DOUBLE or an ENUM */
    gboolean nullable; /* an INT or a DOUBLE that is its fallback is not known: written as null */
    GType (*get_type)(void);
    const DccFieldTable *table; /* of a RECORD or a RECORDV */
};

struct _DccFieldTable {
    const DccField *fields;
    guint n_fields;
    gsize size; /* of the struct */
};

#define DCC_FIELD_TABLE(type, rows)                                                                \
    {                                                                                              \
        (rows), G_N_ELEMENTS(rows), sizeof(type)                                                   \
    }

/* (transfer full): a struct with every fallback; free it with dcc_fields_free(). */
gpointer
dcc_fields_new(const DccFieldTable *table);
void
dcc_fields_free(const DccFieldTable *table, gpointer self);
/* Frees what the members hold and gives each its fallback. The struct must hold something sound:
 * a zeroed one does. */
void
dcc_fields_clear(const DccFieldTable *table, gpointer self);
/* (transfer full) */
gpointer
dcc_fields_copy(const DccFieldTable *table, gconstpointer self);
gboolean
dcc_fields_equal(const DccFieldTable *table, gconstpointer a, gconstpointer b);

/* Adds a member for every row, null where there is nothing. */
void
dcc_fields_write(const DccFieldTable *table, gconstpointer self, JsonObject *object);
/* Replaces what self holds. version: the one that object was written in; rows that came later are
 * not required. FALSE: a required member is missing or damaged (error FAILED names it); self then
 * holds fallbacks alone. */
gboolean
dcc_fields_read(
    const DccFieldTable *table, JsonObject *object, int version, gpointer self, GError **error);

G_END_DECLS
