/* What is to be handed to a farm engine. */
#include "cli-submission.h"

void
cli_submission_clear(CliSubmission *self)
{
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->app, g_free);
    g_clear_pointer(&self->cwd, g_free);
    g_clear_pointer(&self->before, g_strfreev);
    g_clear_pointer(&self->after, g_strfreev);
    g_clear_pointer(&self->enter, g_strfreev);
    g_clear_pointer(&self->leave, g_strfreev);
    g_clear_pointer(&self->chunks, g_strfreev);
    g_clear_pointer(&self->directives, g_strfreev);
}
