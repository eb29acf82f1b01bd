/* Makes the kernel refuse system calls, as the profile of a container does. */
#pragma once

#include <glib.h>

/* From now on, in this process and all it starts. name: a system call's, see the table. FALSE:
 * there is no seccomp here. */
gboolean
dcc_deny(const char *name, int errno_code);
