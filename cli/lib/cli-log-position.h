/* Where the last lines of a file begin. */
#pragma once

#include <glib.h>

/* The offset of the line that has n - 1 whole lines after it, and in *found how many whole lines
 * there are from it on; 0 when the file has no more than n. A file that is not there: 0 and 0. */
gint64
cli_log_position(const char *path, guint n, guint *found);
