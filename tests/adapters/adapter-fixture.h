/* A tree of made-up files, for tests of where an adapter looks and what it finds. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): a directory of the test's own. */
char *
fixture_root(void);
/* A script of this mode at root/name, with the directories it needs. */
void
fixture_put(const char *root, const char *name, int mode);
void
fixture_link(const char *root, const char *name, const char *target);
/* The tree is removed. */
void
fixture_clean(const char *path);

G_END_DECLS
