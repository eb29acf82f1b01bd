/* What to raise where a machine is out of something. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The setting of this kernel for EAGAIN, ENFILE and, where it has one, ENOMEM; else NULL. */
const char *
dcc_kernel_hint(int errno_code);

G_END_DECLS
