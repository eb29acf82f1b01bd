/* What a studio knows of lines that speak of a missing licence: a file of its own, for renderers and
 * plug-ins that no adapter knows.
 *
 * Each line of the file is a part of a line of output; blank ones and those that begin with '#' are
 * comments. Threading: made in any thread, and not changed after. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DCC_LICENCE_LINES_VARIABLE "DCCHOST_LICENCE_PATTERNS"

typedef struct _DccLicenceLines DccLicenceLines;

/* Of the file that the variable names, else of dcchost/licence-patterns in the user's configuration
 * directory. There need be none. It may lie on a file server. */
DccLicenceLines *
dcc_licence_lines_load(void);
DccLicenceLines *
dcc_licence_lines_ref(DccLicenceLines *self);
void
dcc_licence_lines_unref(DccLicenceLines *self);
/* (transfer none): why a file that is named cannot be read, or NULL. */
const char *
dcc_licence_lines_get_problem(DccLicenceLines *self);
gboolean
dcc_licence_lines_match(DccLicenceLines *self, const char *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DccLicenceLines, dcc_licence_lines_unref)

G_END_DECLS
