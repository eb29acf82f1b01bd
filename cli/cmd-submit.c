/* dcchost submit: prints a render as a job for a farm engine, or hands it to the engine's own
 * command. No library of an engine is used, and nothing is remembered. */
#include "cli-verb.h"

#include "cli-exit.h"
#include "cli-options.h"
#include "cli-out.h"
#include "cli-submit-options.h"
#include "dcc-error.h"
#include "dcc-spawn.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SBATCH_MS    60000
#define OUTPUT_LIMIT 4096

/* sbatch reads its script before it returns. */
static int
run_sbatch(const char *path)
{
    g_autofree char *program = g_find_program_in_path("sbatch");
    const char *const argv[] = {program, path, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;
    int status = 0;

    if (program == NULL) {
        cli_warn("no sbatch is on PATH; without --submit the script is printed");
        return CLI_NOT_INSTALLED;
    }
    said = dcc_command_run(argv, NULL, SBATCH_MS, OUTPUT_LIMIT, &status, &error);
    if (said == NULL)
        return cli_fail(error);
    g_strchomp(said);
    if (status == 0) {
        cli_out("%s\n", said);
        return CLI_DONE;
    }
    cli_warn("the job was not taken: %s", said);
    return CLI_NOT_WELL;
}

static int
hand_over(const char *script)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("dcchost-submit-XXXXXX", &path, &error), status;

    if (fd < 0)
        return cli_fail(error);
    close(fd);
    if (g_file_set_contents(path, script, -1, &error))
        status = run_sbatch(path);
    else
        status = cli_fail(error);
    g_unlink(path);
    return status;
}

static int
submit(CliSubmitOptions *options, const CliSubmission *submission)
{
    g_autoptr(JsonObject) template = NULL;
    g_autofree char *script = NULL;
    g_autoptr(GError) error = NULL;

    if (strcmp(options->on, "openjd") == 0) {
        template = cli_submit_openjd_template(submission, &error);
        if (template == NULL)
            return cli_fail(error);
        cli_out_object(template);
        return CLI_DONE;
    }
    script = cli_submit_slurm_script(submission);
    if (options->submit)
        return hand_over(script);
    cli_out_text(script);
    return CLI_DONE;
}

int
cmd_submit(char **argv)
{
    g_auto(CliSubmitOptions) options = {NULL};
    g_auto(CliSubmission) submission = {NULL};
    g_autoptr(GError) error = NULL;
    int status;

    if (!cli_submit_options_parse(&options, argv, &status))
        return status;
    if (cli_submit_options_to_submission(&options, &submission, &error))
        return submit(&options, &submission);
    if (error->domain == G_OPTION_ERROR)
        return cli_options_fail("dcchost submit", error);
    return cli_fail(error);
}
