/* Clearing away a start whose session process was ended before it had said how it went.
 *
 * Contract: only what that very session began is touched: its number stands in the record, and
 * no session attends the name by now. Where an application was started, nothing is: its end is to
 * be told, which is a session's work. Threading: any; waits.
 */
#include "dcc-instance.h"

#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-safe-dir.h"
#include "dcc-shim-link.h"

#define SHIM_MS 5000

static gboolean
is_of(JsonObject *record, gint64 session_pid)
{
    return dcc_json_get_int(dcc_json_get_object(record, "status"), "session_pid", 0) == session_pid;
}

static gboolean
is_started(DccInstanceDir *dir)
{
    DccShimRecord shim = {0};

    return dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &shim) && shim.spawned;
}

static void
remove_temp_dir(JsonObject *record)
{
    g_autofree char *temp = record != NULL ? dcc_json_get_bytes(record, "temp_dir") : NULL;

    if (temp != NULL && g_path_is_absolute(temp))
        dcc_safe_dir_remove(temp);
}

/* A shim that is on its way holds the name; what comes of it is an application, or nothing. */
static DccStartRemains
lock_name(DccInstanceDir *dir, GError **error)
{
    gint64 until = g_get_monotonic_time() + SHIM_MS * 1000;

    while (!is_started(dir)) {
        g_autoptr(GError) problem = NULL;

        if (dcc_instance_dir_lock_name(dir, &problem))
            return is_started(dir) ? DCC_START_RUNS : DCC_START_CLEARED;
        if (problem == NULL && g_get_monotonic_time() >= until)
            g_set_error(&problem,
                        DCC_ERROR,
                        DCC_ERROR_BUSY,
                        "the name '%s' is still held",
                        dcc_instance_dir_get_name(dir));
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return DCC_START_HELD;
        }
        g_usleep(10000);
    }
    return DCC_START_RUNS;
}

/**
 * dcc_instance_discard_start:
 * @runtime: the directories
 * @name: the instance's name
 * @session_pid: the session process that had been starting it, and has ended
 * @error: return location for an error
 *
 * Removes what a session process had begun that was ended before it had started an application:
 * runtime directory, temporary directory. Nothing is removed where an application was started:
 * adopt the instance and end it, so that its end is told; nor where another session has taken it up.
 *
 * Returns: what is left of that start. Error: `BUSY` (something holds the name)
 *
 * Since: 1.0
 */
DccStartRemains
dcc_instance_discard_start(DccRuntime *runtime,
                           const char *name,
                           gint64 session_pid,
                           GError **error)
{
    g_autoptr(DccInstanceDir) dir = NULL;
    g_autoptr(JsonObject) record = NULL;
    g_autofree char *path = NULL;
    DccStartRemains remains;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), DCC_START_HELD);
    g_return_val_if_fail(name != NULL, DCC_START_HELD);
    dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    if (dir == NULL)
        return DCC_START_CLEARED;
    if (!dcc_instance_dir_lock_session(dir, NULL))
        return DCC_START_TAKEN_UP;
    path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    record = dcc_instance_dir_read_json(path);
    if (record != NULL && !is_of(record, session_pid))
        return DCC_START_TAKEN_UP;
    remains = lock_name(dir, error);
    if (remains == DCC_START_CLEARED) {
        remove_temp_dir(record);
        dcc_instance_dir_dissolve(dir);
    }
    return remains;
}
