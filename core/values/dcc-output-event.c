/* One significant line of output: what it says, and the figures it holds.
 *
 * Contract: filled in by an adapter, unchanged after. Threading: one thread at a time while it is
 * filled.
 */
#include "dcc-output-event.h"

struct _DccOutputEvent {
    GObject parent_instance;
    DccOutputKind kind;
    char *text;
    gboolean has_frame;
    int frame;
    gint64 part;
    gint64 whole;
    gint64 remaining_ms;
};

/**
 * DccOutputEvent:
 *
 * One significant line of output: what it says, and the figures it holds.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE(DccOutputEvent, dcc_output_event, G_TYPE_OBJECT)

static void
dcc_output_event_finalize(GObject *object)
{
    g_free(DCC_OUTPUT_EVENT(object)->text);
    G_OBJECT_CLASS(dcc_output_event_parent_class)->finalize(object);
}

static void
dcc_output_event_class_init(DccOutputEventClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dcc_output_event_finalize;
}

static void
dcc_output_event_init(DccOutputEvent *self)
{
    self->remaining_ms = -1;
}

/**
 * dcc_output_event_new:
 * @kind: what it is about
 * @text: (nullable): the significant part of the line: a path, a message
 *
 * What one line of output says.
 *
 * Returns: (transfer full): a new #DccOutputEvent
 *
 * Since: 1.0
 */
DccOutputEvent *
dcc_output_event_new(DccOutputKind kind, const char *text)
{
    DccOutputEvent *self = g_object_new(DCC_TYPE_OUTPUT_EVENT, NULL);

    self->kind = kind;
    self->text = g_strdup(text);
    return self;
}

/**
 * dcc_output_event_get_kind:
 * @self: an #DccOutputEvent
 *
 * What the line is about.
 *
 * Returns: a kind
 *
 * Since: 1.0
 */
DccOutputKind
dcc_output_event_get_kind(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), DCC_OUTPUT_PROGRESS);

    return self->kind;
}

/**
 * dcc_output_event_get_text:
 * @self: an #DccOutputEvent
 *
 * The significant part of the line.
 *
 * Returns: (nullable): a path or a message
 *
 * Since: 1.0
 */
const char *
dcc_output_event_get_text(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), NULL);

    return self->text;
}

/**
 * dcc_output_event_set_frame:
 * @self: an #DccOutputEvent
 * @frame: a frame; 0 and less are frames too
 *
 * Says which frame the line is about.
 *
 * Since: 1.0
 */
void
dcc_output_event_set_frame(DccOutputEvent *self, int frame)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->has_frame = TRUE;
    self->frame = frame;
}

/**
 * dcc_output_event_get_frame:
 * @self: an #DccOutputEvent
 * @frame: (out) (optional): the frame
 *
 * The frame the line is about.
 *
 * Returns: %TRUE if it is about one; @frame is left alone otherwise
 *
 * Since: 1.0
 */
gboolean
dcc_output_event_get_frame(DccOutputEvent *self, int *frame)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), FALSE);

    if (self->has_frame && frame != NULL)
        *frame = self->frame;
    return self->has_frame;
}

/**
 * dcc_output_event_set_part:
 * @self: an #DccOutputEvent
 * @part: how much
 * @whole: of how much
 *
 * Says how much of the frame is done.
 *
 * Since: 1.0
 */
void
dcc_output_event_set_part(DccOutputEvent *self, gint64 part, gint64 whole)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->part = part;
    self->whole = whole;
}

/**
 * dcc_output_event_get_part:
 * @self: an #DccOutputEvent
 * @part: (out) (optional): how much
 * @whole: (out) (optional): of how much
 *
 * How much of the frame is done: 0 of 0 when the line does not say.
 *
 * Since: 1.0
 */
void
dcc_output_event_get_part(DccOutputEvent *self, gint64 *part, gint64 *whole)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    if (part != NULL)
        *part = self->part;
    if (whole != NULL)
        *whole = self->whole;
}

/**
 * dcc_output_event_set_remaining:
 * @self: an #DccOutputEvent
 * @ms: milliseconds; less than 0 when it does not say
 *
 * Says how long the application thinks it will take.
 *
 * Since: 1.0
 */
void
dcc_output_event_set_remaining(DccOutputEvent *self, gint64 ms)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->remaining_ms = MAX(ms, -1);
}

/**
 * dcc_output_event_get_remaining:
 * @self: an #DccOutputEvent
 *
 * How long the application thinks it will take.
 *
 * Returns: milliseconds, -1 when it does not say
 *
 * Since: 1.0
 */
gint64
dcc_output_event_get_remaining(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), -1);

    return self->remaining_ms;
}
