/* Children by name; see the header.
 *
 * Contract: a name is taken from the moment its launch begins until its process is gone and, when
 * it was asked to end, all that it started. Nothing of what is waited for is waited for with the
 * lock held. Children are reaped by the process's one reaper, launcher or no launcher.
 *
 * Threading: any. After a fork the copy is inert: the children are the parent's. */
#include "dcc-launcher.h"

#include "dcc-child.h"
#include "dcc-exit-status.h"
#include "dcc-identity.h"
#include "dcc-launcher-tree.h"
#include "dcc-reaper.h"
#include "dcc-signals.h"

#include <string.h>
#include <unistd.h>

#define KILL_TIMEOUT_MS 10000

typedef struct {
    DccReaped *process; /* NULL while it is being started */
    guint64 start_ticks;
    char *mark;
    gboolean ending; /* somebody is in terminate or kill */
    gboolean asked;  /* its end was asked for */
    gboolean busy;   /* taken, whatever its process does */
    guint restarts;
} Child;

struct _DccLauncher {
    GObject parent_instance;
    gint64 owner;
    GMutex lock;
    GHashTable *children; /* name -> Child; stays after the end, for the counts */
};

/**
 * DccLauncher:
 *
 * Direct children by name: started, counted, ended with all that they started. It has no cover
 * when this program dies: [class@DccHost.Session] has.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccLauncher, dcc_launcher, G_TYPE_OBJECT)

static void
free_child(gpointer data)
{
    Child *child = data;

    g_clear_pointer(&child->process, dcc_reaped_unref);
    g_free(child->mark);
    g_free(child);
}

static gboolean
is_inert(DccLauncher *self)
{
    return self->owner != getpid();
}

static void
dcc_launcher_finalize(GObject *object)
{
    DccLauncher *self = DCC_LAUNCHER(object);

    g_hash_table_unref(self->children);
    if (!is_inert(self))
        g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(dcc_launcher_parent_class)->finalize(object);
}

static void
dcc_launcher_class_init(DccLauncherClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_launcher_finalize;
}

static void
dcc_launcher_init(DccLauncher *self)
{
    self->owner = getpid();
    g_mutex_init(&self->lock);
    self->children = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_child);
}

/**
 * dcc_launcher_new:
 *
 * Makes a launcher without children. Its children live on without it.
 *
 * Returns: (transfer full): a new launcher
 *
 * Since: 1.0
 */
DccLauncher *
dcc_launcher_new(void)
{
    return g_object_new(DCC_TYPE_LAUNCHER, NULL);
}

static gboolean
lives(Child *child)
{
    return child->process != NULL && !dcc_reaped_is_gone(child->process, NULL);
}

/* TRUE when its last life ended by itself, and not well. */
static gboolean
has_crashed(Child *child)
{
    int status = 0;

    return child->process != NULL && !child->asked && dcc_reaped_is_gone(child->process, &status) &&
           !dcc_exit_status_is_success(status);
}

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

static DccReaped *
spawn(const char *const *argv,
      const char *const *envp,
      const char *cwd,
      const char *mark,
      GError **error)
{
    g_autofree char *path = find_executable(argv[0], error);
    g_auto(GStrv) own = envp == NULL ? g_get_environ() : NULL;
    g_autofree const char **environment = NULL;
    g_autofree const char **words = NULL;
    guint n = g_strv_length((char **)argv);
    DccSpawn spawn = {.cwd = cwd,
                      .stdin_fd = -1,
                      .stdout_fd = STDOUT_FILENO,
                      .stderr_fd = STDERR_FILENO,
                      .new_session = TRUE};
    DccReaped *process;
    DccChild child;

    if (path == NULL)
        return NULL;
    words = g_memdup2(argv, (n + 1) * sizeof *words);
    words[0] = path;
    environment = mark_environment(envp != NULL ? envp : (const char *const *)own, mark);
    spawn.argv = words;
    spawn.envp = environment;
    if (!dcc_spawn(&spawn, &child, NULL, error))
        return NULL;
    process = dcc_reaper_adopt(&child, error);
    if (process == NULL) {
        child.process = DCC_PROCESS_REF_NONE; /* the reaper has closed it */
        dcc_child_kill(&child);
        dcc_child_reap(&child);
    }
    return process;
}

static gboolean
check(DccLauncher *self, const char *name, const char *const *argv, GError **error)
{
    if (is_inert(self)) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "this launcher belongs to process %d, which forked this one: make another",
                    (int)self->owner);
        return FALSE;
    }
    if (*name != 0 && argv[0] != NULL && *argv[0] != 0)
        return TRUE;
    g_set_error_literal(error,
                        DCC_ERROR,
                        DCC_ERROR_INVALID,
                        "a launch needs a name and an executable, neither of them empty");
    return FALSE;
}

static char *
show(const char *name)
{
    return g_utf8_make_valid(name, -1);
}

/* The name, taken; NULL with BUSY. */
static Child *
take_name(DccLauncher *self, const char *name, GError **error)
{
    Child *child = g_hash_table_lookup(self->children, name);
    g_autofree char *shown = NULL;

    if (child == NULL) {
        child = g_new0(Child, 1);
        g_hash_table_insert(self->children, g_strdup(name), child);
    } else if (child->busy || child->ending || lives(child)) {
        shown = show(name);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "process '%s' is running: terminate it first, or choose another name",
                    shown);
        return NULL;
    }
    child->busy = TRUE;
    return child;
}

/* With the lock held. */
static void
settle(Child *child, DccReaped *process, guint64 start_ticks, char *mark)
{
    child->busy = FALSE;
    if (process == NULL) {
        g_free(mark);
        return;
    }
    if (has_crashed(child))
        child->restarts++;
    g_clear_pointer(&child->process, dcc_reaped_unref);
    child->process = process;
    child->start_ticks = start_ticks;
    g_free(child->mark);
    child->mark = mark;
    child->asked = FALSE;
}

/**
 * dcc_launcher_launch:
 * @self: the #DccLauncher
 * @name: how it is to be called; any text that is not empty
 * @argv: (array zero-terminated=1) (element-type filename): what to execute, and its arguments; a
 *   first word without a slash is looked for in PATH
 * @envp: (nullable) (array zero-terminated=1) (element-type filename): its environment,
 * "NAME=value" each; %NULL: this process's own
 * @cwd: (nullable) (type filename): its directory; %NULL: this process's own
 * @error: return location for an error
 *
 * Starts a child of this process, in a session of its own. Its stdin is /dev/null, its stdout and
 * stderr are this process's own, and it has no other descriptor. `DCCHOST_LAUNCHER` is added to its
 * environment. It returns when the executable has been executed, which takes a fraction of a
 * millisecond.
 *
 * Returns: the pid; 0 with %DCC_ERROR_BUSY while this name's process lives, %DCC_ERROR_START where
 * it cannot be started, %DCC_ERROR_INVALID for an empty name or executable, or %DCC_ERROR_FAILED in
 * a process that was forked from the one that made the launcher
 *
 * Since: 1.0
 */
gint64
dcc_launcher_launch(DccLauncher *self,
                    const char *name,
                    const char *const *argv,
                    const char *const *envp,
                    const char *cwd,
                    GError **error)
{
    char *mark = NULL;
    DccReaped *process;
    guint64 start = 0;
    gint64 pid = 0;
    Child *child;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);
    g_return_val_if_fail(name != NULL && argv != NULL, 0);

    if (!check(self, name, argv, error))
        return 0;
    g_mutex_lock(&self->lock);
    child = take_name(self, name, error);
    g_mutex_unlock(&self->lock);
    if (child == NULL)
        return 0;
    mark = make_mark();
    process = spawn(argv, envp, cwd, mark, error);
    if (process != NULL) {
        pid = dcc_reaped_get_pid(process);
        start = dcc_identity_read_start(pid);
    }
    g_mutex_lock(&self->lock);
    settle(child, process, start, mark);
    g_mutex_unlock(&self->lock);
    return pid;
}

/* The process of a name that lives, and from now on is being ended; NULL with NOT_FOUND. */
static Child *
begin_ending(DccLauncher *self, const char *name, GError **error)
{
    Child *child = is_inert(self) ? NULL : g_hash_table_lookup(self->children, name);
    g_autofree char *shown = NULL;

    if (child != NULL && !child->busy && !child->ending && lives(child)) {
        child->ending = TRUE;
        child->asked = TRUE;
        return child;
    }
    shown = show(name);
    g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "process '%s' is not running", shown);
    return NULL;
}

/* leader: a handle of the child, or NONE. */
static gboolean
kill_tree(Child *child, const char *name, DccProcessRef leader, GError **error)
{
    DccLaunched launched = {dcc_reaped_get_pid(child->process), child->start_ticks, child->mark};
    g_autofree char *shown = show(name);

    /* Itself first, by its own descriptor: that works where /proc cannot be read. */
    dcc_reaped_signal(child->process, DCC_SIGNAL_KILL);
    /* Then those that keep together, at one blow. */
    dcc_process_ref_kill_group(leader);
    if (!dcc_launcher_tree_kill(&launched, KILL_TIMEOUT_MS, error)) {
        g_prefix_error(error, "process '%s': ", shown);
        return FALSE;
    }
    if (dcc_reaped_wait(child->process, KILL_TIMEOUT_MS))
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT, "process '%s' cannot be killed", shown);
    return FALSE;
}

static gboolean
end(DccLauncher *self, const char *name, gint64 grace_ms, GError **error)
{
    Child *child;
    gboolean ok;
    DccProcessRef leader;

    if (!is_inert(self))
        g_mutex_lock(&self->lock);
    child = begin_ending(self, name, error);
    if (!is_inert(self))
        g_mutex_unlock(&self->lock);
    if (child == NULL)
        return FALSE;
    leader = dcc_reaped_dup(child->process);
    if (grace_ms >= 0) {
        dcc_reaped_signal(child->process, DCC_SIGNAL_TERMINATE);
        /* A stopped one would not hear it. */
        dcc_reaped_signal(child->process, DCC_SIGNAL_CONTINUE);
        dcc_reaped_wait(child->process, MIN(grace_ms, G_MAXINT));
    }
    ok = kill_tree(child, name, leader, error);
    dcc_process_ref_close(&leader);
    g_mutex_lock(&self->lock);
    child->ending = FALSE;
    g_mutex_unlock(&self->lock);
    return ok;
}

/**
 * dcc_launcher_terminate:
 * @self: the #DccLauncher
 * @name: of a child that lives
 * @timeout_ms: how long it may take to end by itself, in milliseconds; negative: 0
 * @error: return location for an error
 *
 * Asks a child to end (SIGTERM), waits, and kills what is left of it and of all that it has
 * started. Blocks until none of them lives.
 *
 * Returns: %TRUE when none of them lives; %FALSE with %DCC_ERROR_NOT_FOUND where no process of this
 *   name lives or another thread is ending it, or %DCC_ERROR_TIMEOUT, which names who cannot be
 *   killed
 *
 * Since: 1.0
 */
gboolean
dcc_launcher_terminate(DccLauncher *self, const char *name, gint64 timeout_ms, GError **error)
{
    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    return end(self, name, MAX(timeout_ms, 0), error);
}

/**
 * dcc_launcher_kill:
 * @self: the #DccLauncher
 * @name: of a child that lives
 * @error: return location for an error
 *
 * Kills a child and all that it has started, and blocks until none of them lives.
 *
 * Returns: %TRUE when none of them lives; %FALSE as dcc_launcher_terminate()
 *
 * Since: 1.0
 */
gboolean
dcc_launcher_kill(DccLauncher *self, const char *name, GError **error)
{
    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    return end(self, name, -1, error);
}

/**
 * dcc_launcher_pid_of:
 * @self: the #DccLauncher
 * @name: of a child
 *
 * The pid of a child that lives.
 *
 * Returns: a pid; 0 where no process of this name lives
 *
 * Since: 1.0
 */
gint64
dcc_launcher_pid_of(DccLauncher *self, const char *name)
{
    Child *child;
    gint64 pid = 0;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);
    g_return_val_if_fail(name != NULL, 0);

    if (is_inert(self))
        return 0;
    g_mutex_lock(&self->lock);
    child = g_hash_table_lookup(self->children, name);
    if (child != NULL && lives(child))
        pid = dcc_reaped_get_pid(child->process);
    g_mutex_unlock(&self->lock);
    return pid;
}

/**
 * dcc_launcher_get_running_count:
 * @self: the #DccLauncher
 *
 * How many children live.
 *
 * Returns: a count
 *
 * Since: 1.0
 */
guint
dcc_launcher_get_running_count(DccLauncher *self)
{
    g_auto(GStrv) names = NULL;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);

    names = dcc_launcher_list_running(self);
    return g_strv_length(names);
}

/**
 * dcc_launcher_get_restart_count:
 * @self: the #DccLauncher
 * @name: of a child
 *
 * How often the name was launched again after its process had ended by a signal or a code other
 * than 0, without dcc_launcher_terminate() or dcc_launcher_kill().
 *
 * Returns: a count; 0 for an unknown name
 *
 * Since: 1.0
 */
guint
dcc_launcher_get_restart_count(DccLauncher *self, const char *name)
{
    Child *child;
    guint n;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);
    g_return_val_if_fail(name != NULL, 0);

    if (is_inert(self))
        return 0;
    g_mutex_lock(&self->lock);
    child = g_hash_table_lookup(self->children, name);
    n = child != NULL ? child->restarts : 0;
    g_mutex_unlock(&self->lock);
    return n;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/**
 * dcc_launcher_list_running:
 * @self: the #DccLauncher
 *
 * The names of the children that live.
 *
 * Returns: (array zero-terminated=1) (transfer full): names, sorted
 *
 * Since: 1.0
 */
char **
dcc_launcher_list_running(DccLauncher *self)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name;
    gpointer child;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), NULL);

    if (!is_inert(self)) {
        g_mutex_lock(&self->lock);
        g_hash_table_iter_init(&iter, self->children);
        while (g_hash_table_iter_next(&iter, &name, &child))
            if (lives(child))
                g_ptr_array_add(names, g_strdup(name));
        g_mutex_unlock(&self->lock);
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}
