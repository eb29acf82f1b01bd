/* The few things json-glib leaves to its users: members with defaults, one-line text, strings of
 * bytes.
 *
 * A command line or a path on Linux is bytes, JSON is UTF-8. What is valid UTF-8 travels as a
 * string; what is not travels as {"base64": "..."} and comes back byte for byte.
 */
#pragma once

#include "dcc-api.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

const char *
dcc_json_get_string(JsonObject *object, const char *member, const char *fallback);
/* Whether there is a whole number that a gint64 holds. */
gboolean
dcc_json_has_int(JsonObject *object, const char *member);
gint64
dcc_json_get_int(JsonObject *object, const char *member, gint64 fallback);
double
dcc_json_get_double(JsonObject *object, const char *member, double fallback);
gboolean
dcc_json_get_boolean(JsonObject *object, const char *member, gboolean fallback);
/* Both borrow from object; NULL when the member is absent or of another type. */
JsonObject *
dcc_json_get_object(JsonObject *object, const char *member);
JsonArray *
dcc_json_get_array(JsonObject *object, const char *member);

/* One line without the line feed. */
char *
dcc_json_to_line(JsonObject *object);
/* The text must be one JSON object. */
JsonObject *
dcc_json_from_text(const char *text, gssize length, GError **error);

void
dcc_json_set_bytes(JsonObject *object, const char *member, const char *bytes);
char *
dcc_json_get_bytes(JsonObject *object, const char *member);
void
dcc_json_set_bytesv(JsonObject *object, const char *member, const char *const *strings);
/* NULL when the member is absent or malformed. */
char **
dcc_json_get_bytesv(JsonObject *object, const char *member);
/* One element of an array of strings of bytes; NULL when it is malformed. */
char *
dcc_json_element_bytes(JsonArray *array, guint i);
/* (transfer full): strings alone; NULL when the member is absent or malformed. */
char **
dcc_json_get_textv(JsonObject *object, const char *member);

G_END_DECLS
