/* The facts of one ended run, collected by the core, judged by an adapter.
 *
 * Contract: filled in by the core, unchanged once an adapter sees it. The raw end is one of three:
 * exited, signaled, lost. Threading: one thread at a time while it is filled.
 */
#include "dcc-exit-info-private.h"

#include "dcc-strings.h"

#define LAST_CODE   255
#define LAST_SIGNAL 64

/**
 * DccExitInfo:
 *
 * The facts of one ended run, collected by the core and judged by an adapter.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccExitInfo, dcc_exit_info, G_TYPE_OBJECT)

static void
dcc_exit_info_finalize(GObject *object)
{
    DccExitInfo *self = DCC_EXIT_INFO(object);

    g_free(self->reason);
    g_ptr_array_unref(self->events);
    g_ptr_array_unref(self->last_lines);
    g_free(self->temp_dir);
    g_free(self->scene);
    g_strfreev(self->args);
    G_OBJECT_CLASS(dcc_exit_info_parent_class)->finalize(object);
}

static void
dcc_exit_info_class_init(DccExitInfoClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_exit_info_finalize;
}

static void
dcc_exit_info_init(DccExitInfo *self)
{
    self->kind = DCC_RESULT_LOST;
    self->code = -1;
    self->saved = -1;
    self->events = g_ptr_array_new_with_free_func(g_object_unref);
    self->last_lines = dcc_strings_new();
}

/**
 * dcc_exit_info_new_exited:
 * @code: the exit code, 0 to 255
 *
 * An end by exit().
 *
 * Returns: (transfer full): a new #DccExitInfo
 *
 * Since: 1.0
 */
DccExitInfo *
dcc_exit_info_new_exited(int code)
{
    g_return_val_if_fail(code >= 0 && code <= LAST_CODE, NULL);

    DccExitInfo *self = g_object_new(DCC_TYPE_EXIT_INFO, NULL);

    self->kind = DCC_RESULT_EXITED;
    self->code = code;
    return self;
}

/**
 * dcc_exit_info_new_signaled:
 * @signal: the signal, 1 to 64
 * @core_dumped: whether the kernel wrote a core
 *
 * An end by a signal.
 *
 * Returns: (transfer full): a new #DccExitInfo
 *
 * Since: 1.0
 */
DccExitInfo *
dcc_exit_info_new_signaled(int signal, gboolean core_dumped)
{
    g_return_val_if_fail(signal >= 1 && signal <= LAST_SIGNAL, NULL);

    DccExitInfo *self = g_object_new(DCC_TYPE_EXIT_INFO, NULL);

    self->kind = DCC_RESULT_SIGNALED;
    self->signal = signal;
    self->core_dumped = core_dumped;
    return self;
}

/**
 * dcc_exit_info_new_lost:
 * @reason: (nullable): why it is not known
 *
 * An end that nobody can tell: the machine was started again, or the exit code was taken by
 * somebody else. It is never shown as success.
 *
 * Returns: (transfer full): a new #DccExitInfo
 *
 * Since: 1.0
 */
DccExitInfo *
dcc_exit_info_new_lost(const char *reason)
{
    DccExitInfo *self = g_object_new(DCC_TYPE_EXIT_INFO, NULL);

    self->reason = g_strdup(reason);
    return self;
}

/**
 * dcc_exit_info_get_kind:
 * @self: an #DccExitInfo
 *
 * How the kernel says it ended.
 *
 * Returns: %DCC_RESULT_EXITED, %DCC_RESULT_SIGNALED or %DCC_RESULT_LOST
 *
 * Since: 1.0
 */
DccResultKind
dcc_exit_info_get_kind(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), DCC_RESULT_LOST);

    return self->kind;
}

/**
 * dcc_exit_info_get_code:
 * @self: an #DccExitInfo
 *
 * The exit code.
 *
 * Returns: 0 to 255, -1 when it did not exit by itself
 *
 * Since: 1.0
 */
int
dcc_exit_info_get_code(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), -1);

    return self->code;
}

/**
 * dcc_exit_info_get_signal:
 * @self: an #DccExitInfo
 *
 * The signal that ended it.
 *
 * Returns: 1 to 64, 0 when none did
 *
 * Since: 1.0
 */
int
dcc_exit_info_get_signal(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->signal;
}

/**
 * dcc_exit_info_get_core_dumped:
 * @self: an #DccExitInfo
 *
 * Whether the kernel wrote a core.
 *
 * Returns: %TRUE if it did
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_get_core_dumped(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->core_dumped;
}

/**
 * dcc_exit_info_get_reason:
 * @self: an #DccExitInfo
 *
 * Why the end is not known.
 *
 * Returns: (nullable): one line, for a lost end only
 *
 * Since: 1.0
 */
const char *
dcc_exit_info_get_reason(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->reason;
}

/**
 * dcc_exit_info_set_pid:
 * @self: an #DccExitInfo
 * @pid: the process id
 *
 * Says which process it was.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_pid(DccExitInfo *self, gint64 pid)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->pid = pid;
}

/**
 * dcc_exit_info_get_pid:
 * @self: an #DccExitInfo
 *
 * Which process it was.
 *
 * Returns: the process id, 0 when not known
 *
 * Since: 1.0
 */
gint64
dcc_exit_info_get_pid(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->pid;
}

/**
 * dcc_exit_info_set_headless:
 * @self: an #DccExitInfo
 * @headless: %TRUE for a run without a window
 *
 * Says whether it ran without a window.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_headless(DccExitInfo *self, gboolean headless)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->headless = headless;
}

/**
 * dcc_exit_info_is_headless:
 * @self: an #DccExitInfo
 *
 * Whether it ran without a window.
 *
 * Returns: %TRUE if it did
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_is_headless(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->headless;
}

/**
 * dcc_exit_info_set_ready:
 * @self: an #DccExitInfo
 * @ready: %TRUE if it had
 *
 * Says whether the application had been ready.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_ready(DccExitInfo *self, gboolean ready)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->ready = ready;
}

/**
 * dcc_exit_info_was_ready:
 * @self: an #DccExitInfo
 *
 * Whether the application had been ready.
 *
 * Returns: %TRUE if it had
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_was_ready(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->ready;
}

/**
 * dcc_exit_info_set_requested:
 * @self: an #DccExitInfo
 * @requested: %TRUE if we had
 *
 * Says whether we had asked it to stop before it ended.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_requested(DccExitInfo *self, gboolean requested)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->requested = requested;
}

/**
 * dcc_exit_info_was_requested:
 * @self: an #DccExitInfo
 *
 * Whether we had asked it to stop before it ended.
 *
 * Returns: %TRUE if we had
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_was_requested(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->requested;
}

/**
 * dcc_exit_info_set_job:
 * @self: an #DccExitInfo
 * @job: %TRUE where it was
 *
 * Says whether this run was to do its work and end by itself.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_job(DccExitInfo *self, gboolean job)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->job = job;
}

/**
 * dcc_exit_info_is_job:
 * @self: an #DccExitInfo
 *
 * Whether this run was to do its work and end by itself, as its launch plan said.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_is_job(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->job;
}

/**
 * dcc_exit_info_set_our_signal:
 * @self: an #DccExitInfo
 * @ours: %TRUE if it was
 *
 * Says whether the signal it died by was sent by us.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_our_signal(DccExitInfo *self, gboolean ours)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->our_signal = ours;
}

/**
 * dcc_exit_info_is_our_signal:
 * @self: an #DccExitInfo
 *
 * Whether the signal it died by was sent by us.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
dcc_exit_info_is_our_signal(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->our_signal;
}

/**
 * dcc_exit_info_set_times:
 * @self: an #DccExitInfo
 * @started: microseconds since 1970, 0 when not known
 * @ended: microseconds since 1970, 0 when not known
 *
 * Says when it lived, by the wall clock.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_times(DccExitInfo *self, gint64 started, gint64 ended)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->started = started;
    self->ended = ended;
}

/**
 * dcc_exit_info_get_started:
 * @self: an #DccExitInfo
 *
 * When it was started, by the wall clock.
 *
 * Returns: microseconds since 1970, 0 when not known
 *
 * Since: 1.0
 */
gint64
dcc_exit_info_get_started(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->started;
}

/**
 * dcc_exit_info_get_ended:
 * @self: an #DccExitInfo
 *
 * When it ended, by the wall clock.
 *
 * Returns: microseconds since 1970, 0 when not known
 *
 * Since: 1.0
 */
gint64
dcc_exit_info_get_ended(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->ended;
}
