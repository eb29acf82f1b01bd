/* Crashes in a row on one scene: when the next life is one in safe mode, and when there is none.
 * Pure: no clock, no I/O. */
#pragma once

#include "dcc-verdict.h"

G_BEGIN_DECLS

typedef enum {
    DCC_ROW_START, /* as ever */
    DCC_ROW_SAFE,  /* without the user's preferences, start-up scripts and plug-ins */
    DCC_ROW_STOP,  /* not again */
} DccRowAnswer;
#define DCC_N_ROW_ANSWERS (DCC_ROW_STOP + 1)

typedef enum {
    DCC_ROW_CRASH, /* the application broke, or failed without a known cause */
    DCC_ROW_ASIDE, /* no licence, killed from outside, no memory: says nothing of scene or plug-ins
                    */
    DCC_ROW_WELL,  /* an orderly end */
} DccRowEvent;
#define DCC_N_ROW_EVENTS (DCC_ROW_WELL + 1)

typedef struct {
    guint n;     /* crashes in a row */
    char *scene; /* on this one; NULL: none is known */
} DccCrashStreak;

DccRowEvent
dcc_crash_streak_event(DccVerdictKind verdict);
/* One more end. scene NULL: none is known, and such crashes make no row. */
void
dcc_crash_streak_note(DccCrashStreak *self, DccRowEvent event, const char *scene);
/* What follows after n crashes, when limit of them end it: the last life that is granted is one in
 * safe mode. limit 0: there is no end. */
DccRowAnswer
dcc_crash_streak_answer(guint n, guint limit);
void
dcc_crash_streak_clear(DccCrashStreak *self);

G_END_DECLS
