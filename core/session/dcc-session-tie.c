/* A session that is tied to other processes. */
#include "dcc-session-private.h"

#include "dcc-error.h"

/**
 * dcc_session_tie:
 * @self: a session that has not started
 * @process: "PID:START", with START what the system says of when it started (on Linux the 22nd
 * field of `/proc/PID/stat`)
 * @error: return location for an error
 *
 * Ties the instance to a process of somebody else's: when that is gone, however it ended, the
 * application is asked to save and to quit, and within five seconds nothing of it is left. Should
 * this session be dead by then, its shim ends the application. May be called several times; the
 * first process to go counts.
 *
 * Returns: %TRUE, also where the process is gone already: then the start is followed by the end.
 * Error `INVALID`: that names no process, or there are four
 *
 * Since: 1.1
 */
gboolean
dcc_session_tie(DccSession *self, const char *process, GError **error)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), FALSE);
    g_return_val_if_fail(process != NULL, FALSE);
    g_return_val_if_fail(!dcc_supervisor_is_open(dcc_session_get_supervisor(self)), FALSE);

    if (dcc_tie_add(dcc_supervisor_get_tie(dcc_session_get_supervisor(self)), process))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_INVALID,
                "cannot be tied to \"%s\"; name a process as PID:START, four at most",
                process);
    return FALSE;
}
