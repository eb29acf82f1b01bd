/* Children by name; see the header.
 *
 * Contract: a name is taken from the moment its launch begins until its process is gone and, when
 * it was asked to end, all that it started. Nothing of what is waited for is waited for with the
 * lock held. Children are reaped by the process's one reaper, launcher or no launcher.
 *
 * Threading: any. After a fork the copy is inert: the children are the parent's. */
#include "dcc-launcher.h"

#include "dcc-launch-start.h"
#include "dcc-launcher-child.h"
#include "dcc-signals.h"

#include <string.h>
#include <unistd.h>

#define KILL_TIMEOUT_MS 10000

struct _DccLauncher {
    GObject parent_instance;
    gint64 owner;
    GMutex lock;
    GCond changed;        /* a child is no longer DCC_CHILD_KILLING */
    GHashTable *children; /* name -> DccLauncherChild; stays after the end, for the counts */
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
    if (!is_inert(self)) {
        g_mutex_clear(&self->lock);
        g_cond_clear(&self->changed);
    }
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
    g_cond_init(&self->changed);
    self->children = g_hash_table_new_full(
        g_str_hash, g_str_equal, g_free, (GDestroyNotify)dcc_launcher_child_free);
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

/* The name, taken, and its state before; NULL with BUSY. */
static DccLauncherChild *
take_name(DccLauncher *self, const char *name, gboolean *crashed, GError **error)
{
    DccLauncherChild *child = g_hash_table_lookup(self->children, name);
    g_autofree char *shown = NULL;

    if (child == NULL) {
        child = dcc_launcher_child_new();
        g_hash_table_insert(self->children, g_strdup(name), child);
    } else if (!dcc_launcher_child_is_free(child)) {
        shown = show(name);
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "process '%s' is running: terminate it first, or choose another name",
                    shown);
        return NULL;
    }
    *crashed = dcc_launcher_child_has_crashed(child);
    return child;
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
 * Returns: the pid; 0 with %DCC_ERROR_BUSY while this name's process dcc_launcher_child_lives,
 * %DCC_ERROR_START where it cannot be started, %DCC_ERROR_INVALID for an empty name or executable,
 * or %DCC_ERROR_FAILED in a process that was forked from the one that made the launcher
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
    DccLaunched launched = {.leader = DCC_PROCESS_REF_NONE};
    gboolean crashed = FALSE;
    DccChildState before;
    gint64 pid = 0;
    DccLauncherChild *child;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);
    g_return_val_if_fail(name != NULL && argv != NULL, 0);

    if (!check(self, name, argv, error))
        return 0;
    g_mutex_lock(&self->lock);
    child = take_name(self, name, &crashed, error);
    before = child != NULL ? child->state : DCC_CHILD_NONE;
    if (child != NULL)
        child->state = DCC_CHILD_STARTING;
    g_mutex_unlock(&self->lock);
    if (child == NULL)
        return 0;
    dcc_launch_start(argv, envp, cwd, &launched, error);
    g_mutex_lock(&self->lock);
    child->state = before;
    if (launched.process != NULL) {
        pid = dcc_reaped_get_pid(launched.process);
        dcc_launcher_child_settle(child, &launched, crashed);
    }
    g_mutex_unlock(&self->lock);
    return pid;
}

static void
set_not_running(GError **error, const char *name)
{
    g_autofree char *shown = show(name);

    g_set_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND, "process '%s' is not running", shown);
}

/* The child of a name that is to be ended, with its new state; NULL with NOT_FOUND. Another
 * thread's killing of it is waited for. */
static DccLauncherChild *
take_to_end(DccLauncher *self, const char *name, DccChildState state, GError **error)
{
    DccLauncherChild *child = NULL;

    if (is_inert(self)) {
        set_not_running(error, name);
        return NULL;
    }
    g_mutex_lock(&self->lock);
    child = g_hash_table_lookup(self->children, name);
    while (child != NULL && child->state == DCC_CHILD_KILLING)
        g_cond_wait(&self->changed, &self->lock);
    if (child == NULL || !dcc_launcher_child_can_be_ended(child)) {
        set_not_running(error, name);
        child = NULL;
    } else {
        if (child->launched.leader == DCC_PROCESS_REF_NONE)
            child->launched.leader = dcc_reaped_dup(child->launched.process);
        child->state = state;
    }
    g_mutex_unlock(&self->lock);
    return child;
}

/* (transfer full) (nullable): the process that this name had last. */
static DccReaped *
ref_process(DccLauncher *self, const char *name)
{
    DccReaped *process = NULL;
    DccLauncherChild *child;

    g_mutex_lock(&self->lock);
    child = g_hash_table_lookup(self->children, name);
    if (child != NULL && child->launched.process != NULL)
        process = dcc_reaped_ref(child->launched.process);
    g_mutex_unlock(&self->lock);
    return process;
}

static gboolean
kill_tree(DccLaunched *launched, const char *name, gint64 timeout_ms, GError **error)
{
    g_autofree char *shown = show(name);

    if (!dcc_launcher_tree_kill(launched, timeout_ms, error)) {
        g_prefix_error(error, "process '%s': ", shown);
        return FALSE;
    }
    if (dcc_reaped_wait(launched->process, timeout_ms))
        return TRUE;
    g_set_error(error, DCC_ERROR, DCC_ERROR_TIMEOUT, "process '%s' cannot be killed", shown);
    return FALSE;
}

/**
 * dcc_launcher_ask_to_end:
 * @self: the #DccLauncher
 * @name: of a child that lives
 * @error: return location for an error
 *
 * Asks a child to end (SIGTERM) and does not wait. Its name stays taken until
 * dcc_launcher_kill_within(), dcc_launcher_kill() or dcc_launcher_terminate() has killed what is
 * left, also when the child itself has ended meanwhile.
 *
 * Returns: %TRUE when it was asked, now or before; %FALSE with %DCC_ERROR_NOT_FOUND where no
 *   process of this name lives
 *
 * Since: 1.1
 */
gboolean
dcc_launcher_ask_to_end(DccLauncher *self, const char *name, GError **error)
{
    g_autoptr(DccReaped) process = NULL;
    DccLauncherChild *child;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    child = take_to_end(self, name, DCC_CHILD_ASKED, error);
    if (child == NULL)
        return FALSE;
    process = ref_process(self, name);
    dcc_reaped_signal(process, DCC_SIGNAL_TERMINATE);
    /* A stopped one would not hear it. */
    dcc_reaped_signal(process, DCC_SIGNAL_CONTINUE);
    return TRUE;
}

/**
 * dcc_launcher_wait_for:
 * @self: the #DccLauncher
 * @name: of a child
 * @timeout_ms: how long to wait at most, in milliseconds; negative: 0
 *
 * Waits for the end of a child, of that process alone. Who wants to be interrupted waits for a
 * short time, again and again.
 *
 * Returns: %TRUE when no process of this name lives; %FALSE after the time
 *
 * Since: 1.1
 */
gboolean
dcc_launcher_wait_for(DccLauncher *self, const char *name, gint64 timeout_ms)
{
    g_autoptr(DccReaped) process = NULL;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    if (is_inert(self))
        return TRUE;
    process = ref_process(self, name);
    return process == NULL || dcc_reaped_wait(process, CLAMP(timeout_ms, 0, G_MAXINT));
}

/**
 * dcc_launcher_kill_within:
 * @self: the #DccLauncher
 * @name: of a child that lives or was asked to end
 * @timeout_ms: how long to try, in milliseconds; negative: 0
 * @error: return location for an error
 *
 * Kills a child and all that it has started, and blocks until none of them lives,
 * or the time is over: then it may be called again. Where another thread is killing it, that is
 * waited for first.
 *
 * Returns: %TRUE when none of them lives; %FALSE with %DCC_ERROR_NOT_FOUND where no process of this
 *   name lives, or %DCC_ERROR_TIMEOUT, which names who cannot be killed
 *
 * Since: 1.1
 */
gboolean
dcc_launcher_kill_within(DccLauncher *self, const char *name, gint64 timeout_ms, GError **error)
{
    gboolean ok;
    DccLauncherChild *child;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    child = take_to_end(self, name, DCC_CHILD_KILLING, error);
    if (child == NULL)
        return FALSE;
    /* While it is being killed nobody else writes to it. */
    ok = kill_tree(&child->launched, name, CLAMP(timeout_ms, 0, G_MAXINT), error);
    g_mutex_lock(&self->lock);
    child->state = ok ? DCC_CHILD_ENDED : DCC_CHILD_ASKED;
    if (ok)
        dcc_launcher_child_close_leader(child);
    g_cond_broadcast(&self->changed);
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
 *   name lives, or %DCC_ERROR_TIMEOUT, which names who cannot be killed
 *
 * Since: 1.0
 */
gboolean
dcc_launcher_terminate(DccLauncher *self, const char *name, gint64 timeout_ms, GError **error)
{
    g_autoptr(GError) local = NULL;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);

    if (!dcc_launcher_ask_to_end(self, name, error))
        return FALSE;
    dcc_launcher_wait_for(self, name, timeout_ms);
    if (dcc_launcher_kill_within(self, name, KILL_TIMEOUT_MS, &local))
        return TRUE;
    /* Another thread has seen to the rest. */
    if (g_error_matches(local, DCC_ERROR, DCC_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
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

    return dcc_launcher_kill_within(self, name, KILL_TIMEOUT_MS, error);
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
    DccLauncherChild *child;
    gint64 pid = 0;

    g_return_val_if_fail(DCC_IS_LAUNCHER(self), 0);
    g_return_val_if_fail(name != NULL, 0);

    if (is_inert(self))
        return 0;
    g_mutex_lock(&self->lock);
    child = g_hash_table_lookup(self->children, name);
    if (child != NULL && dcc_launcher_child_lives(child))
        pid = dcc_reaped_get_pid(child->launched.process);
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
    DccLauncherChild *child;
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
            if (dcc_launcher_child_lives(child))
                g_ptr_array_add(names, g_strdup(name));
        g_mutex_unlock(&self->lock);
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}
