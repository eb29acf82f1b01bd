/* The error domain and its predicates.
 *
 * Callers branch on what went wrong, never on a number; so each code has a question of its own.
 * Threading: any thread.
 */
#include "dcc-error.h"

G_DEFINE_QUARK(dcc - error - quark, dcc_error)

gboolean
dcc_error_is_unknown_app(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_UNKNOWN_APP);
}

gboolean
dcc_error_is_not_installed(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
}

gboolean
dcc_error_is_not_found(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
}

gboolean
dcc_error_is_invalid(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_INVALID);
}

gboolean
dcc_error_is_busy(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_BUSY);
}

gboolean
dcc_error_is_licence(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_LICENCE);
}

gboolean
dcc_error_is_timeout(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
}

gboolean
dcc_error_is_unsafe(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_UNSAFE);
}

gboolean
dcc_error_is_adapter(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_ADAPTER);
}

gboolean
dcc_error_is_start(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_START);
}

gboolean
dcc_error_is_scene(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_SCENE);
}

gboolean
dcc_error_is_not_supported(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
}

gboolean
dcc_error_is_protocol(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_PROTOCOL);
}

gboolean
dcc_error_is_gone(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_GONE);
}
