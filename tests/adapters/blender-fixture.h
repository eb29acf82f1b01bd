/* What the tests of the Blender adapter share. */
#pragma once

#include "dcc-blender.h"

/* (transfer full) */
DccAdapter *
make_adapter(void);
/* (transfer full): a new directory of the test's own. */
char *
make_directory(void);
void
remove_tree(const char *path);
/* (transfer full): the path of the file; length -1: a string. */
char *
put_file(const char *directory, const char *name, const char *content, gssize length);
