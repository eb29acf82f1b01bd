/* What dcchost needs of the machine: directories, room, kernel, descriptors, shim, display. */
#include "cli-doctor.h"

#include "cli-instance.h"
#include "cli-json.h"
#include "cli-text.h"
#include "dcc-instance.h"
#include "dcc-shim-path.h"
#include "dcc-system.h"
#include <errno.h>

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
        cli_doctor_add(
            findings, CLI_FINDING_FAIL, "log space", NULL, "%s: %s", path, g_strerror(errno));
        return;
    }
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

        if (status == NULL || cli_json_boolean(status, "attended", FALSE))
            continue;
        stale++;
        cli_doctor_add(findings,
                       CLI_FINDING_WARN,
                       "instances",
                       advice,
                       "%s has no session (%s)",
                       *p,
                       cli_json_string(status, "state", "unknown"));
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
add_system(const char *what, gboolean good, const char *text, const char *advice, gpointer findings)
{
    cli_doctor_add(findings, good ? CLI_FINDING_OK : CLI_FINDING_FAIL, what, advice, "%s", text);
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
    cli_doctor_add(findings,
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
    dcc_system_check(add_system, findings);
    check_descriptors(findings);
    check_shim(findings);
    check_display(findings);
}
