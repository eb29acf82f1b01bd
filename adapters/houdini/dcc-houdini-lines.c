/* What a line of Houdini's output says.
 *
 * Contract: a table of words, and numbers read by hand where they matter; a line that is not
 * understood says nothing. Crash lines carry the pid of who crashed.
 */
#include "dcc-houdini.h"
#include <stdio.h>
#include <string.h>

/* Seen in public logs of 20.5.332 and 20.5.684 and in AWS Deadline's Houdini adaptor. */
static const struct {
    const char *words;
    DccOutputKind kind;
} tellings[] = {
    {"No licenses could be found to run this application", DCC_OUTPUT_LICENCE},
    {"Unable to Acquire a License", DCC_OUTPUT_LICENCE}, /* the dialog's; as a line unverified */
    {"Error encountered when initializing Houdini", DCC_OUTPUT_LICENCE},
    {"Crash log saved to ", DCC_OUTPUT_CRASH},
    {"error while loading shared libraries:", DCC_OUTPUT_FATAL},
    {"std::bad_alloc", DCC_OUTPUT_OOM}, /* unverified in Houdini itself */
    {DCC_HOUDINI_GOODBYE, DCC_OUTPUT_DONE},
    {DCC_HOUDINI_NO_SCENE, DCC_OUTPUT_BAD_SCENE},
    {DCC_HOUDINI_NO_NODE, DCC_OUTPUT_BAD_SCENE},
};

/* "34493: Fatal error: Segmentation fault (sent by pid 34493)" */
static gboolean
read_fatal(const char *line, gint64 *pid)
{
    char *end = NULL;

    *pid = g_ascii_strtoll(line, &end, 10);
    return *pid > 0 && g_str_has_prefix(end, ": Fatal error: ");
}

gboolean
dcc_houdini_is_line_of(const char *line, gint64 pid)
{
    g_autofree char *log = g_strdup_printf("_%" G_GINT64_FORMAT "_log.txt", pid);
    gint64 said = 0;

    if (read_fatal(line, &said))
        return said == pid;
    return strstr(line, "Crash log saved to ") && strstr(line, log);
}

static DccOutputEvent *
read_telling(const char *line)
{
    gint64 pid;

    for (guint i = 0; i < G_N_ELEMENTS(tellings); i++) {
        if (strstr(line, tellings[i].words))
            return dcc_output_event_new(tellings[i].kind, line);
    }
    return read_fatal(line, &pid) ? dcc_output_event_new(DCC_OUTPUT_CRASH, line) : NULL;
}

/* "ALF_PROGRESS 42%", of one frame, which the line does not name (renderers of Houdini's). */
static DccOutputEvent *
read_percent(const char *line)
{
    const char *words = strstr(line, "ALF_PROGRESS ");
    DccOutputEvent *event;
    int percent;

    if (!words || sscanf(words, "ALF_PROGRESS %3d%%", &percent) != 1 || percent < 0 ||
        !strchr(words, '%'))
        return NULL;
    event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    dcc_output_event_set_part(event, MIN(percent, 100), 100);
    return event;
}

/* Of our own render script. */
static DccOutputEvent *
read_ours(const char *line)
{
    DccOutputEvent *event;

    if (g_str_has_prefix(line, DCC_HOUDINI_SAVED))
        return dcc_output_event_new(DCC_OUTPUT_SAVED, line + strlen(DCC_HOUDINI_SAVED));
    if (!g_str_has_prefix(line, DCC_HOUDINI_FRAME))
        return NULL;
    event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    dcc_output_event_set_frame(event,
                               (int)g_ascii_strtoll(line + strlen(DCC_HOUDINI_FRAME), NULL, 10));
    return event;
}

DccOutputEvent *
dcc_houdini_read_line(DccAdapter *adapter, const char *line)
{
    DccOutputEvent *event = read_ours(line);

    if (event)
        return event;
    event = read_telling(line);
    return event ? event : read_percent(line);
}
