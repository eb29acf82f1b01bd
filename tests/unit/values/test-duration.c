/* Spans of time: read as written, in any locale, never rounded down to nothing. */
#include <locale.h>

#include "dcc-error.h"
#include "dcc-settings.h"

static void
test_read(void)
{
    static const struct {
        const char *text;
        gint64 ms;
    } cases[] = {
        {"10s", 10000},
        {"500ms", 500},
        {"2m", 120000},
        {"1h", 3600000},
        {"2.5", 2500},
        {"2.5s", 2500},
        {"0", 0},
        {"0s", 0},
        {"0.000", 0},
        {"7", 7000},
        {"0.5m", 30000},
        {"1.5h", 5400000},
        {"0.001", 1},
        {"0.0001", 1},
        {"1.5ms", 2},
        {"0.00000000000001h", 1},
        {"007s", 7000},
        {"2.0000000000000000", 2000},
        {"100000000h", G_GINT64_CONSTANT(360000000000000)},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gint64 ms = -1;

        g_assert_true(dcc_duration_parse(cases[i].text, &ms, &error));
        g_assert_no_error(error);
        g_assert_cmpint(ms, ==, cases[i].ms);
    }
}

static void
test_refuse(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "s",
        "-1",
        "-1s",
        "+1",
        "nan",
        "NaN",
        "inf",
        "1e3",
        "0x10",
        "1,5",
        "1.",
        ".5",
        "1..5",
        "1 s",
        " 1s",
        "1s ",
        "1S",
        "1d",
        "10sec",
        "1m30s",
        "1.5.5",
        "9223372036854775807",
        "9223372036854775807ms",
        "9223372036854775808",
        "3000000000000h",
        "99999999999999999999999999",
        "1\xff",
        NULL,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        gint64 ms = 42;

        g_assert_false(dcc_duration_parse(bad[i], &ms, &error));
        g_assert_true(dcc_error_is_invalid(error));
        g_assert_nonnull(g_strstr_len(error->message, -1, "10s"));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_cmpint(ms, ==, 42);
    }
}

static void
test_write(void)
{
    static const struct {
        gint64 ms;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ms"},
        {500, "500ms"},
        {1000, "1s"},
        {1500, "1500ms"},
        {90000, "90s"},
        {60000, "1m"},
        {300000, "5m"},
        {3600000, "1h"},
        {5400000, "90m"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = dcc_duration_format(cases[i].ms);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
check_round_trip(gint64 ms)
{
    g_autofree char *text = dcc_duration_format(ms);
    gint64 again = -1;

    g_assert_true(dcc_duration_parse(text, &again, NULL));
    g_assert_cmpint(again, ==, ms);
}

static void
test_round_trip(void)
{
    for (gint64 ms = 0; ms < 5000; ms++)
        check_round_trip(ms);
    for (gint64 ms = 1; ms < G_MAXINT64 / 100000; ms = ms * 3 + 1)
        check_round_trip(ms);
    for (int i = 0; i < 10000; i++)
        check_round_trip(g_test_rand_int() & G_MAXINT32);
}

static void
test_locale(void)
{
    /* Whichever of these is installed would read 2,5 for 2.5; none is needed to pass. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        setlocale(LC_ALL, "fr_FR.UTF-8");
    test_read();
    test_write();
    setlocale(LC_ALL, "C");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duration/read", test_read);
    g_test_add_func("/duration/refuse", test_refuse);
    g_test_add_func("/duration/write", test_write);
    g_test_add_func("/duration/round-trip", test_round_trip);
    g_test_add_func("/duration/locale", test_locale);
    return g_test_run();
}
