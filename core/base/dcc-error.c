/* The error domain and its predicates.
 *
 * Callers branch on what went wrong, never on a number; so each code has a question of its own.
 * Threading: any thread.
 */
#include "dcc-error.h"

/**
 * dcc_error_quark:
 *
 * The domain of every error of this library. Ask a predicate, do not compare codes.
 *
 * Returns: the error domain
 *
 * Since: 1.0
 */
/* It would take the name for a subtraction. */
/* clang-format off */
G_DEFINE_QUARK(dcc-error-quark, dcc_error)
/* clang-format on */

/**
 * dcc_error_is_unknown_app:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether no adapter answers to the name.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_unknown_app(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_UNKNOWN_APP);
}

/**
 * dcc_error_is_not_installed:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether an adapter exists, the application was not found.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_not_installed(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_INSTALLED);
}

/**
 * dcc_error_is_not_found:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether there is no such instance or file.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_not_found(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_FOUND);
}

/**
 * dcc_error_is_invalid:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether a value the caller gave is malformed.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_invalid(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_INVALID);
}

/**
 * dcc_error_is_busy:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the name is taken: try again later.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_busy(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_BUSY);
}

/**
 * dcc_error_is_licence:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether no licence was to be had: try again later.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_licence(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_LICENCE);
}

/**
 * dcc_error_is_timeout:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether a deadline passed.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_timeout(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_TIMEOUT);
}

/**
 * dcc_error_is_unsafe:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether a directory, file or peer is not to be trusted.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_unsafe(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_UNSAFE);
}

/**
 * dcc_error_is_adapter:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether an adapter gave a bad answer, or its file was refused.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_adapter(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_ADAPTER);
}

/**
 * dcc_error_is_start:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the application could not be started.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_start(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_START);
}

/**
 * dcc_error_is_scene:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the scene is missing or corrupt.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_scene(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_SCENE);
}

/**
 * dcc_error_is_not_supported:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the application or this system cannot do it.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_not_supported(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_NOT_SUPPORTED);
}

/**
 * dcc_error_is_protocol:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the other side of a socket said something senseless.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_protocol(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_PROTOCOL);
}

/**
 * dcc_error_is_gone:
 * @error: (nullable): an error of any domain, or %NULL
 *
 * Asks whether the other side of a socket went away.
 *
 * Returns: %TRUE if @error says so
 *
 * Since: 1.0
 */
gboolean
dcc_error_is_gone(const GError *error)
{
    return g_error_matches(error, DCC_ERROR, DCC_ERROR_GONE);
}
