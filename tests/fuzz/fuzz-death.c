/* A death.json from the disk: one that has what is read of it, or none. */
#include "dcc-bundle.h"
#include "fuzz.h"

#include <string.h>

static const char *const seeds[] = {
    "{\"version\":1,\"name\":\"it\",\"result\":{\"kind\":\"lost\"},\"files\":[{\"kind\":\"copy\","
    "\"path\":\"/a\"}]}",
    "{\"version\":1,\"name\":\"it\",\"result\":{},\"evidence\":[{\"kind\":\"crash\",\"text\":\"x\"}"
    "],\"next\":null}",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(JsonObject) death = dcc_death_from_text((const char *)data, (gssize)size);
    g_autofree char *name = g_strndup((const char *)data, size);
    const char *life = NULL;

    if (death != NULL) {
        g_autoptr(DccDeath) read = dcc_death_from_json(death, NULL);
        g_autoptr(JsonObject) again = read != NULL ? dcc_death_to_json(read) : NULL;

        g_assert_nonnull(json_object_get_object_member(death, "result"));
        g_assert_nonnull(json_object_get_string_member(death, "name"));
        g_assert_true(again != NULL && json_object_equal(death, again));
    }
    if (dcc_bundle_is_name(name, &life))
        g_assert_cmpuint(strlen(life), ==, 8);
    return 0;
}
