/* The instance that frames are rendered in: whether it can, one frame, and what becomes of it meanwhile. */
#pragma once

#include "cli-agent-call.h"

typedef struct _CliRenderInstance CliRenderInstance;

typedef enum {
    CLI_CANCEL_EARLY,   /* the frame ends before it is rendered */
    CLI_CANCEL_LATE,    /* it goes on to its end, and nothing after it is begun */
    CLI_CANCEL_UNKNOWN, /* nobody answered */
} CliCancel;

/* How its run ended. */
typedef struct {
    char *words; /* NULL: it is not known */
    JsonObject *
        result; /* NULL: it is not on record; its verdict is the task's: what was stopped is cancelled */
} CliInstanceEnd;

/* Claims it: no other task renders in it until self is freed or this process ends. what: "frames 1-9", for
 * whoever is refused. Errors: NOT_FOUND: there is none of that name, or it is not ready; INVALID: it is
 * another application than app, which may be NULL; BUSY: another task renders in it, it does something else,
 * or does not respond. */
CliRenderInstance *
cli_render_instance_open(
    DccRuntime *runtime, const char *name, const char *app, const char *what, GError **error);
void
cli_render_instance_free(CliRenderInstance *self);
/* args: for the agent, may be NULL. FALSE: as cli_agent_call(). */
gboolean
cli_render_instance_render(CliRenderInstance *self,
                           int frame,
                           const char *file,
                           const char *const *args,
                           gint64 timeout_ms,
                           CliSignalFunc func,
                           gpointer data,
                           GError **error);
/* The frame that is being rendered for us. */
CliCancel
cli_render_instance_cancel(CliRenderInstance *self);
/* FALSE: what was cancelled is not over after some time. */
gboolean
cli_render_instance_await_free(CliRenderInstance *self);
/* It went away. TRUE: it is back; wanted: that is waited for. end: of its run, zeroed before. */
gboolean
cli_render_instance_await_return(CliRenderInstance *self, gboolean wanted, CliInstanceEnd *end);
void
cli_instance_end_clear(CliInstanceEnd *self);
/* Has its session tell of a frame or of the task: type "frame" or "rendered", and the event's members.
 * Returns the event as it was told, or news itself where that could not be. */
JsonObject *
cli_render_instance_tell(CliRenderInstance *self, const char *type, JsonObject *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliRenderInstance, cli_render_instance_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliInstanceEnd, cli_instance_end_clear)
