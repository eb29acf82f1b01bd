/* What the system's clock says of processes; see dcc-identity.h. Threading: any. */
#include "dcc-identity.h"

#include <windows.h>

/* Times of creation are absolute, so they tell one boot from another by themselves. */
const char *
dcc_boot_id(void)
{
    return "windows";
}

/* By the clock that people set: there is no other that times of creation are in. */
guint64
dcc_identity_now(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return ((guint64)now.dwHighDateTime << 32) | now.dwLowDateTime;
}

gint64
dcc_identity_get_age_ms(const DccIdentity *identity)
{
    guint64 now = dcc_identity_now();

    if (identity->start_ticks == 0 || now < identity->start_ticks ||
        !g_str_equal(identity->boot_id, dcc_boot_id()))
        return -1;
    return (gint64)((now - identity->start_ticks) / 10000);
}
