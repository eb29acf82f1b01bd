/* The skeleton of an adapter: the files of adapters/skeleton, under another name. */
#pragma once

#include <glib.h>

/* Writes them into directory, which is made if it is not there and must be empty if it is. What was
 * written is removed where it cannot be finished. Errors: INVALID (the name, the directory), FAILED
 * (it cannot be written). */
gboolean
cli_skeleton_write(const char *name, const char *directory, GError **error);
