/* What `launch` and `render` are asked for. */
#include "cli-launch-options.h"

#include "cli-caller.h"
#include "cli-engine-voice.h"
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
    "what has not ended by then is killed. A headless job has nothing to save: it is asked to "
    "quit, and gets\n"
    "SIGTERM soon after.\n"
    "\n"
    "It is called as the application is, unless --name says otherwise.\n"
    "\n"
    "Times are written 10s, 500ms, 2m, 1h, or as a bare number of seconds.\n"
    "\n"
    "Examples:\n"
    "  dcchost launch blender --file shot.blend\n"
    "  dcchost launch blender --headless --file shot.blend -- -s 1 -e 5 -a\n"
    "  dcchost launch maya --version 2025 --name anim -d --wait ready\n"
    "  dcchost launch blender --restart always --backoff fixed:2s --set probe-period=5s\n";

static const char render_notes[] =
    "The application renders the frames that are named and ends; it is watched meanwhile, as by "
    "launch.\n"
    "A frame is done when its picture is there, newer than the start, and whole: PNG, JPEG, TIFF "
    "and\n"
    "EXR are read to their end; another format has to hold something, and is said to be "
    "unchecked.\n"
    "After a crash what is missing is rendered, and nothing twice, within the same budget and "
    "delays\n"
    "as of launch. The last line says what came of it, and the frames that failed are named:\n"
    "  dcchost: verdict=done frames=12 failed=0 rendered=12 skipped=0 unchecked=0\n"
    "It ends with 0 when every frame is done, with 1 when one is not, with 124 after a timeout, "
    "and\n"
    "else as launch does.\n"
    "\n"
    "It is called APP-render, unless --name says otherwise.\n"
    "\n"
    "Frames are written 5, 1-240, 1-240x2 (every second one), or as a list of these: 1-10,15.\n"
    "A pattern has #### or %04d where the number goes. Without --output the scene says where "
    "pictures\n"
    "go; they are then looked for where --expect says, or where the application says that it "
    "saved\n"
    "them.\n"
    "\n"
    "Examples:\n"
    "  dcchost render blender --file shot.blend --frames 1-240 --output out/shot_####.png\n"
    "  dcchost render blender --file shot.blend --frames 1-240x2,300 --output out/shot_####.exr "
    "--resume\n"
    "\n"
    "--in NAME renders in an instance that is up (dcchost launch blender --headless --file SCENE "
    "-d\n"
    "--wait ready): what it has loaded is not loaded again. Ctrl-C and --task-timeout cancel "
    "within the\n"
    "frame where the application can, else no further one is begun, and that is said; a second "
    "Ctrl-C\n"
    "does not wait for it. What comes after -- is for the frame: Houdini's node, Maya's camera. "
    "Frames\n"
    "stand in the instance's own events. If it crashes that is said, and with --restart on-crash "
    "the\n"
    "frames that are missing are rendered when its session has brought it back. One task renders "
    "at a\n"
    "time: another one is refused with 75.\n"
    "\n"
    "  dcchost render --in blender --frames 1-240 --output out/shot_####.png\n"
    "  dcchost render maya --file shot.ma --frames 1-10 --output out/shot.####.png -- -r arnold\n";

/* The names --set takes and their defaults. */
static char *
describe(gboolean render)
{
    g_autoptr(DccSettings) defaults = dcc_settings_new();
    g_autoptr(GPtrArray) names = dcc_settings_list_names();
    g_autofree char *caller = cli_caller_describe();
    g_autofree char *voice = cli_engine_voice_describe();
    GString *text = g_string_new(render ? render_notes : notes);

    g_string_append_printf(text, "\n%s\n%s", caller, voice);
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

static void
add_common(CliLaunchOptions *self, GArray *entries)
{
    const GOptionArg text = G_OPTION_ARG_FILENAME, texts = G_OPTION_ARG_FILENAME_ARRAY;
    const GOptionArg flag = G_OPTION_ARG_NONE;
    const int hidden = G_OPTION_FLAG_HIDDEN;
    const GOptionEntry common[] = {
        {"version", 0, 0, text, &self->version, "The newest that matches, \"4\" or \"4.2\"", "V"},
        {"name", 0, 0, text, &self->name, "Call it NAME (default: see below)", "NAME"},
        {"file", 0, 0, text, &self->scene, "Open this scene", "SCENE"},
        {"env", 0, 0, texts, &self->env, "Set a variable; may be repeated", "K=V"},
        {"cwd", 0, 0, text, &self->cwd, "Start it there (default: here)", "DIR"},
        {"start-timeout",
         0,
         0,
         text,
         &self->start_timeout,
         "End it if it is not ready by then",
         "S"},
        {"restart",
         0,
         0,
         text,
         &self->restart,
         "When it is started again",
         "never|on-crash|always"},
        {"max-restarts", 0, 0, text, &self->max_restarts, "Give up after N restarts", "N"},
        {"backoff", 0, 0, text, &self->backoff, "Delays: fixed:2s or exponential:1s:30s", "HOW"},
        {"on-hang", 0, 0, text, &self->on_hang, "What follows when it hangs", "report|restart"},
        {"stop-budget", 0, 0, text, &self->stop_budget, "How long a stop may take in all", "S"},
        {"tied", 0, 0, flag, &self->tied, "End when the caller is gone; see below", NULL},
        {"no-tied", 0, 0, flag, &self->not_tied, "Do not tie it, below a farm engine either", NULL},
        {"tied-to", 0, hidden, texts, &self->tied_to, NULL, NULL},
        {"dialect", 0, 0, text, &self->dialect, "Speak to this farm engine; see below", "NAME"},
        {"exit-map", 0, 0, text, &self->exit_map, "Change exit statuses; see below", "FROM=TO,..."},
        {"safe", 0, 0, flag, &self->safe, "Without preferences, start-up scripts, plug-ins", NULL},
        {"set", 0, 0, texts, &self->settings, "Any setting; may be repeated", "NAME=VALUE"},
        {"launched-by", 0, G_OPTION_FLAG_HIDDEN, text, &self->launched_by, "Who asks", "WHO"},
    };

    g_array_append_vals(entries, common, G_N_ELEMENTS(common));
}

static void
add_launch(CliLaunchOptions *self, GArray *entries)
{
    const GOptionArg text = G_OPTION_ARG_FILENAME, flag = G_OPTION_ARG_NONE;
    const GOptionEntry launch[] = {
        {"headless", 0, 0, flag, &self->headless, "Without a window", NULL},
        {"detach", 'd', 0, flag, &self->detach, "Return once it has started", NULL},
        {"wait", 0, 0, text, &self->wait, "Detach when it is started, or ready", "started|ready"},
        {"recover",
         0,
         0,
         text,
         &self->recover,
         "Go on from unsaved work after a crash",
         "ask|auto|never"},
        {"json", 0, 0, flag, &self->json, "-d: the status object; else events as JSON lines", NULL},
    };

    g_array_append_vals(entries, launch, G_N_ELEMENTS(launch));
}

static void
add_render(CliLaunchOptions *self, GArray *entries)
{
    const GOptionArg text = G_OPTION_ARG_FILENAME, flag = G_OPTION_ARG_NONE;
    const GOptionEntry render[] = {
        {"frames", 0, 0, text, &self->frames, "Render these frames", "LIST"},
        {"output", 'o', 0, text, &self->output, "Write the pictures there", "PATTERN"},
        {"expect", 0, 0, text, &self->expect, "Look for them there (default: --output)", "PATTERN"},
        {"in", 0, 0, text, &self->in, "Use this instance, which runs already", "NAME"},
        {"resume", 0, 0, flag, &self->resume, "Skip frames that are there and whole", NULL},
        {"task-timeout", 0, 0, text, &self->task_timeout, "How long one frame may take", "S"},
        {"timeout", 0, 0, text, &self->timeout, "How long the whole render may take", "S"},
        {"json", 0, 0, flag, &self->json, "Events as JSON lines", NULL},
    };

    g_array_append_vals(entries, render, G_N_ELEMENTS(render));
}

static gboolean
parse_entries(CliLaunchOptions *self, char **argv, int *status)
{
    g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    g_autofree char *description = describe(self->render);
    const CliUsage launch = {
        "APP [-- ARGS]", "Start an application, watch it, bring it back.", description, 1, 1};
    const CliUsage render = {"APP --file SCENE --frames LIST [-- ARGS]",
                             "Render frames, and prove that they are there.",
                             description,
                             0,
                             1};

    add_common(self, entries);
    if (self->render)
        add_render(self, entries);
    else
        add_launch(self, entries);
    return cli_options_parse(
        self->render ? &render : &launch, (const GOptionEntry *)entries->data, argv, status);
}

static void
make_absolute(char **path)
{
    g_autofree char *given = g_steal_pointer(path);

    if (given != NULL)
        *path = g_canonicalize_filename(given, NULL);
}

/* "out/", "" and ".." name directories, and stay to be told so. */
static void
make_absolute_pattern(char **pattern)
{
    const char *slash = *pattern != NULL ? strrchr(*pattern, G_DIR_SEPARATOR) : NULL;
    const char *name = slash != NULL ? slash + 1 : *pattern;
    gboolean directory =
        name != NULL && (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0);
    g_autofree char *path = NULL;

    make_absolute(pattern);
    if (!directory || g_str_has_suffix(*pattern, G_DIR_SEPARATOR_S))
        return;
    path = g_steal_pointer(pattern);
    *pattern = g_strconcat(path, G_DIR_SEPARATOR_S, NULL);
}

static gboolean
check_render(CliLaunchOptions *self, GError **error)
{
    if (self->frames == NULL)
        cli_set_usage_error(error, "name the frames: --frames 1-240");
    else if (self->in != NULL && self->output == NULL)
        cli_set_usage_error(error, "say where the pictures go: --output out/shot_####.png");
    else if (self->in != NULL && self->scene != NULL)
        cli_set_usage_error(error, "'%s' has its scene: leave --file out", self->in);
    else if (self->in == NULL && self->app == NULL)
        cli_set_usage_error(error, "missing argument: APP, or --in NAME");
    else if (self->in == NULL && self->scene == NULL)
        cli_set_usage_error(error, "name the scene: --file SCENE");
    else
        return TRUE;
    return FALSE;
}

static gboolean
check(CliLaunchOptions *self, GError **error)
{
    static const char *const waits[] = {"started", "ready", NULL};

    if (self->wait != NULL && !g_strv_contains(waits, self->wait)) {
        cli_set_usage_error(error, "--wait takes started or ready, not '%s'", self->wait);
        return FALSE;
    }
    if (self->render && !check_render(self, error))
        return FALSE;
    if (self->resume && self->output == NULL && self->expect == NULL) {
        cli_set_usage_error(error,
                            "--resume has to know where pictures lie: add --output or --expect");
        return FALSE;
    }
    if (self->wait != NULL)
        self->detach = TRUE;
    if (self->detach && (self->dialect != NULL || self->exit_map != NULL)) {
        cli_set_usage_error(error, "%s", "--dialect and --exit-map are for the foreground");
        return FALSE;
    }
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

    self->args = cli_options_cut(argv);
    if (!parse_entries(self, argv, status))
        return FALSE;
    self->app = g_strdup(argv[1]);
    make_absolute(&self->scene);
    make_absolute_pattern(&self->output);
    make_absolute_pattern(&self->expect);
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
        const char *name; /* of the setting */
        const char *value;
        const char *option; /* NULL: called as the setting */
    } options[] = {
        {"start-timeout", self->start_timeout},
        {"restart", self->restart},
        {"max-restarts", self->max_restarts},
        {"backoff", self->backoff},
        {"on-hang", self->on_hang},
        {"recover", self->recover},
        {"stop-budget", self->stop_budget},
        {"task-timeout", self->task_timeout},
        {"render-timeout", self->timeout, "timeout"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(GError) local = NULL;

        if (options[i].value == NULL ||
            dcc_settings_parse(settings, options[i].name, options[i].value, &local))
            continue;
        cli_set_usage_error(error,
                            "--%s: %s",
                            options[i].option != NULL ? options[i].option : options[i].name,
                            local->message);
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

static gboolean
read_pattern(const char *option, const char *text, DccFramePath **path, GError **error)
{
    *path = text != NULL ? dcc_frame_path_parse(text, error) : NULL;
    if (text == NULL || *path != NULL)
        return TRUE;
    g_prefix_error(error, "%s: ", option);
    return FALSE;
}

static gboolean
apply_render(CliLaunchOptions *self, DccLaunchRequest *request, GError **error)
{
    g_autoptr(DccFrames) frames = NULL;
    g_autoptr(DccFramePath) output = NULL;
    g_autoptr(DccFramePath) expect = NULL;
    g_autoptr(DccRenderJob) job = NULL;
    g_autoptr(GError) local = NULL;

    if (!self->render)
        return TRUE;
    frames = dcc_frames_parse(self->frames, &local);
    if (frames != NULL && read_pattern("--output", self->output, &output, &local) &&
        read_pattern("--expect", self->expect, &expect, &local))
        job = dcc_render_job_new(frames, output, expect, &local);
    if (job == NULL) {
        cli_set_usage_error(error, "%s", local->message);
        return FALSE;
    }
    dcc_launch_request_set_render(request, job);
    dcc_launch_request_set_headless(request, TRUE);
    return TRUE;
}

static gboolean
apply_default_name(CliLaunchOptions *self, DccLaunchRequest *request, GError **error)
{
    g_autofree char *name = NULL;

    if (!self->render || self->name != NULL || self->in != NULL)
        return TRUE;
    name = g_strconcat(self->app, "-render", NULL);
    return dcc_launch_request_set_name(request, name, error);
}

DccLaunchRequest *
cli_launch_options_to_request(CliLaunchOptions *self, GError **error)
{
    g_autoptr(DccLaunchRequest) request =
        dcc_launch_request_new(self->app != NULL ? self->app : "app");
    DccSettings *settings = dcc_launch_request_get_settings(request);

    dcc_launch_request_set_headless(request, self->headless);
    if (!apply_default_name(self, request, error) || !apply_names(self, request, error) ||
        !apply_options(self, settings, error) || !apply_settings(self, settings, error) ||
        !apply_render(self, request, error) || !check_paths(self, error))
        return NULL;
    dcc_launch_request_set_version(request, self->version);
    dcc_launch_request_set_safe(request, self->safe);
    dcc_launch_request_set_scene(request, self->scene);
    dcc_launch_request_set_cwd(request, self->cwd);
    dcc_launch_request_set_launched_by(request, self->launched_by);
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
    char **strings[] = {
        &self->app,          &self->version,    &self->name,          &self->scene,
        &self->cwd,          &self->wait,       &self->start_timeout, &self->restart,
        &self->max_restarts, &self->backoff,    &self->on_hang,       &self->recover,
        &self->dialect,      &self->exit_map,   &self->stop_budget,   &self->frames,
        &self->output,       &self->expect,     &self->task_timeout,  &self->timeout,
        &self->in,           &self->launched_by};
    char ***lists[] = {&self->env, &self->settings, &self->tied_to, &self->args};

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_clear_pointer(strings[i], g_free);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_strfreev);
}
