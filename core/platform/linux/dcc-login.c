/* What the user's login knows; see the header.
 *
 * Desktops hand DISPLAY, WAYLAND_DISPLAY and XAUTHORITY to the user's systemd, which says them to
 * whoever asks. Where there is none, the eldest process of a graphical login has them in its
 * environment: XDG_SESSION_TYPE is set at the login and inherited by all of it, while what somebody
 * runs under a display of its own (xvfb-run) is younger than the desktop. */
#include "dcc-login.h"

#include "dcc-exit-status.h"
#include "dcc-file-facts.h"
#include "dcc-proc.h"
#include "dcc-spawn.h"
#include "dcc-user.h"

#include <string.h>
#include <sys/stat.h>

#define ASK_MS    2000
#define ASK_BYTES (256 * 1024)

/* They belong together: of two logins they would lead nowhere. */
static const char *const window_names[] = {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"};
/* Each by itself, where it is missing: the language, and where licences come from. */
static const char *const other_names[] = {
    "LANG", "LM_LICENSE_FILE", "ADSKFLEX_LICENSE_FILE", "SESI_LMHOST"};

char *
dcc_login_find_runtime_dir(const char *dirs)
{
    g_autofree char *path = g_strdup_printf("%s/%u", dirs, dcc_user_get_id());
    DccFileFacts facts;

    if (!dcc_file_facts_read(path, &facts) || facts.kind != DCC_FILE_DIRECTORY || !facts.is_ours ||
        facts.others_can_write)
        return NULL;
    return g_steal_pointer(&path);
}

static gboolean
has(char **environment, const char *name)
{
    const char *value = g_environ_getenv(environment, name);

    return value != NULL && *value != '\0';
}

static gboolean
has_display(char **environment)
{
    return has(environment, "DISPLAY") || has(environment, "WAYLAND_DISPLAY");
}

/* (transfer full) (nullable): NAME=value lines. A value that a shell would have to unquote is none
 * of those that are looked for. */
static char **
ask_manager(const char *const *environment)
{
    g_autofree char *program = g_find_program_in_path("systemctl");
    const char *argv[] = {program, "--user", "show-environment", NULL};
    g_autofree char *text = NULL;
    int status = -1;

    if (program == NULL)
        return NULL;
    text = dcc_command_run(argv, environment, ASK_MS, ASK_BYTES, &status, NULL);
    return text != NULL && dcc_exit_status_is_success(status) ? g_strsplit(text, "\n", -1) : NULL;
}

/* (transfer full) (nullable) */
static char **
read_environment(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "environ", NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    GPtrArray *lines;

    if (!g_file_get_contents(path, &bytes, &length, NULL))
        return NULL;
    lines = g_ptr_array_new();
    for (gsize at = 0; at < length; at += strlen(bytes + at) + 1)
        g_ptr_array_add(lines, g_strdup(bytes + at));
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}

static gboolean
is_ours(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, NULL);
    struct stat st;

    return g_ascii_isdigit(*pid) && stat(path, &st) == 0 && st.st_uid == dcc_user_get_id();
}

static gboolean
is_of_desktop(char **environment)
{
    const char *type = g_environ_getenv(environment, "XDG_SESSION_TYPE");

    return (g_strcmp0(type, "x11") == 0 || g_strcmp0(type, "wayland") == 0) &&
           has_display(environment);
}

/* (transfer full) (nullable): of the eldest process of a graphical login. */
static char **
find_desktop(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    guint64 eldest = G_MAXUINT64;
    char **found = NULL;
    const char *pid;

    while (dir != NULL && (pid = g_dir_read_name(dir)) != NULL) {
        g_auto(GStrv) environment = is_ours(pid) ? read_environment(pid) : NULL;
        DccProc proc;

        if (environment == NULL || !is_of_desktop(environment) ||
            !dcc_proc_read(g_ascii_strtoll(pid, NULL, 10), &proc) || proc.start_ticks >= eldest)
            continue;
        eldest = proc.start_ticks;
        g_strfreev(found);
        found = g_steal_pointer(&environment);
    }
    return found;
}

static char **
copy(char **environment, char **login, const char *const *names, guint n)
{
    for (guint i = 0; i < n; i++)
        if (!has(environment, names[i]) && has(login, names[i]))
            environment =
                g_environ_setenv(environment, names[i], g_environ_getenv(login, names[i]), TRUE);
    return environment;
}

/* What has a window needs it too: a Wayland socket lies in there. */
static char **
add_runtime_dir(char **environment)
{
    g_autofree char *path = NULL;

    if (has(environment, "XDG_RUNTIME_DIR"))
        return environment;
    path = dcc_login_find_runtime_dir(DCC_LOGIN_RUNTIME_DIRS);
    return path != NULL ? g_environ_setenv(environment, "XDG_RUNTIME_DIR", path, TRUE)
                        : environment;
}

char **
dcc_login_complete_environment(char **environment, char **from)
{
    gboolean has_own = has_display(environment);
    g_auto(GStrv) manager = NULL, desktop = NULL;
    char **login;

    environment = add_runtime_dir(environment);
    manager = ask_manager((const char *const *)environment);
    if (manager == NULL || (!has_own && !has_display(manager)))
        desktop = find_desktop();
    login = desktop != NULL ? desktop : manager;
    if (login != NULL && !has_own)
        environment = copy(environment, login, window_names, G_N_ELEMENTS(window_names));
    if (login != NULL)
        environment = copy(environment, login, other_names, G_N_ELEMENTS(other_names));
    if (has_own)
        *from = g_strdup("the environment of this server");
    else if (!has_display(environment))
        *from = g_strdup("nowhere: no graphical login was found");
    else
        *from = g_strdup(desktop != NULL ? "the environment of the user's desktop"
                                         : "systemctl --user show-environment");
    return environment;
}
