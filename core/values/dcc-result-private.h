/* The inside of a result, for its two files. Private to this layer. */
#pragma once

#include "dcc-result.h"

#define DCC_LAST_CODE   255
#define DCC_LAST_SIGNAL 64

struct _DccResult {
    GObject parent_instance;
    DccResultKind kind;
    DccVerdictKind verdict;
    int code;
    int signal;
    gboolean core_dumped;
    char *stage;
    int errno_code;
    char *reason;
};
