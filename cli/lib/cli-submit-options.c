/* What `submit` is asked for. */
#include "cli-submit-options.h"

#include "cli-caller.h"
#include "cli-exit-map.h"
#include "cli-exit.h"
#include "cli-options.h"
#include "dcc-error.h"
#include "dcc-frame-path.h"
#include "dcc-frames.h"
#include <string.h>

static const char notes[] =
    "Prints a job for the engine; nothing is started or remembered. Each task renders --chunk\n"
    "frames and ends as 'dcchost render' does. Where --output or --expect says where pictures lie, "
    "a\n"
    "task that is tried again renders only what is missing.\n"
    "\n"
    "slurm: a script for sbatch. 75 (no licence) puts the task back, 78 (bad scene or setting) "
    "holds\n"
    "it; a minute before the time limit it is asked to end. --submit hands the script to sbatch.\n"
    "openjd: a job template, as JSON, which YAML readers take. Retrying is the service's "
    "business:\n"
    "say --resume for tasks that render only what is missing. --load-once loads the scene once in "
    "a\n"
    "session: its environment brings up an instance, and each task renders in that.\n"
    "\n"
    "Examples:\n"
    "  dcchost submit --on slurm blender --file shot.blend --frames 1-240 --chunk 10 >shot.sh\n"
    "  dcchost submit --on slurm --submit --sbatch=--mem=8G blender --file shot.blend --frames "
    "1-240\n"
    "  dcchost submit --on openjd blender --file shot.blend --frames 1-240x2 >shot.yaml\n"
    "  dcchost submit --on openjd --load-once blender --file shot.blend --frames 1-240 --output "
    "/out/f_####.png\n";

static gboolean
parse_entries(CliSubmitOptions *self, char **argv, int *status)
{
    const GOptionArg text = G_OPTION_ARG_FILENAME, texts = G_OPTION_ARG_FILENAME_ARRAY;
    const GOptionArg flag = G_OPTION_ARG_NONE;
    const GOptionEntry entries[] = {
        {"on", 0, 0, text, &self->on, "For this engine", "slurm|openjd"},
        {"frames", 0, 0, text, &self->frames, "What to render, \"1-240x2,300\"", "FRAMES"},
        {"chunk", 0, 0, text, &self->chunk, "Frames of one task (default: 1)", "N"},
        {"submit", 0, 0, flag, &self->submit, "slurm: hand it to sbatch", NULL},
        {"sbatch", 0, 0, texts, &self->directives, "slurm: a further option; repeatable", "OPTION"},
        {"name", 0, 0, text, &self->name, "Of the job (default: the scene's)", "NAME"},
        {"file", 0, 0, text, &self->scene, "The scene", "SCENE"},
        {"output", 0, 0, text, &self->output, "Where pictures go, \"/out/f_####.png\"", "PATTERN"},
        {"expect", 0, 0, text, &self->expect, "Where they are looked for", "PATTERN"},
        {"resume", 0, 0, flag, &self->resume, "Only what is missing, from the first try", NULL},
        {"load-once", 0, 0, flag, &self->load_once, "openjd: one instance for a session", NULL},
        {"timeout", 0, 0, text, &self->timeout, "How long a task may take", "S"},
        {"task-timeout", 0, 0, text, &self->task_timeout, "How long one frame may take", "S"},
        {"version", 0, 0, text, &self->version, "The application's version", "V"},
        {"env", 0, 0, texts, &self->env, "Set a variable; may be repeated", "K=V"},
        {"cwd", 0, 0, text, &self->cwd, "Run it there (default: here)", "DIR"},
        {"exit-map", 0, 0, text, &self->exit_map, "Change exit statuses", "FROM=TO,..."},
        {"set", 0, 0, texts, &self->settings, "Any setting; may be repeated", "NAME=VALUE"},
        {NULL},
    };
    const CliUsage usage = {
        "--on ENGINE APP [-- ARGS]", "Print a render as a job for a farm engine.", notes, 1, 1};

    return cli_options_parse(&usage, entries, argv, status);
}

static void
make_absolute(char **path, const char *base)
{
    g_autofree char *given = g_steal_pointer(path);

    if (given != NULL)
        *path = g_canonicalize_filename(given, base);
}

gboolean
cli_submit_options_parse(CliSubmitOptions *self, char **argv, int *status)
{
    self->args = cli_options_cut(argv);
    if (!parse_entries(self, argv, status))
        return FALSE;
    self->app = g_strdup(argv[1]);
    make_absolute(&self->cwd, NULL);
    if (self->cwd == NULL)
        self->cwd = g_get_current_dir();
    make_absolute(&self->scene, NULL);
    make_absolute(&self->output, NULL);
    make_absolute(&self->expect, NULL);
    return TRUE;
}

static gboolean
check_line(const char *option, char **values, GError **error)
{
    for (char **p = values; p != NULL && *p != NULL; p++)
        if (strpbrk(*p, "\r\n") != NULL) {
            cli_set_usage_error(error, "%s takes one line, not '%s'", option, *p);
            return FALSE;
        }
    return TRUE;
}

static gboolean
check_engine(CliSubmitOptions *self, GError **error)
{
    static const char *const engines[] = {"slurm", "openjd", NULL};

    if (self->on == NULL || !g_strv_contains(engines, self->on))
        cli_set_usage_error(
            error, "--on takes slurm or openjd, not '%s'", self->on ? self->on : "");
    else if (strcmp(self->on, "slurm") != 0 && (self->submit || self->directives != NULL))
        cli_set_usage_error(error, "%s", "--submit and --sbatch are for --on slurm");
    else if (self->load_once && strcmp(self->on, "openjd") != 0)
        cli_set_usage_error(
            error, "%s", "--load-once is for --on openjd; for slurm --chunk loads once a task");
    else if (self->load_once && self->output == NULL)
        cli_set_usage_error(error, "%s", "--load-once has to know where pictures go: add --output");
    else
        return check_line("--sbatch", self->directives, error);
    return FALSE;
}

static gboolean
check_pattern(const char *option, const char *text, GError **error)
{
    g_autoptr(DccFramePath) path = text != NULL ? dcc_frame_path_parse(text, error) : NULL;

    if (text == NULL || path != NULL)
        return TRUE;
    g_prefix_error(error, "%s: ", option);
    return FALSE;
}

static gboolean
check(CliSubmitOptions *self, GError **error)
{
    g_autoptr(CliExitMap) map = NULL;

    if (!check_engine(self, error) || !check_pattern("--output", self->output, error) ||
        !check_pattern("--expect", self->expect, error))
        return FALSE;
    if (self->frames == NULL) {
        cli_set_usage_error(error, "%s", "--frames says what to render, \"1-240\"");
        return FALSE;
    }
    if (self->resume && self->output == NULL && self->expect == NULL) {
        cli_set_usage_error(
            error, "%s", "--resume has to know where pictures lie: add --output or --expect");
        return FALSE;
    }
    if (self->scene == NULL) {
        cli_set_usage_error(error, "%s", "--file names the scene");
        return FALSE;
    }
    if (!g_file_test(self->scene, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(
            error, DCC_ERROR, DCC_ERROR_SCENE, "scene %s is not there; check --file", self->scene);
        return FALSE;
    }
    map = cli_exit_map_new(self->exit_map, error);
    return map != NULL;
}

static gboolean
parse_chunk(CliSubmitOptions *self, guint *chunk, GError **error)
{
    guint64 number = 1;

    if (self->chunk != NULL &&
        !g_ascii_string_to_unsigned(self->chunk, 10, 1, DCC_FRAMES_MAX, &number, NULL)) {
        cli_set_usage_error(error, "--chunk takes a number of frames, not '%s'", self->chunk);
        return FALSE;
    }
    *chunk = (guint)number;
    return TRUE;
}

/* (transfer full): the frames of each task. */
static char **
cut_frames(DccFrames *frames, guint chunk)
{
    g_autoptr(GPtrArray) chunks = g_ptr_array_new();
    g_autofree int *numbers = g_new(int, chunk);
    guint n_frames = dcc_frames_count(frames);

    for (guint i = 0; i < n_frames; i += chunk) {
        guint n = MIN(chunk, n_frames - i);
        g_autoptr(DccFrames) part = NULL;

        for (guint k = 0; k < n; k++)
            numbers[k] = dcc_frames_get(frames, i + k);
        part = dcc_frames_new(numbers, n);
        g_ptr_array_add(chunks, dcc_frames_to_text(part));
    }
    g_ptr_array_add(chunks, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&chunks), FALSE);
}

static void
add_option(GStrvBuilder *words, const char *option, const char *value)
{
    if (value == NULL)
        return;
    g_strv_builder_add(words, option);
    g_strv_builder_add(words, value);
}

static void
add_options(GStrvBuilder *words, const char *option, char **values)
{
    for (char **p = values; p != NULL && *p != NULL; p++)
        add_option(words, option, *p);
}

static void
begin_words(GStrvBuilder *words, const char *verb, const char *app)
{
    g_strv_builder_add(words, "dcchost");
    g_strv_builder_add(words, verb);
    g_strv_builder_add(words, app);
}

/* What a process of the application is started with. */
static void
add_start(CliSubmitOptions *self, GStrvBuilder *words)
{
    add_option(words, "--version", self->version);
    add_option(words, "--file", self->scene);
    add_options(words, "--env", self->env);
    add_option(words, "--cwd", strcmp(self->on, "openjd") == 0 ? self->cwd : NULL);
}

static char **
make_before(CliSubmitOptions *self)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    begin_words(words, "render", self->app);
    if (!self->load_once)
        add_start(self, words);
    add_option(words, "--output", self->output);
    add_option(words, "--expect", self->expect);
    add_option(words, "--timeout", self->timeout);
    add_option(words, "--task-timeout", self->task_timeout);
    add_option(words, "--exit-map", self->exit_map);
    add_option(words, "--restart", self->load_once ? "on-crash" : NULL);
    add_options(words, "--set", self->settings);
    return g_strv_builder_end(words);
}

static void
add_args(CliSubmitOptions *self, GStrvBuilder *words)
{
    if (self->args != NULL)
        g_strv_builder_add(words, "--");
    for (char **p = self->args; p != NULL && *p != NULL; p++)
        g_strv_builder_add(words, *p);
}

static char **
make_after(CliSubmitOptions *self)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    if (!self->load_once)
        add_args(self, words);
    return g_strv_builder_end(words);
}

static char **
make_enter(CliSubmitOptions *self)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    begin_words(words, "launch", self->app);
    add_start(self, words);
    add_option(words, "--set", CLI_CALLER_KEEP_STATE); /* before the user's */
    add_options(words, "--set", self->settings);
    g_strv_builder_add(words, "--headless");
    add_option(words, "--wait", "ready");
    add_args(self, words);
    return g_strv_builder_end(words);
}

static char **
make_leave(void)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    add_option(words, "dcchost", "stop");
    return g_strv_builder_end(words);
}

/* (transfer full): what every engine takes for a name. */
static char *
make_name(CliSubmitOptions *self)
{
    g_autofree char *base = g_path_get_basename(self->scene);
    char *name = g_strdup(self->name != NULL ? self->name : base);

    return g_strcanon(
        name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", '_');
}

gboolean
cli_submit_options_to_submission(CliSubmitOptions *self, CliSubmission *submission, GError **error)
{
    g_autoptr(DccFrames) frames = NULL;
    guint chunk = 1;

    if (!check(self, error) || !parse_chunk(self, &chunk, error))
        return FALSE;
    frames = dcc_frames_parse(self->frames, error);
    if (frames == NULL)
        return FALSE;
    submission->n_frames = dcc_frames_count(frames);
    submission->chunks = cut_frames(frames, chunk);
    submission->name = make_name(self);
    submission->app = g_strdup(self->app);
    submission->cwd = g_strdup(self->cwd);
    submission->before = make_before(self);
    submission->after = make_after(self);
    submission->enter = self->load_once ? make_enter(self) : NULL;
    submission->leave = self->load_once ? make_leave() : NULL;
    submission->can_resume = self->output != NULL || self->expect != NULL;
    submission->resume = self->resume;
    submission->directives = g_strdupv(self->directives);
    return TRUE;
}

void
cli_submit_options_clear(CliSubmitOptions *self)
{
    char **strings[] = {&self->app,
                        &self->on,
                        &self->frames,
                        &self->chunk,
                        &self->name,
                        &self->scene,
                        &self->output,
                        &self->expect,
                        &self->cwd,
                        &self->version,
                        &self->timeout,
                        &self->task_timeout,
                        &self->exit_map};
    char ***lists[] = {&self->env, &self->settings, &self->directives, &self->args};

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_clear_pointer(strings[i], g_free);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_strfreev);
}
