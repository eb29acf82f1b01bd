/* Taking an instance's name; see the header. */
#include "dcc-claim.h"

#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-session-record.h"
#include "dcc-shim-link.h"

static void
set_busy_error(DccInstanceDir *dir, GError **error)
{
    g_autoptr(DccSessionRecord) record = dcc_session_record_read(dir, NULL);
    JsonObject *status = record != NULL ? record->status : NULL;
    gint64 pid = status != NULL ? dcc_json_get_int(status, "pid", -1) : -1;
    gint64 session = status != NULL ? dcc_json_get_int(status, "session_pid", -1) : -1;
    const char *name = dcc_instance_dir_get_name(dir);

    if (pid > 0)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is in use by pid %" G_GINT64_FORMAT
                    " since %s; give another with --name",
                    name,
                    pid,
                    dcc_json_get_string(status, "started", "just now"));
    else if (session > 0)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is in use: its session, pid %" G_GINT64_FORMAT
                    ", is starting it, or ends what is left of its last run; 'dcchost status %s' "
                    "tells; give another with --name",
                    name,
                    session,
                    name);
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is in use; give another with --name",
                    name);
}

DccInstanceDir *
dcc_claim_name(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, name, TRUE, error);
    GError *problem = NULL;

    if (dir == NULL)
        return NULL;
    if (dcc_instance_dir_lock_name(dir, &problem) && dcc_instance_dir_lock_session(dir, &problem))
        return g_steal_pointer(&dir);
    if (problem != NULL)
        g_propagate_error(error, problem);
    else
        set_busy_error(dir, error);
    return NULL;
}

gboolean
dcc_claim_again(DccInstanceDir *dir, GError **error)
{
    GError *problem = NULL;

    if (dcc_instance_dir_lock_name(dir, &problem))
        return TRUE;
    if (problem != NULL)
        g_propagate_error(error, problem);
    else
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_BUSY,
                    "the name '%s' is held by a process of an earlier run",
                    dcc_instance_dir_get_name(dir));
    return FALSE;
}

/* Its session was killed while it asked for versions. */
static gboolean
has_begun_nothing(DccInstanceDir *dir)
{
    g_autoptr(DccSessionRecord) record = dcc_session_record_read(dir, NULL);

    return record != NULL && record->state == DCC_STATE_STARTING && record->executable == NULL &&
           record->incarnation == NULL;
}

/* Lock and record may be gone, and the application be there all the same. */
static gboolean
runs(DccInstanceDir *dir)
{
    DccShimRecord shim = {0};

    return dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &shim) && shim.spawned &&
           (dcc_identity_is_alive(&shim.shim) || dcc_identity_is_alive(&shim.main));
}

/* What a session left that was killed while it removed the directory, or before it had begun
 * anything in it: nobody else would. */
static gboolean
clear_ruin(DccInstanceDir *dir, GError **error)
{
    g_autofree char *record = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);

    if (runs(dir) || (g_file_test(record, G_FILE_TEST_EXISTS) && !has_begun_nothing(dir)))
        return FALSE;
    dcc_instance_dir_dissolve(dir);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "no instance called '%s' is running",
                dcc_instance_dir_get_name(dir));
    return TRUE;
}

DccInstanceDir *
dcc_claim_unattended(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, name, FALSE, error);
    GError *problem = NULL;

    if (dir == NULL)
        return NULL;
    if (!dcc_instance_dir_lock_session(dir, &problem)) {
        if (problem != NULL)
            g_propagate_error(error, problem);
        else
            g_set_error(error, DCC_ERROR, DCC_ERROR_BUSY, "a session attends '%s' already", name);
        return NULL;
    }
    /* held by the shim while it lives; ours when it does not */
    if (dcc_instance_dir_lock_name(dir, NULL) && clear_ruin(dir, error))
        return NULL;
    return g_steal_pointer(&dir);
}
