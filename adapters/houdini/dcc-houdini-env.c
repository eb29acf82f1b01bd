/* What surrounds a Houdini that is launched: its variables, its agent, the daemons it lets go.
 *
 * Problem: houdini.env and packages have the last word on variables, so the agent reports what it
 * really sees. Its way in is a package directory of the launch's own: it is read beside the user's,
 * shadows none of their start-up files, and houdini.env does not take it away.
 */
#include "dcc-houdini.h"
#include "dcc-kit.h"
#include <string.h>

#define AGENT_FILE "dcchost_houdini_agent.py"
#define ROOT       "houdini"

/* V: named in SideFX's documentation or headers; R: public launchers set it for this. */
static const struct {
    const char *key, *value;
    gboolean gui;  /* only with a window */
    gboolean safe; /* only in safe mode */
} settings[] = {
    {"HOUDINI_RUN_IN_FOREGROUND", "1", TRUE, FALSE},          /* V; effect unverified */
    {"HOUDINI_NO_SPLASH", "1", TRUE, FALSE},                  /* V, R */
    {"HOUDINI_NO_START_PAGE_SPLASH", "1", TRUE, FALSE},       /* V, R: asks about statistics */
    {"HOUDINI_ANONYMOUS_STATISTICS", "0", FALSE, FALSE},      /* V */
    {"HOUDINI_LMINFO_VERBOSE", "0", FALSE, FALSE},            /* R: licences that expire soon */
    {"HOUDINI_NOHKEY", "1", FALSE, FALSE},                    /* V: the licence administrator */
    {"HOUDINI_PROMPT_ON_CRASHES", "0", FALSE, FALSE},         /* R; effect unverified */
    {"HOUDINI_DISABLE_FILE_LOAD_WARNINGS", "1", TRUE, FALSE}, /* V */
    {"HOUDINI_UNBUFFERED_STDINOUT", "1", FALSE, FALSE},       /* V, R */
#ifdef G_OS_WIN32
    {"HOUDINI_DISABLE_CONSOLE", "1", TRUE, FALSE}, /* V */
#endif
    {"HOUDINI_NO_ENV_FILE", "1", FALSE, TRUE},                 /* V */
    {"HOUDINI_DISABLE_OPENFX_DEFAULT_PATH", "1", FALSE, TRUE}, /* R: a plug-in crashes 20.5 */
};

/* In safe mode nothing of the user's or the studio's: site packages, paths, tools. */
static const char *const foreign[] = {"HOUDINI_PATH", "HOUDINI_PACKAGE_DIR", "HSITE"};

/* Licence proxy and server: started by the first Houdini, meant for all of them. */
static const char *const daemons[] = {"hserver", "sesinetd"};

/* Only the directory of the interpreter in use is read. Whatever else the installation lists is
 * added; 18.5 and older have Python 2 by default, where no agent runs. */
static const char *const pythons[] = {"3.7", "3.9", "3.10", "3.11", "3.13"};

static void
add_safe_environment(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    /* __HVER__ is the version, put in by Houdini; other names are refused. */
    g_autofree char *prefs =
        g_build_filename(dcc_launch_request_get_private_dir(request), ROOT "/prefs__HVER__", NULL);

    dcc_launch_plan_set_env(plan, "HOUDINI_USER_PREF_DIR", prefs);
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++)
        dcc_launch_plan_unset_env(plan, foreign[i]);
}

void
dcc_houdini_add_environment(DccLaunchPlan *plan,
                            DccLaunchRequest *request,
                            const DccHoudiniArgs *args)
{
    gboolean safe = dcc_launch_request_is_safe(request);

    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        if ((!settings[i].gui || args->kind == DCC_HOUDINI_GUI) && (!settings[i].safe || safe))
            dcc_launch_plan_set_env(plan, settings[i].key, settings[i].value);
    }
    if (safe)
        add_safe_environment(plan, request);
    dcc_kit_add_temp_dir(plan, request);
    /* Crash scenes and logs are then of this run alone. */
    if (dcc_launch_request_get_temp_dir(request))
        dcc_launch_plan_set_env(plan, "HOUDINI_TEMP_DIR", dcc_launch_request_get_temp_dir(request));
    for (guint i = 0; i < G_N_ELEMENTS(daemons); i++)
        dcc_launch_plan_add_daemon(plan, daemons[i]);
}

static void
add_hook(DccLaunchPlan *plan, const char *folder)
{
    g_autofree char *name = g_build_filename(ROOT "/agent", folder, "uiready.py", NULL);
    g_autoptr(GBytes) content = g_bytes_new_static(dcc_houdini_uiready, dcc_houdini_uiready_size);

    dcc_launch_plan_add_file(plan, name, content);
}

static gboolean
is_listed(const char *folder)
{
    for (guint i = 0; i < G_N_ELEMENTS(pythons); i++) {
        g_autofree char *name = g_strdup_printf("python%slibs", pythons[i]);

        if (strcmp(folder, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Those that are known, and those that this installation has beside them. */
static void
add_hooks(DccLaunchPlan *plan, DccInstallation *installation)
{
    g_autofree char *bin = g_path_get_dirname(dcc_installation_get_executable(installation));
    g_autofree char *root = g_path_get_dirname(bin);
    g_autofree char *libraries = g_build_filename(root, "houdini", NULL);
    g_autoptr(GDir) dir = g_dir_open(libraries, 0, NULL);
    const char *name;

    for (guint i = 0; i < G_N_ELEMENTS(pythons); i++) {
        g_autofree char *folder = g_strdup_printf("python%slibs", pythons[i]);

        add_hook(plan, folder);
    }
    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_prefix(name, "python3.") && g_str_has_suffix(name, "libs") &&
            !is_listed(name))
            add_hook(plan, name);
    }
}

/* As a JSON string: a directory may hold what means something there. */
static char *
quote(const char *path)
{
    GString *text = g_string_new("\"");

    for (const char *p = path; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(text, '\\');
        if ((guchar)*p < ' ')
            g_string_append_printf(text, "\\u%04x", (guchar)*p);
        else
            g_string_append_c(text, *p);
    }
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

/* "path" of a package goes before what HOUDINI_PATH holds already (SideFX, ref/plugins). */
static void
add_package(DccLaunchPlan *plan, DccLaunchRequest *request)
{
    const char *base = dcc_launch_request_get_private_dir(request);
    g_autofree char *agent = g_build_filename(base, ROOT "/agent", NULL);
    g_autofree char *packages = g_build_filename(base, ROOT "/packages", NULL);
    g_autofree char *quoted = quote(agent);
    g_autofree char *text = g_strdup_printf("{\"path\": %s}\n", quoted);
    g_autoptr(GBytes) content = g_bytes_new(text, strlen(text));

    dcc_launch_plan_add_file(plan, ROOT "/packages/dcchost.json", content);
    dcc_launch_plan_prepend_env(plan, "HOUDINI_PACKAGE_DIR", packages);
}

char *
dcc_houdini_add_agent(DccLaunchPlan *plan,
                      DccInstallation *installation,
                      DccLaunchRequest *request,
                      const DccHoudiniArgs *args)
{
    const char *version = dcc_installation_get_version(installation);
    g_autofree char *agent = NULL;

    if (args->kind == DCC_HOUDINI_BATCH)
        return NULL;
    agent = dcc_kit_add_agent(
        plan, request, ROOT, AGENT_FILE, dcc_houdini_agent, dcc_houdini_agent_size);
    if (args->kind == DCC_HOUDINI_GUI) {
        add_hooks(plan, installation);
        add_package(plan, request);
        dcc_launch_plan_set_env(plan, "DCCHOST_HOUDINI_AGENT", agent);
    }
    dcc_launch_plan_set_env(plan,
                            "DCCHOST_AGENT_MODE",
                            args->kind == DCC_HOUDINI_GUI ? "window"
                            : args->script                ? "thread"
                                                          : "loop");
    if (version)
        dcc_launch_plan_set_env(plan, "DCCHOST_HOUDINI_VERSION", version);
    return g_steal_pointer(&agent);
}
