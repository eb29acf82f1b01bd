/* The session's end of the agent inside the application. */
#pragma once

#include "dcc-instance-dir.h"
#include "dcc-peer.h"

G_BEGIN_DECLS

typedef struct _DccAgentLink DccAgentLink;

typedef struct {
    void (*connected)(gboolean connected, gpointer data);
    /* The main thread turns. scene: what is open, "" unnamed. exists: whether that file is there.
     */
    void (*ready)(const char *scene, gboolean exists, gpointer data);
    void (*scene)(const char *scene, gpointer data);
    void (*frame)(int frame, int first, int last, int step, gpointer data);
    void (*bye)(int code, gpointer data);
} DccAgentHandler;

/* handler must outlive the link. */
DccAgentLink *
dcc_agent_link_new(DccInstanceDir *instance_dir,
                   DccClock *clock,
                   const DccAgentHandler *handler,
                   gpointer data,
                   GError **error);
void
dcc_agent_link_free(DccAgentLink *self);
/* Another life begins: whoever is connected is dropped, and only who knows this token comes in. */
void
dcc_agent_link_expect(DccAgentLink *self, const char *token);
/* Takes in what the agent has said so far, though the main loop has not come to it: the application
 * is dead, and what it said before still counts. */
void
dcc_agent_link_drain(DccAgentLink *self);
gboolean
dcc_agent_link_is_connected(DccAgentLink *self);
/* What the agent said of its application at hello; NULL before. */
const char *
dcc_agent_link_get_version(DccAgentLink *self);
const char *
dcc_agent_link_get_python(DccAgentLink *self);
gint64
dcc_agent_link_get_pid(DccAgentLink *self);
/* What it is busy with by its own word, or NULL. */
const char *
dcc_agent_link_get_busy(DccAgentLink *self);
/* As dcc_peer_call(); GONE at once when no agent is connected. */
void
dcc_agent_link_call(DccAgentLink *self,
                    const char *method,
                    JsonObject *params,
                    gint64 timeout_ms,
                    DccReplyFunc func,
                    gpointer data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccAgentLink, dcc_agent_link_free)

G_END_DECLS
