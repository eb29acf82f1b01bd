/* What became of a session that is gone; see the header. The application may go on, may have ended
 * with it, and may be attended by another one by now. It is dcchost that failed: the status says so
 * whatever the application does. */
#include "cli-vanished.h"

#include "cli-exit.h"
#include "dcc-instance.h"
#include "dcc-json.h"

int
cli_vanished_fail(DccRuntime *runtime, const char *name)
{
    g_autoptr(JsonObject) status = dcc_instance_get_status(runtime, name, NULL);

    if (status != NULL && dcc_json_get_boolean(status, "attended", FALSE))
        cli_warn("the session of %s went away, and another one attends it: 'dcchost events %s -f' "
                 "follows that",
                 name,
                 name);
    else if (status != NULL && dcc_json_get_int(status, "pid", 0) > 0)
        cli_warn(
            "the session of %s went away; the application goes on: 'dcchost adopt %s'", name, name);
    else
        cli_warn("the session of %s went away, and the application has ended: 'dcchost adopt %s' "
                 "settles that, then 'dcchost why %s' tells",
                 name,
                 name,
                 name);
    return CLI_FAILED;
}
