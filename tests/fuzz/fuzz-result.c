/* A stored result: understood or refused; what was understood means the same when written again. */
#include "dcc-result.h"
#include "fuzz.h"

static const char *const seeds[] = {
    "{\"kind\":\"crashed\",\"verdict\":\"crash\",\"code\":-1,\"signal\":11,\"core_dumped\":true,"
    "\"reason\":\"SIGSEGV\",\"likely_signal\":0,\"stage\":null,\"errno\":0}",
    "{\"kind\":\"exited\",\"verdict\":\"failed\",\"code\":139,\"signal\":0,\"core_dumped\":false,"
    "\"reason\":{\"base64\":\"/w==\"},\"likely_signal\":11,\"stage\":null,\"errno\":0}",
    "{\"kind\":\"start-failed\",\"verdict\":\"unknown\",\"code\":-1,\"signal\":0,\"core_dumped\":"
    "false,\"reason\":\"gone\",\"stage\":\"exec\",\"errno\":2}",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(DccResult) result = dcc_result_from_json(text, &error);

    g_assert_true((result == NULL) == (error != NULL));
    if (result != NULL) {
        g_autofree char *once = dcc_result_to_json(result);
        g_autoptr(DccResult) again = dcc_result_from_json(once, NULL);
        g_autofree char *twice = NULL;
        int status = dcc_result_to_exit_status(result);

        g_assert_nonnull(again);
        twice = dcc_result_to_json(again);
        g_assert_cmpstr(once, ==, twice);
        g_assert_cmpint(status, >=, 0);
        g_assert_cmpint(status, <=, 255);
    }
    return 0;
}
