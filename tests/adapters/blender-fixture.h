/* What the tests of the Blender adapter share. */
#pragma once

#include "adapter-fixture.h"
#include "dcc-blender.h"

/* (transfer full) */
static inline DccAdapter *
make_adapter(void)
{
    return g_object_new(DCC_TYPE_BLENDER_ADAPTER, NULL);
}
