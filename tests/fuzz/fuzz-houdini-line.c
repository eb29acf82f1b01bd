/* Lines of Houdini's output: anything it, a script or a plug-in may print. */
#include "dcc-houdini.h"
#include "fuzz.h"
#include <string.h>

static const char *const seeds[] = {
    "34493: Fatal error: Segmentation fault (sent by pid 34493)",
    "Crash log saved to /tmp/houdini_temp/crash.untitled.loris_46052_log.txt",
    "No licenses could be found to run this application.",
    "ALF_PROGRESS 42%",
    "99999999999999999999: Fatal error: ",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *line = g_strndup((const char *)data, size);
    g_autoptr(DccOutputEvent) event = dcc_houdini_read_line(NULL, line);

    dcc_houdini_is_line_of(line, 34493);
    return 0;
}
