/* Whether the content of an answer makes sense: the limits that every adapter is held to.
 *
 * Each check is FALSE with *what (transfer full) saying what is wrong, to be read after "it has" or
 * "its plan has". The limits stand in docs/adapter-abi.md. */
#pragma once

#include "dcc-adapter.h"

G_BEGIN_DECLS

#define DCC_ADAPTER_MAX_ITEMS 4096

gboolean
dcc_check_installation(gpointer answer, char **what);
gboolean
dcc_check_rescue_file(gpointer answer, char **what);
gboolean
dcc_check_version(gpointer answer, char **what);
gboolean
dcc_check_launch_plan(gpointer answer, char **what);
gboolean
dcc_check_probe_plan(gpointer answer, char **what);
gboolean
dcc_check_probe_reply(gpointer answer, char **what);
gboolean
dcc_check_stop_plan(gpointer answer, char **what);
gboolean
dcc_check_output_event(gpointer answer, char **what);

G_END_DECLS
