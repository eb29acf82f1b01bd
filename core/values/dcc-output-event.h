/* What one line of an application's output says, in an adapter's eyes. */
#pragma once

#include "dcc-enums.h"

G_BEGIN_DECLS

#define DCC_TYPE_OUTPUT_EVENT (dcc_output_event_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccOutputEvent, dcc_output_event, DCC, OUTPUT_EVENT, GObject)

/* text: the significant part of the line (a path, a message), or NULL. */
DCC_API DccOutputEvent *
dcc_output_event_new(DccOutputKind kind, const char *text);
DCC_API DccOutputKind
dcc_output_event_get_kind(DccOutputEvent *self);
DCC_API const char *
dcc_output_event_get_text(DccOutputEvent *self);
/* The frame, and how much of it is done (part of whole; 0 of 0 when the line does not say). */
DCC_API void
dcc_output_event_set_frame(DccOutputEvent *self, int frame);
DCC_API gboolean
dcc_output_event_get_frame(DccOutputEvent *self, int *frame);
DCC_API void
dcc_output_event_set_part(DccOutputEvent *self, gint64 part, gint64 whole);
DCC_API void
dcc_output_event_get_part(DccOutputEvent *self, gint64 *part, gint64 *whole);
/* Milliseconds the application says remain, -1 when it does not say. */
DCC_API void
dcc_output_event_set_remaining(DccOutputEvent *self, gint64 ms);
DCC_API gint64
dcc_output_event_get_remaining(DccOutputEvent *self);

G_END_DECLS
