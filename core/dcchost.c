/* libdcchost-1 is its layers; this file only gives the linker something of its own. */
#include "dcc-version.h"

const char *
dcc_get_version(void)
{
    return DCC_VERSION;
}
