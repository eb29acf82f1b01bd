/* The record that one session process leaves for the next. */
#include "dcc-session-record.h"

#include "dcc-enum-types.h"
#include "dcc-error.h"
#include "dcc-identity.h"
#include "dcc-json.h"
#include "dcc-session-record-old.h"

#define MAX_WALL_US (G_GINT64_CONSTANT(1) << 53) /* the year 2255 */

#define ROW(member, type, ...)                                                                     \
    {                                                                                              \
        .name = #member, .kind = DCC_FIELD_##type,                                                 \
        .offset = G_STRUCT_OFFSET(DccSessionRecord, member), .since = 2, __VA_ARGS__               \
    }
#define COUNT  .max = G_MAXINT
#define NUMBER .max = G_MAXINT64
#define WALL   .max = MAX_WALL_US

static const DccField fields[] = {
    ROW(record_version, INT, COUNT),
    ROW(boot_id, TEXT),
    ROW(state, ENUM, .get_type = dcc_state_get_type, .fallback = DCC_STATE_FAILED),
    ROW(wish, TEXT),
    ROW(request, OBJECT, .required = TRUE),
    ROW(status, OBJECT),
    ROW(app_version, BYTES),
    ROW(executable, BYTES),
    ROW(restart_count, INT, COUNT),
    ROW(has_run, BOOL, .fallback = TRUE),
    ROW(policy, TEXT),
    ROW(began_wall, INT, WALL),
    ROW(stop_deadline_ms, INT, NUMBER),
    ROW(kill_wanted, BOOL),
    ROW(delay_until, INT, NUMBER),
    ROW(result, OBJECT),
    ROW(last_scene, BYTES),
    ROW(work_kind, TEXT),
    ROW(work_path, BYTES),
    ROW(bundle, BYTES),
    ROW(rescued, BYTESV),
    ROW(degraded, TEXTV),
    ROW(tied_to, TEXTV),
    ROW(render_mark_ns, INT),
    ROW(render_began, INT, NUMBER),
    ROW(next_cause, TEXT),
    ROW(next_safe, BOOL),
    ROW(next_recover, BOOL),
    ROW(next_asked, BOOL),
    ROW(next_file, BYTES),
    ROW(incarnation, TEXT),
    ROW(token, TEXT),
    ROW(private_dir, BYTES),
    ROW(temp_dir, BYTES),
    ROW(run_began_wall, INT, WALL),
    ROW(log_start, INT, NUMBER),
    ROW(counted, BOOL),
    ROW(ready, BOOL),
    ROW(requested, BOOL),
    ROW(outside, BOOL),
    ROW(failure, OBJECT),
    ROW(scene, BYTES),
    ROW(scene_mtime_ns, INT),
    ROW(dirty, BOOL),
    ROW(copy, BYTES),
    ROW(recovered, BYTES),
    ROW(job, BOOL),
    ROW(run_safe, BOOL),
    ROW(environment, BYTESV),
    ROW(n_hang_reports, INT, COUNT),
};

const DccFieldTable dcc_session_record_table = DCC_FIELD_TABLE(DccSessionRecord, fields);

DccSessionRecord *
dcc_session_record_new(void)
{
    DccSessionRecord *self = dcc_fields_new(&dcc_session_record_table);

    self->record_version = DCC_SESSION_RECORD_VERSION;
    self->boot_id = g_strdup(dcc_boot_id());
    self->wish = g_strdup("up");
    return self;
}

void
dcc_session_record_free(DccSessionRecord *self)
{
    dcc_fields_free(&dcc_session_record_table, self);
}

JsonObject *
dcc_session_record_to_json(const DccSessionRecord *self)
{
    JsonObject *object = json_object_new();

    dcc_fields_write(&dcc_session_record_table, self, object);
    json_object_set_int_member(object, "record_version", DCC_SESSION_RECORD_VERSION);
    return object;
}

/* (transfer full): the members of this version, whichever the object is of. */
static JsonObject *
bring_up_to_date(JsonObject *object, gint64 version, GError **error)
{
    return version < 2 ? dcc_session_record_from_1(object, error) : json_object_ref(object);
}

DccSessionRecord *
dcc_session_record_from_json(JsonObject *object, GError **error)
{
    gint64 version = dcc_json_get_int(object, "record_version", 0);
    g_autoptr(JsonObject) present = NULL;
    g_autoptr(DccSessionRecord) self = NULL;

    if (version > DCC_SESSION_RECORD_VERSION) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_NOT_SUPPORTED,
                    "it was written by a newer dcchost, which must adopt it");
        return NULL;
    }
    present = bring_up_to_date(object, version, error);
    if (present == NULL)
        return NULL;
    self = dcc_session_record_new();
    if (!dcc_fields_read(
            &dcc_session_record_table, present, DCC_SESSION_RECORD_VERSION, self, error))
        return NULL;
    self->record_version = DCC_SESSION_RECORD_VERSION;
    if (self->wish == NULL)
        self->wish = g_strdup("up");
    return g_steal_pointer(&self);
}

gboolean
dcc_session_record_write(DccInstanceDir *instance_dir, const DccSessionRecord *self, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(JsonObject) object = dcc_session_record_to_json(self);

    return dcc_store_file_write_json(path, object, DCC_STORE_RUNTIME, error);
}

DccSessionRecord *
dcc_session_record_read(DccInstanceDir *instance_dir, GError **error)
{
    g_autofree char *path = dcc_instance_dir_get_path(instance_dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(JsonObject) object = dcc_store_file_read_json(path);
    DccSessionRecord *self;

    if (object == NULL) {
        g_set_error(error,
                    DCC_ERROR,
                    DCC_ERROR_FAILED,
                    "the record %s is missing or damaged: no session can take over; 'dcchost kill' "
                    "ends what runs",
                    path);
        return NULL;
    }
    self = dcc_session_record_from_json(object, error);
    if (self == NULL)
        g_prefix_error(error, "the record %s: ", path);
    return self;
}
