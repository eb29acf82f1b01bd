/* Clearing away a start whose session process was ended before it had said how it went.
 *
 * Contract: only what that very session began is touched: its number stands in the record, and
 * no session attends the name by now. What an application had begun in the few milliseconds of its
 * run is not kept. Threading: any; waits.
 */
#include "dcc-instance.h"

#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-safe-dir.h"
#include "dcc-shim-link.h"

#define KILL_MS 5000

static gboolean
is_of(JsonObject *record, gint64 session_pid)
{
    return dcc_json_get_int(dcc_json_get_object(record, "status"), "session_pid", 0) == session_pid;
}

static gboolean
end_application(DccRuntime *runtime, DccInstanceDir *dir, GError **error)
{
    DccShimRecord shim = {0};

    if (!dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &shim) || !shim.spawned ||
        !dcc_identity_is_alive(&shim.main))
        return TRUE;
    return dcc_instance_kill_tree(runtime, dcc_instance_dir_get_name(dir), KILL_MS, error);
}

static void
remove_temp_dir(JsonObject *record)
{
    g_autofree char *temp = record != NULL ? dcc_json_get_bytes(record, "temp_dir") : NULL;

    if (temp != NULL && g_path_is_absolute(temp))
        dcc_safe_dir_remove(temp);
}

/* The shim of an application that was ended just now lets go of the name in its own time. */
static gboolean
lock_name(DccInstanceDir *dir, GError **error)
{
    gint64 until = g_get_monotonic_time() + KILL_MS * 1000;
    GError *problem = NULL;

    while (!dcc_instance_dir_lock_name(dir, &problem)) {
        if (problem == NULL && g_get_monotonic_time() >= until)
            g_set_error(&problem,
                        DCC_ERROR,
                        DCC_ERROR_BUSY,
                        "the name '%s' is still held",
                        dcc_instance_dir_get_name(dir));
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return FALSE;
        }
        g_usleep(10000);
    }
    return TRUE;
}

/**
 * dcc_instance_discard_start:
 * @runtime: the directories
 * @name: the instance's name
 * @session_pid: the session process that had been starting it, and has ended
 * @error: return location for an error
 *
 * Ends and removes what a session process had begun that was ended during its start: application,
 * runtime directory, temporary directory. What belongs to another session is left alone.
 *
 * Returns: whether nothing of that start is left. Error: `BUSY`, `TIMEOUT` (something does not end)
 *
 * Since: 1.0
 */
gboolean
dcc_instance_discard_start(DccRuntime *runtime,
                           const char *name,
                           gint64 session_pid,
                           GError **error)
{
    g_autoptr(DccInstanceDir) dir = NULL;
    g_autoptr(JsonObject) record = NULL;
    g_autofree char *path = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    if (dir == NULL || !dcc_instance_dir_lock_session(dir, NULL))
        return TRUE;
    path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    record = dcc_instance_dir_read_json(path);
    if (record != NULL && !is_of(record, session_pid))
        return TRUE;
    if (!end_application(runtime, dir, error) || !lock_name(dir, error))
        return FALSE;
    remove_temp_dir(record);
    dcc_instance_dir_dissolve(dir);
    return TRUE;
}
