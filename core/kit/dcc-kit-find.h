/* Where copies of an application are: the user's own choice, PATH, and the places of its makers. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

/**
 * DccKitApp:
 * @override: the user's variable that names the copy to start
 * @version_flag: (nullable): what to ask a copy whose path does not tell its version; %NULL:
 * nothing
 * @read_version: (nullable): (transfer full): the version that a path tells, or %NULL
 * @choose_path: (nullable): (transfer full): the path to start for one that was found; %NULL: its
 * real path
 * @find_reservation: (nullable): (transfer full): why a copy at this path is not started unasked,
 * or %NULL
 * @add_version: (nullable): sets the version command of a copy, in place of @version_flag
 *
 * How copies of one application are told: what differs between the applications.
 *
 * Since: 1.1
 */
typedef struct {
    const char *override;
    const char *version_flag;
    char *(*read_version)(const char *executable);
    char *(*choose_path)(DccSearch *search, const char *path);
    char *(*find_reservation)(const char *executable);
    void (*add_version)(DccSearch *search, DccInstallation *installation);
} DccKitApp;

/**
 * DccKitPlace:
 * @pattern: where copies are, as dcc_search_glob() takes it
 * @origin: what people are told of the place
 * @reservation: (nullable): why what is there is not started unasked
 *
 * A place where the application may be.
 *
 * Since: 1.1
 */
typedef struct {
    const char *pattern;
    const char *origin;
    const char *reservation;
} DccKitPlace;

/**
 * DccKitFinding:
 *
 * Copies found so far: each once, under the path by which it is started.
 *
 * Since: 1.1
 */
typedef struct _DccKitFinding DccKitFinding;

DCC_API DccKitFinding *
dcc_kit_finding_new(const DccKitApp *app, DccSearch *search, GError **error);
DCC_API void
dcc_kit_finding_free(DccKitFinding *self);
DCC_API void
dcc_kit_found(DccKitFinding *self, const char *path, const char *origin, const char *reservation);
DCC_API void
dcc_kit_found_program(DccKitFinding *self, const char *name);
DCC_API void
dcc_kit_found_places(DccKitFinding *self, const DccKitPlace *places, gsize n_places);
DCC_API GListModel *
dcc_kit_finding_end(DccKitFinding *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccKitFinding, dcc_kit_finding_free)

G_END_DECLS
