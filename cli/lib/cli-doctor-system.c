/* What dcchost needs of the machine: directories, room, kernel, descriptors, shim, display. */
#include "cli-doctor-system.h"

#include "cli-doctor-linux.h"
#include "cli-instance.h"
#include "cli-status.h"
#include "cli-text.h"
#include "dcc-identity.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-shim-path.h"
#include "dcc-spawn.h"
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROOM_WARN       (256u * 1024 * 1024)
#define ROOM_FAIL       (16u * 1024 * 1024)
#define DESCRIPTORS_MIN 256
#define DESCRIPTORS_LOW 1024

static void
check_room(GPtrArray *findings, const char *path)
{
    struct statvfs fs;
    guint64 room;
    g_autofree char *text = NULL;
    CliLevel level;

    if (statvfs(path, &fs) != 0) {
        cli_findings_add(
            findings, CLI_FINDING_FAIL, "log space", NULL, "%s: %s", path, g_strerror(errno));
        return;
    }
    room = (guint64)fs.f_bavail * fs.f_frsize;
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

static void
check_instance(const char *name, JsonObject *status, const GError *error, gpointer findings)
{
    g_autofree char *advice = NULL;

    if (status == NULL)
        return;
    if (cli_status_is_silent(status)) {
        advice = g_strdup_printf("dcchost kill %s", name);
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "instances",
                         advice,
                         "the session of %s does not answer",
                         name);
    } else if (!dcc_json_get_boolean(status, "attended", FALSE)) {
        advice = g_strdup_printf("dcchost adopt %s", name);
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
    guint before = findings->len;

    dcc_instance_get_statuses(
        runtime, (const char *const *)names, CLI_INSTANCE_QUIET_MS, check_instance, findings);
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
}

static void
check_kernel(GPtrArray *findings)
{
    struct utsname name;
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), subreaper = 0;

    uname(&name);
    if (fd < 0)
        cli_findings_add(findings,
                         CLI_FINDING_FAIL,
                         "kernel",
                         "Linux 5.4 or newer is needed",
                         "%s has no pidfd_open: %s",
                         name.release,
                         g_strerror(errno));
    else
        cli_findings_add(findings, CLI_FINDING_OK, "kernel", NULL, "%s, with pidfd", name.release);
    if (fd >= 0)
        close(fd);
    if (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0)
        cli_findings_add(findings, CLI_FINDING_OK, "process trees", NULL, "child subreaper");
    else
        cli_findings_add(findings, CLI_FINDING_FAIL, "process trees", NULL, "no child subreaper");
    if (dcc_pidfd_can_read_exit())
        cli_findings_add(findings, CLI_FINDING_OK, "exits", NULL, "readable from any pidfd");
    else
        cli_findings_add(findings,
                         CLI_FINDING_OK,
                         "exits",
                         "with Linux 6.15 an exit is known even when the shim was killed",
                         "known through the shim alone");
}

static void
check_descriptors(GPtrArray *findings)
{
    struct rlimit limit;
    CliLevel level = CLI_FINDING_OK;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur < DESCRIPTORS_LOW)
        level = limit.rlim_cur < DESCRIPTORS_MIN ? CLI_FINDING_FAIL : CLI_FINDING_WARN;
    cli_findings_add(findings,
                     level,
                     "open files",
                     level != CLI_FINDING_OK ? "raise it: ulimit -n 4096" : NULL,
                     "%" G_GUINT64_FORMAT " allowed",
                     (guint64)limit.rlim_cur);
}

static void
check_shim(GPtrArray *findings)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = dcc_shim_path(&error);

    if (path == NULL)
        cli_findings_add(findings, CLI_FINDING_FAIL, "shim", NULL, "%s", error->message);
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
    check_kernel(findings);
    check_descriptors(findings);
    cli_doctor_check_inotify(findings);
    check_shim(findings);
    check_display(findings);
}
