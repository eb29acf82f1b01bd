/* The session's end of the agent inside the application. */
#pragma once

#include "dcc-instance-dir.h"
#include "dcc-peer.h"

G_BEGIN_DECLS

typedef struct _DccAgentLink DccAgentLink;

/* What the agent knows of unsaved work. Borrowed. */
typedef struct {
    gboolean dirty;        /* there is some */
    const char *scene;     /* "" unnamed */
    gint64 scene_mtime_ns; /* of the scene's file when it was last opened or saved; 0 not known */
    const char *copy;      /* the newest rescue copy; NULL: none */
} DccAgentWork;

/* Any of these may free the link. */
typedef struct {
    void (*connected)(gboolean connected, gpointer data);
    /* The main thread turns. scene: what is open, "" unnamed, NULL: not known, as work of the
     * application's own opens its scene later. exists: whether that file is there. */
    void (*ready)(const char *scene, gboolean exists, gpointer data);
    void (*scene)(const char *scene, gboolean exists, gpointer data);
    void (*frame)(int frame, int first, int last, int step, gpointer data);
    /* number: the signal for which it ends; 0: none. */
    void (*bye)(int code, int number, gpointer data);
    void (*work)(const DccAgentWork *work, gpointer data);
    /* Rescue copies cannot be written as they should (reason says why), or can be again. copy: the
     * newest that there is all the same; NULL: none. */
    void (*protection)(gboolean ok, const char *reason, const char *copy, gpointer data);
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
/* The directory was made anew: listens there again. An agent that is connected stays. */
gboolean
dcc_agent_link_reopen(DccAgentLink *self, DccInstanceDir *dir, GError **error);
/* Another run begins: any connection is dropped, and only one that knows this token comes in. */
void
dcc_agent_link_expect(DccAgentLink *self, const char *token);
/* Takes in what the agent has said so far, though the main loop has not come to it: the application
 * has ended, and what it said before still counts. */
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
