/* The age of a process from its start time in clock ticks since boot; see the header. */
#include "dcc-process-age.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static gint64
now_us(clockid_t clock)
{
    struct timespec ts;

    return clock_gettime(clock, &ts) == 0 ? (gint64)ts.tv_sec * G_USEC_PER_SEC + ts.tv_nsec / 1000
                                          : -1;
}

/* The kernel counts starts by the clock that goes on while the machine sleeps; what it slept before the
 * start or after cannot be told apart, so an age is never given as more than the waking time. */
gint64
dcc_process_age_us(const DccIdentity *identity)
{
    gint64 ticks = sysconf(_SC_CLK_TCK);
    gint64 boot = now_us(CLOCK_BOOTTIME);
    gint64 awake = now_us(CLOCK_MONOTONIC);
    gint64 age;

    if (identity->start_ticks == 0 || ticks <= 0 || boot < 0 || awake < 0 ||
        strcmp(identity->boot_id, dcc_boot_id()) != 0)
        return -1;
    age = boot - (gint64)identity->start_ticks * G_USEC_PER_SEC / ticks;
    return CLAMP(age, 0, awake);
}
