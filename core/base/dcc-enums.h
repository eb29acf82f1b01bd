/* The enumerations of the library. Each has a GType, so that its nicks are written once, here. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* Where one application stands. Nicks: starting running unresponsive crashed stopped restarting
 * stopping failed. */
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
#define DCC_N_STATES (DCC_STATE_FAILED + 1)

/* How a life ended (guarantee G4). LOST is never success. */
typedef enum {
    DCC_RESULT_NONE,         /* it has not ended */
    DCC_RESULT_EXITED,       /* exit(code) */
    DCC_RESULT_SIGNALED,     /* a signal ended it */
    DCC_RESULT_STOPPED,      /* we were asked to stop it, and did */
    DCC_RESULT_OOM,          /* the kernel ended it for want of memory */
    DCC_RESULT_START_FAILED, /* it never was ready */
    DCC_RESULT_LOST,         /* nobody can say how it ended */
} DccResultKind;

/* What an end means, in an adapter's eyes. */
typedef enum {
    DCC_VERDICT_UNKNOWN,
    DCC_VERDICT_CLEAN,          /* the user or the script quit; nothing is wrong */
    DCC_VERDICT_CRASH,          /* the application broke */
    DCC_VERDICT_KILLED,         /* somebody else's signal ended it */
    DCC_VERDICT_OOM,            /* memory ran out */
    DCC_VERDICT_LICENCE,        /* no licence; try again later */
    DCC_VERDICT_BAD_SCENE,      /* scene missing, corrupt or of another format */
    DCC_VERDICT_SCRIPT_ERROR,   /* the user's script failed */
    DCC_VERDICT_BROKEN_INSTALL, /* missing library, bad environment */
    DCC_VERDICT_NO_DISPLAY,     /* no window system to draw on, or it went away */
    DCC_VERDICT_CANCELLED,      /* interrupted on purpose */
    DCC_VERDICT_SUSPICIOUS,     /* said success, without the proof of it */
    DCC_VERDICT_FAILED,         /* said failure, reason not known */
} DccVerdictKind;

typedef enum {
    DCC_RESTART_NEVER,
    DCC_RESTART_ON_CRASH,
    DCC_RESTART_ALWAYS,
} DccRestartMode;

typedef enum {
    DCC_BACKOFF_FIXED,
    DCC_BACKOFF_EXPONENTIAL,
} DccBackoffKind;

typedef enum {
    DCC_HANG_REPORT,
    DCC_HANG_RESTART,
} DccHangMode;

/* What is known of the health of a live application. UNKNOWN is never shown as OK. */
typedef enum {
    DCC_HEALTH_UNKNOWN,
    DCC_HEALTH_OK,           /* the main thread answers */
    DCC_HEALTH_BUSY,         /* it does not answer, but it works */
    DCC_HEALTH_UNRESPONSIVE, /* it neither answers nor works */
    DCC_HEALTH_PAUSED,       /* stopped by SIGSTOP or a debugger */
} DccHealth;

/* How the core learns that an application is ready. */
typedef enum {
    DCC_READINESS_AGENT,  /* the agent inside says so */
    DCC_READINESS_SETTLE, /* it has lived for the settle time */
} DccReadiness;

typedef enum {
    DCC_PROBE_NONE,  /* the application cannot be asked: health stays unknown */
    DCC_PROBE_AGENT, /* one call to the agent inside */
} DccProbeKind;

/* What one line of output says. */
typedef enum {
    DCC_OUTPUT_PROGRESS,
    DCC_OUTPUT_SAVED,
    DCC_OUTPUT_CRASH,
    DCC_OUTPUT_OOM,
    DCC_OUTPUT_LICENCE,
    DCC_OUTPUT_FATAL,
    DCC_OUTPUT_CANCELLED,
    DCC_OUTPUT_DONE,      /* the application says by itself that it ends in order */
    DCC_OUTPUT_BAD_SCENE, /* the scene is missing, corrupt or of another format */
} DccOutputKind;

typedef enum {
    DCC_RESCUE_CRASH_REPORT,
    DCC_RESCUE_AUTOSAVE,
    DCC_RESCUE_RECOVERY, /* written by the application when it crashed or quit */
    DCC_RESCUE_COPY,     /* written by our agent */
    DCC_RESCUE_STACKS,   /* Python stacks of every thread */
} DccRescueKind;

DCC_API const char *
dcc_enum_to_nick(GType type, int value);
DCC_API gboolean
dcc_enum_from_nick(GType type, const char *nick, int *value, GError **error);

G_END_DECLS
