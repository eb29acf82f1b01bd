/* A target: what reads bytes that somebody else has written. The same target is run by a seeded
 * generator with the unit tests (fuzz-run.c), and by libFuzzer where it is asked for (-Dfuzz=true).
 */
#pragma once

#include <glib.h>
#include <stdint.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* (transfer full): the nth sound input, NULL when there are no more. */
GBytes *
fuzz_make_seed(guint n);
