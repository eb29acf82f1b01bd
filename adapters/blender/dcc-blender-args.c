/* What the user's own arguments to Blender mean for a launch.
 *
 * Problem: Blender works its arguments off in order. Whether it renders, runs scripts or ends by
 * itself is written nowhere else, and a value ("-o -a") must not be taken for an option. Contract:
 * what is not certain is not claimed. Pure.
 */
#include "dcc-blender.h"
#include <string.h>

/* Options that take a value, and how many. What is not here takes none. */
static const struct {
    const char *name, *alias;
    guint n_values;
} options[] = {
    {"-f", "--render-frame", 1},
    {"-s", "--frame-start", 1},
    {"-e", "--frame-end", 1},
    {"-j", "--frame-jump", 1},
    {"-o", "--render-output", 1},
    {"-E", "--engine", 1},
    {"-F", "--render-format", 1},
    {"-x", "--use-extension", 1},
    {"-t", "--threads", 1},
    {"-P", "--python", 1},
    {"-S", "--scene", 1},
    {"-p", "--window-geometry", 4},
    {"--python-text", NULL, 1},
    {"--python-expr", NULL, 1},
    {"--python-exit-code", NULL, 1},
    {"--addons", NULL, 1},
    {"--app-template", NULL, 1},
    {"--debug-value", NULL, 1},
    {"--gpu-backend", NULL, 1},
    {"--gpu-compilation-subprocesses", NULL, 1},
    {"--gpu-device", NULL, 1},
    {"--gpu-vsync", NULL, 1},
    {"--qos", NULL, 1},
    {"-setaudio", NULL, 1},
    {"--log", NULL, 1},
    {"--log-file", NULL, 1},
    {"--log-level", NULL, 1},
    {"--env-system-datafiles", NULL, 1},
    {"--env-system-scripts", NULL, 1},
    {"--env-system-extensions", NULL, 1},
    {"--env-system-python", NULL, 1},
    {"--verbose", NULL, 1},
};

/* It does no more than this, and ends. */
static const char *const answers[] = {"-h", "--help", "/?", "-v", "--version", "-r", "-R", NULL};

typedef struct {
    GArray *frames;        /* of int, those of -f */
    gboolean certain;      /* of the frames of -f */
    gboolean ranged;       /* -s and -e were both given as plain numbers */
    int first, last, step; /* -s, -e, -j */
    gboolean has_first, has_last;
    guint n_animations;
} Reading;

static gboolean
is_option(const char *arg, const char *name, const char *alias)
{
    return strcmp(arg, name) == 0 || (alias && strcmp(arg, alias) == 0);
}

static guint
count_values(const char *arg)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (is_option(arg, options[i].name, options[i].alias))
            return options[i].n_values;
    }
    return 0;
}

/* A plain number: "+3" and "-3" count from the scene's own range, which only Blender knows. */
static gboolean
read_number(const char *text, int *number)
{
    char *end;
    guint64 value;

    if (!text || !g_ascii_isdigit(*text))
        return FALSE;
    value = g_ascii_strtoull(text, &end, 10);
    if (*end || value > 1048574) /* the last frame Blender has */
        return FALSE;
    *number = (int)value;
    return TRUE;
}

/* "1" or "1..5" */
static gboolean
read_span(const char *text, GArray *frames)
{
    g_auto(GStrv) ends = g_strsplit(text, "..", 2);
    int first, last;

    if (!ends[0] || !read_number(ends[0], &first))
        return FALSE;
    last = first;
    if (ends[1] && !read_number(ends[1], &last))
        return FALSE;
    if (last < first)
        return FALSE;
    for (int frame = first; frame <= last; frame++)
        g_array_append_val(frames, frame);
    return TRUE;
}

static gboolean
read_frames(const char *text, GArray *frames)
{
    g_auto(GStrv) spans = g_strsplit(text ? text : "", ",", -1);

    for (guint i = 0; spans[i]; i++) {
        if (!read_span(spans[i], frames))
            return FALSE;
    }
    return spans[0] != NULL;
}

/* The list as first, last and step, where it is so even. */
static void
find_step(DccBlenderArgs *self, GArray *frames)
{
    const int *n = (const int *)frames->data;
    int step = frames->len > 1 ? n[1] - n[0] : 1;

    if (frames->len == 0 || step < 1)
        return;
    for (guint i = 2; i < frames->len; i++) {
        if (n[i] - n[i - 1] != step)
            return;
    }
    self->first = n[0];
    self->last = n[frames->len - 1];
    self->step = step;
}

static void
read_range_option(Reading *reading, const char *arg, const char *value)
{
    if (is_option(arg, "-s", "--frame-start"))
        reading->has_first = read_number(value, &reading->first);
    else if (is_option(arg, "-e", "--frame-end"))
        reading->has_last = read_number(value, &reading->last);
    else if (is_option(arg, "-j", "--frame-jump") && !read_number(value, &reading->step))
        reading->step = 0;
}

static void
read_option(DccBlenderArgs *self, Reading *reading, const char *arg, const char *value)
{
    if (is_option(arg, "-b", "--background")) {
        self->background = TRUE;
    } else if (is_option(arg, "-a", "--render-anim")) {
        self->animation = TRUE;
        reading->n_animations++;
        reading->ranged = reading->has_first && reading->has_last;
    } else if (is_option(arg, "-f", "--render-frame")) {
        self->frames = TRUE;
        reading->certain = reading->certain && read_frames(value, reading->frames);
    } else if (is_option(arg, "-c", "--command")) {
        self->command = self->background = TRUE;
    } else if (g_strv_contains(answers, arg) ||
               (is_option(arg, "-E", "--engine") && g_strcmp0(value, "help") == 0)) {
        self->answers = TRUE;
    } else if (strcmp(arg, "--python-exit-code") == 0) {
        self->exit_code = value ? (int)g_ascii_strtoll(value, NULL, 10) : -1;
    } else if (is_option(arg, "-y", "--enable-autoexec")) {
        self->autoexec = 1;
    } else if (is_option(arg, "-Y", "--disable-autoexec")) {
        self->autoexec = 0;
    } else if (strcmp(arg, "--python-use-system-env") == 0) {
        return;
    } else if (strcmp(arg, "--log-file") == 0 || strcmp(arg, "--log-level") == 0) {
        self->log_apart = TRUE;
    } else if (strcmp(arg, "-P") == 0 || g_str_has_prefix(arg, "--python")) {
        self->scripts = TRUE;
    } else {
        read_range_option(reading, arg, value);
    }
}

static void
conclude(DccBlenderArgs *self, Reading *reading)
{
    if (self->frames && !self->animation && reading->certain) {
        find_step(self, reading->frames);
    } else if (reading->n_animations == 1 && !self->frames && reading->ranged &&
               reading->step > 0 && reading->first <= reading->last) {
        self->first = reading->first;
        self->last = reading->last;
        self->step = reading->step;
    }
}

void
dcc_blender_args_read(DccBlenderArgs *self, const char *const *args)
{
    g_autoptr(GArray) frames = g_array_new(FALSE, FALSE, sizeof(int));
    /* Without -j the scene's own step counts, and only Blender knows it: 1 is what nearly all have,
     * and the agent corrects it. */
    Reading reading = {.frames = frames, .certain = TRUE, .step = 1};
    guint i = 0;

    memset(self, 0, sizeof *self);
    self->exit_code = self->autoexec = -1;
    while (args && args[i] && strcmp(args[i], "--") != 0 && !self->command) {
        guint n = count_values(args[i]);

        read_option(self, &reading, args[i], n > 0 ? args[i + 1] : NULL);
        i++;
        while (n-- > 0 && args[i])
            i++;
    }
    self->n_options = i;
    conclude(self, &reading);
}

gboolean
dcc_blender_args_end_by_themselves(const DccBlenderArgs *self)
{
    return self->animation || self->frames || self->command || self->scripts || self->answers;
}
