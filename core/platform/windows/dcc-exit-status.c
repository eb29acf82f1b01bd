/* The exit code, and what it means. Threading: any. */
#include "dcc-exit-status.h"

#include "dcc-nt-status.h"

DccExitStatus
dcc_exit_status_decode(int status)
{
    DccNtStatus meaning;

    if (status == -1)
        return (DccExitStatus){.kind = DCC_RESULT_LOST, .code = -1};
    meaning = dcc_nt_status_decode((guint32)status);
    return (DccExitStatus){
        .kind = meaning.kind,
        .code = meaning.code,
        .signal = meaning.signal,
    };
}

gboolean
dcc_exit_status_is_success(int status)
{
    return status == 0;
}
