/* The beginning of `launch` and `render`; see the header. Threading: main thread. */
#include "cli-order.h"

#include "cli-options.h"

/* An instance that is up has a session. */
static char **
make_session_args(CliLaunchOptions *options, char **given, GError **error)
{
    if (options->in != NULL)
        return g_new0(char *, 1);
    return cli_launch_options_make_session_args(options, (const char *const *)given, error);
}

gboolean
cli_order_take(CliOrder *self, char **argv, gboolean render, int *status)
{
    CliLaunchOptions *options = &self->options;
    g_auto(GStrv) given = g_strdupv(argv + 1);
    g_autoptr(GError) error = NULL;

    options->render = render;
    if (!cli_launch_options_parse(options, argv, status))
        return FALSE;
    self->voice = cli_engine_voice_new(options->dialect, options->exit_map, options->json, &error);
    if (self->voice != NULL)
        self->args = make_session_args(options, given, &error);
    if (self->args != NULL)
        self->request = cli_launch_options_to_request(options, &error);
    if (self->request != NULL)
        return TRUE;
    *status = cli_options_fail(argv[0], error);
    return FALSE;
}

void
cli_order_clear(CliOrder *self)
{
    g_clear_object(&self->request);
    g_clear_pointer(&self->args, g_strfreev);
    g_clear_pointer(&self->voice, cli_engine_voice_free);
    cli_launch_options_clear(&self->options);
}
