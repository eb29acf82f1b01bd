/* The instance a verb is about. */
#pragma once

#include "dcc-client.h"

/* When no session has answered for so long, those still silent are told as such. A session that is
 * well answers in milliseconds, on a busy machine too. */
#define CLI_INSTANCE_QUIET_MS 500

typedef struct {
    DccRuntime *runtime;
    char *name;
} CliInstance;

/* name NULL: the only one there is; several are a usage error that lists them, never a guess. Error
 * NOT_FOUND names those spelled alike. */
gboolean
cli_instance_open(CliInstance *self, const char *name, GError **error);
/* Error NOT_FOUND names those spelled alike. */
gboolean
cli_instance_check_known(DccRuntime *runtime, const char *name, GError **error);
/* (transfer full): a line to its session; when none attends it, one is started first. */
DccClient *
cli_instance_connect(CliInstance *self, GError **error);
/* (transfer full): the status object. */
JsonObject *
cli_instance_get_status(CliInstance *self, GError **error);
void
cli_instance_clear(CliInstance *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliInstance, cli_instance_clear)

/* (transfer none): unsaved work that waits to be brought back; NULL: there is none, or this run
 * has gone on from it. */
JsonObject *
cli_status_get_work(JsonObject *status);
/* (transfer none): the same, or what is kept although the scene is newer. */
JsonObject *
cli_status_get_kept(JsonObject *status);
/* TRUE: it ended, and no session is about to do something about it. */
gboolean
cli_status_is_over(JsonObject *status);
