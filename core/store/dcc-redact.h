/* An environment that may be shown: secrets are redacted. */
#pragma once

#include "dcc-api.h"

G_BEGIN_DECLS

#define DCC_REDACTED "***"

/* (transfer full): "KEY=VALUE" without what nobody else should read: the value of a variable whose
 * name speaks of a secret, and the user and password in an address. */
char *
dcc_redact_variable(const char *setting);
/* (transfer full): all of them, sorted. */
char **
dcc_redact_environ(const char *const *env);

G_END_DECLS
