/* dcchost doctor: says what is well, what is not, and what to do about it. */
#include "cli-verb.h"

#include "cli-doctor.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-text.h"
#include "dcc-json.h"

static const char *const level_names[] = {
    [CLI_FINDING_OK] = "ok",
    [CLI_FINDING_WARN] = "warn",
    [CLI_FINDING_FAIL] = "fail",
};
static const char *const level_colours[] = {
    [CLI_FINDING_OK] = "\033[32m",
    [CLI_FINDING_WARN] = "\033[33m",
    [CLI_FINDING_FAIL] = "\033[31m",
};

static void
finding_free(gpointer data)
{
    CliFinding *finding = data;

    g_free(finding->check);
    g_free(finding->detail);
    g_free(finding->advice);
    g_free(finding);
}

void
cli_doctor_add(GPtrArray *findings,
               CliLevel level,
               const char *check,
               const char *advice,
               const char *format,
               ...)
{
    CliFinding *finding = g_new0(CliFinding, 1);
    va_list args;

    va_start(args, format);
    finding->detail = g_strdup_vprintf(format, args);
    va_end(args);
    finding->level = level;
    finding->check = g_strdup(check);
    finding->advice = g_strdup(advice);
    g_ptr_array_add(findings, finding);
}

GPtrArray *
cli_doctor_examine(const char *app)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);

    cli_doctor_check_system(findings);
    cli_doctor_check_applications(findings, app);
    return findings;
}

static void
print_finding(const CliFinding *finding)
{
    gboolean colour = cli_out_has_colour();
    g_autofree char *check = cli_escape(finding->check);
    g_autofree char *detail = cli_escape(finding->detail);

    cli_out("%s%-4s%s  %-18s %s\n",
            colour ? level_colours[finding->level] : "",
            level_names[finding->level],
            colour ? "\033[0m" : "",
            check,
            detail);
    if (finding->advice != NULL)
        cli_out("%25s-> %s\n", "", finding->advice);
}

static void
print_json(GPtrArray *findings)
{
    g_autoptr(JsonArray) list = json_array_new();

    for (guint i = 0; i < findings->len; i++) {
        const CliFinding *finding = findings->pdata[i];
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "level", level_names[finding->level]);
        dcc_json_set_bytes(object, "check", finding->check);
        dcc_json_set_bytes(object, "detail", finding->detail);
        dcc_json_set_bytes(object, "advice", finding->advice);
        json_array_add_object_element(list, object);
    }
    cli_out_array(list);
}

int
cmd_doctor(char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "A list: level check detail advice", NULL},
        {NULL},
    };
    const CliUsage usage = {
        "[APP]", "Look at everything that launching needs: 0 fine, 1 something fails.", NULL, 0, 1};
    g_autoptr(GPtrArray) findings = NULL;
    gboolean failed = FALSE;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    findings = cli_doctor_examine(argv[1]);
    for (guint i = 0; i < findings->len; i++) {
        const CliFinding *finding = findings->pdata[i];

        failed = failed || finding->level == CLI_FINDING_FAIL;
        if (!json)
            print_finding(finding);
    }
    if (json)
        print_json(findings);
    return failed ? CLI_NOT_WELL : CLI_DONE;
}
