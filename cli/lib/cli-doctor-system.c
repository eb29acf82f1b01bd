/* What dcchost needs of the machine: directories, room, kernel, descriptors, shim, display. */
#include "cli-doctor.h"

#include "cli-instance.h"
#include "cli-text.h"
#include "dcc-identity.h"
#include "dcc-instance.h"
#include "dcc-json.h"
#include "dcc-shim-path.h"
#include "dcc-spawn.h"
#include <errno.h>
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
        cli_doctor_add(
            findings, CLI_FINDING_FAIL, "log space", NULL, "%s: %s", path, g_strerror(errno));
        return;
    }
    room = (guint64)fs.f_bavail * fs.f_frsize;
    text = cli_size_text(room);
    level = room < ROOM_FAIL   ? CLI_FINDING_FAIL
            : room < ROOM_WARN ? CLI_FINDING_WARN
                               : CLI_FINDING_OK;
    cli_doctor_add(findings,
                   level,
                   "log space",
                   level != CLI_FINDING_OK ? "make room, or set XDG_STATE_HOME elsewhere" : NULL,
                   "%s free below %s",
                   text,
                   path);
}

static void
check_instances(GPtrArray *findings, DccRuntime *runtime)
{
    g_auto(GStrv) names = dcc_runtime_list_names(runtime, FALSE);
    guint stale = 0;

    for (char **p = names; *p != NULL; p++) {
        g_autoptr(JsonObject) status = dcc_instance_get_status(runtime, *p, NULL);
        g_autofree char *advice = g_strdup_printf("dcchost adopt %s", *p);

        if (status == NULL || dcc_json_get_boolean(status, "attended", FALSE))
            continue;
        stale++;
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       "instances",
                       advice,
                       "%s has no session (%s)",
                       *p,
                       dcc_json_get_string(status, "state", "unknown"));
    }
    if (stale == 0)
        cli_doctor_add(findings,
                       CLI_FINDING_OK,
                       "instances",
                       NULL,
                       "%u, none unattended",
                       g_strv_length(names));
}

/* systemd takes /run/user/UID away when the last login session ends. */
static void
check_lifetime(GPtrArray *findings)
{
    const char *dir = g_getenv("XDG_RUNTIME_DIR");
    g_autofree char *linger = g_build_filename("/var/lib/systemd/linger", g_get_user_name(), NULL);

    if (dir == NULL || *dir == '\0')
        cli_doctor_add(findings,
                       CLI_FINDING_OK,
                       "logout",
                       NULL,
                       "XDG_RUNTIME_DIR is not set: /tmp is used, which outlives a logout");
    else if (g_str_has_prefix(dir, "/run/user/") && !g_file_test(linger, G_FILE_TEST_EXISTS))
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       "logout",
                       "to let applications outlive a logout: loginctl enable-linger",
                       "%s is removed when you log out",
                       dir);
    else
        cli_doctor_add(findings, CLI_FINDING_OK, "logout", NULL, "%s stays", dir);
}

static void
check_directories(GPtrArray *findings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(&error);

    if (runtime == NULL) {
        cli_doctor_add(findings, CLI_FINDING_FAIL, "directories", NULL, "%s", error->message);
        return;
    }
    cli_doctor_add(
        findings, CLI_FINDING_OK, "runtime directory", NULL, "%s", dcc_runtime_get_path(runtime));
    cli_doctor_add(findings,
                   CLI_FINDING_OK,
                   "state directory",
                   NULL,
                   "%s",
                   dcc_runtime_get_state_path(runtime));
    check_room(findings, dcc_runtime_get_state_path(runtime));
    check_lifetime(findings);
    check_instances(findings, runtime);
}

static void
check_kernel(GPtrArray *findings)
{
    struct utsname name;
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), subreaper = 0;

    uname(&name);
    if (fd < 0)
        cli_doctor_add(findings,
                       CLI_FINDING_FAIL,
                       "kernel",
                       "Linux 5.4 or newer is needed",
                       "%s has no pidfd_open: %s",
                       name.release,
                       g_strerror(errno));
    else
        cli_doctor_add(findings, CLI_FINDING_OK, "kernel", NULL, "%s, with pidfd", name.release);
    if (fd >= 0)
        close(fd);
    if (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0)
        cli_doctor_add(findings, CLI_FINDING_OK, "process trees", NULL, "child subreaper");
    else
        cli_doctor_add(findings, CLI_FINDING_FAIL, "process trees", NULL, "no child subreaper");
    if (dcc_pidfd_can_read_exit())
        cli_doctor_add(findings, CLI_FINDING_OK, "exits", NULL, "readable from any pidfd");
    else
        cli_doctor_add(findings,
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
    cli_doctor_add(findings,
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
        cli_doctor_add(findings, CLI_FINDING_FAIL, "shim", NULL, "%s", error->message);
    else
        cli_doctor_add(findings, CLI_FINDING_OK, "shim", NULL, "%s", path);
}

static void
check_display(GPtrArray *findings)
{
    const char *x11 = g_getenv("DISPLAY"), *wayland = g_getenv("WAYLAND_DISPLAY");

    if (x11 != NULL || wayland != NULL)
        cli_doctor_add(
            findings, CLI_FINDING_OK, "display", NULL, "%s", x11 != NULL ? x11 : wayland);
    else
        cli_doctor_add(findings,
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
    check_shim(findings);
    check_display(findings);
}
