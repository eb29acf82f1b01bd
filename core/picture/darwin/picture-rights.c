/* There is no such thing on macOS. */
#include "picture.h"

void
picture_forbid_rights(void)
{
}
