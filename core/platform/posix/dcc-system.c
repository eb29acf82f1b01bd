/* Limits and room; see the header. Threading: any. */
#include "dcc-system.h"

#include "dcc-kernel-hint.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

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
    const char *hint = dcc_kernel_hint(errno_code);
    g_autofree char *limit = NULL;

    switch (errno_code) {
    case EAGAIN:
        limit = limit_text(RLIMIT_NPROC);
        return g_strdup_printf("%s: no more processes can be had; end some, or raise 'ulimit -u' "
                               "(now %s) or %s",
                               text,
                               limit,
                               hint);
    case EMFILE:
        limit = limit_text(RLIMIT_NOFILE);
        return g_strdup_printf("%s; raise 'ulimit -n' (now %s)", text, limit);
    case ENFILE:
        return g_strdup_printf("%s; raise %s", text, hint);
    case ENOMEM:
        return hint != NULL ? g_strdup_printf("%s; end something, or raise %s", text, hint)
                            : g_strdup_printf("%s; end something", text);
    default:
        return g_strdup(text);
    }
}
