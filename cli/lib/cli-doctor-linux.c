/* What the kernel and the file systems of this machine set as limits. */
#include "cli-doctor-limits.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#define INSTANCES_FILE "/proc/sys/fs/inotify/max_user_instances"
#define WATCHES_FILE   "/proc/sys/fs/inotify/max_user_watches"

/* (transfer full): the number in a file of /proc/sys, "?" where it cannot be read. */
static char *
read_limit(const char *path)
{
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("?");
    return g_strstrip(text);
}

void
cli_doctor_check_watches(GPtrArray *findings)
{
    g_autofree char *instances = read_limit(INSTANCES_FILE);
    g_autofree char *watches = read_limit(WATCHES_FILE);
    int fd = inotify_init1(IN_CLOEXEC);

    if (fd >= 0)
        cli_findings_add(findings,
                         CLI_FINDING_OK,
                         "file watches",
                         NULL,
                         "%s inotify instances a user and %s watches; one more can be had",
                         instances,
                         watches);
    else
        cli_findings_add(findings,
                         CLI_FINDING_WARN,
                         "file watches",
                         "raise it: sysctl fs.inotify.max_user_instances=1024",
                         "no inotify instance can be had: %s; %s a user are allowed",
                         g_strerror(errno),
                         instances);
    if (fd >= 0)
        close(fd);
}

const char *
cli_doctor_network_file_system(const char *path)
{
    static const struct {
        guint32 magic;
        const char *name;
    } kinds[] = {{0x6969, "NFS"},
                 {0x517b, "SMB"},
                 {0xff534d42, "SMB"},
                 {0xfe534d42, "SMB"},
                 {0x5346414f, "AFS"},
                 {0x6b414653, "AFS"},
                 {0x0bd00bd0, "Lustre"},
                 {0x47504653, "GPFS"},
                 {0x19830326, "BeeGFS"},
                 {0x00c36400, "Ceph"},
                 {0x01161970, "GFS2"},
                 {0x01021997, "9P"}};
    struct statfs fs;

    if (statfs(path, &fs) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if ((guint32)fs.f_type == kinds[i].magic)
            return kinds[i].name;
    return NULL;
}
