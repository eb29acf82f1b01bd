/* Reading a verb's command line. GOption's own --help prints through the locale and leaves the
 * process, so help is an option of ours. */
#include "cli-options.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "cli-text.h"
#include <string.h>

static GOptionContext *
make_context(const CliUsage *usage, const GOptionEntry *entries, const GOptionEntry *own)
{
    GOptionContext *context = g_option_context_new(usage->arguments);
    g_autofree char *description = NULL;

    description = usage->description != NULL
                      ? g_strdup_printf("%s\n\n%s", usage->description, cli_exit_help)
                      : g_strdup(cli_exit_help);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, usage->summary);
    g_option_context_set_description(context, description);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, own, NULL);
    return context;
}

/* GOption says "Unknown option --headles". */
static char *
near_options(const char *message, const GOptionEntry *entries)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *dashes = strstr(message, "--");

    g_ptr_array_add(names, g_strdup("--help"));
    for (; entries != NULL && entries->long_name != NULL; entries++)
        g_ptr_array_add(names, g_strconcat("--", entries->long_name, NULL));
    g_ptr_array_add(names, NULL);
    if (dashes == NULL)
        return g_strdup("");
    return cli_near_text(dashes, (const char *const *)names->pdata);
}

static void
reword(GError **error, const GOptionEntry *entries)
{
    g_autofree char *message = g_strdup((*error)->message);
    g_autofree char *near = NULL;

    if (g_error_matches(*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        near = near_options(message, entries);
    if (g_ascii_isupper(message[0]))
        message[0] = g_ascii_tolower(message[0]);
    g_clear_error(error);
    cli_set_usage_error(error, "%s%s", message, near != NULL ? near : "");
}

static gboolean
check_count(const CliUsage *usage, char **argv, GError **error)
{
    guint n = g_strv_length(argv) - 1;

    if (n < usage->min)
        cli_set_usage_error(error, "missing argument: %s", usage->arguments);
    else if (n > usage->max)
        cli_set_usage_error(error, "too many arguments: '%s'", argv[usage->max + 1]);
    return n >= usage->min && n <= usage->max;
}

char **
cli_options_cut(char **argv)
{
    for (char **p = argv; *p != NULL; p++) {
        if (strcmp(*p, "--") == 0) {
            char **args = g_strdupv(p + 1);

            *p = NULL;
            return args;
        }
    }
    return NULL;
}

int
cli_options_fail(const char *verb, const GError *error)
{
    int status = cli_fail(error);

    if (status == CLI_USAGE)
        cli_warn("see '%s --help'", verb);
    return status;
}

gboolean
cli_options_parse(const CliUsage *usage, const GOptionEntry *entries, char **argv, int *status)
{
    gboolean help = FALSE;
    const GOptionEntry own[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = make_context(usage, entries, own);
    g_autofree char *verb = g_strdup(argv[0]);
    g_autoptr(GError) error = NULL;
    int argc = (int)g_strv_length(argv);

    g_set_prgname(verb);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        reword(&error, entries);
    else if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

        cli_out_text(text);
        *status = CLI_DONE;
        return FALSE;
    }
    if (error == NULL && check_count(usage, argv, &error))
        return TRUE;
    *status = cli_options_fail(verb, error);
    return FALSE;
}
