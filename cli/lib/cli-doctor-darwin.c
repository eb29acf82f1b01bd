/* What the kernel and the file systems of this Mac set as limits. Compiled and linked for macOS, never run. */
#include "cli-doctor-limits.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/param.h>

void
cli_doctor_check_watches(GPtrArray *findings)
{
    cli_findings_add(
        findings, CLI_FINDING_OK, "file watches", NULL, "%s", "kqueue: as many as descriptors");
}

const char *
cli_doctor_network_file_system(const char *path)
{
    static const struct {
        const char *type, *name;
    } kinds[] = {{"nfs", "NFS"}, {"smbfs", "SMB"}, {"afpfs", "AFP"}, {"webdav", "WebDAV"}};
    struct statfs fs;

    if (statfs(path, &fs) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(fs.f_fstypename, kinds[i].type) == 0)
            return kinds[i].name;
    return NULL;
}
