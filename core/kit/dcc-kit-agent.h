/* adapters/agent/dcchost_agent.py, as it was when this was built. */
#pragma once

#include <glib.h>

extern const char dcc_shared_agent[];
extern const gsize dcc_shared_agent_size;
