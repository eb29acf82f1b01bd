/* What is known of one instance, and what kind of case that makes. */
#include "cli-why-facts.h"

#include "cli-instance.h"
#include "dcc-json.h"
#include <string.h>

gboolean
cli_why_is_hung(const CliWhy *why)
{
    return strcmp(dcc_json_get_string(why->status, "state", ""), "unresponsive") == 0;
}

gboolean
cli_why_is_unattended_end(const CliWhy *why)
{
    const char *run = dcc_json_get_string(why->status, "incarnation", NULL);

    return run != NULL && cli_status_is_over(why->status) &&
           strcmp(dcc_json_get_string(why->status, "state", ""), "stopped") != 0 &&
           g_strcmp0(run, dcc_json_get_string(why->death, "incarnation", NULL)) != 0;
}
