/* What Windows sets as limits. */
#include "cli-doctor-limits.h"

#include <gio/gio.h>

void
cli_doctor_check_watches(GPtrArray *findings)
{
    cli_findings_add(
        findings, CLI_FINDING_OK, "file watches", NULL, "none are needed: logs are looked at");
}

const char *
cli_doctor_network_file_system(const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInfo) info =
        g_file_query_filesystem_info(file, G_FILE_ATTRIBUTE_FILESYSTEM_REMOTE, NULL, NULL);

    return info != NULL &&
                   g_file_info_get_attribute_boolean(info, G_FILE_ATTRIBUTE_FILESYSTEM_REMOTE)
               ? "a share"
               : NULL;
}
