/* What sysctl says; see the headers. Compiled and linked for macOS, never run. Threading: any. */
#include "dcc-process-facts.h"

#include "dcc-identity.h"
#include "dcc-proc-darwin.h"

#include <string.h>
#include <sys/sysctl.h>

const char *
dcc_boot_id(void)
{
    static char boot_id[40];
    static gsize once;

    if (g_once_init_enter(&once)) {
        gsize size = sizeof boot_id;

        if (sysctlbyname("kern.bootsessionuuid", boot_id, &size, NULL, 0) != 0)
            boot_id[0] = 0;
        g_once_init_leave(&once, 1);
    }
    return boot_id;
}

/* By the wall clock, as start times are: if that was set since, it shows. */
gint64
dcc_identity_get_age_ms(const DccIdentity *identity)
{
    gint64 age_us = g_get_real_time() - (gint64)identity->start_ticks;

    if (identity->start_ticks == 0 || !g_str_equal(identity->boot_id, dcc_boot_id()))
        return -1;
    return age_us >= 0 ? age_us / 1000 : -1;
}

guint64
dcc_identity_now(void)
{
    return (guint64)g_get_real_time();
}

gboolean
dcc_process_has_mark(gint64 pid, const char *mark)
{
    DccProcArguments arguments;
    gboolean found = FALSE;

    if (!dcc_proc_arguments_read(pid, &arguments))
        return FALSE;
    for (gsize at = arguments.environment; !found && at < arguments.end;
         at += strnlen(arguments.text + at, arguments.end - at) + 1)
        found = arguments.end - at > strlen(mark) && strcmp(arguments.text + at, mark) == 0;
    dcc_proc_arguments_clear(&arguments);
    return found;
}
