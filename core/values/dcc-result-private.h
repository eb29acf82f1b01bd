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
    gboolean job;      /* it had work of its own to do */
    gint64 peak_bytes; /* of memory; -1 not known */
    char *peak_from;   /* who says so */
};

/* (transfer full): the same end in other words. */
DccResult *
dcc_result_with_reason(DccResult *self, const char *reason);
