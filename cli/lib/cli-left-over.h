/* What earlier tasks of a farm have left on this host: an engine that kills a command and its session
 * leaves nobody who writes down how the application ended, and who clears its directories.
 *
 * Threading: main thread. */
#pragma once

#include "dcc-runtime.h"

/* Gives a session to each instance that has none and of which nothing is alive: that records its end, brings
 * to safety what it holds, clears it, and ends. So it does where something lives that was tied to what is
 * gone: that is saved and ended. Waits until they have begun; whatever else lives is left alone. */
void
cli_left_over_settle(DccRuntime *runtime);
/* Ends what has the name and was tied to what is gone: whoever takes the name next does not find it taken by
 * what nobody ends. Waits until it is over, or a signal comes, or it takes too long. */
void
cli_left_over_end(DccRuntime *runtime, const char *name);
