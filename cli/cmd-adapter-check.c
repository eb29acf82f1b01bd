/* dcchost adapter check: the conformance suite over one module, a line a question. */
#include "cli-verb.h"

#include "cli-check.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-text.h"
#include "dcc-json.h"
#include "dcc-settings.h"
#include <string.h>

/* How the version of an untouched skeleton ends: a sound answer may still be an invention. */
#define MADE_UP "-made-up"

#define DEFAULT_BOUND_MS   1000
#define DEFAULT_TIMEOUT_MS 10000

static gboolean
parse_time(const char *option, const char *text, gint64 *ms, GError **error)
{
    if (!text)
        return TRUE;
    if (dcc_duration_parse(text, ms, NULL) && *ms > 0)
        return TRUE;
    cli_set_usage_error(error, "%s %s: give a time, such as 500ms or 10s", option, text);
    return FALSE;
}

static void
print_line(const char *outcome, const char *question, const char *text)
{
    static const struct {
        const char *outcome;
        const char *colour;
    } colours[] = {
        {"ok", "\033[32m"}, {"default", ""}, {"slow", "\033[33m"}, {"refused", "\033[31m"}};
    const char *colour = "";
    g_autofree char *safe = cli_out_safe(text);

    for (guint i = 0; i < G_N_ELEMENTS(colours) && cli_out_has_colour(); i++)
        if (strcmp(colours[i].outcome, outcome) == 0)
            colour = colours[i].colour;
    cli_out("%s%-7s%s  %-18s  %s\n", colour, outcome, *colour ? "\033[0m" : "", question, safe);
}

/* As it comes: a question may take its time. */
static void
show_row(JsonObject *row, gpointer data)
{
    g_autofree char *reason = dcc_json_get_bytes(row, "reason");

    print_line(dcc_json_get_string(row, "outcome", "?"),
               dcc_json_get_string(row, "question", "?"),
               reason ? reason : dcc_json_get_string(row, "seen", ""));
    cli_out_flush();
}

static void
keep_quiet(JsonObject *row, gpointer data)
{
}

static guint
count_bad(JsonArray *rows)
{
    guint n = 0;

    for (guint i = 0; i < json_array_get_length(rows); i++) {
        const char *outcome =
            dcc_json_get_string(json_array_get_object_element(rows, i), "outcome", "");

        n += strcmp(outcome, "slow") == 0 || strcmp(outcome, "refused") == 0;
    }
    return n;
}

static void
print_sum(JsonObject *report)
{
    g_autofree char *id = dcc_json_get_bytes(report, "id");
    g_autofree char *version = dcc_json_get_bytes(report, "version");
    g_autofree char *reason = dcc_json_get_bytes(report, "reason");
    JsonArray *rows = dcc_json_get_array(report, "rows");
    guint bad = count_bad(rows);

    if (!dcc_json_get_boolean(report, "loaded", FALSE))
        print_line("refused", "load", reason ? reason : "it was not loaded");
    else if (bad == 0 && version && g_str_has_suffix(version, MADE_UP))
        cli_out("%s %s: every answer is sound, but made up: the options, words and codes are the "
                "skeleton's; README.md beside it says what to replace\n",
                id,
                version);
    else if (bad == 0)
        cli_out("%s %s: all is well\n", id, version ? version : "");
    else
        cli_out("%s %s: not well, %u of %u to mend\n",
                id,
                version ? version : "",
                bad,
                json_array_get_length(rows));
}

/* (transfer full): the absolute path, if there is a file. */
static char *
find_file(const char *name, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(name, NULL);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&path);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "module file %s is not there; 'dcchost adapters' shows those that are found",
                path);
    return NULL;
}

static int
check_file(const char *name, CliCheck *check, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = find_file(name, &error);
    g_autoptr(JsonObject) report = NULL;

    check->path = path;
    check->on_row = json ? keep_quiet : show_row;
    report = path ? cli_check_run(check, &error) : NULL;
    if (!report)
        return cli_fail(error);
    if (json)
        cli_out_object(report);
    else
        print_sum(report);
    return dcc_json_get_boolean(report, "well", FALSE) ? CLI_DONE : CLI_NOT_WELL;
}

int
cmd_adapter_check(char **argv)
{
    g_autofree char *slow = NULL;
    g_autofree char *timeout = NULL;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json",
         0,
         0,
         G_OPTION_ARG_NONE,
         &json,
         "An object: path id title version type loaded reason well rows",
         NULL},
        {"slow", 0, 0, G_OPTION_ARG_FILENAME, &slow, "What takes longer is slow: 1s", "TIME"},
        {"timeout",
         0,
         0,
         G_OPTION_ARG_FILENAME,
         &timeout,
         "What takes longer is ended, for each question: 10s",
         "TIME"},
        {NULL},
    };
    const CliUsage usage = {
        "FILE.so",
        "Ask an adapter module every question in every way: 0 all is well, 1 something is not.",
        "One line a question, and how it went:\n"
        "  ok       every answer was sound; the line counts what they said\n"
        "  default  the adapter leaves it alone; the default answer is sound\n"
        "  slow     sound, but it took too long three times running\n"
        "  refused  with the reason, and what it was asked with\n"
        "'declined' counts answers that were an error in the adapter's own words.\n"
        "\n"
        "The module is loaded in a process of its own: one that crashes, spins or exits is\n"
        "reported, and the other questions are asked all the same. What each question means is in\n"
        "docs/adapters.md, what is refused in docs/adapter-abi.md.",
        1,
        1};
    CliCheck check = {.bound_ms = DEFAULT_BOUND_MS, .timeout_ms = DEFAULT_TIMEOUT_MS};
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!parse_time("--slow", slow, &check.bound_ms, &error) ||
        !parse_time("--timeout", timeout, &check.timeout_ms, &error))
        return cli_options_fail("dcchost adapter check", error);
    return check_file(argv[1], &check, json);
}
