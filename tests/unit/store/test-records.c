/* What one process writes and another reads: byte for byte, whatever is damaged, older or newer. */
#include "dcc-death.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-json.h"
#include "dcc-last-record.h"
#include "dcc-session-record.h"
#include "dcc-test.h"
#include "random-fields.h"

#include <glib/gstdio.h>
#include <string.h>

/* The files that have a version, as if they were one. */
typedef struct {
    const char *name;
    const char *version_member;
    int version;
    const DccFieldTable *table;
    JsonObject *(*to_json)(gconstpointer self);
    gpointer (*from_json)(JsonObject *object, GError **error);
} Format;

static JsonObject *
session_to_json(gconstpointer self)
{
    return dcc_session_record_to_json(self);
}

static gpointer
session_from_json(JsonObject *object, GError **error)
{
    return dcc_session_record_from_json(object, error);
}

static JsonObject *
last_to_json(gconstpointer self)
{
    return dcc_last_record_to_json(self);
}

static gpointer
last_from_json(JsonObject *object, GError **error)
{
    return dcc_last_record_from_json(object, error);
}

static JsonObject *
death_to_json(gconstpointer self)
{
    return dcc_death_to_json(self);
}

static gpointer
death_from_json(JsonObject *object, GError **error)
{
    return dcc_death_from_json(object, error);
}

static const Format formats[] = {
    {"session",
     "record_version",
     DCC_SESSION_RECORD_VERSION,
     &dcc_session_record_table,
     session_to_json,
     session_from_json},
    {"last",
     "record_version",
     DCC_LAST_RECORD_VERSION,
     &dcc_last_record_table,
     last_to_json,
     last_from_json},
    {"death", "version", DCC_DEATH_VERSION, &dcc_death_table, death_to_json, death_from_json},
};

/* The version is the writer's own, and a wish is never unknown. */
static gpointer
make_random(const Format *format, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    gpointer self = dcc_fields_new(format->table);
    DccSessionRecord *record = self;

    random_fields_fill(format->table, self, rand);
    *(gint64 *)(gpointer)((char *)self + format->table->fields[0].offset) = format->version;
    if (format->table == &dcc_session_record_table && record->wish == NULL)
        record->wish = g_strdup("down");
    return self;
}

static void
test_round_trip(gconstpointer data)
{
    const Format *format = data;

    for (guint32 seed = 0; seed < 300; seed++) {
        gpointer self = make_random(format, seed), again;
        g_autoptr(JsonObject) written = format->to_json(self);
        g_autoptr(JsonObject) object = random_fields_through_text(written);
        g_autoptr(GError) error = NULL;

        again = format->from_json(object, &error);
        g_assert_no_error(error);
        g_assert_true(dcc_fields_equal(format->table, self, again));
        dcc_fields_free(format->table, self);
        dcc_fields_free(format->table, again);
    }
}

/* All but this member are what they were; what the reader itself fills in may differ. */
static void
assert_rest(const Format *format, const DccField *but, gconstpointer a, gconstpointer b)
{
    for (guint i = 0; i < format->table->n_fields; i++) {
        DccFieldTable one = {&format->table->fields[i], 1, format->table->size};

        if (&format->table->fields[i] != but)
            g_assert_true(dcc_fields_equal(&one, a, b));
    }
}

static void
check_member(const Format *format, gconstpointer self, const DccField *field, JsonNode *value)
{
    g_autoptr(JsonObject) object = format->to_json(self);
    g_autoptr(GError) error = NULL;
    gpointer again;

    if (value != NULL)
        json_object_set_member(object, field->name, json_node_copy(value));
    else
        json_object_remove_member(object, field->name);
    again = format->from_json(object, &error);
    if (again == NULL) {
        g_assert_true(field->required || g_str_equal(field->name, format->version_member));
        g_assert_nonnull(error);
        return;
    }
    g_assert_no_error(error);
    assert_rest(format, field, self, again);
    dcc_fields_free(format->table, again);
}

static void
test_damage(gconstpointer data)
{
    const Format *format = data;

    for (guint32 seed = 0; seed < 5; seed++) {
        gpointer self = make_random(format, seed);

        /* The version decides which members there are: see test_versions(). */
        for (guint i = 1; i < format->table->n_fields; i++) {
            JsonNode *value;

            check_member(format, self, &format->table->fields[i], NULL);
            for (guint n = 0; (value = random_fields_wrong_value(n)) != NULL; n++) {
                check_member(format, self, &format->table->fields[i], value);
                json_node_unref(value);
            }
        }
        dcc_fields_free(format->table, self);
    }
}

static void
test_versions(gconstpointer data)
{
    const Format *format = data;
    gpointer self = make_random(format, 7), again;
    g_autoptr(JsonObject) object = format->to_json(self);
    g_autoptr(GError) error = NULL;

    /* A member that somebody may add without a new version. */
    json_object_set_string_member(object, "of_tomorrow", "x");
    again = format->from_json(object, &error);
    g_assert_no_error(error);
    g_assert_true(dcc_fields_equal(format->table, self, again));
    dcc_fields_free(format->table, again);

    json_object_set_int_member(object, format->version_member, format->version + 1);
    g_assert_null(format->from_json(object, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
    dcc_fields_free(format->table, self);
}

/* As a dcchost of record version 1 has written it. */
static const char record_1[] =
    "{\"record_version\":1,\"boot_id\":\"b\",\"status\":{\"name\":\"n\",\"app\":\"fake\","
    "\"version\":\"4.2\",\"state\":\"stopping\",\"ready\":true,\"pid\":12,\"shim_pid\":11,"
    "\"uptime_s\":1.5,\"started\":\"2026-01-01T00:00:00.000Z\",\"incarnation\":"
    "\"0123456789abcdef\","
    "\"scene\":{\"base64\":\"L2HpLmJsZW5k\"},\"safe\":true,\"recovered\":\"/r\",\"owned\":true,"
    "\"paused\":false,\"session_pid\":10,\"restart_count\":3,\"executable\":\"/usr/bin/fake\","
    "\"headless\":false,\"attended\":true,\"degraded\":[\"d\"],\"health\":{},\"progress\":null,"
    "\"result\":{\"kind\":\"exited\"},\"restart_in_ms\":null,\"rescue\":[\"/x\",\"/y\"],"
    "\"bundle\":\"/b\",\"recovery\":{\"kind\":\"autosave\",\"path\":\"/w\"},\"log_path\":\"/l\"},"
    "\"request\":{\"app\":\"fake\"},\"policy\":\"p\",\"began_wall\":5,\"wanted_restart\":true,"
    "\"kill_wanted\":true,\"safe_wanted\":true,\"hang_restart\":true,\"recover_wanted\":true,"
    "\"recover_asked\":true,\"last_scene\":\"/s\",\"stop_deadline_ms\":77,\"lived\":false,"
    "\"delay_until\":99,\"token\":\"t\",\"private_dir\":\"/p\",\"temp_dir\":{\"base64\":"
    "\"L3Rt6Q==\"},\"life_began_wall\":6,\"log_start\":8,\"counted\":true,\"ready\":true,"
    "\"failure\":{\"kind\":\"stopped\"},\"requested\":false}";

static DccSessionRecord *
read_text(const char *text)
{
    g_autoptr(JsonObject) object = dcc_json_from_text(text, -1, NULL);
    g_autoptr(GError) error = NULL;
    DccSessionRecord *record = dcc_session_record_from_json(object, &error);

    g_assert_no_error(error);
    return record;
}

static void
test_session_of_version_1(void)
{
    g_autoptr(DccSessionRecord) record = read_text(record_1);

    g_assert_cmpint(record->record_version, ==, DCC_SESSION_RECORD_VERSION);
    g_assert_cmpstr(record->boot_id, ==, "b");
    g_assert_cmpint(record->state, ==, DCC_STATE_STOPPING);
    g_assert_cmpstr(record->wish, ==, "down-then-up");
    g_assert_cmpstr(dcc_json_get_string(record->request, "app", NULL), ==, "fake");
    g_assert_nonnull(record->status);
    g_assert_cmpstr(record->app_version, ==, "4.2");
    g_assert_cmpstr(record->executable, ==, "/usr/bin/fake");
    g_assert_cmpint(record->restart_count, ==, 3);
    g_assert_false(record->has_run);
    g_assert_cmpstr(record->policy, ==, "p");
    g_assert_cmpint(record->began_wall, ==, 5);
    g_assert_cmpint(record->stop_deadline_ms, ==, 77);
    g_assert_true(record->kill_wanted);
    g_assert_cmpint(record->delay_until, ==, 99);
    g_assert_cmpstr(dcc_json_get_string(record->result, "kind", NULL), ==, "exited");
    g_assert_cmpstr(record->last_scene, ==, "/s");
    g_assert_cmpstr(record->work_kind, ==, "autosave");
    g_assert_cmpstr(record->work_path, ==, "/w");
    g_assert_cmpstr(record->bundle, ==, "/b");
    g_assert_cmpuint(g_strv_length(record->rescued), ==, 2);
    g_assert_cmpstr(record->degraded[0], ==, "d");
    g_assert_cmpstr(record->next_cause, ==, "hang");
    g_assert_true(record->next_safe && record->next_recover && record->next_asked);
    g_assert_null(record->next_file);
    g_assert_cmpstr(record->incarnation, ==, "0123456789abcdef");
    g_assert_cmpstr(record->token, ==, "t");
    g_assert_cmpstr(record->private_dir, ==, "/p");
    g_assert_cmpstr(record->temp_dir, ==, "/tm\xe9");
    g_assert_cmpint(record->run_began_wall, ==, 6);
    g_assert_cmpint(record->log_start, ==, 8);
    g_assert_true(record->counted && record->ready && record->requested);
    g_assert_cmpstr(dcc_json_get_string(record->failure, "kind", NULL), ==, "stopped");
    g_assert_cmpstr(record->scene, ==, "/a\xe9.blend");
    g_assert_cmpstr(record->recovered, ==, "/r");
    g_assert_true(record->run_safe);
}

static const struct {
    const char *flags, *state, *wish;
} wishes[] = {
    {"\"wanted_restart\":true", "stopping", "down-then-up"},
    {"\"wanted_restart\":false", "stopping", "down"},
    {"\"wanted_restart\":false", "running", "up"},
    {"\"wanted_restart\":5", "running", "up"},
};

static void
test_wishes_of_version_1(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(wishes); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"record_version\":1,\"status\":{\"state\":\"%s\"},\"request\":{},%s}",
            wishes[i].state,
            wishes[i].flags);
        g_autoptr(DccSessionRecord) record = read_text(text);

        g_assert_cmpstr(record->wish, ==, wishes[i].wish);
        g_assert_null(record->incarnation);
        g_assert_true(record->has_run);
    }
}

static const char *const unusable[] = {
    "{}",
    "{\"record_version\":1}",
    "{\"record_version\":1,\"status\":{}}",
    "{\"record_version\":1,\"request\":{}}",
    "{\"record_version\":1,\"status\":5,\"request\":{}}",
    "{\"record_version\":2,\"status\":{}}",
    "{\"record_version\":2,\"request\":[]}",
    "{\"record_version\":\"2\",\"request\":{}}",
};

static void
test_unusable_sessions(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(unusable); i++) {
        g_autoptr(JsonObject) object = dcc_json_from_text(unusable[i], -1, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_null(dcc_session_record_from_json(object, &error));
        g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    }
}

static void
test_session_file(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autoptr(DccRuntime) runtime = dcc_runtime_open(NULL);
    g_autoptr(DccInstanceDir) dir = dcc_instance_dir_open(runtime, "x", TRUE, NULL);
    g_autofree char *path = dcc_instance_dir_get_path(dir, DCC_INSTANCE_DIR_RECORD);
    g_autoptr(DccSessionRecord) record = make_random(&formats[0], 3);
    g_autoptr(DccSessionRecord) again = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_session_record_read(dir, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, path));
    g_clear_error(&error);

    g_assert_true(dcc_session_record_write(dir, record, &error));
    again = dcc_session_record_read(dir, &error);
    g_assert_no_error(error);
    g_assert_true(dcc_fields_equal(&dcc_session_record_table, record, again));

    g_assert_true(g_file_set_contents(path, "{\"record_version\":99,\"request\":{}}", -1, NULL));
    g_assert_null(dcc_session_record_read(dir, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
    g_assert_nonnull(strstr(error->message, path));
}

static void
test_new_session(void)
{
    g_autoptr(DccSessionRecord) record = dcc_session_record_new();

    g_assert_cmpint(record->record_version, ==, DCC_SESSION_RECORD_VERSION);
    g_assert_cmpstr(record->wish, ==, "up");
    g_assert_nonnull(record->boot_id);
    g_assert_true(record->has_run);
}

static void
test_last_file(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_build_path(world, "last.json");
    g_autoptr(DccLastRecord) record = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_null(dcc_last_record_read(path, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(path, "{\"record_ver", -1, NULL));
    g_assert_null(dcc_last_record_read(path, &error));
    g_assert_error(error, DCC_ERROR, DCC_ERROR_FAILED);
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(
        path, "{\"record_version\":1,\"status\":{\"state\":\"failed\"},\"request\":{}}", -1, NULL));
    record = dcc_last_record_read(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(dcc_json_get_string(record->status, "state", NULL), ==, "failed");
}

static void
test_death_built(void)
{
    g_autoptr(DccDeath) death = dcc_death_new();
    g_autoptr(DccDeath) again = NULL;
    g_autoptr(JsonObject) object = NULL;

    death->name = g_strdup("n");
    death->result = json_object_new();
    dcc_death_add_line(death, "crash", "it\xff");
    dcc_death_add_file(death, "copy", "/\xff");
    object = dcc_death_to_json(death);
    g_assert_true(json_object_get_null_member(object, "pid"));
    g_assert_true(json_object_get_null_member(object, "uptime_s"));
    g_assert_true(json_object_get_null_member(object, "next"));
    again = dcc_death_from_json(object, NULL);
    g_assert_cmpint(again->pid, ==, -1);
    g_assert_cmpstr(((DccDeathLine *)again->evidence->pdata[0])->text, ==, "it\xef\xbf\xbd");
    g_assert_cmpstr(((DccDeathFile *)again->files->pdata[0])->path, ==, "/\xff");
}

static void
test_notes(void)
{
    g_autoptr(DccTestWorld) world = dcc_test_world_new();
    g_autofree char *path = dcc_test_world_write(world,
                                                 "deaths.jsonl",
                                                 "{\"seq\":3,\"type\":\"exit\",\"result\":{}}\n"
                                                 "{\"torn\n\n"
                                                 "{\"seq\":4}\n"
                                                 "{\"seq\":5,\"incarnation\":\"i\",\"result\":{}}",
                                                 -1);
    GPtrArray *notes = dcc_death_notes_read(path);
    DccDeathNote *last;

    g_assert_cmpuint(notes->len, ==, 2);
    last = g_ptr_array_index(notes, 1);
    g_assert_cmpint(last->seq, ==, 5);
    g_assert_cmpstr(last->incarnation, ==, "i");
    g_assert_cmpint(last->pid, ==, -1);
    for (guint i = 0; i < notes->len; i++)
        dcc_fields_free(&dcc_death_note_table, notes->pdata[i]);
    g_ptr_array_unref(notes);
}

/* Every member of every file is in docs/protocol.md. */
static void
test_documented(gconstpointer data)
{
    const Format *format = data;
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(PROTOCOL_MD, &text, NULL, NULL));
    for (guint i = 0; i < format->table->n_fields; i++) {
        g_autofree char *pattern = g_strdup_printf("\\b%s\\b", format->table->fields[i].name);

        if (!g_regex_match_simple(pattern, text, 0, 0))
            g_error("%s is not in docs/protocol.md", format->table->fields[i].name);
    }
}

static void
add(const char *name, const Format *format, GTestDataFunc function)
{
    g_autofree char *path = g_strdup_printf("/records/%s/%s", format->name, name);

    g_test_add_data_func(path, format, function);
}

int
main(int argc, char **argv)
{
    dcc_test_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        add("round-trip", &formats[i], test_round_trip);
        add("damage", &formats[i], test_damage);
        add("versions", &formats[i], test_versions);
        add("documented", &formats[i], test_documented);
    }
    g_test_add_func("/records/session/of-version-1", test_session_of_version_1);
    g_test_add_func("/records/session/wishes-of-version-1", test_wishes_of_version_1);
    g_test_add_func("/records/session/unusable", test_unusable_sessions);
    g_test_add_func("/records/session/file", test_session_file);
    g_test_add_func("/records/session/new", test_new_session);
    g_test_add_func("/records/last/file", test_last_file);
    g_test_add_func("/records/death/built", test_death_built);
    g_test_add_func("/records/death/notes", test_notes);
    return g_test_run();
}
