/* A render as a job script for Slurm: an array, a task a chunk of frames.
 *
 * What slurm.conf would have to say (RequeueExit=75, RequeueExitHold=78) the script does itself, so
 * that it needs no administrator; where both are, both mean the same. Every word of the user's is
 * quoted for the shell; on the lines of #SBATCH there is none. */
#include "cli-submission.h"

/* Before the time limit, so that a task ends in order. */
#define NOTICE_S 60
/* So many times a task asks for another try by itself. */
#define MAX_TRIES 20

/* The shell stays, for the scheduler is to be told what to do with the end: SIGTERM is handed on, and
 * a wait that a signal interrupted is repeated. */
static const char body[] = "task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
                           "render \"$@\" &\n"
                           "worker=$!\n"
                           "trap 'kill -TERM \"$worker\"' TERM\n"
                           "wait \"$worker\"\n"
                           "status=$?\n"
                           "while kill -0 \"$worker\" 2>/dev/null; do\n"
                           "    wait \"$worker\"\n"
                           "    status=$?\n"
                           "done\n"
                           "case $status in\n"
                           "75) # no licence, say: another try later\n"
                           "    [ \"$again\" -ge %d ] || scontrol requeue \"$task\" ;;\n"
                           "78) # the scene or a setting is wrong: held until somebody has looked\n"
                           "    scontrol requeuehold State=SpecialExit \"$task\" ;;\n"
                           "esac\n"
                           "exit \"$status\"\n";

static void
add_words(GString *text, char **words)
{
    for (char **p = words; *p != NULL; p++) {
        g_autofree char *quoted = g_shell_quote(*p);

        g_string_append_printf(text, "%s ", quoted);
    }
}

static void
add_head(GString *text, const CliSubmission *self)
{
    guint n_tasks = g_strv_length(self->chunks);

    g_string_append_printf(text,
                           "#!/bin/sh\n"
                           "# %u frames in %u tasks. Made by 'dcchost submit'.\n"
                           "#SBATCH --job-name=%s\n"
                           "#SBATCH --array=1-%u\n"
                           "#SBATCH --requeue\n"
                           "#SBATCH --open-mode=append\n"
                           "#SBATCH --signal=B:TERM@%d\n",
                           self->n_frames,
                           n_tasks,
                           self->name,
                           n_tasks,
                           NOTICE_S);
    for (char **p = self->directives; p != NULL && *p != NULL; p++)
        g_string_append_printf(text, "#SBATCH %s\n", *p);
}

static void
add_frames(GString *text, const CliSubmission *self)
{
    g_string_append(text, "case $SLURM_ARRAY_TASK_ID in\n");
    for (guint i = 0; self->chunks[i] != NULL; i++)
        g_string_append_printf(text, "%u) frames=%s ;;\n", i + 1, self->chunks[i]);
    g_string_append(text, "*) echo \"no task of that number\" >&2; exit 78 ;;\nesac\n");
}

char *
cli_submit_slurm_script(const CliSubmission *self)
{
    g_autofree char *cwd = g_shell_quote(self->cwd);
    GString *text = g_string_new(NULL);

    add_head(text, self);
    add_frames(text, self);
    g_string_append_printf(text, "cd %s || exit 78\n", cwd);
    /* A shell function, so that the command can be given more words; `exec` leaves no shell between. */
    g_string_append(text, "render() {\n    exec ");
    add_words(text, self->before);
    g_string_append_printf(text, "--frames \"$frames\" %s\"$@\" ", self->resume ? "--resume " : "");
    add_words(text, self->after);
    g_string_truncate(text, text->len - 1);
    g_string_append(text, "\n}\nset --\nagain=${SLURM_RESTART_COUNT:-0}\n");
    if (self->can_resume && !self->resume)
        g_string_append(text, "[ \"$again\" -eq 0 ] || set -- --resume\n");
    g_string_append_printf(text, body, MAX_TRIES);
    return g_string_free(text, FALSE);
}
