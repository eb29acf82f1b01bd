/* The status word of wait(2), from what waitid(2) says: what records of an end hold. */
#pragma once

#include <signal.h>

int
dcc_wait_status_from_siginfo(const siginfo_t *info);
