/* What to do about a bad end: a table by verdict, and what depends on how it stands now. */
#include "cli-advice.h"

#include "cli-instance.h"
#include "dcc-json.h"
#include <string.h>

G_GNUC_PRINTF(2, 3)
static void
add(GPtrArray *advice, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(advice, g_strdup_vprintf(format, args));
    va_end(args);
}

static void
add_by_verdict(GPtrArray *advice, JsonObject *death)
{
    static const struct {
        const char *verdict, *words;
    } table[] = {
        {"licence", "see that a licence is to be had, then start it again"},
        {"bad-scene", "see that the scene can be read; an older version of it may open"},
        {"script-error", "mend the script that the log names"},
        {"oom", "close something else, or make the scene smaller, before it is started again"},
        {"no-display", "dcchost launch with --headless, or see that DISPLAY leads somewhere"},
    };
    const char *verdict = dcc_json_get_string(dcc_json_get_object(death, "result"), "verdict", "");

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].verdict, verdict) == 0)
            add(advice, "%s", table[i].words);
    if (strcmp(verdict, "broken-install") == 0)
        add(advice, "dcchost doctor %s", dcc_json_get_string(death, "app", ""));
}

static gboolean
waits_for_licence(const CliWhy *why)
{
    JsonObject *result = dcc_json_get_object(why->death, "result");

    return !dcc_json_get_boolean(why->status, "ready", FALSE) &&
           strcmp(dcc_json_get_string(result, "verdict", ""), "licence") == 0;
}

static void
add_for_live(GPtrArray *advice, const CliWhy *why)
{
    if (!dcc_json_get_boolean(why->status, "attended", FALSE))
        add(advice, "dcchost adopt %s", why->name);
    else if (cli_status_get_work(why->status) != NULL)
        add(advice, "dcchost restart %s --recover", why->name);
    else if (dcc_json_get_string(why->status, "recovered", NULL) != NULL)
        add(advice, "nothing, but to save what was brought back: it goes on");
    else if (waits_for_licence(why))
        add(advice, "see that a licence is to be had: it tries again by itself");
    else if (why->death != NULL)
        add(advice, "nothing: it goes on; 'dcchost events %s' tells the rest", why->name);
}

/* Older than the scene, or of an end in order: nobody has to go there, and it can be had. */
static void
add_kept(GPtrArray *advice, const CliWhy *why)
{
    if (cli_status_get_work(why->status) == NULL && cli_status_get_kept(why->status) != NULL)
        add(advice, "dcchost restart %s --recover, to go on from what was kept", why->name);
}

static void
add_safe(GPtrArray *advice, const CliWhy *why)
{
    if (!dcc_json_get_boolean(why->death, "safe", FALSE))
        add(advice, "dcchost launch %s --safe", dcc_json_get_string(why->death, "app", ""));
}

/* A start that never came to its end would not the next time either: preferences, start-up scripts
 * and plug-ins are what usually holds it up. A crash may well have been the only one. */
static void
add_for_over(GPtrArray *advice, const CliWhy *why)
{
    JsonObject *result = dcc_json_get_object(why->death, "result");
    gboolean work = cli_status_get_work(why->status) != NULL;
    gboolean late = strcmp(dcc_json_get_string(result, "kind", ""), "start-failed") == 0 &&
                    strcmp(dcc_json_get_string(result, "stage", ""), "ready") == 0;

    add_by_verdict(advice, why->death);
    if (late)
        add_safe(advice, why);
    add(advice, "dcchost restart %s%s", why->name, work ? " --recover" : "");
    add_kept(advice, why);
    if (!late && strcmp(dcc_json_get_string(result, "verdict", ""), "crash") == 0)
        add_safe(advice, why);
}

char **
cli_advice_list(const CliWhy *why)
{
    GPtrArray *advice = g_ptr_array_new();

    if (cli_why_is_hung(why)) {
        add(advice, "dcchost restart %s, which saves first if it can", why->name);
        add(advice, "dcchost kill %s, if it is past help", why->name);
    } else if (cli_why_is_unattended_end(why)) {
        add(advice, "dcchost adopt %s", why->name);
    } else if (why->status != NULL && !cli_status_is_over(why->status)) {
        add_for_live(advice, why);
    } else if (why->death != NULL) {
        add_for_over(advice, why);
    } else if (cli_status_get_work(why->status) != NULL) {
        add(advice, "dcchost restart %s --recover", why->name);
    } else {
        add_kept(advice, why);
    }
    g_ptr_array_add(advice, NULL);
    return (char **)g_ptr_array_free(advice, FALSE);
}
