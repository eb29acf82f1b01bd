/* Each predicate says yes to its own code and no to all others. */
#include "dcc-error.h"

typedef gboolean (*Predicate)(const GError *error);

static const Predicate predicates[] = {
    [DCC_ERROR_FAILED] = NULL, /* the code for "nothing more is known" has no question */
    [DCC_ERROR_UNKNOWN_APP] = dcc_error_is_unknown_app,
    [DCC_ERROR_NOT_INSTALLED] = dcc_error_is_not_installed,
    [DCC_ERROR_NOT_FOUND] = dcc_error_is_not_found,
    [DCC_ERROR_INVALID] = dcc_error_is_invalid,
    [DCC_ERROR_BUSY] = dcc_error_is_busy,
    [DCC_ERROR_LICENCE] = dcc_error_is_licence,
    [DCC_ERROR_TIMEOUT] = dcc_error_is_timeout,
    [DCC_ERROR_UNSAFE] = dcc_error_is_unsafe,
    [DCC_ERROR_ADAPTER] = dcc_error_is_adapter,
    [DCC_ERROR_START] = dcc_error_is_start,
    [DCC_ERROR_SCENE] = dcc_error_is_scene,
    [DCC_ERROR_NOT_SUPPORTED] = dcc_error_is_not_supported,
    [DCC_ERROR_PROTOCOL] = dcc_error_is_protocol,
    [DCC_ERROR_GONE] = dcc_error_is_gone,
};

static void
test_predicates(void)
{
    G_STATIC_ASSERT(G_N_ELEMENTS(predicates) == DCC_ERROR_GONE + 1);

    for (int asked = 0; asked < (int)G_N_ELEMENTS(predicates); asked++) {
        if (predicates[asked] == NULL)
            continue;
        for (int code = 0; code < (int)G_N_ELEMENTS(predicates); code++) {
            g_autoptr(GError) error = g_error_new_literal(DCC_ERROR, code, "x");

            g_assert_cmpint(predicates[asked](error), ==, asked == code);
        }
    }
}

static void
test_foreign(void)
{
    g_autoptr(GError) error =
        g_error_new_literal(g_quark_from_string("other"), DCC_ERROR_BUSY, "x");

    g_assert_false(dcc_error_is_busy(error));
    g_assert_false(dcc_error_is_busy(NULL));
}

/* Other languages find the domain by its name. */
static void
test_name(void)
{
    g_assert_cmpstr(g_quark_to_string(DCC_ERROR), ==, "dcc-error-quark");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/predicates", test_predicates);
    g_test_add_func("/error/foreign", test_foreign);
    g_test_add_func("/error/name", test_name);
    return g_test_run();
}
