/* Words for the enumerations: what users type and programs read.
 *
 * The words are the nicks of the GTypes, so they are written once, in the header.
 * Threading: any thread.
 */
#include "dcc-enums.h"

#include "dcc-error.h"

/**
 * dcc_enum_to_nick:
 * @type: the #GType of an enumeration
 * @value: a value of it
 *
 * The word for a value of an enumeration of this library, as it is typed and written: "on-
 * crash".
 *
 * Returns: (nullable): the word, or %NULL for a value that there is not
 *
 * Since: 1.0
 */
const char *
dcc_enum_to_nick(GType type, int value)
{
    g_return_val_if_fail(G_TYPE_IS_ENUM(type), NULL);

    g_autoptr(GEnumClass) klass = g_type_class_ref(type);
    const GEnumValue *found = g_enum_get_value(klass, value);

    /* The nicks are literals of the generated code: they outlive the class. */
    return found != NULL ? found->value_nick : NULL;
}

static char *
join_nicks(GEnumClass *klass)
{
    GString *words = g_string_new(NULL);

    for (guint i = 0; i < klass->n_values; i++)
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "", klass->values[i].value_nick);
    return g_string_free(words, FALSE);
}

/**
 * dcc_enum_from_nick:
 * @type: the #GType of an enumeration
 * @nick: (nullable): a word
 * @value: (out) (optional): the value
 * @error: where to put an error, or %NULL
 *
 * The value for a word. The error, %DCC_ERROR_INVALID, lists the words that would do.
 *
 * Returns: %TRUE if there is such a word; @value is left alone otherwise
 *
 * Since: 1.0
 */
gboolean
dcc_enum_from_nick(GType type, const char *nick, int *value, GError **error)
{
    g_return_val_if_fail(G_TYPE_IS_ENUM(type), FALSE);

    g_autoptr(GEnumClass) klass = g_type_class_ref(type);
    const GEnumValue *found = nick != NULL ? g_enum_get_value_by_nick(klass, nick) : NULL;

    if (found == NULL) {
        g_autofree char *shown = g_utf8_make_valid(nick != NULL ? nick : "", -1);
        g_autofree char *words = join_nicks(klass);

        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_INVALID,
                    "\"%s\" is not one of the words that would do: %s",
                    shown,
                    words);
        return FALSE;
    }
    if (value != NULL)
        *value = found->value;
    return TRUE;
}
