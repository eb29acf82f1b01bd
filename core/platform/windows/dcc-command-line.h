/* A program's words as the one text, and its variables as the one block, that Windows starts programs with.
 *
 * Pure: it asks no system, so it is tested on each. Threading: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): what the C library of Microsoft, CommandLineToArgvW() and whoever keeps to them take apart into
 * exactly these words. The first is a path, in which there is no '"'. */
char *
dcc_command_line_join(const char *const *argv);
/* (transfer full): sorted as Windows sorts names, each with a NUL behind it, and one more behind the last. Of a name
 * that is there twice, in whatever case, the last word wins. *length: in bytes, both ends' NULs included. */
char *
dcc_command_line_make_block(const char *const *envp, gsize *length);

G_END_DECLS
