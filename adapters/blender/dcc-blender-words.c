/* The words by which Blender names a failure, and the form of its lines, in every version seen.
 *
 * Problem: the words change from release to release, and nobody announces it. Contract: a row for
 * each wording, with the first version it was seen in and the last one; a new version is a file of
 * raw output in tests/adapters/blender-lines, and the test there says which rows it needs. What is
 * in no row means nothing. Pure.
 */
#include "dcc-blender.h"
#include <string.h>

#define LEVEL_WIDTH 28 /* what stands before the "|" of a message's further lines, since 5.0 */

static const DccBlenderWords words[] = {
    {"Cannot read file '", "3.4", "3.6", DCC_VERDICT_BAD_SCENE},
    {"Cannot read file \"", "4.2", NULL, DCC_VERDICT_BAD_SCENE},
    {"Cannot read blend file '", "4.2", "4.5", DCC_VERDICT_BAD_SCENE},
    {"Failed to read blend file '", "3.4", NULL, DCC_VERDICT_BAD_SCENE},
    {"Failed to read file '", "4.2", NULL, DCC_VERDICT_BAD_SCENE},
    {"File format is not supported in file '", "3.4", "3.6", DCC_VERDICT_BAD_SCENE},
    {"File format is not supported in file \"", "4.2", NULL, DCC_VERDICT_BAD_SCENE},
    {"The file was saved by a newer version, open it with Blender ",
     "4.0",
     NULL,
     DCC_VERDICT_BAD_SCENE}, /* read in the source */
    {"dcchost: the rescue file cannot be opened",
     "3.4",
     NULL,
     DCC_VERDICT_BAD_SCENE}, /* the agent's */
    {"Cannot render, no camera", "3.4", NULL, DCC_VERDICT_BAD_SCENE},
    {"GHOST: failed to initialize display", "3.4", "4.5", DCC_VERDICT_NO_DISPLAY},
    {"GHOST: unable to initialize", "3.4", "4.5", DCC_VERDICT_NO_DISPLAY},
    {"Failed to initialize display for back-end", "5.0", NULL, DCC_VERDICT_NO_DISPLAY},
    {"Unable to initialize GHOST", "5.0", NULL, DCC_VERDICT_NO_DISPLAY},
    {"Unable to open a display", "2.8", "3.6", DCC_VERDICT_NO_DISPLAY},
    {"unable to open a display!", "4.2", NULL, DCC_VERDICT_NO_DISPLAY},
    {"Internal error initializing Python", "3.4", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {"Fatal Python error: init", "3.4", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {"error while loading shared libraries:", "3.4", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {"Couldn't open libEGL.so", "4.3", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {"engine not found '", "3.4", NULL, DCC_VERDICT_BROKEN_INSTALL},
    {"Error: Build without ", "3.4", NULL, DCC_VERDICT_BROKEN_INSTALL}, /* a denoiser, say */
    {"Error: script failed, ", "3.4", NULL, DCC_VERDICT_SCRIPT_ERROR},
    {"Error: Python: ", "3.4", "3.6", DCC_VERDICT_SCRIPT_ERROR},
    {"Render error (", "3.4", NULL, DCC_VERDICT_FAILED},
    /* Of a movie that cannot be written: Blender ends with 0 all the same. */
    {"width not divisible by 2 (", "3.4", NULL, DCC_VERDICT_FAILED},
    {"height not divisible by 2 (", "3.4", NULL, DCC_VERDICT_FAILED},
    {"initialize video codec", "3.4", NULL, DCC_VERDICT_FAILED},
    {"can't write single images with a movie format", "3.4", NULL, DCC_VERDICT_FAILED},
};

const DccBlenderWords *
dcc_blender_get_words(guint *n)
{
    *n = G_N_ELEMENTS(words);
    return words;
}

const DccBlenderWords *
dcc_blender_find_words(const char *line)
{
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strstr(line, words[i].needle))
            return &words[i];
    }
    return NULL;
}

static const char *
skip_digits(const char *text, guint at_least)
{
    guint n = 0;

    while (g_ascii_isdigit(text[n]))
        n++;
    return n >= at_least ? text + n : NULL;
}

/* "00:01.047" and, should one last that long, "1:00:01.047". */
static const char *
skip_time(const char *text)
{
    const char *end = skip_digits(text, 1);
    guint n_colons = 0;

    while (end && *end == ':') {
        end = skip_digits(end + 1, 2);
        n_colons++;
    }
    if (!end || *end != '.' || n_colons == 0)
        return NULL;
    end = skip_digits(end + 1, 3);
    return end && *end == ' ' ? end : NULL;
}

/* Since 5.0: "MM:SS.mmm  CATEGORY         | text", and before further lines of a text blanks and
 * "| ". */
static gboolean
is_log_head(const char *line, const char *bar)
{
    const char *p = skip_time(line);

    if (!p)
        return bar - line == LEVEL_WIDTH && strspn(line, " ") == LEVEL_WIDTH;
    p += strspn(p, " ");
    p += strcspn(p, " ");
    p += strspn(p, " ");
    return p == bar;
}

static const char *
skip_log_head(const char *line)
{
    const char *bar = strstr(line, "| ");

    return bar && is_log_head(line, bar) ? bar + 2 : line;
}

const char *
dcc_blender_strip_line(const char *line)
{
    static const char *const levels[] = {"ERROR ", "WARNING ", "FATAL "};
    const char *text = skip_log_head(line);
    const char *error = strstr(text, "Error: ");

    for (guint i = 0; text != line && i < G_N_ELEMENTS(levels); i++) {
        if (g_str_has_prefix(text, levels[i]))
            return text + strlen(levels[i]);
    }
    /* A wrapper may put something of its own before it; an exception's name is no such word. */
    if (error && (error == text || error[-1] == ' '))
        return error + strlen("Error: ");
    return text + strspn(text, " ");
}

DccVerdictKind
dcc_blender_judge_line(const char *line)
{
    const char *python = strstr(line, "Error: Python: ");
    const DccBlenderWords *found;

    /* Of a traceback the first and the last line tell; the frames between them are indented. In the
     * background 3.4 puts the words before the first line alone. */
    if (python) {
        python += strlen("Error: Python: ");
        return *python == ' ' || !*python ? DCC_VERDICT_UNKNOWN : DCC_VERDICT_SCRIPT_ERROR;
    }
    found = dcc_blender_find_words(line);
    return found ? found->verdict : DCC_VERDICT_UNKNOWN;
}
