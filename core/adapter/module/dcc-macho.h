/* Whether bytes are a whole library of macOS: its format is Mach-O, one alone or several in a universal file.
 *
 * Pure: it asks no system, so it is tested on each. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_MACHO_X86_64 0x01000007
#define DCC_MACHO_ARM64  0x0100000c

/* machine: the kind of processor that it is to be for. NULL: it is a whole one; else what is wrong with it, in words
 * that follow its name. */
const char *
dcc_macho_find_fault(const guint8 *bytes, gsize size, guint32 machine);

G_END_DECLS
