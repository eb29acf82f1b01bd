/* Text that others have written; see the header. Threading: any. */
#include "dcc-text.h"

#include <string.h>

#define DOTS       "..."
#define MAX_LETTER 4 /* bytes of one character */

char *
dcc_text_cut(const char *text, gsize max)
{
    g_autofree char *valid = NULL;
    gsize end = max - strlen(DOTS);

    g_return_val_if_fail(max >= 10, NULL);
    if (text == NULL)
        return NULL;
    /* What is cut through here lies behind what is kept. */
    valid = g_utf8_make_valid(text, (gssize)strnlen(text, max + MAX_LETTER));
    if (strlen(valid) <= max)
        return g_steal_pointer(&valid);
    while (((guchar)valid[end] & 0xC0) == 0x80)
        end--;
    valid[end] = '\0';
    return g_strconcat(valid, DOTS, NULL);
}
