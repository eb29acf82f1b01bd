/* What the records say of an instance when no session answers for it.
 *
 * Contract: each object has all the members that docs/protocol.md promises. Where there is no
 * process its number is null: -1 would be taken for "all processes" by kill(). What is not known is
 * unknown. Threading: any, one thread at a time.
 */
#include "dcc-instance-record.h"

#include "dcc-exit-record.h"
#include "dcc-exit-status.h"
#include "dcc-instance-dir.h"
#include "dcc-json.h"
#include "dcc-last-record.h"
#include "dcc-result.h"
#include "dcc-shim-link.h"

static JsonObject *
take_status(JsonObject *record)
{
    JsonObject *status = record != NULL ? dcc_json_get_object(record, "status") : NULL;

    return status != NULL ? json_object_ref(status) : NULL;
}

JsonObject *
dcc_instance_record_read_last(DccRuntime *runtime, const char *name, GError **error)
{
    static const char *const processes[] = {"pid", "shim_pid", "session_pid"};
    g_autoptr(DccLastRecord) last =
        dcc_instance_dir_is_name(name) ? dcc_instance_dir_read_last(runtime, name, error) : NULL;
    JsonObject *status =
        last != NULL && last->status != NULL ? json_object_ref(last->status) : NULL;

    if (status == NULL)
        return NULL;
    /* It was written while its session still was there, or by an older version. */
    for (guint i = 0; i < G_N_ELEMENTS(processes); i++)
        json_object_set_null_member(status, processes[i]);
    json_object_set_boolean_member(status, "attended", FALSE);
    return status;
}

static JsonObject *
read_record(DccInstanceDir *dir)
{
    g_autofree char *path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(JsonObject) record = dcc_instance_dir_read_json(path);

    return take_status(record);
}

/* The raw end: without a session there is no adapter to judge it. */
static JsonObject *
make_result(const DccShimRecord *record)
{
    g_autoptr(DccExitInfo) info =
        dcc_exit_record_to_info(record, "it ended while no session attended it");
    g_autoptr(DccResult) result = NULL;
    g_autofree char *text = NULL;
    g_autoptr(DccVerdict) verdict =
        record->our_signal
            ? dcc_verdict_new(DCC_VERDICT_CANCELLED, "ended by its shim, without a session")
            : dcc_verdict_new(DCC_VERDICT_UNKNOWN, "no session attended it when it ended");

    dcc_exit_info_set_our_signal(info, record->our_signal);
    dcc_exit_info_set_requested(info, record->our_signal);
    result = dcc_result_new_ended(info, verdict);
    text = dcc_result_to_json(result);
    return dcc_json_from_text(text, -1, NULL);
}

static void
set_pid(JsonObject *status, const char *member, const DccIdentity *process)
{
    if (process != NULL && dcc_identity_is_alive(process))
        json_object_set_int_member(status, member, process->pid);
    else
        json_object_set_null_member(status, member);
}

/* The application has not been asked. */
static JsonObject *
make_unknown_health(void)
{
    JsonObject *health = json_object_new();

    json_object_set_string_member(health, "state", "unknown");
    json_object_set_int_member(health, "main_thread_age_ms", -1);
    json_object_set_null_member(health, "busy");
    json_object_set_int_member(health, "age_ms", -1);
    json_object_set_null_member(health, "report");
    return health;
}

static void
set_nothing_planned(JsonObject *status)
{
    json_object_set_null_member(status, "progress");
    json_object_set_null_member(status, "restart_in_ms");
    json_object_set_object_member(status, "health", make_unknown_health());
}

static void
set_ended(JsonObject *status, const DccShimRecord *record)
{
    gboolean clean =
        record->exited && (record->our_signal || dcc_exit_status_is_success(record->wait_status));

    json_object_set_string_member(status, "state", clean ? "stopped" : "crashed");
    set_pid(status, "pid", NULL);
    set_pid(status, "shim_pid", &record->shim);
    json_object_set_double_member(status, "uptime_s", 0);
    json_object_set_boolean_member(status, "ready", FALSE);
    json_object_set_boolean_member(status, "paused", FALSE);
    json_object_set_object_member(status, "result", make_result(record));
}

static void
set_alive(JsonObject *status, const DccShimRecord *record)
{
    gint64 age_ms = dcc_identity_get_age_ms(&record->main);

    set_pid(status, "pid", &record->main);
    set_pid(status, "shim_pid", &record->shim);
    json_object_set_boolean_member(status, "owned", dcc_identity_is_alive(&record->shim));
    if (age_ms >= 0)
        json_object_set_double_member(status, "uptime_s", (double)age_ms / 1000);
    else
        json_object_set_null_member(status, "uptime_s");
}

/* What was recorded before the first process was there, or without a readable record of the shim.
 */
static void
set_no_process(JsonObject *status)
{
    set_pid(status, "pid", NULL);
    set_pid(status, "shim_pid", NULL);
    json_object_set_double_member(status, "uptime_s", 0);
    json_object_set_boolean_member(status, "ready", FALSE);
}

static void
set_processes(JsonObject *status, DccInstanceDir *dir)
{
    DccShimRecord record = {0};

    if (!dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &record) || !record.spawned)
        set_no_process(status);
    else if (record.exited || !dcc_identity_is_alive(&record.main))
        set_ended(status, &record);
    else
        set_alive(status, &record);
}

static char *
read_app(DccInstanceDir *dir)
{
    g_autofree char *path = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_REQUEST);
    g_autoptr(JsonObject) request = dcc_instance_dir_read_json(path);

    return g_strdup(request != NULL ? dcc_json_get_string(request, "app", "unknown") : "unknown");
}

static void
set_not_known(JsonObject *status)
{
    static const char *const things[] = {"version",
                                         "started",
                                         "incarnation",
                                         "executable",
                                         "scene",
                                         "recovered",
                                         "launched_by",
                                         "result",
                                         "recovery",
                                         "kept",
                                         "render",
                                         "bundle"};
    static const char *const words[] = {"ready", "headless", "safe", "paused"};

    for (guint i = 0; i < G_N_ELEMENTS(things); i++)
        json_object_set_null_member(status, things[i]);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        json_object_set_boolean_member(status, words[i], FALSE);
    json_object_set_int_member(status, "restart_count", 0);
}

/* Of what runs, or has ended, and whose record cannot be read: its shim knows it. A directory
 * without a record is being removed, unless something lives there. */
static gboolean
is_known_to_shim(DccInstanceDir *dir, gboolean has_record)
{
    DccShimRecord record = {0};

    return dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &record) && record.spawned &&
           (has_record || dcc_identity_is_alive(&record.shim) ||
            dcc_identity_is_alive(&record.main));
}

static JsonObject *
make_without_record(DccInstanceDir *dir, const char *name)
{
    g_autofree char *record_path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    gboolean has_record = g_file_test(record_path, G_FILE_TEST_EXISTS);
    g_autofree char *log = dcc_instance_dir_get_state_file(dir, DCC_INSTANCE_DIR_LOG);
    g_autofree char *app = read_app(dir);
    g_autofree char *degraded = g_strdup_printf("its record %s: %s; 'dcchost kill %s' ends it",
                                                has_record ? "cannot be read" : "is missing",
                                                record_path,
                                                name);
    JsonObject *status;
    JsonArray *lines;

    if (!is_known_to_shim(dir, has_record))
        return NULL;
    status = json_object_new();
    lines = json_array_new();
    json_array_add_string_element(lines, degraded);
    json_object_set_string_member(status, "name", name);
    json_object_set_string_member(status, "app", app);
    json_object_set_string_member(status, "state", "running");
    json_object_set_string_member(status, "log_path", log);
    json_object_set_array_member(status, "degraded", lines);
    json_object_set_array_member(status, "rescue", json_array_new());
    set_not_known(status);
    return status;
}

JsonObject *
dcc_instance_record_read_unattended(DccRuntime *runtime, const char *name)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    JsonObject *status = dir != NULL ? read_record(dir) : NULL;

    if (status == NULL && dir != NULL)
        status = make_without_record(dir, name);

    if (status == NULL)
        return NULL;
    json_object_set_boolean_member(status, "attended", FALSE);
    set_pid(status, "session_pid", NULL);
    set_nothing_planned(status);
    set_processes(status, dir);
    return status;
}

JsonObject *
dcc_instance_record_read_silent(DccRuntime *runtime, const char *name)
{
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, name, FALSE, NULL);
    JsonObject *status = dir != NULL ? read_record(dir) : NULL;
    DccShimRecord record = {0};

    if (status == NULL)
        return NULL;
    json_object_set_boolean_member(status, "answering", FALSE);
    set_nothing_planned(status);
    if (!dcc_shim_record_read(dcc_instance_dir_get_dir(dir), &record) || !record.spawned)
        set_no_process(status);
    else if (dcc_identity_is_alive(&record.main))
        set_alive(status, &record);
    else
        set_no_process(status);
    return status;
}
