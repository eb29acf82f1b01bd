/* One telling line of output: what it says, and the figures it holds.
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

DccOutputEvent *
dcc_output_event_new(DccOutputKind kind, const char *text)
{
    DccOutputEvent *self = g_object_new(DCC_TYPE_OUTPUT_EVENT, NULL);

    self->kind = kind;
    self->text = g_strdup(text);
    return self;
}

DccOutputKind
dcc_output_event_get_kind(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), DCC_OUTPUT_PROGRESS);

    return self->kind;
}

const char *
dcc_output_event_get_text(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), NULL);

    return self->text;
}

void
dcc_output_event_set_frame(DccOutputEvent *self, int frame)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->has_frame = TRUE;
    self->frame = frame;
}

gboolean
dcc_output_event_get_frame(DccOutputEvent *self, int *frame)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), FALSE);

    if (self->has_frame && frame != NULL)
        *frame = self->frame;
    return self->has_frame;
}

void
dcc_output_event_set_part(DccOutputEvent *self, gint64 part, gint64 whole)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->part = part;
    self->whole = whole;
}

void
dcc_output_event_get_part(DccOutputEvent *self, gint64 *part, gint64 *whole)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    if (part != NULL)
        *part = self->part;
    if (whole != NULL)
        *whole = self->whole;
}

void
dcc_output_event_set_remaining(DccOutputEvent *self, gint64 ms)
{
    g_return_if_fail(DCC_IS_OUTPUT_EVENT(self));

    self->remaining_ms = MAX(ms, -1);
}

gint64
dcc_output_event_get_remaining(DccOutputEvent *self)
{
    g_return_val_if_fail(DCC_IS_OUTPUT_EVENT(self), -1);

    return self->remaining_ms;
}
