/* Random structs by their tables. */
#pragma once

#include "dcc-fields.h"

/* Random bytes, numbers in their range, nested ones. The struct must hold something sound. */
void
random_fields_fill(const DccFieldTable *table, gpointer self, GRand *rand);
/* Through a text and back. */
JsonObject *
random_fields_through_text(JsonObject *object);
/* One of the values that a damaged file may have in place of any other; NULL when there are no
 * more. */
JsonNode *
random_fields_wrong_value(guint n);
