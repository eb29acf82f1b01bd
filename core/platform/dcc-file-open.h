/* Files opened so that nothing surprises: a link in the last place is not followed, a pipe's other
 * end is not waited for, and no program that is started gets the descriptor.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* -1 with errno, all of them. */
int
dcc_file_open_to_read(const char *path);
/* The same of what a link leads to: for files that are a user's and no part of ours. */
int
dcc_file_open_target_to_read(const char *path);
/* Made for this user alone where it is missing; what is written goes to its end, and it can be
 * read.
 */
int
dcc_file_open_to_append(const char *path);
/* To be written to, by its owner; readable for all as far as the user's mask allows. EEXIST where
 * it is there. */
int
dcc_file_open_new(const char *path);
/* A new file for this user alone, to be written and read. name ends in "XXXXXX", which becomes what no
 * other file has. */
int
dcc_file_open_unique(char *name);
/* A descriptor that stands for nothing, to be held in reserve. */
int
dcc_file_open_nothing(void);

G_END_DECLS
