/* One error domain for the whole library. Callers ask a predicate, they do not compare codes. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

#define DCC_ERROR (dcc_error_quark())

/**
 * DccError:
 * @DCC_ERROR_FAILED: something of ours failed
 * @DCC_ERROR_UNKNOWN_APP: no adapter answers to this name
 * @DCC_ERROR_NOT_INSTALLED: an adapter exists, the application was not found
 * @DCC_ERROR_NOT_FOUND: no instance of this name, no such file
 * @DCC_ERROR_INVALID: a value the caller gave is malformed
 * @DCC_ERROR_BUSY: the name is taken, try again later
 * @DCC_ERROR_LICENCE: no licence was to be had, try again later
 * @DCC_ERROR_TIMEOUT: a deadline passed
 * @DCC_ERROR_UNSAFE: a directory, file or peer is not to be trusted
 * @DCC_ERROR_ADAPTER: an adapter gave a bad answer, or its file was refused
 * @DCC_ERROR_START: the application could not be started
 * @DCC_ERROR_SCENE: the scene is missing or corrupt
 * @DCC_ERROR_NOT_SUPPORTED: the application or this system cannot do it
 * @DCC_ERROR_PROTOCOL: the other side of a socket said something senseless
 * @DCC_ERROR_GONE: the other side of a socket went away
 *
 * What went wrong, in the domain %DCC_ERROR. Ask the predicates, such as
 * [func@DccHost.Error.is_busy].
 *
 * Since: 1.0
 */
typedef enum {
    DCC_ERROR_FAILED,
    DCC_ERROR_UNKNOWN_APP,
    DCC_ERROR_NOT_INSTALLED,
    DCC_ERROR_NOT_FOUND,
    DCC_ERROR_INVALID,
    DCC_ERROR_BUSY,
    DCC_ERROR_LICENCE,
    DCC_ERROR_TIMEOUT,
    DCC_ERROR_UNSAFE,
    DCC_ERROR_ADAPTER,
    DCC_ERROR_START,
    DCC_ERROR_SCENE,
    DCC_ERROR_NOT_SUPPORTED,
    DCC_ERROR_PROTOCOL,
    DCC_ERROR_GONE,
} DccError;

DCC_API GQuark
dcc_error_quark(void);

DCC_API gboolean
dcc_error_is_unknown_app(const GError *error);
DCC_API gboolean
dcc_error_is_not_installed(const GError *error);
DCC_API gboolean
dcc_error_is_not_found(const GError *error);
DCC_API gboolean
dcc_error_is_invalid(const GError *error);
DCC_API gboolean
dcc_error_is_busy(const GError *error);
DCC_API gboolean
dcc_error_is_licence(const GError *error);
DCC_API gboolean
dcc_error_is_timeout(const GError *error);
DCC_API gboolean
dcc_error_is_unsafe(const GError *error);
DCC_API gboolean
dcc_error_is_adapter(const GError *error);
DCC_API gboolean
dcc_error_is_start(const GError *error);
DCC_API gboolean
dcc_error_is_scene(const GError *error);
DCC_API gboolean
dcc_error_is_not_supported(const GError *error);
DCC_API gboolean
dcc_error_is_protocol(const GError *error);
DCC_API gboolean
dcc_error_is_gone(const GError *error);

G_END_DECLS
