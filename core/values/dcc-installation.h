/* One installed copy of an application: where it is, what it is, whether we may start it. */
#pragma once

#include "dcc-api.h"
#include <glib-object.h>

G_BEGIN_DECLS

#define DCC_TYPE_INSTALLATION (dcc_installation_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccInstallation, dcc_installation, DCC, INSTALLATION, GObject)

DCC_API DccInstallation *
dcc_installation_new(const char *executable, const char *version, const char *origin);
DCC_API const char *
dcc_installation_get_executable(DccInstallation *self);
DCC_API const char *
dcc_installation_get_version(DccInstallation *self);
DCC_API const char *
dcc_installation_get_origin(DccInstallation *self);

/* The command that prints the version, for the core to run; NULL when the version needs no asking.
 */
DCC_API void
dcc_installation_set_version_command(DccInstallation *self, const char *const *argv);
DCC_API const char *const *
dcc_installation_get_version_command(DccInstallation *self);

/* Why this copy is named but not started unless asked for; NULL when nothing speaks against it. */
DCC_API void
dcc_installation_set_reservation(DccInstallation *self, const char *reason);
DCC_API const char *
dcc_installation_get_reservation(DccInstallation *self);

/* A copy of self that knows its version. */
DCC_API DccInstallation *
dcc_installation_with_version(DccInstallation *self, const char *version);

/* Numeric order of dotted versions: 4.10 is newer than 4.9. NULL is older than all. */
DCC_API int
dcc_version_compare(const char *a, const char *b);
/* 4.2 matches 4.2 and 4.2.1, not 4.20. */
DCC_API gboolean
dcc_version_matches(const char *version, const char *wanted);

G_END_DECLS
