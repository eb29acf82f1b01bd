/* What is known of a session: reads only.
 *
 * Threading: as the session. */
#include "dcc-session-private.h"

#include "dcc-json.h"

/**
 * dcc_session_get_name:
 * @self: a session
 *
 * The name it was launched under.
 *
 * Returns: (transfer none): the instance's name
 * Since: 1.0
 */
const char *
dcc_session_get_name(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_launch_request_get_name(
        dcc_supervisor_get_request(dcc_session_get_supervisor(self)));
}

/**
 * dcc_session_get_app:
 * @self: a session
 *
 * Which application it is.
 *
 * Returns: (transfer none): the application's id
 * Since: 1.0
 */
const char *
dcc_session_get_app(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_launch_request_get_app(dcc_supervisor_get_request(dcc_session_get_supervisor(self)));
}

/**
 * dcc_session_get_state:
 * @self: a session
 *
 * Where the application stands. The property "state" notifies of each change.
 *
 * Returns: where the application stands
 * Since: 1.0
 */
DccState
dcc_session_get_state(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), DCC_STATE_FAILED);
    return dcc_supervisor_get_state(dcc_session_get_supervisor(self));
}

/**
 * dcc_session_get_pid:
 * @self: a session
 *
 * The main process.
 *
 * Returns: the main process of the present run, -1 when there is none
 * Since: 1.0
 */
gint64
dcc_session_get_pid(DccSession *self)
{
    gint64 pid;

    g_return_val_if_fail(DCC_IS_SESSION(self), -1);
    pid = dcc_supervisor_get_pid(dcc_session_get_supervisor(self));
    return pid > 0 ? pid : -1;
}

/**
 * dcc_session_get_restart_count:
 * @self: a session
 *
 * How often it was brought back.
 *
 * Returns: how often it was started again since it was launched
 * Since: 1.0
 */
guint
dcc_session_get_restart_count(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), 0);
    return dcc_supervisor_get_restart_count(dcc_session_get_supervisor(self));
}

/**
 * dcc_session_is_over:
 * @self: a session
 *
 * Whether nothing more will happen.
 *
 * Returns: %TRUE once #DccSession::ended has been emitted
 * Since: 1.0
 */
gboolean
dcc_session_is_over(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), TRUE);
    return dcc_supervisor_is_over(dcc_session_get_supervisor(self));
}

/**
 * dcc_session_get_result:
 * @self: a session
 *
 * How the last run ended.
 *
 * Returns: (transfer none) (nullable): how the last run ended; %NULL before the first end
 * Since: 1.0
 */
DccResult *
dcc_session_get_result(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_supervisor_get_result(dcc_session_get_supervisor(self));
}

/**
 * dcc_session_get_status:
 * @self: a session
 *
 * All that is known of it now.
 *
 * Returns: (transfer full): the status object of docs/protocol.md as JSON text
 * Since: 1.0
 */
char *
dcc_session_get_status(DccSession *self)
{
    g_autoptr(JsonObject) status = NULL;

    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    status = dcc_supervisor_make_status(dcc_session_get_supervisor(self));
    return dcc_json_to_line(status);
}

/**
 * dcc_session_get_refusal:
 * @self: a session
 *
 * Why a start came to nothing after dcc_session_start() had returned: no installation is of the
 * version asked for, it was stopped, it could not be started.
 *
 * Returns: (transfer none) (nullable): the error; %NULL where it did not
 *
 * Since: 1.0
 */
const GError *
dcc_session_get_refusal(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_supervisor_get_refusal(dcc_session_get_supervisor(self));
}

/**
 * dcc_session_get_explanation:
 * @self: a session
 *
 * Why this installation was started: the version that saved the scene decided, or another one had
 * to be taken.
 *
 * Returns: (nullable): a sentence for people; %NULL where there is nothing to be said, and before
 * the start
 *
 * Since: 1.0
 */
const char *
dcc_session_get_explanation(DccSession *self)
{
    g_return_val_if_fail(DCC_IS_SESSION(self), NULL);
    return dcc_supervisor_get_explanation(dcc_session_get_supervisor(self));
}
