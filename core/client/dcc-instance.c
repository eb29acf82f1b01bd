/* What can be said about a named instance from outside.
 *
 * Where no session answers, the records speak, corrected by what the kernel says of the processes
 * they name. What neither tells is unknown, and is called so.
 */
#include "dcc-instance.h"

#include "dcc-bundle.h"
#include "dcc-client-group.h"
#include "dcc-error.h"
#include "dcc-instance-dir.h"
#include "dcc-instance-record.h"
#include "dcc-journal.h"
#include "dcc-process-name.h"
#include "dcc-request-json.h"
#include "dcc-session-record.h"

#define STATUS_TIMEOUT_MS   5000
#define ATTENDED_TIMEOUT_MS 1000

static char *
state_file(DccRuntime *runtime, const char *name, const char *file)
{
    return dcc_instance_dir_find_state_file(runtime, name, file);
}

static JsonObject *
read_records(DccRuntime *runtime, const char *name, GError **error)
{
    JsonObject *status = dcc_instance_record_read_unattended(runtime, name);
    g_autoptr(GError) problem = NULL;

    if (status == NULL)
        status = dcc_instance_record_read_last(runtime, name, &problem);
    if (status == NULL && problem != NULL && !dcc_error_is_not_found(problem))
        g_propagate_error(error, g_steal_pointer(&problem));
    else if (status == NULL)
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "no instance is called '%s'; 'dcchost ps --all' lists those there are",
                    name);
    return status;
}

/* A session is there, whatever it makes of a question. */
static gboolean
is_there(const GError *error)
{
    return dcc_error_is_timeout(error) || g_error_matches(error, DCC_ERROR, DCC_ERROR_PROTOCOL);
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
 * `TIMEOUT`, `PROTOCOL` (the session gave no answer that makes sense)
 *
 * Since: 1.0
 */
JsonObject *
dcc_instance_get_status(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(DccClient) client = NULL;
    JsonObject *status = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    client = dcc_client_new(runtime, name, &problem);
    if (client != NULL)
        status = dcc_client_call(client, "status", NULL, STATUS_TIMEOUT_MS, &problem);
    if (status == NULL && is_there(problem)) {
        g_set_error(error,
                    DCC_ERROR,
                    problem->code,
                    "%s; 'dcchost kill %s' ends the application without it",
                    problem->message,
                    name);
        return NULL;
    }
    return status != NULL ? status : read_records(runtime, name, error);
}

/* The answers of many, by name, until they can be told in order. */
typedef struct {
    GHashTable *answers; /* of JsonObject */
    GHashTable *silent;  /* set of names */
} Answers;

static void
on_answer(
    DccClientGroup *group, const char *name, JsonObject *result, const GError *error, gpointer data)
{
    Answers *self = data;

    if (result != NULL)
        g_hash_table_insert(self->answers, g_strdup(name), json_object_ref(result));
    else if (is_there(error))
        g_hash_table_add(self->silent, g_strdup(name));
}

static void
ask_all(DccRuntime *runtime, const char *const *names, gint64 quiet_ms, Answers *answers)
{
    g_autoptr(DccClientGroup) group = dcc_client_group_new(runtime);

    for (; *names != NULL; names++)
        dcc_client_group_add(group, *names, "status", NULL);
    dcc_client_group_run(group, quiet_ms, on_answer, answers);
}

static JsonObject *
take_answer(DccRuntime *runtime, const char *name, Answers *answers, GError **error)
{
    JsonObject *status = g_hash_table_lookup(answers->answers, name);

    if (status != NULL)
        return json_object_ref(status);
    if (g_hash_table_contains(answers->silent, name))
        status = dcc_instance_record_read_silent(runtime, name);
    return status != NULL ? status : read_records(runtime, name, error);
}

/**
 * dcc_instance_get_statuses:
 * @runtime: the directories
 * @names: (array zero-terminated=1): names of instances
 * @quiet_ms: how long no session may have answered, in milliseconds, before those still silent are
 *   told as not answering
 * @func: (scope call): hears of each name once, in their order
 * @data: for @func
 *
 * Asks the sessions of many instances at the same time, and the records where no session attends.
 * Of a session that does not answer the record is told, with "answering" false. The error that
 * @func is told instead of a status: `NOT_FOUND`.
 *
 * Since: 1.0
 */
void
dcc_instance_get_statuses(DccRuntime *runtime,
                          const char *const *names,
                          gint64 quiet_ms,
                          DccInstanceFunc func,
                          gpointer data)
{
    g_autoptr(GHashTable) answers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_object_unref);
    g_autoptr(GHashTable) silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Answers all = {answers, silent};

    g_return_if_fail(DCC_IS_RUNTIME(runtime));
    g_return_if_fail(names != NULL && func != NULL);
    ask_all(runtime, names, quiet_ms, &all);
    for (; *names != NULL; names++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonObject) status = take_answer(runtime, *names, &all, &error);

        func(*names, status, error, data);
    }
}

/**
 * dcc_instance_is_attended:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Whether a session attends it now. One that does not answer within a second attends it all the
 * same; one that the kernel is taking down may still take a connection, and breaks it.
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
 * dcc_instance_has_lost_caller:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Whether one of the processes that the instance is tied to (dcc_session_tie()) is gone. Where a
 * session or a shim is there it ends the application; where both were killed whoever adopts the
 * instance does.
 *
 * Returns: %TRUE where it is to end; %FALSE also where there is none of that name, or it is tied to
 * nothing
 * Since: 1.1
 */
gboolean
dcc_instance_has_lost_caller(DccRuntime *runtime, const char *name)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    g_autoptr(DccSessionRecord) record = dir != NULL ? dcc_session_record_read(dir, NULL) : NULL;
    char **ties = record != NULL ? record->tied_to : NULL;
    gboolean same_boot = record != NULL && g_strcmp0(record->boot_id, dcc_boot_id()) == 0;
    DccIdentity identity;

    for (char **tie = ties; same_boot && tie != NULL && *tie != NULL; tie++)
        if (dcc_process_name_read(*tie, &identity) && !dcc_process_name_is_alive(&identity))
            return TRUE;
    return FALSE;
}

/**
 * dcc_instance_check_restart:
 * @runtime: the directories
 * @name: the instance's name
 * @error: return location for an error
 *
 * Whether what was last launched under the name could be started again: asked before what runs is
 * stopped for it.
 *
 * Returns: whether nothing is known that would prevent it. Errors: `NOT_FOUND` (there is no record
 * of a launch), `SCENE` (its scene is not there any more), `INVALID` (the record is damaged)
 *
 * Since: 1.0
 */
gboolean
dcc_instance_check_restart(DccRuntime *runtime, const char *name, GError **error)
{
    g_autoptr(DccLaunchRequest) request = NULL;
    g_autoptr(JsonObject) object = NULL;
    g_autofree char *path = NULL;
    const char *scene;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    path = state_file(runtime, name, DCC_INSTANCE_DIR_REQUEST);
    object = dcc_instance_dir_is_name(name) ? dcc_instance_dir_read_json(path) : NULL;
    if (object == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_FOUND,
                    "there is no record of what was launched as '%s'",
                    name);
        return FALSE;
    }
    request = dcc_request_from_json(object, error);
    if (request == NULL)
        return FALSE;
    scene = dcc_launch_request_get_scene(request);
    if (scene == NULL || g_file_test(scene, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_SCENE,
                "'%s' is not restarted: its scene %s is not there any more",
                name,
                scene);
    return FALSE;
}

/**
 * dcc_instance_get_log_path:
 * @runtime: the directories
 * @name: the instance's name
 *
 * Where the log is that is now being written.
 *
 * Returns: (transfer full): the file its output is written to; older output is in the same path
 * with ".1", ...
 *
 * Since: 1.0
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
    g_autofree char *spool = NULL;

    g_return_val_if_fail(DCC_IS_RUNTIME(runtime), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    path = state_file(runtime, name, DCC_INSTANCE_DIR_EVENTS);
    spool = g_build_filename(dcc_runtime_get_path(runtime), name, DCC_INSTANCE_DIR_SPOOL, NULL);
    if (dcc_instance_dir_is_name(name) &&
        (g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(spool, G_FILE_TEST_EXISTS)))
        return dcc_journal_read_run(path, spool, since);
    g_set_error(error,
                DCC_ERROR,
                DCC_ERROR_NOT_FOUND,
                "no instance is called '%s'; 'dcchost ps --all' lists those there are",
                name);
    return NULL;
}
