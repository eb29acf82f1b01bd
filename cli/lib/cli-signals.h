/* Ctrl-C and SIGTERM as something to wait for beside other things, instead of the end of the
 * process. */
#pragma once

#include <glib.h>

/* From here on both wait to be taken. May be called again. */
void
cli_signals_hold(void);
/* For dcc_fds_wait(); -1: not held, or not to be had. */
int
cli_signals_get_fd(void);
/* The number of one that came, DCC_SIGNAL_...; 0: none did. A SIGTERM within two seconds of another is
 * the same request, and no second one. */
int
cli_signals_take(void);
