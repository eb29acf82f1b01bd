/* Farm engines' words, one row a dialect. */
#include "cli-dialect.h"

#include "cli-exit.h"
#include <string.h>

struct CliDialect {
    const char *name;
    const char *progress; /* before the number; NULL: not read */
    const char *after;    /* behind it */
    const char *status;
    const char *failure;
    const char *frame;
    const char *image;
    gboolean tenths; /* of a per cent are told, too */
    gboolean comment;
};

/* Where the words come from: docs/farm.md. OpenCue's tools show the last line of the log and match
 * the last fifty against the studio's own rules, so for them the plain account is right. */
static const CliDialect dialects[] = {
    {.name = "plain"},
    {.name = "slurm", .comment = TRUE},
    {.name = "opencue"},
    {.name = "openjd",
     .progress = "openjd_progress: ",
     .after = "",
     .tenths = TRUE,
     .status = "openjd_status: ",
     .failure = "openjd_fail: "},
    {.name = "afanasy",
     .progress = "PROGRESS: ",
     .after = "%",
     .frame = "FRAME: ",
     .image = "@IMAGE@",
     .failure = "[ PARSER ERROR ] "},
    {.name = "alf", .progress = "ALF_PROGRESS ", .after = "%"},
};

const CliDialect *
cli_dialect_find(const char *name, GError **error)
{
    g_autofree char *names = NULL;

    if (name == NULL)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(dialects); i++)
        if (strcmp(name, dialects[i].name) == 0)
            return &dialects[i];
    names = cli_dialect_list();
    cli_set_usage_error(error, "--dialect takes %s, not '%s'", names, name);
    return NULL;
}

const char *
cli_dialect_get_name(const CliDialect *self)
{
    return self->name;
}

gboolean
cli_dialect_has_comment(const CliDialect *self)
{
    return self->comment;
}

char *
cli_dialect_say_progress(const CliDialect *self, double percent)
{
    if (self->progress == NULL)
        return NULL;
    if (self->tenths)
        return g_strdup_printf("%s%.1f%s", self->progress, percent, self->after);
    return g_strdup_printf("%s%d%s", self->progress, (int)percent, self->after);
}

static char *
say(const char *before, const char *text)
{
    return before != NULL ? g_strconcat(before, text, NULL) : NULL;
}

char *
cli_dialect_say_status(const CliDialect *self, const char *text)
{
    return say(self->status, text);
}

char *
cli_dialect_say_failure(const CliDialect *self, const char *text)
{
    return say(self->failure, text);
}

char *
cli_dialect_say_frame(const CliDialect *self, gint64 frame)
{
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, frame);

    return say(self->frame, number);
}

char *
cli_dialect_say_image(const CliDialect *self, const char *path)
{
    return say(self->image, path);
}

char *
cli_dialect_list(void)
{
    GString *names = g_string_new(dialects[0].name);

    for (guint i = 1; i < G_N_ELEMENTS(dialects); i++)
        g_string_append_printf(names, "|%s", dialects[i].name);
    return g_string_free(names, FALSE);
}
