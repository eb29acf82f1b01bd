/* How long a process has run, by the kernel's own count and not by a clock that somebody may set. */
#pragma once

#include "dcc-identity.h"

G_BEGIN_DECLS

/* Microseconds since it was started, sleep of the machine left out; -1: not known. It need not live. */
gint64
dcc_process_age_us(const DccIdentity *identity);

G_END_DECLS
