/* The kernel; see dcc-system.h and dcc-kernel-hint.h. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-kernel-hint.h"
#include "dcc-system.h"

#include <errno.h>
#include <malloc/malloc.h>
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

void
dcc_system_trim_memory(void)
{
    malloc_zone_pressure_relief(NULL, 0);
}

/* It does not tell. */
guint64
dcc_system_count_memory_kills(void)
{
    return 0;
}

const char *
dcc_kernel_hint(int errno_code)
{
    switch (errno_code) {
    case EAGAIN:
        return "kern.maxprocperuid";
    case ENFILE:
        return "kern.maxfiles";
    default:
        return NULL;
    }
}
