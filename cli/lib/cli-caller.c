/* The caller of this command; see the header.
 *
 * In the foreground the command itself lives as long as the instance, so the instance is tied to it
 * and to what called it. A command that detaches ends at once: there it is what called it. */
#include "cli-caller.h"

#include "dcc-error.h"
#include "dcc-identity.h"
#include "dcc-own-process.h"
#include "dcc-settings.h"
#include <unistd.h>

static const char notes[] =
    "--tied: when whoever called this command is gone, however it ended, the application is asked "
    "to\n"
    "save and quit, and within five seconds nothing of it is left, also where its session is "
    "dead.\n"
    "In the foreground it is tied to this command and to the process that called it; with -d to "
    "that\n"
    "process alone: a shell, a script, an engine's worker. A farm engine that is known by its\n"
    "environment means --tied in the foreground (--no-tied refuses that), a name that says job, "
    "task\n"
    "and attempt, and a stop budget: what the engine waits before it kills, less five seconds, by\n"
    "Slurm's KillWait and the notice that OpenJD gives, where these can be read, else:";

static void
add(GPtrArray *options, const char *name, char *value)
{
    g_ptr_array_add(options, g_strdup(name));
    g_ptr_array_add(options, value);
}

static gboolean
add_tie(GPtrArray *options, gint64 pid, GError **error)
{
    guint64 start = dcc_identity_read_start(pid);

    if (start != 0) {
        add(options,
            "--tied-to",
            g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GUINT64_FORMAT, pid, start));
        return TRUE;
    }
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_SUPPORTED,
                "process %" G_GINT64_FORMAT " cannot be tied to: it is gone, or hidden from this "
                "user; say --no-tied",
                pid);
    return FALSE;
}

/* Without a parent that can be seen (one outside of this container) the command itself is all there
 * is. */
static gboolean
add_ties(GPtrArray *options, gboolean detached, GError **error)
{
    gint64 parent = dcc_own_process_get_parent();

    if (!detached && !add_tie(options, getpid(), error))
        return FALSE;
    if (!detached && (parent <= 1 || dcc_identity_read_start(parent) == 0))
        return TRUE;
    return add_tie(options, parent, error);
}

static gboolean
add_name(GPtrArray *options, const CliEngine *engine, const char *app, GError **error)
{
    char *name = cli_engine_make_name(engine, app, error);

    if (name == NULL)
        return FALSE;
    add(options, "--name", name);
    /* It never comes again. */
    add(options, "--set", g_strdup(CLI_CALLER_KEEP_STATE));
    return TRUE;
}

char **
cli_caller_make_options(const CliCaller *self, GError **error)
{
    g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
    const CliEngine *engine = cli_engine_find();
    gboolean tied = self->tied || (engine != NULL && !self->detached && !self->not_tied);

    if (tied && !add_ties(options, self->detached, error))
        return NULL;
    if (engine != NULL && !self->named && !add_name(options, engine, self->app, error))
        return NULL;
    if (engine != NULL && !self->budgeted)
        add(options, "--stop-budget", dcc_duration_format(cli_engine_read_stop_budget(engine)));
    g_ptr_array_add(options, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&options), FALSE);
}

const CliEngine *
cli_caller_find_budget(DccLaunchRequest *request)
{
    DccSettings *settings = dcc_launch_request_get_settings(request);

    return dcc_settings_get(settings, DCC_SETTING_STOP_BUDGET) == 0 ? cli_engine_find() : NULL;
}

char *
cli_caller_describe(void)
{
    g_autofree char *engines = cli_engine_describe_all();

    return g_strconcat(notes, engines, "\n", NULL);
}
