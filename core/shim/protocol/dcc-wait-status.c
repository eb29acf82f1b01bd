/* The status word of wait(2); see the header. Threading: any. */
#include "dcc-wait-status.h"

int
dcc_wait_status_from_siginfo(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return (info->si_status & 0xff) << 8;
    return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}
