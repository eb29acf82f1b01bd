/* A record.json from the disk: what is read of it is what would be written of it. */
#include "dcc-json.h"
#include "dcc-session-record.h"
#include "fuzz.h"

#include <string.h>

static const char *const seeds[] = {
    "{\"record_version\":1,\"status\":{\"state\":\"running\",\"incarnation\":\"a\",\"scene\":{"
    "\"base64\":\"/w==\"},\"recovery\":{\"kind\":\"copy\",\"path\":\"/a\"}},\"request\":{},"
    "\"wanted_restart\":true,\"life_began_wall\":5,\"failure\":{\"kind\":\"lost\"}}",
    "{\"record_version\":2,\"state\":\"stopping\",\"wish\":\"down\",\"request\":{\"app\":\"x\"},"
    "\"temp_dir\":{\"base64\":\"L3Rt6Q==\"},\"rescued\":[\"/a\",{\"base64\":\"/w==\"}],"
    "\"began_wall\":1700000000000000,\"dirty\":true,\"environment\":[\"A=b\"]}",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(JsonObject) object = dcc_json_from_text((const char *)data, (gssize)size, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccSessionRecord) record =
        object != NULL ? dcc_session_record_from_json(object, &error) : NULL;
    g_autoptr(DccSessionRecord) again = NULL;
    g_autoptr(JsonObject) written = NULL;

    g_assert_true(object == NULL || (record == NULL) == (error != NULL));
    if (record == NULL)
        return 0;
    g_assert_nonnull(record->request);
    g_assert_nonnull(record->wish);
    g_assert_cmpint(record->restart_count, >=, 0);
    written = dcc_session_record_to_json(record);
    again = dcc_session_record_from_json(written, NULL);
    g_assert_nonnull(again);
    g_assert_true(dcc_fields_equal(&dcc_session_record_table, record, again));
    return 0;
}
