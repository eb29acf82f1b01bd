/* Speaking to a farm engine. */
#include "cli-engine-voice.h"

#include "cli-engine-report.h"
#include "cli-engine.h"
#include "cli-exit-map.h"
#include "cli-out.h"
#include "cli-slurm-comment.h"

#define FARM_MAP "75=1"

struct _CliEngineVoice {
    CliEngineReport *report; /* NULL: nobody listens */
    const CliDialect *dialect;
    CliSlurmComment *comment;
    CliExitMap *exit_map;
};

static void
on_line(const char *line, gpointer data)
{
    cli_out("%s%s\n", cli_out_is_terminal() ? "\r\033[K" : "", line);
    cli_out_flush();
}

static void
on_comment(const char *text, gpointer data)
{
    CliEngineVoice *self = data;

    cli_slurm_comment_set(self->comment, text);
}

/* Where an engine listens, the application's own 75 is a failure: only dcchost's asks for another try. */
static CliExitMap *
make_exit_map(const char *text, gboolean heard, GError **error)
{
    g_autoptr(CliExitMap) own = cli_exit_map_new(text, error);
    g_autofree char *both = NULL;

    if (own == NULL || !heard)
        return g_steal_pointer(&own);
    both = text != NULL ? g_strconcat(text, ",", FARM_MAP, NULL) : g_strdup(FARM_MAP);
    return cli_exit_map_new(both, error);
}

CliEngineVoice *
cli_engine_voice_new(const char *dialect, const char *exit_map, gboolean silent, GError **error)
{
    g_autoptr(CliEngineVoice) self = g_new0(CliEngineVoice, 1);
    const CliEngine *engine = cli_engine_find();

    if (dialect == NULL && engine != NULL)
        dialect = cli_engine_get_name(engine);
    self->dialect = cli_dialect_find(dialect, error);
    if (self->dialect == NULL && dialect != NULL)
        return NULL;
    self->exit_map = make_exit_map(exit_map, self->dialect != NULL, error);
    if (self->exit_map == NULL)
        return NULL;
    self->comment = cli_slurm_comment_new();
    if (self->dialect != NULL && !silent)
        self->report = cli_engine_report_new(self->dialect, on_line, on_comment, self);
    return g_steal_pointer(&self);
}

gboolean
cli_engine_voice_tells_progress(CliEngineVoice *self)
{
    g_autofree char *line =
        self->report != NULL ? cli_dialect_say_progress(self->dialect, 0) : NULL;

    return line != NULL;
}

void
cli_engine_voice_feed(CliEngineVoice *self, JsonObject *event)
{
    if (self->report != NULL)
        cli_engine_report_feed(self->report, event, g_get_monotonic_time());
}

void
cli_engine_voice_tick(CliEngineVoice *self)
{
    if (self->report != NULL)
        cli_engine_report_tick(self->report, g_get_monotonic_time());
}

int
cli_engine_voice_get_wait(CliEngineVoice *self)
{
    return self->report != NULL ? cli_engine_report_get_wait(self->report, g_get_monotonic_time())
                                : -1;
}

int
cli_engine_voice_finish(CliEngineVoice *self, JsonObject *result, int status, gboolean verdict)
{
    int mapped = cli_exit_map_apply(self->exit_map, result, status);

    if (self->report != NULL)
        cli_engine_report_finish(self->report, result, mapped, verdict);
    return mapped;
}

char *
cli_engine_voice_describe(void)
{
    g_autofree char *dialects = cli_dialect_list();

    return g_strdup_printf(
        "--dialect: progress, status and failure in the words that an engine reads from a task's\n"
        "output (%s), and one last line,\n"
        "\"dcchost: verdict=...\". Below an engine that is known by its environment it is the "
        "default.\n"
        "--exit-map FROM=TO,...: another status for a code that the application ended with, or for "
        "a\n"
        "verdict: --exit-map 3=0,oom=33,licence=99. Below an engine an application's own 75 is 1, "
        "so\n"
        "that none but dcchost asks for another try; --exit-map 75=75 hands it on.\n",
        dialects);
}

void
cli_engine_voice_free(CliEngineVoice *self)
{
    g_clear_pointer(&self->report, cli_engine_report_free);
    g_clear_pointer(&self->exit_map, cli_exit_map_free);
    g_clear_pointer(&self->comment, cli_slurm_comment_free);
    g_free(self);
}
