/* The kernel; see dcc-system.h and dcc-kernel-hint.h. Threading: any. */
#include "dcc-kernel-hint.h"
#include "dcc-pidfd.h"
#include "dcc-system.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
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

void
dcc_system_trim_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
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

const char *
dcc_kernel_hint(int errno_code)
{
    switch (errno_code) {
    case EAGAIN:
        return "the container's limit (pids.max)";
    case ENFILE:
        return "fs.file-max";
    case ENOMEM:
        return "the container's limit (memory.max)";
    default:
        return NULL;
    }
}
