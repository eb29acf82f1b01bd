/* dcchost doctor: says what is well, what is not, and what to do about it. */
#include "cli-verb.h"

#include "cli-doctor-applications.h"
#include "cli-doctor-system.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-text.h"

static const char *const level_colours[] = {
    [CLI_FINDING_OK] = "\033[32m",
    [CLI_FINDING_WARN] = "\033[33m",
    [CLI_FINDING_FAIL] = "\033[31m",
};

static void
print_finding(const CliFinding *finding)
{
    gboolean colour = cli_out_has_colour();
    g_autofree char *check = cli_escape(finding->check);
    g_autofree char *detail = cli_escape(finding->detail);

    cli_out("%s%-4s%s  %-18s %s\n",
            colour ? level_colours[finding->level] : "",
            cli_finding_level_name(finding->level),
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

    for (guint i = 0; i < findings->len; i++)
        json_array_add_object_element(list, cli_finding_to_json(findings->pdata[i]));
    cli_out_array(list);
}

static gboolean
print_findings(GPtrArray *findings, gboolean json)
{
    gboolean failed = FALSE;

    for (guint i = 0; i < findings->len; i++) {
        const CliFinding *finding = findings->pdata[i];

        failed = failed || finding->level == CLI_FINDING_FAIL;
        if (!json)
            print_finding(finding);
    }
    if (json)
        print_json(findings);
    cli_out_flush();
    return failed;
}

int
cmd_doctor(char **argv)
{
    gboolean json = FALSE, part = FALSE, needed = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "A list: level check detail advice", NULL},
        {"part", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &part, "The application alone", NULL},
        {"needed", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &needed, "It has to be there", NULL},
        {NULL},
    };
    const CliUsage usage = {"[APP]",
                            "Look at everything that launching needs: 0 fine, 1 something fails.",
                            "Applications are asked for their versions side by side; one that does "
                            "not answer is\nnamed while it is waited for.",
                            0,
                            1};
    g_autoptr(GPtrArray) findings = cli_findings_new();
    g_autoptr(GPtrArray) applications = cli_findings_new();
    gboolean failed = FALSE;
    int status;

    if (!cli_options_parse(&usage, entries, argv, &status))
        return status;
    if (!part)
        cli_doctor_check_system(findings);
    if (!json) /* what is known already is shown while applications are asked */
        failed = print_findings(findings, FALSE);
    if (part && argv[1] != NULL)
        cli_doctor_check_application(
            applications, argv[1], needed ? CLI_FINDING_FAIL : CLI_FINDING_WARN);
    else
        cli_doctor_check_applications(applications, argv[1]);
    if (json) {
        g_ptr_array_extend_and_steal(findings, g_steal_pointer(&applications));
        failed = print_findings(findings, TRUE);
    } else {
        failed = print_findings(applications, FALSE) || failed;
    }
    return failed ? CLI_NOT_WELL : CLI_DONE;
}
