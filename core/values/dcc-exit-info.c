/* The facts of one ended life, collected by the core, judged by an adapter.
 *
 * Contract: filled in by the core, unchanged once an adapter sees it. The raw end is one of three:
 * exited, signaled, lost. Threading: one thread at a time while it is filled.
 */
#include "dcc-exit-info.h"

#include "dcc-output-event.h"
#include "dcc-strings.h"

#define LAST_CODE   255
#define LAST_SIGNAL 64

struct _DccExitInfo {
    GObject parent_instance;
    DccResultKind kind;
    int code;
    int signal;
    gboolean core_dumped;
    char *reason;
    gint64 pid;
    gboolean headless;
    gboolean ready;
    gboolean requested;
    gboolean our_signal;
    gint64 started;
    gint64 ended;
    GPtrArray *events; /* DccOutputEvent */
    GPtrArray *last_lines;
    char *temp_dir;
    char *scene;
};

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
    self->events = g_ptr_array_new_with_free_func(g_object_unref);
    self->last_lines = dcc_strings_new();
}

DccExitInfo *
dcc_exit_info_new_exited(int code)
{
    g_return_val_if_fail(code >= 0 && code <= LAST_CODE, NULL);

    DccExitInfo *self = g_object_new(DCC_TYPE_EXIT_INFO, NULL);

    self->kind = DCC_RESULT_EXITED;
    self->code = code;
    return self;
}

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

DccExitInfo *
dcc_exit_info_new_lost(const char *reason)
{
    DccExitInfo *self = g_object_new(DCC_TYPE_EXIT_INFO, NULL);

    self->reason = g_strdup(reason);
    return self;
}

DccResultKind
dcc_exit_info_get_kind(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), DCC_RESULT_LOST);

    return self->kind;
}

int
dcc_exit_info_get_code(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), -1);

    return self->code;
}

int
dcc_exit_info_get_signal(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->signal;
}

gboolean
dcc_exit_info_get_core_dumped(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->core_dumped;
}

const char *
dcc_exit_info_get_reason(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->reason;
}

void
dcc_exit_info_set_pid(DccExitInfo *self, gint64 pid)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->pid = pid;
}

gint64
dcc_exit_info_get_pid(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->pid;
}

void
dcc_exit_info_set_headless(DccExitInfo *self, gboolean headless)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->headless = headless;
}

gboolean
dcc_exit_info_is_headless(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->headless;
}

void
dcc_exit_info_set_ready(DccExitInfo *self, gboolean ready)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->ready = ready;
}

gboolean
dcc_exit_info_was_ready(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->ready;
}

void
dcc_exit_info_set_requested(DccExitInfo *self, gboolean requested)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->requested = requested;
}

gboolean
dcc_exit_info_was_requested(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->requested;
}

void
dcc_exit_info_set_our_signal(DccExitInfo *self, gboolean ours)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->our_signal = ours;
}

gboolean
dcc_exit_info_is_our_signal(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    return self->our_signal;
}

void
dcc_exit_info_set_times(DccExitInfo *self, gint64 started, gint64 ended)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->started = started;
    self->ended = ended;
}

gint64
dcc_exit_info_get_started(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->started;
}

gint64
dcc_exit_info_get_ended(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), 0);

    return self->ended;
}

void
dcc_exit_info_add_event(DccExitInfo *self, gpointer output_event)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(output_event));

    g_ptr_array_add(self->events, g_object_ref(output_event));
}

gboolean
dcc_exit_info_has_event(DccExitInfo *self, DccOutputKind kind, const char **text)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), FALSE);

    for (guint i = self->events->len; i > 0; i--) {
        DccOutputEvent *event = g_ptr_array_index(self->events, i - 1);

        if (dcc_output_event_get_kind(event) != kind)
            continue;
        if (text != NULL)
            *text = dcc_output_event_get_text(event);
        return TRUE;
    }
    return FALSE;
}

void
dcc_exit_info_set_last_lines(DccExitInfo *self, const char *const *lines)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    g_autoptr(GPtrArray) old = self->last_lines;

    self->last_lines = dcc_strings_new();
    for (gsize i = 0; lines != NULL && lines[i] != NULL; i++) {
        g_autofree char *valid = g_utf8_make_valid(lines[i], -1);

        dcc_strings_add(self->last_lines, valid);
    }
}

const char *const *
dcc_exit_info_get_last_lines(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return dcc_strings_peek(self->last_lines);
}

void
dcc_exit_info_set_temp_dir(DccExitInfo *self, const char *path)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    dcc_string_replace(&self->temp_dir, path);
}

const char *
dcc_exit_info_get_temp_dir(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->temp_dir;
}

void
dcc_exit_info_set_scene(DccExitInfo *self, const char *path)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    dcc_string_replace(&self->scene, path);
}

const char *
dcc_exit_info_get_scene(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->scene;
}
