/* What a render says. */
#include "cli-render-report.h"

#include "cli-exit.h"
#include "cli-out.h"
#include "cli-text.h"
#include "dcc-frames.h"
#include "dcc-json.h"
#include <stdio.h>
#include <string.h>

char *
cli_render_report_frame(JsonObject *event)
{
    g_autofree char *bytes = dcc_json_get_bytes(event, "file");
    g_autofree char *file = cli_escape(bytes != NULL ? bytes : "-");
    double seconds = dcc_json_get_double(event, "seconds", -1);
    gint64 peak = dcc_json_get_int(event, "peak_bytes", -1);
    gboolean whole = strcmp(dcc_json_get_string(event, "check", ""), "whole") == 0;
    GString *line = g_string_new(NULL);

    g_string_append_printf(
        line, "frame %" G_GINT64_FORMAT ": %s", dcc_json_get_int(event, "frame", 0), file);
    if (!whole)
        g_string_append(line, " (unchecked)");
    if (seconds >= 0) {
        g_autofree char *took = cli_duration_text(seconds);

        g_string_append_printf(line, ", %s", took);
    }
    if (peak >= 0) {
        g_autofree char *size = cli_size_text((guint64)peak);

        g_string_append_printf(line, ", %s at most", size);
    }
    g_string_append_printf(line,
                           ", %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                           dcc_json_get_int(event, "done", 0),
                           dcc_json_get_int(event, "of", 0));
    return g_string_free(line, FALSE);
}

static void
print(gboolean json, const char *line)
{
    if (json) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    cli_out("%s\n", line);
    cli_out_flush();
}

static void
name_failures(JsonArray *failures, gboolean json)
{
    for (guint i = 0; failures != NULL && i < json_array_get_length(failures); i++) {
        JsonObject *failure = json_array_get_object_element(failures, i);
        const char *frames = dcc_json_get_string(failure, "frames", "");
        gboolean one = strpbrk(frames + 1, "-,") == NULL;
        g_autofree char *reason = cli_escape(dcc_json_get_string(failure, "reason", ""));
        g_autofree char *line =
            g_strdup_printf("dcchost: %s %s failed: %s", one ? "frame" : "frames", frames, reason);

        print(json, line);
    }
}

static guint
count(JsonObject *object, const char *member)
{
    const char *text = object != NULL ? dcc_json_get_string(object, member, NULL) : NULL;
    g_autoptr(DccFrames) frames = text != NULL ? dcc_frames_parse(text, NULL) : NULL;

    return frames != NULL ? dcc_frames_count(frames) : 0;
}

void
cli_render_report_verdict(JsonObject *rendered, guint n_skipped, gboolean json)
{
    gint64 frames = rendered != NULL ? dcc_json_get_int(rendered, "frames", 0) : 0;
    gint64 done = rendered != NULL ? dcc_json_get_int(rendered, "done", 0) : 0;
    g_autofree char *line = NULL;

    if (rendered != NULL)
        name_failures(dcc_json_get_array(rendered, "failures"), json);
    line = g_strdup_printf("dcchost: verdict=%s frames=%" G_GINT64_FORMAT
                           " failed=%u rendered=%" G_GINT64_FORMAT " skipped=%u unchecked=%u",
                           rendered != NULL ? dcc_json_get_string(rendered, "verdict", "unknown")
                                            : "done",
                           frames + n_skipped,
                           count(rendered, "failed"),
                           done,
                           n_skipped,
                           count(rendered, "unchecked"));
    print(json, line);
}

int
cli_render_report_status(JsonObject *rendered, int status)
{
    const char *verdict =
        rendered != NULL ? dcc_json_get_string(rendered, "verdict", "unknown") : "unknown";

    if (strcmp(verdict, "done") == 0)
        return CLI_DONE;
    if (strcmp(verdict, "timeout") == 0)
        return CLI_TIMEOUT;
    return status != CLI_DONE ? status : CLI_NOT_WELL;
}
