/* Work that may wait for a file server, done in a thread while the main loop goes on.
 *
 * What the thread works on is its own: no object of the loop, and nothing that the loop touches before it is done. It may
 * outlive whoever began: a thread that the kernel holds cannot be ended.
 *
 * Threading: the thread-default main context at the time it is begun; work alone runs in another thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DccErrand DccErrand;
typedef void (*DccErrandWork)(gpointer task);
typedef void (*DccErrandDone)(gpointer task, gpointer data);

typedef struct {
    const char *name; /* of the thread; static */
    DccErrandWork work;
    DccErrandDone
        done; /* called once, from the main loop or from dcc_errand_wait(); it may free the errand */
    GDestroyNotify free_task; /* in whichever thread lets go of it last */
    /* In place of work where the machine has no thread to give; NULL: then it is done in the loop's. */
    void (*refuse)(gpointer task, const char *why);
} DccErrandKind;

/* task: (transfer full). */
DccErrand *
dcc_errand_begin(const DccErrandKind *kind, gpointer task, gpointer data);
/* TRUE: it is done, and that was told. Waits for ms at most. */
gboolean
dcc_errand_wait(DccErrand *self, gint64 ms);
/* done is not called any more. Waits for nothing. */
void
dcc_errand_free(DccErrand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccErrand, dcc_errand_free)

G_END_DECLS
