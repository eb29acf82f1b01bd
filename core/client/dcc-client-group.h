/* One question each to many sessions at the same time. */
#pragma once

#include "dcc-client.h"

G_BEGIN_DECLS

#define DCC_TYPE_CLIENT_GROUP (dcc_client_group_get_type())
DCC_API
G_DECLARE_FINAL_TYPE(DccClientGroup, dcc_client_group, DCC, CLIENT_GROUP, GObject)

/**
 * DccClientGroupFunc:
 * @self: the group
 * @name: the instance that was asked
 * @result: (transfer none) (nullable): its answer; %NULL where there is none
 * @error: (transfer none) (nullable): why there is none
 * @data: (closure): what was given with the function
 *
 * One answer of many: @result, or @error.
 *
 * Since: 1.0
 */
typedef void (*DccClientGroupFunc)(
    DccClientGroup *self, const char *name, JsonObject *result, const GError *error, gpointer data);

DCC_API DccClientGroup *
dcc_client_group_new(DccRuntime *runtime);
/* params: (transfer full) or NULL. */
DCC_API void
dcc_client_group_add(DccClientGroup *self,
                     const char *name,
                     const char *method,
                     JsonObject *params);
/* Asks everything that was added and waits; func hears of each once, in the order of the answers.
 * quiet_ms: when no session has answered for so long, those still silent get TIMEOUT; -1: never. */
DCC_API void
dcc_client_group_run(DccClientGroup *self, gint64 quiet_ms, DccClientGroupFunc func, gpointer data);

G_END_DECLS
