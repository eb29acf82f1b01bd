/* What real Blenders of every version printed, from the files in blender-lines: each line is
 * understood, each end is judged, and nobody is shown the prefix of a log. Starts nothing. */
#include "blender-fixture.h"
#include <signal.h>
#include <string.h>

#define DIRECTORY "blender-lines"
#define TRIMMED   "[... "

/* The first row whose words the command holds, and whose code fits, is its own. */
static const struct {
    const char *command;
    int code;
    const char *args; /* the user's, by blanks */
    DccVerdictKind kind;
    const char *reason;  /* part of it */
    const char *version; /* NULL: any */
} ends[] = {
    {"blender -q -b",
     1,
     "-q -f 1",
     DCC_VERDICT_FAILED,
     "does not know one of its arguments",
     "3.4"},
    {"--python-exit-code 42 --python boom.py",
     42,
     "",
     DCC_VERDICT_SCRIPT_ERROR,
     "ValueError: no such rig"},
    {"--python boom.py",
     0,
     "--python-exit-code 0 -P boom.py",
     DCC_VERDICT_SUSPICIOUS,
     "ValueError: no such rig"},
    {"--python syntax.py", 42, "", DCC_VERDICT_SCRIPT_ERROR, "SyntaxError: invalid syntax"},
    {"--python nofile.py",
     42,
     "",
     DCC_VERDICT_SCRIPT_ERROR,
     "OSError: Python file \"/p/nofile.py\" could not be"},
    {"--python-expr 1/0", 42, "", DCC_VERDICT_SCRIPT_ERROR, "ZeroDivisionError: division by zero"},
    {"nope.blend", 1, "", DCC_VERDICT_BAD_SCENE, "/p/nope.blend"},
    {"short.blend", 1, "", DCC_VERDICT_BAD_SCENE, "/p/short.blend"},
    {"newer.blend", 1, "", DCC_VERDICT_BAD_SCENE, "/p/newer.blend"}, /* saved by 5.2.2 */
    {"g.blend", 1, "", DCC_VERDICT_BAD_SCENE, "File format is not supported in file"},
    {"cut.blend", 1, "", DCC_VERDICT_BAD_SCENE, "Missing DNA block"},
    {"cutz.blend", 1, "", DCC_VERDICT_BAD_SCENE, "Missing DNA block"},
    {"-o /p/e_#### -f 1", 0, "-o /p/e -f 1", DCC_VERDICT_CLEAN, "in order"},
    {"-o /p/e_#### -f 1", 134, "-o /p/e -f 1", DCC_VERDICT_BROKEN_INSTALL, "libEGL.so.1"},
    {"BLENDER_WORKBENCH", 0, "-f 1", DCC_VERDICT_CLEAN, "in order"},
    {"BLENDER_WORKBENCH", 134, "-f 1", DCC_VERDICT_BROKEN_INSTALL, "libEGL.so.1"},
    {"-E FOO -f 1", 1, "-E FOO -f 1", DCC_VERDICT_BROKEN_INSTALL, "engine not found 'FOO'"},
    {"remove(bpy.data.objects['Camera'])",
     1,
     "-f 1",
     DCC_VERDICT_BAD_SCENE,
     "Cannot render, no camera"},
    {"--bogus", 1, "--bogus", DCC_VERDICT_FAILED, "does not know one of its arguments"},
    {"-o //r_#### -f 1", 1, "-f 1", DCC_VERDICT_FAILED, "cannot save: 'r_0001.png'"},
    {"-o //r_#### -f 1", 0, "-f 1", DCC_VERDICT_CLEAN, "in order"},
    {"-o /p/r_#### -f 1", 0, "-f 1", DCC_VERDICT_CLEAN, "in order"},
    {"-o /proc/x/r_#### -f 1", 1, "-f 1", DCC_VERDICT_FAILED, ""},
    {"-E CYCLES -o /p/mov_ -a", 0, "-a", DCC_VERDICT_SUSPICIOUS, "saved nothing: "},
    {"ctypes.string_at(0)", 139, "", DCC_VERDICT_CRASH, "/p/tmp/blender.crash.txt"},
    {"time.sleep(.3)", 1, "", DCC_VERDICT_CANCELLED, "SIGINT"},
    {"os.kill(os.getpid(), signal.SIGINT); os.kill", 2, "", DCC_VERDICT_CANCELLED, "twice"},
    {"blender --version", 0, "", DCC_VERDICT_CLEAN, ""},
    {"--addons nope", 0, "--addons nope", DCC_VERDICT_CLEAN, ""},
    {"--log-file ", 0, "--log-file l -f 1", DCC_VERDICT_CLEAN, ""},
    {"blender -q -b", 0, "-q -f 1", DCC_VERDICT_CLEAN, ""},
    {"--log-level warning", 0, "--log-level warning -f 1", DCC_VERDICT_CLEAN, ""},
    {"use_overwrite=False", 0, "-a", DCC_VERDICT_CLEAN, ""},
    {"-o /p/r_#### -a", 0, "-a", DCC_VERDICT_CLEAN, "in order"},
    {"blender", 1, "", DCC_VERDICT_NO_DISPLAY, "initialize"},
};

typedef struct {
    const char *path;
    char *version;
    char *command; /* (nullable) */
    GPtrArray *out, *err;
    gboolean trimmed;
    guint n_commands;
    gboolean used[G_N_ELEMENTS(ends)];
} Reading;

static guint
find_end(const Reading *reading, int code)
{
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (strstr(reading->command, ends[i].command) && ends[i].code == code &&
            (!ends[i].version || dcc_version_matches(reading->version, ends[i].version)))
            return i;
    }
    g_error("%s: '%s' ended with %d, and no row of ends[] says what that means",
            reading->path,
            reading->command,
            code);
}

/* Words that were seen in a version before their first, or after their last one. */
static void
check_version(const Reading *reading, const char *line)
{
    const DccBlenderWords *words = dcc_blender_find_words(line);

    if (!words)
        return;
    g_test_message("%s: %s", reading->version, line);
    g_assert_cmpint(dcc_version_compare(reading->version, words->first), >=, 0);
    g_assert_true(!words->last || dcc_version_matches(reading->version, words->last) ||
                  dcc_version_compare(reading->version, words->last) < 0);
}

static gboolean
has_log_head(const char *text)
{
    return strstr(text, " | ERROR") || g_regex_match_simple("^\\d\\d:\\d\\d\\.\\d", text, 0, 0) ||
           g_str_has_prefix(text, " ");
}

/* Returns how many files were saved. */
static guint
add_lines(DccAdapter *adapter, DccExitInfo *info, GPtrArray *lines)
{
    guint n_saved = 0;

    for (guint i = 0; i < lines->len; i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, lines->pdata[i]);

        if (!event)
            continue;
        n_saved += dcc_output_event_get_kind(event) == DCC_OUTPUT_SAVED;
        g_assert_false(dcc_output_event_get_text(event) &&
                       has_log_head(dcc_output_event_get_text(event)));
        dcc_exit_info_add_event(info, event);
    }
    return n_saved;
}

static char **
join(GPtrArray *first, GPtrArray *second)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    for (guint i = 0; i < first->len; i++)
        g_strv_builder_add(all, first->pdata[i]);
    for (guint i = 0; i < second->len; i++)
        g_strv_builder_add(all, second->pdata[i]);
    return g_strv_builder_end(all);
}

static void
check_end(Reading *reading, DccExitInfo *info, guint row, GPtrArray *first, GPtrArray *second)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_auto(GStrv) lines = join(first, second);
    g_auto(GStrv) args = g_strsplit(ends[row].args, " ", -1);
    g_autoptr(DccVerdict) verdict = NULL;
    guint n_saved = add_lines(adapter, info, first) + add_lines(adapter, info, second);
    const char *reason;

    dcc_exit_info_set_last_lines(info, (const char *const *)lines);
    dcc_exit_info_set_args(info, (const char *const *)args);
    dcc_exit_info_set_headless(info, strstr(reading->command, " -b") != NULL);
    dcc_exit_info_set_job(info, strstr(reading->command, " -b") != NULL);
    dcc_exit_info_set_saved(info, reading->trimmed && n_saved == 0 ? -1 : (gint64)n_saved);
    verdict = dcc_adapter_judge_exit(adapter, info);
    reason = dcc_verdict_get_reason(verdict);
    g_test_message("%s: %s: %s", reading->version, reading->command, reason);
    g_assert_cmpint(dcc_verdict_get_kind(verdict), ==, ends[row].kind);
    g_assert_nonnull(strstr(reason, ends[row].reason));
    g_assert_false(has_log_head(reason));
}

static DccExitInfo *
make_end(int code, gboolean wrapped)
{
    return code > 128 && !wrapped ? dcc_exit_info_new_signaled(code - 128, FALSE)
                                  : dcc_exit_info_new_exited(code);
}

/* Whatever the order in which both streams came, and whether a wrapper told it or the kernel. */
static void
check_command(Reading *reading, int code)
{
    guint row = find_end(reading, code);

    for (guint way = 0; way < 4; way++) {
        g_autoptr(DccExitInfo) info = make_end(code, way & 1);

        if (way & 2)
            check_end(reading, info, row, reading->err, reading->out);
        else
            check_end(reading, info, row, reading->out, reading->err);
    }
    reading->used[row] = TRUE;
    reading->n_commands++;
}

static void
begin_command(Reading *reading, const char *command)
{
    g_free(reading->command);
    reading->command = g_strdup(command);
    g_ptr_array_set_size(reading->out, 0);
    g_ptr_array_set_size(reading->err, 0);
    reading->trimmed = FALSE;
}

static void
read_golden_line(Reading *reading, const char *line)
{
    if (g_str_has_prefix(line, "##### ")) {
        begin_command(reading, line + strlen("##### "));
    } else if (g_str_has_prefix(line, "rc ")) {
        check_command(reading, (int)g_ascii_strtoll(line + strlen("rc "), NULL, 10));
    } else if (g_str_has_prefix(line, "O| ") || g_str_has_prefix(line, "E| ")) {
        if (g_str_has_prefix(line + 3, TRIMMED))
            reading->trimmed = TRUE;
        else
            g_ptr_array_add(*line == 'O' ? reading->out : reading->err, g_strdup(line + 3));
        check_version(reading, line + 3);
    } else if (reading->command && reading->out->len == 0 && reading->err->len == 0) {
        char *longer = g_strconcat(reading->command, " ", line, NULL);

        g_free(reading->command);
        reading->command = longer;
    }
}

static void
read_file(Reading *reading, const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, DIRECTORY, name, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GError *error = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    reading->path = name;
    reading->version = g_strndup(strrchr(name, '-') + 1, strlen(strrchr(name, '-') + 1) - 4);
    reading->n_commands = 0;
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        read_golden_line(reading, lines[i]);
    g_assert_cmpuint(reading->n_commands, >, 0);
    g_clear_pointer(&reading->command, g_free);
    g_clear_pointer(&reading->version, g_free);
}

static void
test_versions(void)
{
    g_autofree char *directory = g_test_build_filename(G_TEST_DIST, DIRECTORY, NULL);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    Reading reading = {.out = g_ptr_array_new_with_free_func(g_free),
                       .err = g_ptr_array_new_with_free_func(g_free)};
    const char *name;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".txt"))
            read_file(&reading, name);
    }
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (!reading.used[i])
            g_error("no file holds '%s' with code %d", ends[i].command, ends[i].code);
    }
    g_ptr_array_unref(reading.out);
    g_ptr_array_unref(reading.err);
}

/* What people are shown of a line. */
static void
test_strip(void)
{
    static const struct {
        const char *line, *shown;
    } cases[] = {
        {"00:01.047  reports          | ERROR Cannot read file \"/p\": x",
         "Cannot read file \"/p\": x"},
        {"61:01.047  reports          | ERROR no", "no"},
        {"1:00:01.047  reports          | ERROR no", "no"},
        {"00:00.851  video.write      | ERROR Couldn't initialize", "Couldn't initialize"},
        {"00:00.048  ghost.system     | Failed to", "Failed to"},
        {"00:00.048  a.category.longer.than.that | WARNING x", "x"},
        {"                            |   'X11': unable", "'X11': unable"},
        {"Error: Cannot render, no camera", "Cannot render, no camera"},
        {"[farm 12:00] Error: Cannot render, no camera", "Cannot render, no camera"},
        {"ValueError: no such rig", "ValueError: no such rig"},
        {"00:01 | x", "00:01 | x"},
        {"12:00.123 x", "12:00.123 x"},
        {"a | b", "a | b"},
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(dcc_blender_strip_line(cases[i].line), ==, cases[i].shown);
}

/* No wording stands behind another that hides it, and each row says since when. */
static void
test_table(void)
{
    guint n;
    const DccBlenderWords *words = dcc_blender_get_words(&n);

    for (guint i = 0; i < n; i++) {
        g_assert_nonnull(words[i].first);
        if (strstr(words[i].needle, "Error: Python: "))
            continue;
        g_assert_true(dcc_blender_find_words(words[i].needle) == &words[i]);
        g_assert_cmpint(dcc_blender_judge_line(words[i].needle), ==, words[i].verdict);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/blender/lines/versions", test_versions);
    g_test_add_func("/blender/lines/strip", test_strip);
    g_test_add_func("/blender/lines/words", test_table);
    return g_test_run();
}
