/* What a line of Maya's output says.
 *
 * Contract: a table of words, and a number read by hand where one follows; a line that is not
 * understood says nothing. The crash text is translated, so the signal's line and the files it
 * leaves count more than the sentence.
 */
#include "dcc-maya.h"
#include <stdio.h>
#include <string.h>

/* The words that tell, where they were seen: Autodesk's page on exits (2016), public reports of
 * 2012 to 2019 for the crash; AWS Deadline's Maya adaptor and its issues for licences. */
static const struct {
    const char *words;
    DccOutputKind kind;
} tellings[] = {
    {"maya encountered a fatal error", DCC_OUTPUT_CRASH},
    {"Fatal Error. Attempting to save in ", DCC_OUTPUT_CRASH},
    {"\xe8\x87\xb4\xe5\x91\xbd\xe9\x94\x99\xe8\xaf\xaf", DCC_OUTPUT_CRASH}, /* zh_CN */
    {"Error encountered when initializing Maya", DCC_OUTPUT_LICENCE},
    {"Could not obtain a license", DCC_OUTPUT_LICENCE},             /* V-Ray */
    {"abort_on_license_fail option ", DCC_OUTPUT_LICENCE},          /* Arnold */
    {"Maxon licensing error", DCC_OUTPUT_LICENCE},                  /* Redshift; exits 0 */
    {"No licenses could be found to run this", DCC_OUTPUT_LICENCE}, /* unverified in Maya itself */
    {"error while loading shared libraries:", DCC_OUTPUT_FATAL},
    {"std::bad_alloc", DCC_OUTPUT_OOM}, /* unverified in Maya itself */
    {DCC_MAYA_GOODBYE, DCC_OUTPUT_DONE},
    {DCC_MAYA_NO_SCENE, DCC_OUTPUT_BAD_SCENE},
};

static DccOutputEvent *
read_telling(const char *line)
{
    for (guint i = 0; i < G_N_ELEMENTS(tellings); i++) {
        if (strstr(line, tellings[i].words))
            return dcc_output_event_new(tellings[i].kind, line);
    }
    return NULL;
}

/* "Signal: 11 (Unknown Signal)", in every language. */
static DccOutputEvent *
read_signal(const char *line)
{
    int number;

    if (sscanf(line, "Signal: %2d (", &number) == 1 && strchr(line, '('))
        return dcc_output_event_new(DCC_OUTPUT_CRASH, line);
    return NULL;
}

/* What Render says of the Maya that it started. */
static DccOutputEvent *
read_status(const char *line)
{
    int status;

    if (sscanf(line, "// Maya exited with status %3d", &status) != 1)
        return NULL;
    if (status == 0)
        return dcc_output_event_new(DCC_OUTPUT_DONE, line);
    return dcc_output_event_new(status > 128 ? DCC_OUTPUT_CRASH : DCC_OUTPUT_FATAL, line);
}

/* RenderMan's "R90000   42%", Arnold's " 42% done": of one frame, which the line does not name. */
static DccOutputEvent *
read_percent(const char *line)
{
    const char *percent = strchr(line, '%');
    const char *digits = percent;
    DccOutputEvent *event;

    if (!percent || !(strstr(line, "% done") || strstr(line, "R90000")))
        return NULL;
    while (digits > line && percent - digits < 3 && g_ascii_isdigit(digits[-1]))
        digits--;
    if (digits == percent)
        return NULL;
    event = dcc_output_event_new(DCC_OUTPUT_PROGRESS, NULL);
    dcc_output_event_set_part(event, MIN(g_ascii_strtoll(digits, NULL, 10), 100), 100);
    return event;
}

DccOutputEvent *
dcc_maya_read_line(DccAdapter *adapter, const char *line)
{
    DccOutputEvent *event = read_telling(line);

    if (!event)
        event = read_signal(line);
    if (!event)
        event = read_status(line);
    return event ? event : read_percent(line);
}
