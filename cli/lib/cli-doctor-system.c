/* What dcchost needs of the machine: directories, room, kernel, descriptors, shim, display. */
#include "cli-doctor-system.h"

#include "cli-doctor-left.h"
#include "cli-doctor-limits.h"
#include "cli-instance.h"
#include "cli-status.h"
#include "cli-text.h"
#include "dcc-display.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-shim-path.h"
#include "dcc-system.h"
#include <errno.h>
#include <string.h>

#define ROOM_WARN       (256u * 1024 * 1024)
#define ROOM_FAIL       (16u * 1024 * 1024)
#define DESCRIPTORS_MIN 256
#define DESCRIPTORS_LOW 1024

static void
check_room(GPtrArray *findings, const char *path)
{
    guint64 room = 0;
    g_autofree char *text = NULL;
    CliLevel level;

    if (!dcc_system_get_free_bytes(path, &room)) {
        cli_findings_add(
            findings, CLI_FINDING_FAIL, "log space", NULL, "%s: %s", path, g_strerror(errno));
        return;
    }
    text = cli_size_text(room);
    level = room < ROOM_FAIL   ? CLI_FINDING_FAIL
            : room < ROOM_WARN ? CLI_FINDING_WARN
                               : CLI_FINDING_OK;
    cli_findings_add(findings,
                     level,
                     "log space",
                     level != CLI_FINDING_OK ? "make room, or set XDG_STATE_HOME elsewhere" : NULL,
                     "%s free below %s",
                     text,
                     path);
}

typedef struct {
    GPtrArray *findings;
    DccRuntime *runtime;
} Instances;

/* Its shim alone knows it: nobody can take that over. */
static gboolean
has_no_record(JsonObject *status)
{
    return dcc_json_get_string(status, "incarnation", NULL) == NULL &&
           dcc_json_get_int(status, "pid", 0) > 0;
}

static void
check_instance(const char *name, JsonObject *status, const GError *error, gpointer data)
{
    const Instances *self = data;
    GPtrArray *findings = self->findings;
    g_autofree char *advice = NULL;

    if (status == NULL) {
        cli_doctor_check_ruin(findings, self->runtime, name);
        return;
    }
    if (cli_status_is_silent(status)) {
        advice = g_strdup_printf("dcchost kill %s", name);
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "instances",
                         advice,
                         "the session of %s does not answer",
                         name);
    } else if (!dcc_json_get_boolean(status, "attended", FALSE)) {
        advice = g_strdup_printf("dcchost %s %s", has_no_record(status) ? "kill" : "adopt", name);
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "instances",
                         advice,
                         "%s has no session (%s)",
                         name,
                         dcc_json_get_string(status, "state", "unknown"));
    }
}

static void
check_instances(GPtrArray *findings, DccRuntime *runtime)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, FALSE);
    Instances self = {findings, runtime};
    guint before = findings->len;

    dcc_instance_get_statuses(
        runtime, (const char *const *)names, CLI_INSTANCE_QUIET_MS, check_instance, &self);
    if (findings->len == before)
        cli_findings_add(findings,
                         CLI_FINDING_OK,
                         "instances",
                         NULL,
                         "%u, none unattended",
                         g_strv_length(names));
}

static gboolean
is_below(const char *path, const char *parent)
{
    return g_str_has_prefix(path, parent) && path[strlen(parent)] == '/';
}

/* Three things take a runtime directory away under running applications: the last logout, a cleaner
 * of old files, a reboot. Only the last one takes the applications along. */
static void
check_lifetime(GPtrArray *findings, const char *path)
{
    g_autofree char *linger = g_strconcat("/var/lib/systemd/linger/", g_get_user_name(), NULL);

    if (is_below(path, "/tmp") || is_below(path, "/var/tmp"))
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "lifetime",
                         "set XDG_RUNTIME_DIR to a directory that no cleaner looks after",
                         "%s may be removed by a cleaner of temporary files (systemd-tmpfiles, "
                         "tmpreaper); running applications could then no longer be found",
                         path);
    else if (is_below(path, "/run/user") && !g_file_test(linger, G_FILE_TEST_EXISTS))
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "lifetime",
                         "to let applications outlive a logout: loginctl enable-linger",
                         "%s is removed when you log out",
                         path);
    else
        cli_findings_add(findings, CLI_FINDING_OK, "lifetime", NULL, "%s stays", path);
}

/* Names are unique on one machine. A home that several share holds the logs of all of them. */
static void
check_sharing(GPtrArray *findings, const char *path)
{
    const char *kind = cli_doctor_network_file_system(path);

    if (kind == NULL)
        cli_findings_add(findings, CLI_FINDING_OK, "state directory", NULL, "%s", path);
    else
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "state directory",
                         "set XDG_STATE_HOME to a local directory, or give each host's instances "
                         "names of their own: launch --name",
                         "%s is on a file server (%s); hosts that share it share the logs and "
                         "records of instances of the same name",
                         path,
                         kind);
}

static void
check_directories(GPtrArray *findings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(&error);

    if (runtime == NULL) {
        cli_findings_add(findings, CLI_FINDING_FAIL, "directories", NULL, "%s", error->message);
        return;
    }
    cli_findings_add(
        findings, CLI_FINDING_OK, "runtime directory", NULL, "%s", dcc_runtime_get_path(runtime));
    check_sharing(findings, dcc_runtime_get_state_path(runtime));
    check_room(findings, dcc_runtime_get_state_path(runtime));
    check_lifetime(findings, dcc_runtime_get_path(runtime));
    check_instances(findings, runtime);
    cli_doctor_check_copies(findings, runtime);
}

static void
add_system(const char *what, gboolean good, const char *text, const char *advice, gpointer findings)
{
    cli_findings_add(findings, good ? CLI_FINDING_OK : CLI_FINDING_FAIL, what, advice, "%s", text);
}

static void
check_descriptors(GPtrArray *findings)
{
    guint64 limit = dcc_system_get_descriptor_limit();
    CliLevel level = CLI_FINDING_OK;

    if (limit == 0)
        return;
    if (limit < DESCRIPTORS_LOW)
        level = limit < DESCRIPTORS_MIN ? CLI_FINDING_FAIL : CLI_FINDING_WARN;
    cli_findings_add(findings,
                     level,
                     "open files",
                     level != CLI_FINDING_OK ? "raise it: ulimit -n 4096" : NULL,
                     "%" G_GUINT64_FORMAT " allowed",
                     limit);
}

static void
check_shim(GPtrArray *findings)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = dcc_shim_path(&error);

    if (path == NULL)
        cli_findings_add(findings,
                         error->code == DCC_ERROR_NOT_SUPPORTED ? CLI_FINDING_OK : CLI_FINDING_FAIL,
                         "shim",
                         NULL,
                         "%s",
                         error->message);
    else
        cli_findings_add(findings, CLI_FINDING_OK, "shim", NULL, "%s", path);
}

static void
check_display(GPtrArray *findings)
{
    const char *x11 = g_getenv("DISPLAY"), *wayland = g_getenv("WAYLAND_DISPLAY");

    if (x11 != NULL || wayland != NULL)
        cli_findings_add(
            findings, CLI_FINDING_OK, "display", NULL, "%s", x11 != NULL ? x11 : wayland);
    else if (dcc_display_needs_no_name())
        cli_findings_add(findings, CLI_FINDING_OK, "display", NULL, "that of this log-in");
    else
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "display",
                         "launch with --headless, or set DISPLAY",
                         "neither DISPLAY nor WAYLAND_DISPLAY is set");
}

void
cli_doctor_check_system(GPtrArray *findings)
{
    check_directories(findings);
    dcc_system_check(add_system, findings);
    check_descriptors(findings);
    cli_doctor_check_watches(findings);
    check_shim(findings);
    check_display(findings);
}
