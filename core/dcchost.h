/* All of dcchost's public interface. */
#pragma once

#include "dcc-adapter-module.h"
#include "dcc-adapter-record.h"
#include "dcc-adapter-registry.h"
#include "dcc-adapter.h"
#include "dcc-catalogue.h"
#include "dcc-client.h"
#include "dcc-enum-types.h"
#include "dcc-enums.h"
#include "dcc-error.h"
#include "dcc-instance.h"
#include "dcc-result.h"
#include "dcc-session.h"
#include "dcc-version.h"
