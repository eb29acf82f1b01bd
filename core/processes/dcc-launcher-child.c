/* What a launcher knows of one name; see the header. Threading: the caller's lock. */
#include "dcc-launcher-child.h"

#include "dcc-exit-status.h"

DccLauncherChild *
dcc_launcher_child_new(void)
{
    DccLauncherChild *child = g_new0(DccLauncherChild, 1);

    child->launched.leader = DCC_PROCESS_REF_NONE;
    return child;
}

void
dcc_launcher_child_close_leader(DccLauncherChild *child)
{
    dcc_process_ref_close(&child->launched.leader);
}

static void
forget_process(DccLauncherChild *child)
{
    dcc_launcher_child_close_leader(child);
    g_clear_pointer(&child->launched.process, dcc_reaped_unref);
    g_clear_pointer(&child->launched.mark, g_free);
    g_clear_pointer(&child->launched.found, g_hash_table_unref);
}

void
dcc_launcher_child_free(DccLauncherChild *child)
{
    forget_process(child);
    g_free(child);
}

gboolean
dcc_launcher_child_lives(DccLauncherChild *child)
{
    return child->launched.process != NULL && !dcc_reaped_is_gone(child->launched.process, NULL);
}

gboolean
dcc_launcher_child_has_crashed(DccLauncherChild *child)
{
    int status = 0;

    return child->state == DCC_CHILD_STARTED &&
           dcc_reaped_is_gone(child->launched.process, &status) &&
           !dcc_exit_status_is_success(status);
}

gboolean
dcc_launcher_child_is_free(DccLauncherChild *child)
{
    return child->state == DCC_CHILD_NONE || child->state == DCC_CHILD_ENDED ||
           (child->state == DCC_CHILD_STARTED && !dcc_launcher_child_lives(child));
}

void
dcc_launcher_child_settle(DccLauncherChild *child, const DccLaunched *launched, gboolean crashed)
{
    if (crashed)
        child->restarts++;
    forget_process(child);
    child->launched = *launched;
    child->state = DCC_CHILD_STARTED;
}

gboolean
dcc_launcher_child_can_be_ended(DccLauncherChild *child)
{
    return child->state == DCC_CHILD_ASKED ||
           (child->state == DCC_CHILD_STARTED && dcc_launcher_child_lives(child));
}
