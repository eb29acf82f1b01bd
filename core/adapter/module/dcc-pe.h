/* Whether bytes are a whole DLL of Windows: its format is Portable Executable.
 *
 * Pure: it asks no system, so it is tested on each. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_PE_I386  0x014c
#define DCC_PE_AMD64 0x8664
#define DCC_PE_ARM64 0xaa64

/* machine: the kind of processor that it is to be for. NULL: it is a whole DLL; else what is wrong with it, in words
 * that follow its name. */
const char *
dcc_pe_find_fault(const guint8 *bytes, gsize size, guint16 machine);

G_END_DECLS
