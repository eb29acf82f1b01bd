/* Children for the tests of Windows' processes. */
#pragma once

#include "dcc-child.h"

#define KIDS_PATIENCE 60000 /* milliseconds */

/* argv[0] is the program. */
DccChild
kids_start_words(const char *const *argv);
/* hands MODE [ARGUMENT] */
DccChild
kids_start(const char *hands, const char *mode, const char *argument);
/* Until the expression is true. */
#define kids_wait_for(expression)                                                                  \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 end_ = g_get_monotonic_time() + KIDS_PATIENCE * G_GINT64_CONSTANT(1000);            \
        while (!(expression)) {                                                                    \
            g_assert_cmpint(g_get_monotonic_time(), <, end_);                                      \
            g_usleep(2000);                                                                        \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END
