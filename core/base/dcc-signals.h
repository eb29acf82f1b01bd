/* The house's numbers of signals: Linux's, on every system, for they stand in records, events and
 * protocols. A platform's bodies translate where its own differ. */
#pragma once

#include <glib.h>

#define DCC_SIGNAL_HANGUP     1
#define DCC_SIGNAL_INTERRUPT  2
#define DCC_SIGNAL_QUIT       3
#define DCC_SIGNAL_ILLEGAL    4
#define DCC_SIGNAL_TRAP       5
#define DCC_SIGNAL_ABORT      6
#define DCC_SIGNAL_BUS        7
#define DCC_SIGNAL_FLOAT      8
#define DCC_SIGNAL_KILL       9
#define DCC_SIGNAL_USER_1     10
#define DCC_SIGNAL_SEGV       11
#define DCC_SIGNAL_USER_2     12
#define DCC_SIGNAL_PIPE       13
#define DCC_SIGNAL_ALARM      14
#define DCC_SIGNAL_TERMINATE  15
#define DCC_SIGNAL_CONTINUE   18
#define DCC_SIGNAL_STOP       19
#define DCC_SIGNAL_CPU_LIMIT  24
#define DCC_SIGNAL_FILE_LIMIT 25
#define DCC_SIGNAL_SYS        31
#define DCC_SIGNAL_LAST       64

G_BEGIN_DECLS

/* What one of these is called, for people. Not to be freed. Threading: any. */
const char *
dcc_signal_describe(int number);

G_END_DECLS
