/* What Blender's lines mean: measured on Blender 3.4.1, Debian 12. Starts nothing. */
#include "blender-fixture.h"
#include <string.h>

#define NOTHING (-1)

/* clang-format off */
static const struct {
    const char *line;
    int kind;
    int frame;
    gint64 part, whole, remaining;
    const char *text;
} lines[] = {
    {"Fra:1 Mem:9.04M (Peak 10.83M) | Time:00:00.00 | Mem:0.00M, Peak:0.00M | Scene, ViewLayer | "
     "Synchronizing object | Cube",
     DCC_OUTPUT_PROGRESS, 1, 0, 0, -1, NULL},
    {"Fra:1 Mem:9.97M (Peak 10.83M) | Time:00:00.05 | Remaining:00:00.00 | Mem:0.82M, Peak:0.82M | "
     "Scene, ViewLayer | Sample 1/4",
     DCC_OUTPUT_PROGRESS, 1, 1, 4, 0, NULL},
    {"Fra:250 Mem:1M | Time:00:22.46 | Remaining:01:12:27.16 | Mem:1M | S, V | Sample 513/100000",
     DCC_OUTPUT_PROGRESS, 250, 513, 100000, 4347160, NULL},
    {"Fra:1 Mem:42.69M (Peak 43.80M) | Time:00:08.92 | Rendering 26 / 64 samples",
     DCC_OUTPUT_PROGRESS, 1, 26, 64, -1, NULL},
    {"Fra:-3 Mem:1M | Time:00:00.05 | Sample 0/4", DCC_OUTPUT_PROGRESS, -3, 0, 4, -1, NULL},
    {"Fra:5 Mem:1M | Time:00:01.00 | Remaining:00:02.50 | Rendered 3/12 Tiles, Sample 4/128",
     DCC_OUTPUT_PROGRESS, 5, 3, 12, 2500, NULL},
    {"Fra:5 Mem:1M | Time:00:01.00 | Rendered 0/1 Tiles, Sample 4/128",
     DCC_OUTPUT_PROGRESS, 5, 4, 128, -1, NULL},
    {"00:03.234  render           | Fra: 7 | Remaining: 00:01.00 | Sample 2/8",
     DCC_OUTPUT_PROGRESS, 7, 2, 8, 1000, NULL},
    {"Fra:1 Mem:10M | Time:00:09.06 | S, V | Cancelled", DCC_OUTPUT_CANCELLED, 0, 0, 0, -1,
     "render cancelled"},
    {"Saved: 't/out/small_0001.png'", DCC_OUTPUT_SAVED, 0, 0, 0, -1, "t/out/small_0001.png"},
    {"00:03.234  render | Saved: \"/a/it's.png\"", DCC_OUTPUT_SAVED, 0, 0, 0, -1, "/a/it's.png"},
    {"Append frame 3", DCC_OUTPUT_SAVED, 3, 0, 0, -1, NULL},
    {"00:02.534  render           | Video append frame 12", DCC_OUTPUT_SAVED, 12, 0, 0, -1, NULL},
    {"Writing: /own-tmp/my scene.crash.txt", DCC_OUTPUT_CRASH, 0, 0, 0, -1,
     "/own-tmp/my scene.crash.txt"},
    {"Writing: /x/cache.abc", NOTHING},
    {"Calloc returns null: len=512128024 in BMO_op_init, total 9616828", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "Calloc returns null: len=512128024 in BMO_op_init, total 9616828"},
    {"Malloc returns null: len=1 in x, total 2", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "Malloc returns null: len=1 in x, total 2"},
    {"<jemalloc>: Cannot allocate memory", DCC_OUTPUT_OOM, 0, 0, 0, -1,
     "<jemalloc>: Cannot allocate memory"},
    {"Blender quit", DCC_OUTPUT_DONE, 0, 0, 0, -1, NULL},
    {"Sent an internal break event. Press ^C again to kill Blender", DCC_OUTPUT_CANCELLED, 0, 0, 0,
     -1, "interrupted (SIGINT)"},
    {"Blender killed", DCC_OUTPUT_CANCELLED, 0, 0, 0, -1, "interrupted (SIGINT)"},
    {"Error: Cannot read file '/p/nope.blend': No such file or directory", DCC_OUTPUT_BAD_SCENE, 0, 0, 0,
     -1, "Cannot read file '/p/nope.blend': No such file or directory"},
    {"Error: Failed to read blend file '/p': Missing DNA block", DCC_OUTPUT_BAD_SCENE, 0, 0, 0, -1,
     "Failed to read blend file '/p': Missing DNA block"},
    {"Error: File format is not supported in file '/p'", DCC_OUTPUT_BAD_SCENE, 0, 0, 0, -1,
     "File format is not supported in file '/p'"},
    {"Error: Cannot render, no camera", DCC_OUTPUT_BAD_SCENE, 0, 0, 0, -1, "Cannot render, no camera"},
    {"Error: Render error (Invalid argument) cannot save: '/p'", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "Render error (Invalid argument) cannot save: '/p'"},
    {"GHOST: failed to initialize display for back-end(s): ['X11']", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "GHOST: failed to initialize display for back-end(s): ['X11']"},
    {"Error: Python: Traceback (most recent call last):", NOTHING}, /* it may have been handled */
    {"Error: Python:   File \"x.py\", line 1, in <module>", NOTHING},
    {"Error: Python: ZeroDivisionError: division by zero", NOTHING},
    {"Error: script failed, file: 't/boom.py', exiting.", DCC_OUTPUT_FATAL, 0, 0, 0, -1,
     "script failed, file: 't/boom.py', exiting."},
    {"", NOTHING},
    {" Time: 00:00.16 (Saving: 00:00.10)", NOTHING},
    {"Read blend: t/small.blend", NOTHING},
    {"Info: Saved \"copy.blend\"", NOTHING},
    {"Saved session recovery to '/own-tmp/quit.blend'", NOTHING},
    {"Fra:", NOTHING},
    {"Fra:99999999999999999999", NOTHING},
    {"Saved: ", NOTHING},
    {"Append frame ", NOTHING},
    {"Writing: ", NOTHING},
    {"EGL Error (0x3001): EGL_NOT_INITIALIZED", NOTHING},
    {"I tell you: Blender quit smoking", NOTHING},
};
/* clang-format on */

static void
test_lines(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(DccOutputEvent) event = dcc_adapter_read_line(adapter, lines[i].line);
        gint64 part, whole;
        int frame = 0;

        g_test_message("%s", lines[i].line);
        if (lines[i].kind == NOTHING) {
            g_assert_null(event);
            continue;
        }
        g_assert_nonnull(event);
        g_assert_cmpint(dcc_output_event_get_kind(event), ==, lines[i].kind);
        g_assert_cmpstr(dcc_output_event_get_text(event), ==, lines[i].text);
        dcc_output_event_get_frame(event, &frame);
        dcc_output_event_get_part(event, &part, &whole);
        g_assert_cmpint(frame, ==, lines[i].frame);
        g_assert_cmpint(part, ==, lines[i].part);
        g_assert_cmpint(whole, ==, lines[i].whole);
        g_assert_cmpint(dcc_output_event_get_remaining(event), ==, lines[i].remaining);
    }
}

/* A long line of nothing must cost next to nothing. */
static void
test_long_line(void)
{
    g_autoptr(DccAdapter) adapter = make_adapter();
    g_autofree char *line = g_strnfill(64 * 1024, '1');
    g_autofree char *frame = g_strconcat("Fra:3 Remaining:", line, " Sample ", line, NULL);
    g_autoptr(DccOutputEvent) event = NULL;

    g_assert_null(dcc_adapter_read_line(adapter, line));
    event = dcc_adapter_read_line(adapter, frame);
    g_assert_nonnull(event);
    g_assert_cmpint(dcc_output_event_get_remaining(event), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/blender/lines/table", test_lines);
    g_test_add_func("/blender/lines/long", test_long_line);

    return g_test_run();
}
