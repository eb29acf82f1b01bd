/* A line of output: any bytes but NUL and line feed. */
#include "dcc-blender.h"
#include "fuzz.h"

#include <string.h>

static const char *const seeds[] = {
    "Fra:12 Mem:30.1M (Peak 31M) | Time:00:01.2 | Remaining:00:04.55 | Scene | Sample 3/64",
    "Fra:1 | Rendered 4/16 Tiles, Sample 2/8",
    "Saved: '/tmp/out/0001.png'",
    "Append frame 17 Time: 00:00.4",
    "Writing: /tmp/scene.crash.txt",
    "Calloc returns null: len=5 in x, total 7",
    "Error: Cannot read file '/x.blend': No such file",
    "00:01.2  render | Error: Python: Traceback (most recent call last):",
    "Blender quit",
    "Fra:1 | Cancelled",
    "00:01.047  reports          | ERROR Cannot read file \"/x.blend\": No such file",
    "                            |   'X11': unable to open a display!",
    "  File \"x.py\", line 1, in <module>",
    "Error: Python:   File \"x.py\", line 1, in <module>",
    "ValueError: no such rig",
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
    g_autoptr(DccOutputEvent) event = dcc_blender_read_line(NULL, line);

    /* Anywhere among the last lines. */
    const char *const args[] = {"-P", "x.py", line, NULL};
    const char *const lines[] = {line,
                                 "Traceback (most recent call last):",
                                 line,
                                 "  File \"x.py\", line 1, in <module>",
                                 line,
                                 "Error: script failed, file: 'x.py', exiting.",
                                 line,
                                 NULL};

    dcc_blender_judge_line(line);
    dcc_blender_strip_line(line);
    dcc_blender_find_exception(lines);
    dcc_blender_find_uncaught(lines, args);
    return 0;
}
