/* The kernel; see the header. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-system.h"

#include <errno.h>
#include <malloc/malloc.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>

void
dcc_system_check(DccSystemFunc func, gpointer data)
{
    char version[64] = "?";
    gsize size = sizeof version;
    struct utsname name;
    g_autofree char *text = NULL;

    uname(&name);
    sysctlbyname("kern.osproductversion", version, &size, NULL, 0);
    text = g_strdup_printf("macOS %s, Darwin %s", version, name.release);
    func("kernel",
         TRUE,
         text,
         "dcchost was compiled and linked for macOS, never run: tell us what you see",
         data);
    func("process trees",
         TRUE,
         "no child subreaper: what loses its parent and its environment is not found",
         NULL,
         data);
    func("exits", TRUE, "known through the shim alone", NULL, data);
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
    malloc_zone_pressure_relief(NULL, 0);
}

/* (transfer full): "unlimited" or a number. */
static char *
limit_text(int resource)
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
                               "(now %s, at most kern.maxprocperuid)",
                               text,
                               limit);
    case EMFILE:
        limit = limit_text(RLIMIT_NOFILE);
        return g_strdup_printf("%s; raise 'ulimit -n' (now %s)", text, limit);
    case ENFILE:
        return g_strdup_printf("%s; raise kern.maxfiles", text);
    case ENOMEM:
        return g_strdup_printf("%s; end something", text);
    default:
        return g_strdup(text);
    }
}

/* It does not tell. */
guint64
dcc_system_count_memory_kills(void)
{
    return 0;
}
