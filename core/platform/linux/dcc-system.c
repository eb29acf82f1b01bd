/* The kernel; see the header. Threading: any. */
#include "dcc-system.h"

#include "dcc-pidfd.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
check_kernel(DccSystemFunc func, gpointer data)
{
    int fd = dcc_pidfd_open(getpid());
    int errno_code = errno;
    struct utsname name;
    g_autofree char *text = NULL;

    uname(&name);
    if (fd < 0) {
        text = g_strdup_printf("%s has no pidfd_open: %s", name.release, g_strerror(errno_code));
        func("kernel", FALSE, text, "Linux 5.4 or newer is needed", data);
        return;
    }
    close(fd);
    text = g_strdup_printf("%s, with pidfd", name.release);
    func("kernel", TRUE, text, NULL, data);
}

void
dcc_system_check(DccSystemFunc func, gpointer data)
{
    int subreaper = 0;
    gboolean adopts = prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0;

    check_kernel(func, data);
    func("process trees", adopts, adopts ? "child subreaper" : "no child subreaper", NULL, data);
    if (dcc_pidfd_can_read_exit())
        func("exits", TRUE, "readable from any pidfd", NULL, data);
    else
        func("exits",
             TRUE,
             "known through the shim alone",
             "with Linux 6.15 an exit is known even when the shim was killed",
             data);
}

guint64
dcc_system_get_descriptor_limit(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

gboolean
dcc_system_get_free_bytes(const char *path, guint64 *bytes)
{
    struct statvfs fs;

    if (statvfs(path, &fs) != 0)
        return FALSE;
    *bytes = (guint64)fs.f_bavail * fs.f_frsize;
    return TRUE;
}

void
dcc_system_trim_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* (transfer full): "unlimited" or a number. */
static char *
limit_text(__rlimit_resource_t resource)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return g_strdup("unlimited");
    return g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)limit.rlim_cur);
}

char *
dcc_system_explain(int errno_code)
{
    const char *text = g_strerror(errno_code);
    g_autofree char *limit = NULL;

    switch (errno_code) {
    case EAGAIN:
        limit = limit_text(RLIMIT_NPROC);
        return g_strdup_printf("%s: no more processes can be had; end some, or raise 'ulimit -u' "
                               "(now %s) or the container's limit (pids.max)",
                               text,
                               limit);
    case EMFILE:
        limit = limit_text(RLIMIT_NOFILE);
        return g_strdup_printf("%s; raise 'ulimit -n' (now %s)", text, limit);
    case ENFILE:
        return g_strdup_printf("%s; raise fs.file-max", text);
    case ENOMEM:
        return g_strdup_printf("%s; end something, or raise the container's limit (memory.max)",
                               text);
    default:
        return g_strdup(text);
    }
}

guint64
dcc_system_count_memory_kills(void)
{
    static const char name[] = "\noom_kill ";
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_get_contents("/proc/vmstat", &text, NULL, NULL))
        return 0;
    line = strstr(text, name);
    return line != NULL ? g_ascii_strtoull(line + strlen(name), NULL, 10) : 0;
}
