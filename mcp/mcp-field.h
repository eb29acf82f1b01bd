/* One member of what a tool takes or gives, as a row: its schema, the check of an argument and its
 * line in the reference are made from it. */
#pragma once

#include <json-glib/json-glib.h>

typedef enum {
    MCP_TEXT,
    MCP_INTEGER,
    MCP_NUMBER,
    MCP_BOOLEAN,
    MCP_OBJECT,  /* with fields; without any: of whatever members */
    MCP_TEXTS,   /* a list */
    MCP_OBJECTS, /* a list */
} McpType;

typedef struct _McpField McpField;

struct _McpField {
    const char *name; /* NULL: the row after the last */
    McpType type;
    const char *about;
    gboolean required; /* of a result: it is always there */
    gboolean nullable; /* null: not known, or there is none */
    gint64 min, max;   /* of numbers, both included; equal: no bounds */
    const char *const *choices;
    const McpField *fields;
    const char *fallback; /* JSON text: what an argument is where it is left out */
};

/* Text of an argument, at most. */
#define MCP_MAX_TEXT (256 * 1024)

/* (transfer full): JSON Schema 2020-12. closed: no other members. */
JsonObject *
mcp_field_make_schema(const McpField *fields, gboolean closed);
/* Whether arguments are as the rows say; error: what is wrong, and what there is. */
gboolean
mcp_field_check(const McpField *fields, JsonObject *arguments, GError **error);
/* The word for the type, for the reference. */
const char *
mcp_field_type_name(const McpField *field);
