/* `scontrol update`, some milliseconds a call. The first call that fails is the last. */
#include "cli-slurm-comment.h"

#include "cli-exit.h"
#include "dcc-spawn.h"
#include <string.h>

#define PATIENCE_MS  2000
#define OUTPUT_LIMIT 500

struct _CliSlurmComment {
    char *program; /* NULL: there is no job, or no way */
    char *job;
    gboolean allowed; /* it has worked before */
};

/* NULL: it is not set. */
static const char *
read_variable(const char *name)
{
    const char *value = g_getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

/* "1,2" would be two jobs. */
static gboolean
is_number(const char *text)
{
    return text != NULL && text[strspn(text, "0123456789")] == '\0';
}

/* A task of an array has a number of its own, but the last one's is the array's as well, and would be
 * taken for all of them. */
static char *
find_job(void)
{
    const char *job = read_variable("SLURM_JOB_ID");
    const char *array = read_variable("SLURM_ARRAY_JOB_ID");
    const char *task = read_variable("SLURM_ARRAY_TASK_ID");

    if (array != NULL || task != NULL)
        return is_number(array) && is_number(task) ? g_strdup_printf("JobId=%s_%s", array, task)
                                                   : NULL;
    return is_number(job) ? g_strdup_printf("JobId=%s", job) : NULL;
}

CliSlurmComment *
cli_slurm_comment_new(void)
{
    CliSlurmComment *self = g_new0(CliSlurmComment, 1);

    self->job = find_job();
    self->program = self->job != NULL ? g_find_program_in_path("scontrol") : NULL;
    return self;
}

void
cli_slurm_comment_set(CliSlurmComment *self, const char *text)
{
    g_autofree char *comment = g_strconcat("Comment=", text, NULL);
    const char *const argv[] = {self->program, "update", self->job, comment, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    int status = 0;

    if (self->program == NULL)
        return;
    output = dcc_command_run(argv, NULL, PATIENCE_MS, OUTPUT_LIMIT, &status, &error);
    if (output != NULL && status == 0) {
        self->allowed = TRUE;
        return;
    }
    g_clear_pointer(&self->program, g_free);
    if (self->allowed) /* a job that was cancelled has no comment any more */
        return;
    cli_warn("the job's comment cannot be set, and stays as it is: %s",
             output != NULL ? g_strstrip(output) : error->message);
}

void
cli_slurm_comment_free(CliSlurmComment *self)
{
    g_free(self->program);
    g_free(self->job);
    g_free(self);
}
