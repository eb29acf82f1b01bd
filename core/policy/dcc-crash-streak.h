/* Crashes in a row on one scene: when the next run is one in safe mode, and when there is none.
 * Pure: no clock, no I/O. */
#pragma once

#include "dcc-verdict.h"

G_BEGIN_DECLS

typedef enum {
    DCC_STREAK_START, /* as ever */
    DCC_STREAK_SAFE,  /* without the user's preferences, start-up scripts and plug-ins */
    DCC_STREAK_STOP,  /* not again */
} DccStreakAnswer;
#define DCC_N_STREAK_ANSWERS (DCC_STREAK_STOP + 1)

typedef enum {
    DCC_STREAK_CRASH, /* the application broke, or failed without a known cause */
    DCC_STREAK_ASIDE, /* no licence, killed from outside, no memory: says nothing of scene or
                       * plug-ins
                       */
    DCC_STREAK_WELL,  /* an orderly end */
} DccStreakEvent;
#define DCC_N_STREAK_EVENTS (DCC_STREAK_WELL + 1)

typedef struct {
    guint n;     /* crashes in a row */
    char *scene; /* on this one; NULL: none is known */
} DccCrashStreak;

DccStreakEvent
dcc_crash_streak_event(DccVerdictKind verdict);
/* One more end. scene NULL: none is known, and such crashes make no streak. */
void
dcc_crash_streak_note(DccCrashStreak *self, DccStreakEvent event, const char *scene);
/* What follows after n crashes, when limit of them end it: the last run that is granted is one in
 * safe mode. limit 0: there is no end. */
DccStreakAnswer
dcc_crash_streak_answer(guint n, guint limit);
void
dcc_crash_streak_clear(DccCrashStreak *self);

G_END_DECLS
