/* Children for the tests of monitor, watcher and launcher. */
#pragma once

#include "dcc-spawn.h"

/* hands MODE [ARGUMENT] */
DccChild
kids_start(const char *hands, const char *mode, const char *argument);
/* Waits for the end of our own child, and reaps it. */
void
kids_reap(DccChild *child);
/* Until it has ended; it stays a zombie. */
void
kids_wait_for_end(const DccChild *child);
/* A process that is no child of ours: its pid. It runs `hands MODE ARGUMENT`. */
gint64
kids_start_stranger(const char *hands, const char *mode, const char *argument);
/* A child of ours with this very pid, or FALSE where that is not permitted. */
gboolean
kids_start_as(gint64 pid);
/* Until the expression is true; 20 s at most. */
#define kids_wait_for(expression)                                                                  \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 kids_end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;                            \
        /* Asked once more afterwards it might be false again. */                                  \
        while (!(expression)) {                                                                    \
            g_assert_cmpint(g_get_monotonic_time(), <, kids_end);                                  \
            g_usleep(500);                                                                         \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END
