/* Ctrl-C and SIGTERM as something to wait for beside other things, instead of the end of the
 * process. */
#pragma once

#include <glib.h>

/* From here on both wait to be taken. May be called again. */
void
cli_signals_hold(void);
/* For poll(); -1: not held, or not to be had. */
int
cli_signals_get_fd(void);
/* The number of one that came; 0: none did. */
int
cli_signals_take(void);
/* Sends a signal to the process behind a pidfd. */
void
cli_signal_process(int process, int number);
