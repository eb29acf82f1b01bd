/* A growing list of strings that is a NULL-terminated vector at any moment. Private to this layer.
 */
#pragma once

#include <glib.h>

static inline GPtrArray *
dcc_strings_new(void)
{
    GPtrArray *strings = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(strings, NULL);
    return strings;
}

static inline void
dcc_strings_add(GPtrArray *strings, const char *string)
{
    g_ptr_array_insert(strings, (gint)strings->len - 1, g_strdup(string));
}

static inline const char *const *
dcc_strings_peek(GPtrArray *strings)
{
    return (const char *const *)strings->pdata;
}

/* Copies even when the old and the new string are one. */
static inline void
dcc_string_replace(char **where, const char *string)
{
    char *old = *where;

    *where = g_strdup(string);
    g_free(old);
}
