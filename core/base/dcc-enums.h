/* The enumerations of the library. Each has a GType, so that its nicks are written once, here. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

/**
 * DccState:
 * @DCC_STATE_STARTING: it runs, and is not ready yet
 * @DCC_STATE_RUNNING: it is ready
 * @DCC_STATE_UNRESPONSIVE: it neither answers nor works
 * @DCC_STATE_CRASHED: it broke; what comes next is being decided
 * @DCC_STATE_STOPPED: it is over, in order
 * @DCC_STATE_RESTARTING: another run begins after a delay
 * @DCC_STATE_STOPPING: it was asked to end
 * @DCC_STATE_FAILED: it is over, and not in order
 *
 * Where one application stands.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_STATE_STARTING,
    DCC_STATE_RUNNING,
    DCC_STATE_UNRESPONSIVE,
    DCC_STATE_CRASHED,
    DCC_STATE_STOPPED,
    DCC_STATE_RESTARTING,
    DCC_STATE_STOPPING,
    DCC_STATE_FAILED,
} DccState;
/**
 * DCC_N_STATES:
 *
 * How many states there are.
 *
 * Since: 1.0
 */
#define DCC_N_STATES (DCC_STATE_FAILED + 1)

/**
 * DccResultKind:
 * @DCC_RESULT_NONE: it has not ended
 * @DCC_RESULT_EXITED: exit(code)
 * @DCC_RESULT_SIGNALED: a signal ended it
 * @DCC_RESULT_STOPPED: we were asked to stop it, and did
 * @DCC_RESULT_OOM: the kernel ended it for want of memory
 * @DCC_RESULT_START_FAILED: it never was ready
 * @DCC_RESULT_LOST: nobody can say how it ended
 *
 * How a run ended. %DCC_RESULT_LOST is never success.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_RESULT_NONE,
    DCC_RESULT_EXITED,
    DCC_RESULT_SIGNALED,
    DCC_RESULT_STOPPED,
    DCC_RESULT_OOM,
    DCC_RESULT_START_FAILED,
    DCC_RESULT_LOST,
} DccResultKind;

/**
 * DccVerdictKind:
 * @DCC_VERDICT_UNKNOWN: the adapter cannot say
 * @DCC_VERDICT_CLEAN: the user or the script quit; nothing is wrong
 * @DCC_VERDICT_CRASH: the application broke
 * @DCC_VERDICT_KILLED: somebody else's signal ended it
 * @DCC_VERDICT_OOM: memory ran out
 * @DCC_VERDICT_LICENCE: no licence; try again later
 * @DCC_VERDICT_BAD_SCENE: scene missing, corrupt or of another format
 * @DCC_VERDICT_SCRIPT_ERROR: the user's script failed
 * @DCC_VERDICT_BROKEN_INSTALL: missing library, bad environment
 * @DCC_VERDICT_NO_DISPLAY: no window system to draw on, or it went away
 * @DCC_VERDICT_CANCELLED: interrupted on purpose
 * @DCC_VERDICT_SUSPICIOUS: said success, without the proof of it
 * @DCC_VERDICT_FAILED: said failure, reason not known
 *
 * What an end means, in an adapter's eyes.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_VERDICT_UNKNOWN,
    DCC_VERDICT_CLEAN,
    DCC_VERDICT_CRASH,
    DCC_VERDICT_KILLED,
    DCC_VERDICT_OOM,
    DCC_VERDICT_LICENCE,
    DCC_VERDICT_BAD_SCENE,
    DCC_VERDICT_SCRIPT_ERROR,
    DCC_VERDICT_BROKEN_INSTALL,
    DCC_VERDICT_NO_DISPLAY,
    DCC_VERDICT_CANCELLED,
    DCC_VERDICT_SUSPICIOUS,
    DCC_VERDICT_FAILED,
} DccVerdictKind;

/**
 * DccRestartMode:
 * @DCC_RESTART_NEVER: never
 * @DCC_RESTART_ON_CRASH: after an end that is no orderly one
 * @DCC_RESTART_ALWAYS: after every end that nobody asked for
 *
 * When another run follows one that ended.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_RESTART_NEVER,
    DCC_RESTART_ON_CRASH,
    DCC_RESTART_ALWAYS,
} DccRestartMode;

/**
 * DccBackoffKind:
 * @DCC_BACKOFF_FIXED: they do not: each is the first one
 * @DCC_BACKOFF_EXPONENTIAL: each is twice the one before, up to the longest
 *
 * How the delays between restarts grow.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_BACKOFF_FIXED,
    DCC_BACKOFF_EXPONENTIAL,
} DccBackoffKind;

/**
 * DccHangMode:
 * @DCC_HANG_REPORT: it is said, and nothing else
 * @DCC_HANG_RESTART: work is saved if it can be, then it is started again
 *
 * What is done about an application that hangs.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_HANG_REPORT,
    DCC_HANG_RESTART,
} DccHangMode;

/**
 * DccRecoverMode:
 * @DCC_RECOVER_ASK: the next run begins without it; it is said where the work lies and how to get
 * it back
 * @DCC_RECOVER_AUTO: the next run begins with the newest of scene, autosave and recovery file
 * @DCC_RECOVER_NEVER: nothing is offered
 *
 * What is done after a crash about the work that was not saved.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_RECOVER_ASK,
    DCC_RECOVER_AUTO,
    DCC_RECOVER_NEVER,
} DccRecoverMode;

/**
 * DccHealth:
 * @DCC_HEALTH_UNKNOWN: nobody can say
 * @DCC_HEALTH_OK: the main thread answers
 * @DCC_HEALTH_BUSY: it does not answer, but it works
 * @DCC_HEALTH_UNRESPONSIVE: it neither answers nor works
 * @DCC_HEALTH_PAUSED: stopped by SIGSTOP or a debugger
 *
 * What is known of the health of a live application. %DCC_HEALTH_UNKNOWN is never shown as
 * %DCC_HEALTH_OK.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_HEALTH_UNKNOWN,
    DCC_HEALTH_OK,
    DCC_HEALTH_BUSY,
    DCC_HEALTH_UNRESPONSIVE,
    DCC_HEALTH_PAUSED,
} DccHealth;

/**
 * DccReadiness:
 * @DCC_READINESS_AGENT: the agent inside says so
 * @DCC_READINESS_SETTLE: it has lived for the settle time
 *
 * How the core learns that an application is ready.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_READINESS_AGENT,
    DCC_READINESS_SETTLE,
} DccReadiness;

/**
 * DccProbeKind:
 * @DCC_PROBE_NONE: the application cannot be asked: health stays unknown
 * @DCC_PROBE_AGENT: one call to the agent inside
 *
 * How an application is asked whether it is well.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_PROBE_NONE,
    DCC_PROBE_AGENT,
} DccProbeKind;

/**
 * DccOutputKind:
 * @DCC_OUTPUT_PROGRESS: how far a task has come
 * @DCC_OUTPUT_SAVED: a file was written
 * @DCC_OUTPUT_CRASH: the application broke
 * @DCC_OUTPUT_OOM: memory ran out
 * @DCC_OUTPUT_LICENCE: no licence was to be had
 * @DCC_OUTPUT_FATAL: it cannot go on, for another reason
 * @DCC_OUTPUT_CANCELLED: a task was interrupted on purpose
 * @DCC_OUTPUT_DONE: the application says by itself that it ends in order
 * @DCC_OUTPUT_BAD_SCENE: the scene is missing, corrupt or of another format
 *
 * What one line of output says.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_OUTPUT_PROGRESS,
    DCC_OUTPUT_SAVED,
    DCC_OUTPUT_CRASH,
    DCC_OUTPUT_OOM,
    DCC_OUTPUT_LICENCE,
    DCC_OUTPUT_FATAL,
    DCC_OUTPUT_CANCELLED,
    DCC_OUTPUT_DONE,
    DCC_OUTPUT_BAD_SCENE,
} DccOutputKind;

/**
 * DccRescueKind:
 * @DCC_RESCUE_CRASH_REPORT: the application's account of its crash
 * @DCC_RESCUE_AUTOSAVE: a scene that the application saved by itself now and then
 * @DCC_RESCUE_RECOVERY: written by the application when it crashed or quit
 * @DCC_RESCUE_COPY: written by our agent
 * @DCC_RESCUE_STACKS: Python stacks of every thread
 *
 * What a file is that an ended run left behind.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_RESCUE_CRASH_REPORT,
    DCC_RESCUE_AUTOSAVE,
    DCC_RESCUE_RECOVERY,
    DCC_RESCUE_COPY,
    DCC_RESCUE_STACKS,
} DccRescueKind;

/**
 * DccOutcome:
 * @DCC_OUTCOME_OK: every answer was sound
 * @DCC_OUTCOME_DEFAULT: the adapter leaves the question alone, and the default answer is sound
 * @DCC_OUTCOME_SLOW: the answers are sound and take too long
 * @DCC_OUTCOME_REFUSED: an answer was refused
 *
 * What came of asking an adapter one of its questions in every way.
 *
 * Since: 1.0
 */
typedef enum {
    DCC_OUTCOME_OK,
    DCC_OUTCOME_DEFAULT,
    DCC_OUTCOME_SLOW,
    DCC_OUTCOME_REFUSED,
} DccOutcome;

DCC_API const char *
dcc_enum_to_nick(GType type, int value);
DCC_API gboolean
dcc_enum_from_nick(GType type, const char *nick, int *value, GError **error);

G_END_DECLS
