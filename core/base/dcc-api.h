/* Visibility of the public interface.
 *
 * The library is built with hidden visibility: only what carries DCC_API can be called from
 * outside.
 */
#pragma once

#include <glib.h>

#ifdef _WIN32
/* The linker exports what its list names; a DLL knows no visibility. */
#define DCC_API extern
#else
#define DCC_API __attribute__((visibility("default"))) extern
#endif
