/* What belongs to another instance; see dcc-proc.h. Threading: any. */
#include "dcc-proc.h"

#include <string.h>

bool
dcc_proc_is_of_another_run(const DccProc *proc, int64_t main_pid, const char *run)
{
    char found[DCC_RUN_NUMBER_LENGTH + 1];

    /* Every run has a session of its own (the session process, the shim, the application), so
     * what is in the session of this run's main process need not be asked: most are. */
    if (proc->pid == main_pid || proc->sid == main_pid)
        return false;
    return dcc_proc_read_run(proc->pid, found) && strcmp(found, run) != 0;
}
