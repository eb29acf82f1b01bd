/* Crashes in a row on one scene; see the header.
 *
 * Problem: what breaks again and again on one scene breaks by the scene or by what the user has
 * added to the application, and only a start without the additions tells the two apart. Threading:
 * one thread at a time. */
#include "dcc-crash-streak.h"

DccStreakEvent
dcc_crash_streak_event(DccVerdictKind verdict)
{
    switch (verdict) {
    case DCC_VERDICT_CLEAN:
    case DCC_VERDICT_CANCELLED:
        return DCC_STREAK_WELL;
    case DCC_VERDICT_UNKNOWN:
    case DCC_VERDICT_CRASH:
    case DCC_VERDICT_SUSPICIOUS:
    case DCC_VERDICT_FAILED:
        return DCC_STREAK_CRASH;
    case DCC_VERDICT_KILLED:
    case DCC_VERDICT_OOM:
    case DCC_VERDICT_LICENCE:
    case DCC_VERDICT_BAD_SCENE:
    case DCC_VERDICT_SCRIPT_ERROR:
    case DCC_VERDICT_BROKEN_INSTALL:
    case DCC_VERDICT_NO_DISPLAY:
    default:
        return DCC_STREAK_ASIDE;
    }
}

void
dcc_crash_streak_note(DccCrashStreak *self, DccStreakEvent event, const char *scene)
{
    gboolean same = scene != NULL && g_strcmp0(scene, self->scene) == 0;

    if (event == DCC_STREAK_ASIDE)
        return;
    if (event == DCC_STREAK_CRASH && same) {
        self->n = MIN(self->n, G_MAXUINT - 1) + 1;
        return;
    }
    dcc_crash_streak_clear(self);
    if (event != DCC_STREAK_CRASH || scene == NULL)
        return;
    self->n = 1;
    self->scene = g_strdup(scene);
}

DccStreakAnswer
dcc_crash_streak_answer(guint n, guint limit)
{
    if (limit == 0 || n == 0 || n + 1 < limit)
        return DCC_STREAK_START;
    return n + 1 == limit ? DCC_STREAK_SAFE : DCC_STREAK_STOP;
}

void
dcc_crash_streak_clear(DccCrashStreak *self)
{
    self->n = 0;
    g_clear_pointer(&self->scene, g_free);
}
