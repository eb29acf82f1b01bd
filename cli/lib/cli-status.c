/* The status object for people. */
#include "cli-status.h"

#include "cli-exit.h"
#include "cli-instance.h"
#include "cli-out.h"
#include "cli-sentence.h"
#include "cli-text.h"
#include "dcc-json.h"
#include "dcc-result.h"

char *
cli_status_state(JsonObject *status)
{
    g_autofree char *state = cli_escape(dcc_json_get_string(status, "state", "unknown"));
    gint64 delay = dcc_json_get_int(status, "restart_in_ms", -1);
    g_autofree char *in = NULL;

    if (cli_status_is_silent(status))
        return g_strdup("not answering");
    if (delay >= 0) {
        in = cli_duration_text((double)delay / 1000);
        return g_strdup_printf("%s in %s", state, in);
    }
    if (!dcc_json_get_boolean(status, "attended", TRUE) && !cli_status_is_over(status))
        return g_strdup_printf("%s (unattended)", state);
    if (dcc_json_get_boolean(status, "paused", FALSE))
        return g_strdup_printf("%s (paused)", state);
    return g_steal_pointer(&state);
}

gboolean
cli_status_is_silent(JsonObject *status)
{
    return !dcc_json_get_boolean(status, "answering", TRUE);
}

char *
cli_status_uptime(JsonObject *status)
{
    gboolean lives = dcc_json_get_int(status, "pid", 0) > 0;

    return cli_duration_text(lives ? dcc_json_get_double(status, "uptime_s", -1) : -1);
}

char *
cli_status_pid(JsonObject *status, const char *member)
{
    gint64 pid = dcc_json_get_int(status, member, 0);

    return pid > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, pid) : g_strdup("-");
}

int
cli_status_get_exit_code(JsonObject *result)
{
    g_autofree char *text = result != NULL ? dcc_json_to_line(result) : NULL;
    g_autoptr(DccResult) object = text != NULL ? dcc_result_from_json(text, NULL) : NULL;

    return object != NULL ? dcc_result_to_exit_status(object) : CLI_FAILED;
}

static void
field(const char *label, const char *value)
{
    g_autofree char *safe = cli_escape(value != NULL ? value : "-");

    cli_out("%-11s%s\n", label, *safe != '\0' ? safe : "-");
}

static void
bytes_field(const char *label, JsonObject *status, const char *member)
{
    g_autofree char *value = dcc_json_get_bytes(status, member);

    if (value != NULL && *value != '\0')
        field(label, value);
}

static void
list_field(const char *label, JsonObject *status, const char *member)
{
    JsonArray *array = dcc_json_get_array(status, member);

    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        g_autofree char *value = dcc_json_element_bytes(array, i);

        field(i == 0 ? label : "", value);
    }
}

static void
print_end(JsonObject *status)
{
    JsonObject *result = dcc_json_get_object(status, "result");
    g_autofree char *words = result != NULL ? cli_sentence_result(result) : NULL;

    if (words != NULL)
        field("last end", words);
}

static void
print_work(JsonObject *status)
{
    gboolean newer = cli_status_get_work(status) != NULL;
    JsonObject *work = cli_status_get_kept(status);
    g_autofree char *path = work != NULL ? dcc_json_get_bytes(work, "path") : NULL;
    g_autofree char *how = NULL;

    if (path == NULL)
        return;
    field(newer ? "unsaved" : "kept", path);
    how = g_strdup_printf("%s'dcchost restart %s --recover' brings it back",
                          newer ? "" : "the scene is newer; ",
                          dcc_json_get_string(status, "name", "NAME"));
    field("", how);
}

void
cli_status_print(JsonObject *status)
{
    g_autofree char *state = cli_status_state(status);
    g_autofree char *pid = cli_status_pid(status, "pid");
    g_autofree char *uptime = cli_status_uptime(status);
    g_autofree char *health = cli_sentence_health(dcc_json_get_object(status, "health"));
    g_autofree char *progress = cli_sentence_progress(dcc_json_get_object(status, "progress"));
    JsonObject *known = dcc_json_get_object(status, "health");
    g_autofree char *report = known != NULL ? dcc_json_get_bytes(known, "report") : NULL;
    g_autofree char *restarts =
        g_strdup_printf("%" G_GINT64_FORMAT, dcc_json_get_int(status, "restart_count", 0));

    bytes_field("name", status, "name");
    bytes_field("app", status, "app");
    bytes_field("version", status, "version");
    field("state", state);
    field("ready", dcc_json_get_boolean(status, "ready", FALSE) ? "yes" : "no");
    field("pid", pid);
    field("uptime", uptime);
    field("restarts", restarts);
    field("health", health);
    if (report != NULL)
        field("hang", report);
    if (progress != NULL)
        field("progress", progress);
    print_end(status);
    bytes_field("executable", status, "executable");
    bytes_field("scene", status, "scene");
    if (dcc_json_get_boolean(status, "safe", FALSE))
        field("mode", "safe: without preferences, start-up scripts and plug-ins");
    bytes_field("goes on", status, "recovered");
    print_work(status);
    list_field("rescue", status, "rescue");
    list_field("degraded", status, "degraded");
    bytes_field("bundle", status, "bundle");
    bytes_field("log", status, "log_path");
}
