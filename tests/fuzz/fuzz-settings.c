/* "name=text", as a user may write it: taken, and then said again in a form that is taken; or
 * refused. */
#include "dcc-settings.h"
#include "fuzz.h"

#include <string.h>

static const char *const seeds[] = {
    "probe-period=10s",
    "start-timeout=500ms",
    "hang-timeout=2.5",
    "max-restarts=7",
    "backoff=exponential:1s:30s",
    "backoff=fixed:20ms",
    "restart=on-crash",
    "on-hang=restart",
    "log-size=16777216",
    "jitter=20",
};

GBytes *
fuzz_make_seed(guint n)
{
    return n < G_N_ELEMENTS(seeds) ? g_bytes_new_static(seeds[n], strlen(seeds[n])) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *name = g_strndup((const char *)data, size);
    char *text = strchr(name, '=');
    g_autoptr(DccSettings) settings = dcc_settings_new();
    g_autoptr(GError) error = NULL;
    gboolean taken;

    if (text == NULL || !g_utf8_validate(name, -1, NULL))
        return 0;
    *text++ = '\0';
    taken = dcc_settings_parse(settings, name, text, &error);
    g_assert_true(taken == (error == NULL));
    g_assert_cmpint(dcc_settings_is_set(settings, name), ==, taken);
    if (taken) {
        g_autoptr(DccSettings) again = dcc_settings_new();
        g_autofree char *once = dcc_settings_format(settings, name);
        g_autofree char *twice = NULL;

        g_assert_true(dcc_settings_parse(again, name, once, &error));
        twice = dcc_settings_format(again, name);
        g_assert_cmpstr(once, ==, twice);
    }
    return 0;
}
