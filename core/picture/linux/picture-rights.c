/* No program that it executes gets more rights than it has. */
#include "picture.h"

#include <sys/prctl.h>

void
picture_forbid_rights(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
