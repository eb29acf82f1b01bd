/* An environment that may be shown.
 *
 * Redacted too often is a nuisance, too seldom a leak: so a name need only hold such a word.
 * Threading: any. */
#include "dcc-redact.h"

#include <stdlib.h>
#include <string.h>

static gboolean
is_secret(const char *name)
{
    static const char *const words[] = {"TOKEN",
                                        "SECRET",
                                        "PASSW",
                                        "PASSPHRASE",
                                        "KEY",
                                        "CREDENTIAL",
                                        "COOKIE",
                                        "BEARER",
                                        "AUTHORIZATION",
                                        "SIGNATURE",
                                        "PRIVATE",
                                        "JWT",
                                        "_AUTH",
                                        "_PWD",
                                        "_PAT"};
    g_autofree char *upper = g_ascii_strup(name, -1);

    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(upper, words[i]) != NULL)
            return TRUE;
    return FALSE;
}

/* Where the part before the host ends; NULL: there is none. */
static const char *
find_at(const char *address)
{
    gsize length = strcspn(address, "/?# \t\n\"'");
    const char *at = NULL;

    for (gsize i = 0; i < length; i++)
        if (address[i] == '@')
            at = address + i;
    return at;
}

static char *
redact_addresses(const char *value)
{
    GString *text = g_string_new(NULL);
    const char *from = value, *scheme;

    while ((scheme = strstr(from, "://")) != NULL) {
        const char *at = find_at(scheme + 3);

        g_string_append_len(text, from, scheme + 3 - from);
        from = scheme + 3;
        if (at == NULL)
            continue;
        g_string_append(text, DCC_REDACTED);
        from = at;
    }
    g_string_append(text, from);
    return g_string_free(text, FALSE);
}

char *
dcc_redact_variable(const char *setting)
{
    const char *equals = strchr(setting, '=');
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;

    if (equals == NULL)
        return g_strdup(setting);
    name = g_strndup(setting, (gsize)(equals - setting));
    if (equals[1] != '\0' && is_secret(name))
        return g_strconcat(name, "=" DCC_REDACTED, NULL);
    value = redact_addresses(equals + 1);
    return g_strconcat(name, "=", value, NULL);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
dcc_redact_environ(const char *const *env)
{
    guint n = env != NULL ? g_strv_length((char **)env) : 0;
    char **redacted = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        redacted[i] = dcc_redact_variable(env[i]);
    qsort(redacted, n, sizeof *redacted, compare);
    return redacted;
}
