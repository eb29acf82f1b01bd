/* Starting the process of a name; see the header.
 *
 * Contract: what a launch costs is the kernel's work: no variable is copied, nothing is read of the
 * new process. Threading: any. */
#include "dcc-launch-start.h"

#include "dcc-child.h"
#include "dcc-identity.h"
#include "dcc-own-process.h"

#include <string.h>
#include <unistd.h>

/* (transfer full): the path to execute; NULL with the error set. */
static char *
find_executable(const char *word, GError **error)
{
    char *path;

    if (strchr(word, '/') != NULL)
        return g_canonicalize_filename(word, NULL);
    path = g_find_program_in_path(word);
    if (path == NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_START,
                    "exec of %s failed: it is not in PATH; give its path",
                    word);
    return path;
}

/* (transfer full): no other launch of this boot has had it. */
static char *
make_mark(void)
{
    static gint counter;

    return g_strdup_printf(DCC_LAUNCHER_VARIABLE "=%d:%" G_GINT64_FORMAT ":%d",
                           (int)getpid(),
                           g_get_monotonic_time(),
                           g_atomic_int_add(&counter, 1));
}

/* (transfer container): the variables themselves are not copied. */
static const char **
mark_environment(const char *const *envp, const char *mark)
{
    const char **marked = g_new(const char *, g_strv_length((char **)envp) + 2);
    gsize n = 0;

    for (; *envp != NULL; envp++)
        if (!g_str_has_prefix(*envp, DCC_LAUNCHER_VARIABLE "="))
            marked[n++] = *envp;
    marked[n++] = mark;
    marked[n] = NULL;
    return marked;
}

static gboolean
spawn(const char *const *argv,
      const char *const *envp,
      const char *cwd,
      DccChild *child,
      GError **error)
{
    g_autofree char *path = find_executable(argv[0], error);
    g_autofree const char **words = NULL;
    guint n = g_strv_length((char **)argv);
    DccSpawn spawn = {.envp = envp,
                      .cwd = cwd,
                      .stdin_fd = -1,
                      .stdout_fd = STDOUT_FILENO,
                      .stderr_fd = STDERR_FILENO,
                      .new_session = TRUE};

    if (path == NULL)
        return FALSE;
    words = g_memdup2(argv, (n + 1) * sizeof *words);
    words[0] = path;
    spawn.argv = words;
    return dcc_spawn(&spawn, child, NULL, error);
}

gboolean
dcc_launch_start(const char *const *argv,
                 const char *const *envp,
                 const char *cwd,
                 DccLaunched *launched,
                 GError **error)
{
    g_autofree char *mark = make_mark();
    g_auto(GStrv) held = NULL;
    g_autofree const char **environment =
        mark_environment(envp != NULL ? envp : dcc_own_process_read_environment(&held), mark);
    DccChild child;

    launched->since_ticks = dcc_identity_now();
    if (!spawn(argv, environment, cwd, &child, error))
        return FALSE;
    launched->until_ticks = dcc_identity_now();
    launched->process = dcc_reaper_adopt(&child, error);
    if (launched->process == NULL) {
        child.process = DCC_PROCESS_REF_NONE; /* the reaper has closed it */
        dcc_child_kill(&child);
        dcc_child_reap(&child);
        return FALSE;
    }
    launched->mark = g_steal_pointer(&mark);
    launched->leader = DCC_PROCESS_REF_NONE;
    return TRUE;
}
