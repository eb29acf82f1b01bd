/* What earlier tasks of a farm have left on this host: an engine that kills a command and its session
 * leaves nobody who writes down how the application ended, and who clears its directories.
 *
 * Threading: main thread. */
#pragma once

#include "dcc-runtime.h"

/* Gives a session to each instance that has none and of which nothing is alive: that records its end, brings
 * to safety what it holds, clears it, and ends. Waits until they have begun; whatever lives is left alone. */
void
cli_left_over_settle(DccRuntime *runtime);
