/* Visibility of the public interface.
 *
 * The library is built with hidden visibility: only what carries DCC_API can be called from
 * outside.
 */
#pragma once

#include <glib.h>

#define DCC_API __attribute__((visibility("default"))) extern
