/* What dcchost needs of a Windows machine for what it does there: no session, so no directory and no shim. */
#include "cli-doctor-system.h"

#include "dcc-system.h"

static void
add_system(const char *what, gboolean good, const char *text, const char *advice, gpointer findings)
{
    cli_findings_add(findings, good ? CLI_FINDING_OK : CLI_FINDING_FAIL, what, advice, "%s", text);
}

void
cli_doctor_check_system(GPtrArray *findings)
{
    dcc_system_check(add_system, findings);
    cli_findings_add(findings,
                     CLI_FINDING_WARN,
                     "sessions",
                     "watch and end processes from Python: DccHost.Launcher and DccHost.Watcher",
                     "this dcchost for Windows has none yet: list, adapters and doctor are there");
}
