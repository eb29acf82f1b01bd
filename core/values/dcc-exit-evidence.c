/* The evidence of one ended run: significant lines, last lines, where its files lie.
 *
 * Contract and threading: those of dcc-exit-info.c.
 */
#include "dcc-exit-info-private.h"

#include "dcc-output-event.h"
#include "dcc-strings.h"

/**
 * dcc_exit_info_add_event:
 * @self: an #DccExitInfo
 * @output_event: (type DccHost.OutputEvent): a significant line, of which a reference is taken
 *
 * Adds a significant line; the oldest comes first.
 *
 * Since: 1.0
 */
void
dcc_exit_info_add_event(DccExitInfo *self, gpointer output_event)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(output_event));

    g_ptr_array_add(self->events, g_object_ref(output_event));
}

/**
 * dcc_exit_info_has_event:
 * @self: an #DccExitInfo
 * @kind: what to look for
 * @text: (out) (optional) (nullable) (transfer none): the significant part of the line
 *
 * Looks for a significant line; of several of one kind the newest is found.
 *
 * Returns: %TRUE if there was one; @text is left alone otherwise
 *
 * Since: 1.0
 */
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

/**
 * dcc_exit_info_set_last_lines:
 * @self: an #DccExitInfo
 * @lines: (array zero-terminated=1) (nullable): the lines
 *
 * Keeps the last lines of output, oldest first. What is no UTF-8 is replaced.
 *
 * Since: 1.0
 */
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

/**
 * dcc_exit_info_get_last_lines:
 * @self: an #DccExitInfo
 *
 * The last lines of output, oldest first, as valid UTF-8.
 *
 * Returns: (array zero-terminated=1) (transfer none): the lines, maybe none
 *
 * Since: 1.0
 */
const char *const *
dcc_exit_info_get_last_lines(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return dcc_strings_peek(self->last_lines);
}

/**
 * dcc_exit_info_set_temp_dir:
 * @self: an #DccExitInfo
 * @path: (type filename) (nullable): a directory
 *
 * Says which directory was this run's own TMPDIR.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_temp_dir(DccExitInfo *self, const char *path)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    dcc_string_replace(&self->temp_dir, path);
}

/**
 * dcc_exit_info_get_temp_dir:
 * @self: an #DccExitInfo
 *
 * This run's own TMPDIR, where crash files and autosaves are looked for.
 *
 * Returns: (type filename) (nullable): a directory
 *
 * Since: 1.0
 */
const char *
dcc_exit_info_get_temp_dir(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->temp_dir;
}

/**
 * dcc_exit_info_set_scene:
 * @self: an #DccExitInfo
 * @path: (type filename) (nullable): a file
 *
 * Says which scene was open.
 *
 * Since: 1.0
 */
void
dcc_exit_info_set_scene(DccExitInfo *self, const char *path)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    dcc_string_replace(&self->scene, path);
}

/**
 * dcc_exit_info_get_scene:
 * @self: an #DccExitInfo
 *
 * The scene that was open.
 *
 * Returns: (type filename) (nullable): a file
 *
 * Since: 1.0
 */
const char *
dcc_exit_info_get_scene(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return self->scene;
}

/**
 * dcc_exit_info_set_args:
 * @self: an #DccExitInfo
 * @args: (array zero-terminated=1) (nullable): what the user gave it; %NULL: not known
 *
 * Says which arguments of the user's own it was started with.
 *
 * Since: 1.1
 */
void
dcc_exit_info_set_args(DccExitInfo *self, const char *const *args)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    g_auto(GStrv) old = self->args;

    self->args = g_strdupv((char **)args);
}

/**
 * dcc_exit_info_get_args:
 * @self: an #DccExitInfo
 *
 * The user's own arguments to the application, without those that the plan added: what it was
 * asked to do.
 *
 * Returns: (array zero-terminated=1) (transfer none) (nullable): the arguments, %NULL when they
 * are not known
 *
 * Since: 1.1
 */
const char *const *
dcc_exit_info_get_args(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), NULL);

    return (const char *const *)self->args;
}

/**
 * dcc_exit_info_set_saved:
 * @self: an #DccExitInfo
 * @saved: how many, -1 when not known
 *
 * Says how many files its output said it saved (%DCC_OUTPUT_SAVED).
 *
 * Since: 1.1
 */
void
dcc_exit_info_set_saved(DccExitInfo *self, gint64 saved)
{
    g_return_if_fail(DCC_IS_EXIT_INFO(self));

    self->saved = saved;
}

/**
 * dcc_exit_info_get_saved:
 * @self: an #DccExitInfo
 *
 * How many files its output said it saved.
 *
 * Returns: how many, -1 when not known
 *
 * Since: 1.1
 */
gint64
dcc_exit_info_get_saved(DccExitInfo *self)
{
    g_return_val_if_fail(DCC_IS_EXIT_INFO(self), -1);

    return self->saved;
}
