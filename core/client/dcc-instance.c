/* What can be said about a named instance from outside.
 *
 * Where no session answers, the records speak, corrected by what the kernel says of the processes
 * they name. What neither tells is unknown, and is called so.
 */
#include "dcc-instance.h"

#include "dcc-bundle.h"
#include "dcc-error.h"
#include "dcc-exit-info.h"
#include "dcc-instance-dir.h"
#include "dcc-journal.h"
#include "dcc-json.h"
#include "dcc-result.h"
#include "dcc-shim-link.h"
#include "dcc-socket.h"

#include <sys/wait.h>
#include <unistd.h>

#define STATUS_TIMEOUT_MS   5000
#define ATTENDED_TIMEOUT_MS 1000

static char *
state_file(DccRuntime *runtime, const char *name, const char *file)
{
    return g_build_filename(dcc_runtime_get_state_path(runtime), name, file, NULL);
}

static JsonObject *
take_status(JsonObject *record)
{
    JsonObject *status = record != NULL ? dcc_json_get_object(record, "status") : NULL;

    return status != NULL ? json_object_ref(status) : NULL;
}

static JsonObject *
read_last(DccRuntime *runtime, const char *name)
{
    g_autofree char *path = state_file(runtime, name, DCC_INSTANCE_DIR_LAST);
    g_autoptr(JsonObject) last =
        dcc_instance_dir_is_name(name) ? dcc_instance_dir_read_json(path) : NULL;

    return take_status(last);
}

/* The raw end: without a session there is no adapter to judge it. */
static DccResult *
read_result(const DccShimRecord *record)
{
    g_autoptr(DccExitInfo) info = NULL;
    g_autoptr(DccVerdict) verdict =
        dcc_verdict_new(DCC_VERDICT_UNKNOWN, "nobody attended it when it ended");

    if (!record->exited)
        info = dcc_exit_info_new_lost("it ended while nobody attended it");
    else if (WIFSIGNALED(record->wait_status))
        info = dcc_exit_info_new_signaled(WTERMSIG(record->wait_status),
                                          WCOREDUMP(record->wait_status));
    else
        info = dcc_exit_info_new_exited(WEXITSTATUS(record->wait_status));
    return dcc_result_new_ended(info, verdict);
}

static void
set_ended(JsonObject *status, const DccShimRecord *record)
{
    g_autoptr(DccResult) result = read_result(record);
    g_autofree char *text = dcc_result_to_json(result);
    gboolean clean = record->exited && record->wait_status == 0;

    json_object_set_string_member(status, "state", clean ? "stopped" : "crashed");
    json_object_set_int_member(status, "pid", -1);
    json_object_set_double_member(status, "uptime_s", 0);
    json_object_set_boolean_member(status, "ready", FALSE);
    json_object_set_object_member(status, "result", dcc_json_from_text(text, -1, NULL));
}

static void
forget_health(JsonObject *status)
{
    JsonObject *health = json_object_new();

    json_object_set_string_member(health, "state", "unknown");
    json_object_set_int_member(health, "main_thread_age_ms", -1);
    json_object_set_null_member(health, "busy");
    json_object_set_int_member(health, "age_ms", -1);
    json_object_set_object_member(status, "health", health);
}

static void
correct(JsonObject *status, DccInstanceDir *instance_dir)
{
    DccShimRecord record = {0};

    json_object_set_boolean_member(status, "attended", FALSE);
    json_object_set_int_member(status, "session_pid", -1);
    forget_health(status);
    if (!dcc_shim_record_read(dcc_instance_dir_get_dir(instance_dir), &record) || !record.spawned)
        return;
    if (record.exited || !dcc_identity_is_alive(&record.main)) {
        set_ended(status, &record);
        return;
    }
    json_object_set_int_member(status, "pid", record.main.pid);
    json_object_set_boolean_member(status, "owned", dcc_identity_is_alive(&record.shim));
    if (record.started > 0)
        json_object_set_double_member(
            status, "uptime_s", (double)(g_get_real_time() - record.started) / G_USEC_PER_SEC);
}

static JsonObject *
read_unattended(DccRuntime *runtime, const char *name)
{
    g_autoptr(DccInstanceDir) instance_dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    g_autofree char *path = instance_dir != NULL
                                ? dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_RECORD)
                                : NULL;
    g_autoptr(JsonObject) record = path != NULL ? dcc_instance_dir_read_json(path) : NULL;
    JsonObject *status = take_status(record);

    if (status != NULL)
        correct(status, instance_dir);
    return status;
}

/**
 * dcc_instance_get_status:
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Asks the session that attends the instance; where none does, the records and the kernel are
 * asked, and "attended" is false.
 *
 * Returns: (transfer full) (nullable): the status object of docs/protocol.md. Errors: `NOT_FOUND`,
 * `TIMEOUT` Since: 1.0
 */
JsonObject *
dcc_instance_get_status(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(DccClient) client = dcc_client_new(runtime, name, &problem);
    JsonObject *status = NULL;

    if (client != NULL)
        status = dcc_client_call(client, "status", NULL, STATUS_TIMEOUT_MS, &problem);
    if (status == NULL && dcc_error_is_timeout(problem)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    if (status == NULL)
        status = read_unattended(runtime, name);
    if (status == NULL)
        status = read_last(runtime, name);
    if (status == NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "no instance is called '%s'; 'dcchost ps --all' lists those there are",
                    name);
    return status;
}

/**
 * dcc_instance_is_attended:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Whether a session attends it now. One that does not answer within a second lives all the same;
 * one that the kernel is taking down may still take a connection, and breaks it.
 *
 * Returns: whether a session attends it now
 * Since: 1.0
 */
gboolean
dcc_instance_is_attended(DccRuntime *runtime, const char *name)
{
    g_autoptr(DccClient) client = dcc_client_new(runtime, name, NULL);
    g_autoptr(GError) problem = NULL;
    JsonObject *status;

    if (client == NULL)
        return FALSE;
    status = dcc_client_call(client, "status", NULL, ATTENDED_TIMEOUT_MS, &problem);
    g_clear_pointer(&status, json_object_unref);
    return !dcc_error_is_gone(problem);
}

/**
 * dcc_instance_get_log_path:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Where the log is that is now being written.
 *
 * Returns: (transfer full): the file its output is written to; older output is in the same path
 * with ".1", ... Since: 1.0
 */
char *
dcc_instance_get_log_path(DccRuntime *runtime, const char *name)
{
    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    return state_file(runtime, name, DCC_INSTANCE_DIR_LOG);
}

/**
 * dcc_instance_read_death:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Reads the newest crash bundle; no session is needed.
 *
 * Returns: (transfer full) (nullable): the death object of docs/protocol.md; %NULL when no bad end
 * is on record
 * Since: 1.0
 */
JsonObject *
dcc_instance_read_death(DccRuntime *runtime, const char *name)
{
    g_autofree char *crashes = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    crashes = state_file(runtime, name, DCC_BUNDLE_DIR);
    return dcc_instance_dir_is_name(name) ? dcc_death_read_newest(crashes) : NULL;
}

/**
 * dcc_instance_read_events:
 * @runtime: the directories
 * @name: the instance's name
 * @since: only events numbered above this; 0 for all
 * @error: return location for an error
 *
 * Reads the journal of the present or last run from disk; no session is needed.
 *
 * Returns: (transfer full) (nullable): the events. Error: `NOT_FOUND`
 * Since: 1.0
 */
JsonArray *
dcc_instance_read_events(DccRuntime *runtime, const char *name, gint64 since, GError **error)
{
    g_autofree char *path = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    path = state_file(runtime, name, DCC_INSTANCE_DIR_EVENTS);
    if (dcc_instance_dir_is_name(name) && g_file_test(path, G_FILE_TEST_EXISTS))
        return dcc_journal_read_file(path, since);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "no instance is called '%s'; 'dcchost ps --all' lists those there are",
                name);
    return NULL;
}
