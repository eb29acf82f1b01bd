/* One session on the fake application, for a test: made in a line, followed by its events. */
#pragma once

#include "dcc-enum-types.h"
#include "dcc-signals.h"
#include "dcc-test.h"
#include "dcchost.h"

G_BEGIN_DECLS

typedef struct {
    DccTestWorld *world; /* not owned */
    DccAdapterRegistry *registry;
    DccRuntime *runtime;
    DccSession *session;
    GPtrArray *events; /* JsonObject, of every session the rig has had */
    gboolean ended;
} Rig;

/* dcc_test_init(). On Windows, where others may write to a directory above the build, it says so and ends the program:
 * nothing is loaded from there. Elsewhere such a directory keeps names to who made them, as /tmp does. */
void
rig_init(int *argc, char ***argv);
/* args: the fake's modes, words separated by blanks. Settings come after as name, text, ..., NULL.
 * Probing is off and restarts are quick unless they say otherwise. */
Rig *
rig_new(DccTestWorld *world, const char *name, const char *args, ...) G_GNUC_NULL_TERMINATED;
void
rig_free(Rig *self);
/* Returns when the start is under way; the version may be being asked for. */
void
rig_begin(Rig *self);
/* The same, and waits until the application was started, or was not. */
void
rig_start(Rig *self);
/* Drops the session, as a crash of its process would: the application lives on. */
void
rig_drop_session(Rig *self);
void
rig_adopt(Rig *self);
void
rig_wait_state(Rig *self, DccState state);
/* Until the session is over for good. */
void
rig_wait_end(Rig *self);
guint
rig_count_events(Rig *self, const char *type);
/* (transfer none): the nth event of the type, NULL when there are fewer. */
JsonObject *
rig_get_event(Rig *self, const char *type, guint n);
/* The outcome of a step, NULL when it was not taken. */
const char *
rig_get_step(Rig *self, const char *step);
/* Without it nobody sees an end while there is no session. */
#ifdef G_OS_WIN32
#define RIG_HAS_SHIM FALSE
#else
#define RIG_HAS_SHIM TRUE
#endif
/* It is the result of an end by that signal that no session saw: without a shim it may be lost. */
void
rig_assert_unattended(DccResult *result, int signal_number);
/* (transfer full): where the application may write, as it was told. */
char *
rig_get_temp_dir(Rig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

G_END_DECLS
