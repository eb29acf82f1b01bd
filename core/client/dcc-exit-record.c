/* From a shim's record to a value: the one place where the house does it. Threading: any. */
#include "dcc-exit-record.h"

#include "dcc-exit-status.h"

DccExitInfo *
dcc_exit_record_to_info(const DccShimRecord *record, const char *lost)
{
    DccExitStatus end = dcc_exit_status_decode(record->exited ? record->wait_status : -1);

    if (end.kind == DCC_RESULT_SIGNALED)
        return dcc_exit_info_new_signaled(end.signal, end.core_dumped);
    if (end.kind == DCC_RESULT_EXITED)
        return dcc_exit_info_new_exited(end.code);
    return dcc_exit_info_new_lost(lost);
}
