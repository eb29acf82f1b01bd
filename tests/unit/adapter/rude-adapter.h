/* An adapter that answers badly, in the way it is told to. */
#pragma once

#include "dcc-adapter.h"

typedef enum {
    MODE_NOTHING,
    MODE_WRONG_TYPE,
    MODE_ERROR,
    MODE_ERROR_AND_VALUE,
    MODE_ODD, /* right type, absurd content */
} Mode;

typedef struct {
    DccAdapter parent_instance;
} RudeAdapter;
typedef struct {
    DccAdapterClass parent_class;
} RudeAdapterClass;

extern Mode rude_mode;
extern gpointer rude_odd; /* what MODE_ODD answers, owned by the test */

GType
rude_adapter_get_type(void);
