/* What `launch` is asked for. */
#include "cli-launch-options.h"

#include "cli-caller.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "dcc-error.h"
#include <glib/gstdio.h>
#include <string.h>

static const char notes[] =
    "In the foreground a live account is shown. Ctrl-C (or SIGTERM) asks the application to save "
    "and\n"
    "quit, a second one hurries, a third ends it at once. Closing the terminal leaves it running.\n"
    "What the application prints goes to its log: dcchost logs NAME -f.\n"
    "\n"
    "--restart on-crash (the default) starts it again after a signal that was not asked for, "
    "after\n"
    "what the adapter calls a crash, and after a hang with --on-hang restart. A code that the\n"
    "application or a job chose itself is handed on as the status of the launch, and it is not "
    "run\n"
    "again for it: what it did would be done twice. 'always' starts it again after any end but "
    "one\n"
    "that was asked for.\n"
    "\n"
    "A stop may take as long as its steps (save-timeout and so on, below), or --stop-budget in "
    "all:\n"
    "what has not ended by then is killed. A headless job has nothing to save, and two seconds.\n"
    "\n";

static const char examples[] =
    "Times are written 10s, 500ms, 2m, 1h, or as a bare number of seconds.\n"
    "\n"
    "Examples:\n"
    "  dcchost launch blender --file shot.blend\n"
    "  dcchost launch blender --headless --file shot.blend -- -s 1 -e 5 -a\n"
    "  dcchost launch maya --version 2025 --name anim -d --wait ready\n"
    "  dcchost launch blender --restart always --backoff fixed:2s --set probe-period=5s\n";

/* The names --set takes and their defaults. */
static char *
describe(void)
{
    g_autoptr(DccSettings) defaults = dcc_settings_new();
    g_autoptr(GPtrArray) names = dcc_settings_list_names();
    g_autofree char *caller = cli_caller_describe();
    GString *text = g_string_new(notes);

    g_string_append(text, caller);
    g_string_append(text, "\n");
    g_string_append(text, examples);
    g_string_append(text, "\nSettings for --set, with their defaults:");
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *value = dcc_settings_format(defaults, names->pdata[i]);

        g_string_append_printf(text,
                               "\n  %-18s%-21s%s",
                               (char *)names->pdata[i],
                               value,
                               dcc_settings_describe(names->pdata[i]));
    }
    return g_string_free(text, FALSE);
}

/* The application's own arguments are not ours to read: cut them off before GOption sees them. */
static void
split_args(CliLaunchOptions *self, char **argv)
{
    for (char **p = argv; *p != NULL; p++) {
        if (strcmp(*p, "--") != 0)
            continue;
        self->args = g_strdupv(p + 1);
        *p = NULL;
        return;
    }
}

static gboolean
parse_entries(CliLaunchOptions *self, char **argv, int *status)
{
    const GOptionArg text = G_OPTION_ARG_FILENAME, texts = G_OPTION_ARG_FILENAME_ARRAY;
    const GOptionArg flag = G_OPTION_ARG_NONE;
    const int hidden = G_OPTION_FLAG_HIDDEN;
    const GOptionEntry entries[] = {
        {"version", 0, 0, text, &self->version, "The newest that matches, \"4\" or \"4.2\"", "V"},
        {"name", 0, 0, text, &self->name, "Call it NAME (default: the application's)", "NAME"},
        {"headless", 0, 0, flag, &self->headless, "Without a window", NULL},
        {"file", 0, 0, text, &self->scene, "Open this scene", "SCENE"},
        {"env", 0, 0, texts, &self->env, "Set a variable; may be repeated", "K=V"},
        {"cwd", 0, 0, text, &self->cwd, "Start it there (default: here)", "DIR"},
        {"detach", 'd', 0, flag, &self->detach, "Return once it has started", NULL},
        {"wait", 0, 0, text, &self->wait, "Detach when it is started, or ready", "started|ready"},
        {"start-timeout", 0, 0, text, &self->start_timeout, "Not ready by then: end it", "S"},
        {"restart", 0, 0, text, &self->restart, "When to start again", "never|on-crash|always"},
        {"max-restarts", 0, 0, text, &self->max_restarts, "Give up after N", "N"},
        {"backoff", 0, 0, text, &self->backoff, "fixed:2s or exponential:1s:30s", "HOW"},
        {"on-hang", 0, 0, text, &self->on_hang, "When it stops responding", "report|restart"},
        {"recover", 0, 0, text, &self->recover, "Unsaved work after a crash", "ask|auto|never"},
        {"stop-budget", 0, 0, text, &self->stop_budget, "The whole of a stop, in time", "S"},
        {"tied", 0, 0, flag, &self->tied, "End when the caller is gone; see below", NULL},
        {"no-tied", 0, 0, flag, &self->not_tied, "Not even below a farm engine", NULL},
        {"tied-to", 0, hidden, texts, &self->tied_to, NULL, NULL},
        {"safe", 0, 0, flag, &self->safe, "Without preferences, start-up scripts, plug-ins", NULL},
        {"set",
         0,
         0,
         texts,
         &self->settings,
         "Any setting, see below; may be repeated",
         "NAME=VALUE"},
        {"json", 0, 0, flag, &self->json, "-d: the status object; else events as JSON lines", NULL},
        {NULL},
    };
    g_autofree char *description = describe();
    const CliUsage usage = {
        "APP [-- ARGS]", "Start an application, watch it, bring it back.", description, 1, 1};

    return cli_options_parse(&usage, entries, argv, status);
}

static void
make_absolute(char **path)
{
    g_autofree char *given = g_steal_pointer(path);

    if (given != NULL)
        *path = g_canonicalize_filename(given, NULL);
}

static gboolean
check(CliLaunchOptions *self, GError **error)
{
    static const char *const waits[] = {"started", "ready", NULL};

    if (self->wait != NULL && !g_strv_contains(waits, self->wait)) {
        cli_set_usage_error(error, "--wait takes started or ready, not '%s'", self->wait);
        return FALSE;
    }
    if (self->wait != NULL)
        self->detach = TRUE;
    if (self->tied && self->not_tied) {
        cli_set_usage_error(error, "--tied and --no-tied contradict each other");
        return FALSE;
    }
    for (char **p = self->settings; p != NULL && *p != NULL; p++) {
        if (strchr(*p, '=') != NULL)
            continue;
        cli_set_usage_error(error, "--set takes NAME=VALUE, not '%s'", *p);
        return FALSE;
    }
    return TRUE;
}

gboolean
cli_launch_options_parse(CliLaunchOptions *self, char **argv, int *status)
{
    g_autoptr(GError) error = NULL;

    split_args(self, argv);
    if (!parse_entries(self, argv, status))
        return FALSE;
    self->app = g_strdup(argv[1]);
    make_absolute(&self->scene);
    if (self->cwd == NULL)
        self->cwd = g_get_current_dir();
    make_absolute(&self->cwd);
    if (check(self, &error))
        return TRUE;
    *status = cli_options_fail(argv[0], error);
    return FALSE;
}

/* An option of the command line that does not parse is the user's slip: usage, not configuration.
 */
static gboolean
apply_options(CliLaunchOptions *self, DccSettings *settings, GError **error)
{
    const struct {
        const char *name;
        const char *value;
    } options[] = {
        {"start-timeout", self->start_timeout},
        {"restart", self->restart},
        {"max-restarts", self->max_restarts},
        {"backoff", self->backoff},
        {"on-hang", self->on_hang},
        {"recover", self->recover},
        {"stop-budget", self->stop_budget},
    };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(GError) local = NULL;

        if (options[i].value == NULL ||
            dcc_settings_parse(settings, options[i].name, options[i].value, &local))
            continue;
        cli_set_usage_error(error, "--%s: %s", options[i].name, local->message);
        return FALSE;
    }
    return TRUE;
}

static gboolean
apply_settings(CliLaunchOptions *self, DccSettings *settings, GError **error)
{
    for (char **p = self->settings; p != NULL && *p != NULL; p++) {
        const char *equals = strchr(*p, '=');
        g_autofree char *name = g_strndup(*p, (gsize)(equals - *p));

        if (dcc_settings_parse(settings, name, equals + 1, error))
            continue;
        g_prefix_error(error, "--set %s: ", *p);
        return FALSE;
    }
    return TRUE;
}

static gboolean
apply_names(CliLaunchOptions *self, DccLaunchRequest *request, GError **error)
{
    g_autoptr(GError) local = NULL;

    if (self->name != NULL && !dcc_launch_request_set_name(request, self->name, &local)) {
        cli_set_usage_error(error, "--name: %s", local->message);
        return FALSE;
    }
    for (char **p = self->env; p != NULL && *p != NULL; p++) {
        if (dcc_launch_request_add_env(request, *p, &local))
            continue;
        cli_set_usage_error(error, "--env: %s", local->message);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_paths(CliLaunchOptions *self, GError **error)
{
    if (self->scene != NULL && !g_file_test(self->scene, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_SCENE,
                    "scene %s %s; check --file",
                    self->scene,
                    g_file_test(self->scene, G_FILE_TEST_EXISTS) ? "is not a file"
                                                                 : "is not there");
        return FALSE;
    }
    if (g_file_test(self->cwd, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_set_error(
        error, DCC_ERROR, DCC_ERROR_INVALID, "directory %s is not there; check --cwd", self->cwd);
    return FALSE;
}

DccLaunchRequest *
cli_launch_options_to_request(CliLaunchOptions *self, GError **error)
{
    g_autoptr(DccLaunchRequest) request = dcc_launch_request_new(self->app);
    DccSettings *settings = dcc_launch_request_get_settings(request);

    if (!apply_names(self, request, error) || !apply_options(self, settings, error) ||
        !apply_settings(self, settings, error) || !check_paths(self, error))
        return NULL;
    dcc_launch_request_set_version(request, self->version);
    dcc_launch_request_set_headless(request, self->headless);
    dcc_launch_request_set_safe(request, self->safe);
    dcc_launch_request_set_scene(request, self->scene);
    dcc_launch_request_set_cwd(request, self->cwd);
    dcc_launch_request_set_args(request, (const char *const *)self->args);
    return g_steal_pointer(&request);
}

/* An option that comes later wins, so ours come first. */
char **
cli_launch_options_make_session_args(CliLaunchOptions *self,
                                     const char *const *args,
                                     GError **error)
{
    const CliCaller caller = {.app = self->app,
                              .named = self->name != NULL,
                              .tied = self->tied,
                              .not_tied = self->not_tied,
                              .detached = self->detach,
                              .budgeted = self->stop_budget != NULL};
    g_auto(GStrv) options = cli_caller_make_options(&caller, error);
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    if (options == NULL)
        return NULL;
    for (char **p = options; *p != NULL; p += 2)
        if (strcmp(*p, "--name") == 0)
            self->name = g_strdup(p[1]);
    for (char **p = options; *p != NULL; p++)
        g_strv_builder_add(all, *p);
    for (const char *const *p = args; *p != NULL; p++)
        g_strv_builder_add(all, *p);
    return g_strv_builder_end(all);
}

void
cli_launch_options_clear(CliLaunchOptions *self)
{
    char **strings[] = {&self->app,
                        &self->version,
                        &self->name,
                        &self->scene,
                        &self->cwd,
                        &self->wait,
                        &self->start_timeout,
                        &self->restart,
                        &self->max_restarts,
                        &self->backoff,
                        &self->on_hang,
                        &self->recover,
                        &self->stop_budget};
    char ***lists[] = {&self->env, &self->settings, &self->tied_to, &self->args};

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_clear_pointer(strings[i], g_free);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_strfreev);
}
