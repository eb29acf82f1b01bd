/* Reading the documented objects. What is absent, null or of another type is the fallback. */
#pragma once

#include <json-glib/json-glib.h>

const char *
cli_json_string(JsonObject *object, const char *member, const char *fallback);
gint64
cli_json_int(JsonObject *object, const char *member, gint64 fallback);
double
cli_json_double(JsonObject *object, const char *member, double fallback);
gboolean
cli_json_boolean(JsonObject *object, const char *member, gboolean fallback);
/* (transfer none) or NULL. */
JsonObject *
cli_json_object(JsonObject *object, const char *member);
JsonArray *
cli_json_array(JsonObject *object, const char *member);
/* (transfer full): a string of bytes, also one that travelled as {"base64": ...}; NULL when there
 * is none. */
char *
cli_json_bytes(JsonObject *object, const char *member);
char *
cli_json_element_bytes(JsonArray *array, guint i);
/* The other way: a string, {"base64": ...} where it is no UTF-8, null for NULL. */
void
cli_json_set_bytes(JsonObject *object, const char *member, const char *bytes);
/* (transfer full): NULL, with error set, when text is not one JSON object. */
JsonObject *
cli_json_parse(const char *text, GError **error);
