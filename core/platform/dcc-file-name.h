/* Names of files, as the system reads them.
 *
 * Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE: the path is absolute; *length: of the root that it begins with, to which "/" and names are added. Nothing on
 * Linux; "C:" or "//server/share" on Windows. */
gboolean
dcc_file_name_find_root(const char *path, gsize *length);
/* (transfer full) (array zero-terminated=1): roots of the disks of this machine that a path may name; where all are below
 * one root: none. */
char **
dcc_file_name_list_roots(void);
/* (transfer full): as all of dcchost has paths, with '/' between names whatever the system writes. */
char *
dcc_file_name_normalize(const char *path);
/* (transfer full): what the file of a program is called that people call so. */
char *
dcc_file_name_of_program(const char *name);
/* Whether the system would execute a file of this path, which exists. */
gboolean
dcc_file_name_is_program(const char *path);
/* (transfer full): the absolute path without a link in it. NULL: nothing is there, or it cannot be reached. */
char *
dcc_file_name_resolve(const char *path);
/* Whether the system has no file of this path, for the last name in it or all of it is longer than it takes. */
gboolean
dcc_file_name_is_too_long(const char *path);
/* Whether one name, without a directory, is what the pattern says: '*', '?' and '[...]' as a shell has them, none of
 * them a '.' that begins a name. */
gboolean
dcc_file_name_matches(const char *name, const char *pattern);

G_END_DECLS
