/* What a line of Blender's output says.
 *
 * Problem: a farm's log has a million lines, and their form changes with every release: 5.x puts a
 * time and a category first. Contract: a cheap look first, a regular expression only where it pays;
 * nothing is anchored to the start of a line that was not in every release. A line that is not
 * understood says nothing.
 */
#include "dcc-blender.h"
#include <string.h>

#define APPEND "ppend frame "

typedef enum {
    REGEX_FRAME,
    REGEX_TILES,
    REGEX_PART,
    REGEX_REMAINING,
    REGEX_SAVED,
    N_REGEXES
} Regex;

static const char *const patterns[N_REGEXES] = {
    [REGEX_FRAME] = "\\bFra: ?(-?\\d{1,7})\\b",
    [REGEX_TILES] = "\\bRendered (\\d{1,9}) ?/ ?(\\d{1,9}) Tiles", /* until 2.9 */
    [REGEX_PART] = "\\b(?:Sample|Rendering) (\\d{1,9}) ?/ ?(\\d{1,9})\\b",
    [REGEX_REMAINING] = "\\bRemaining: ?(?:(\\d{1,5}):)?(\\d{1,2}):(\\d{1,2})\\.(\\d{1,2})",
    [REGEX_SAVED] = "\\bSaved: ['\"](.+)['\"]$",
};

static GRegex *
get_regex(Regex which)
{
    static GRegex *regexes[N_REGEXES];

    if (g_once_init_enter(&regexes[which])) {
        GRegex *compiled = g_regex_new(patterns[which], G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, NULL);

        g_once_init_leave(&regexes[which], compiled);
    }
    return regexes[which];
}

static gint64
fetch_number(GMatchInfo *match, int group)
{
    g_autofree char *text = g_match_info_fetch(match, group);

    return text && *text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static void
read_part(DccOutputEvent *event, const char *line)
{
    g_autoptr(GMatchInfo) tiles = NULL;
    g_autoptr(GMatchInfo) part = NULL;

    /* Each tile counts its samples anew. */
    if (g_regex_match(get_regex(REGEX_TILES), line, 0, &tiles) && fetch_number(tiles, 2) > 1)
        dcc_output_event_set_part(event, fetch_number(tiles, 1), fetch_number(tiles, 2));
    else if (g_regex_match(get_regex(REGEX_PART), line, 0, &part))
        dcc_output_event_set_part(event, fetch_number(part, 1), fetch_number(part, 2));
}

static void
read_remaining(DccOutputEvent *event, const char *line)
{
    g_autoptr(GMatchInfo) match = NULL;
    gint64 seconds;

    if (!g_regex_match(get_regex(REGEX_REMAINING), line, 0, &match))
        return;
    seconds = (fetch_number(match, 1) * 60 + fetch_number(match, 2)) * 60 + fetch_number(match, 3);
    dcc_output_event_set_remaining(event, seconds * 1000 + fetch_number(match, 4) * 10);
}

static DccOutputEvent *
read_frame(const char *line)
{
    g_autoptr(GMatchInfo) match = NULL;
    DccOutputEvent *event;

    if (!g_regex_match(get_regex(REGEX_FRAME), line, 0, &match))
        return NULL;
    if (g_str_has_suffix(line, "| Cancelled"))
        return dcc_output_event_new(DCC_OUTPUT_CANCELLED, "render cancelled");
    event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    dcc_output_event_set_frame(event, (int)fetch_number(match, 1));
    read_part(event, line);
    read_remaining(event, line);
    return event;
}

static DccOutputEvent *
read_saved(const char *line)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *path = NULL;

    if (!g_regex_match(get_regex(REGEX_SAVED), line, 0, &match))
        return NULL;
    path = g_match_info_fetch(match, 1);
    return dcc_output_event_new(DCC_OUTPUT_SAVED, path);
}

/* "Append frame 3", since 5.0 "Video append frame 3": one more frame of a movie, which is saved
 * only at its end. */
static DccOutputEvent *
read_append(const char *line)
{
    const char *number = strstr(line, APPEND) + strlen(APPEND);
    DccOutputEvent *event;

    if (!g_ascii_isdigit(*number))
        return NULL;
    event = dcc_output_event_new(DCC_OUTPUT_SAVED, NULL);
    dcc_output_event_set_frame(event, (int)g_ascii_strtoll(number, NULL, 10));
    return event;
}

static DccOutputEvent *
read_crash(const char *line)
{
    const char *path = strstr(line, "Writing: ") + strlen("Writing: ");

    return g_str_has_suffix(path, ".crash.txt") ? dcc_output_event_new(DCC_OUTPUT_CRASH, path)
                                                : NULL;
}

static DccOutputEvent *
read_oom(const char *line)
{
    return dcc_output_event_new(DCC_OUTPUT_OOM, dcc_blender_strip_line(line));
}

static DccOutputEvent *
read_interrupt(const char *line)
{
    return dcc_output_event_new(DCC_OUTPUT_CANCELLED, "interrupted (SIGINT)");
}

static DccOutputEvent *
read_quit(const char *line)
{
    return g_str_has_suffix(line, "Blender quit") ? dcc_output_event_new(DCC_OUTPUT_DONE, NULL)
                                                  : NULL;
}

static DccOutputEvent *
read_failure(const char *line)
{
    DccVerdictKind verdict = dcc_blender_judge_line(line);

    /* A script may have handled what was reported of it; that it failed is said apart. */
    if (verdict == DCC_VERDICT_UNKNOWN || strstr(line, "Error: Python: "))
        return NULL;
    return dcc_output_event_new(verdict == DCC_VERDICT_BAD_SCENE ? DCC_OUTPUT_BAD_SCENE
                                                                 : DCC_OUTPUT_FATAL,
                                dcc_blender_strip_line(line));
}

static const struct {
    const char *needle;
    DccOutputEvent *(*read)(const char *line);
} readers[] = {
    {"Fra:", read_frame},
    {"Saved: ", read_saved},
    {APPEND, read_append},
    {"Writing: ", read_crash},
    {"Calloc returns null", read_oom},
    {"Malloc returns null", read_oom},
    {"Mallocn returns null", read_oom},
    {"<jemalloc>: Cannot allocate memory", read_oom},
    {"Sent an internal break event", read_interrupt},
    {"Blender killed", read_interrupt},
    {"Blender quit", read_quit},
};

DccOutputEvent *
dcc_blender_read_line(DccAdapter *adapter, const char *line)
{
    for (guint i = 0; i < G_N_ELEMENTS(readers); i++) {
        DccOutputEvent *event = strstr(line, readers[i].needle) ? readers[i].read(line) : NULL;

        if (event)
            return event;
    }
    return read_failure(line);
}
